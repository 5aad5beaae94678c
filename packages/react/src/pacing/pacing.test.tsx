import { MessagePacer, MessagePages, textOf, type AssistantMessage, type Message, type Session, type SpokenItem } from "@unsay/core";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  endOf,
  openStep,
  scripts,
  streamWords,
  type FakeClock,
  type Script,
  type ScriptedTransport,
} from "@unsay/core/testing";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { memo, StrictMode, useState, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SessionProvider } from "../session/context.js";
import { useThread } from "../session/use-thread.js";
import type { PaintSettings } from "./paint-settings.js";
import { useActWhenSettled } from "./use-act-when-settled.js";
import { usePacedBy } from "./use-paced-by.js";
import { usePacedAnswer, usePacedMessage } from "./use-paced-message.js";
import { useSpokenText, type UseSpokenTextResult } from "./use-spoken-text.js";
import { useToolLead } from "./use-tool-lead.js";

afterEach(cleanup);

const words = streamWords("Drain the pool first. Then flip the flag. Then wait.", { at: 200, everyMs: 40 });
const SCRIPT: Script = { id: "s", title: "s", prompt: "go", steps: [openStep(), ...words, completeStep(endOf(words))] };

const CUT_SHORT = {
  type: "run.end",
  outcome: "truncated",
  cause: "length",
  resumable: false,
  effects: { succeeded: [], failed: [], unknown: [], cancelled: [] },
} as const;

interface Stage {
  readonly clock: FakeClock;
  readonly transport: ScriptedTransport;
  readonly session: Session;
  readonly answer: () => AssistantMessage;
  readonly ask: () => void;
  readonly pass: (ms: number) => Promise<void>;
}

/** A thread on screen, each answer drawn by `Answer`. */
function show(
  Answer: (props: { readonly message: AssistantMessage }) => ReactNode,
  script: Script = SCRIPT,
  paint: PaintSettings = {},
): Stage {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock });
  let session: Session | undefined;
  function App(): ReactNode {
    const thread = useThread({ id: "t", transport, clock });
    session = thread.session;
    return (
      <SessionProvider session={thread.session} clock={clock} paint={{ ...paint }}>
        {thread.messages.map((message) => (message.role === "assistant" ? <Answer key={message.id} message={message} /> : null))}
      </SessionProvider>
    );
  }
  render(<App />, { wrapper: StrictMode });
  if (session === undefined) throw new Error("Nothing was drawn.");
  const opened = session;
  return {
    clock,
    transport,
    session: opened,
    answer: () => opened.store.getState().messages.findLast((message) => message.role === "assistant") as AssistantMessage,
    ask: () => act(() => opened.send("go")),
    pass: (ms) => act(() => clock.advance(ms)),
  };
}

function Painted({ message }: { readonly message: AssistantMessage }): ReactNode {
  return <p data-testid="text">{textOf(usePacedAnswer(message).message)}</p>;
}

const paintedText = () => screen.getAllByTestId("text").at(-1)?.textContent ?? "";

describe("usePacedAnswer", () => {
  it("r23-levels: paints whole sentences, and all of the answer at its end", async () => {
    const { ask, pass, answer } = show(Painted);
    ask();
    const seen = new Set<string>();
    for (let step = 0; step < 100; step++) {
      await pass(16);
      seen.add(paintedText());
    }
    expect([...seen]).toEqual([
      "",
      "Drain the pool first. ",
      "Drain the pool first. Then flip the flag. ",
      "Drain the pool first. Then flip the flag. Then wait.",
    ]);
    expect(answer().status).toBe("complete");
  });

  it("tells the session what it painted, so that Stop freezes there, also in strict mode", async () => {
    const { ask, pass, session, transport, answer } = show(Painted);
    ask();
    await pass(520);
    expect(textOf(answer())).toBe("Drain the pool first. Then flip the ");
    expect(paintedText()).toBe("Drain the pool first. ");
    act(() => session.stop());
    expect(transport.sent.at(-1)).toMatchObject({ command: "stop", painted: { span: "answer-1", offset: 22 } });
    await pass(1_000);
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped" });
    expect(paintedText()).toBe("Drain the pool first. ");
    act(() => session.revealTail(answer().id));
    expect(paintedText().length).toBeGreaterThan(22);
  });

  it("r15-flush: paints at once in a hidden tab", async () => {
    const { ask, pass } = show(Painted, SCRIPT, { pacing: { maxCps: 5 } });
    ask();
    await pass(620);
    expect(paintedText()).toBe("Drain the pool first. ");
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(paintedText().length).toBeGreaterThan(22);
    vi.restoreAllMocks();
  });

  it("draws a finished answer no more, while another one streams", async () => {
    const drawn = new Map<string, number>();
    const Row = memo(({ message }: { readonly message: AssistantMessage }) => {
      drawn.set(message.id, (drawn.get(message.id) ?? 0) + 1);
      return <Painted message={message} />;
    });
    const { ask, pass, answer } = show((props) => <Row {...props} />);
    ask();
    await pass(3_000);
    const first = answer().id;
    expect(answer().status).toBe("complete");
    const before = drawn.get(first);
    ask();
    await pass(3_000);
    expect(drawn.get(first)).toBe(before);
    expect(drawn.get(answer().id)).toBeGreaterThan(3);
  });

  it("shows half a verdict to who asks for it, and to nobody else", async () => {
    function Disclosed({ message }: { readonly message: AssistantMessage }): ReactNode {
      const paced = usePacedAnswer(message);
      return (
        <>
          <p data-testid="text">{textOf(paced.message)}</p>
          {paced.keptBack.length > 0 ? <button onClick={paced.revealHeld}>Show</button> : null}
        </>
      );
    }
    const steps = streamWords("Yes, you can deploy this safely", { at: 200, kind: "verdict", open: true });
    const { ask, pass } = show(Disclosed, { ...SCRIPT, steps: [openStep(), ...steps, { at: 600, event: CUT_SHORT }] });
    ask();
    await pass(2_000);
    expect(paintedText()).toBe("");
    fireEvent.click(screen.getByText("Show"));
    expect(paintedText()).toBe("Yes, you can deploy this safely");
  });
});

describe("an answer whose pacer comes late", () => {
  const TWICE: Script = { ...SCRIPT, steps: [openStep(), ...words, { at: endOf(words), event: CUT_SHORT }] };

  /** `arrive` brings the pacer. */
  function showLate(script: Script): Stage & { readonly arrive: () => void } {
    let draw: (found: typeof MessagePacer) => void = () => {};
    function Late({ message }: { readonly message: AssistantMessage }): ReactNode {
      const [Pacer, setPacer] = useState<typeof MessagePacer | null>(null);
      draw = (found) => setPacer(() => found);
      return <p data-testid="text">{textOf(usePacedBy(message, Pacer).message)}</p>;
    }
    return { ...show(Late, script), arrive: () => act(() => draw(MessagePacer)) };
  }

  it("r14-prefix: shows no word before it, and then those that are ready", async () => {
    const { ask, pass, arrive, answer } = showLate(SCRIPT);
    ask();
    await pass(520);
    expect(textOf(answer())).not.toBe("");
    expect(paintedText()).toBe("");
    arrive();
    expect(paintedText()).toBe("Drain the pool first. ");
  });

  it("shows all of an answer that has ended without it", async () => {
    const { ask, pass } = showLate(SCRIPT);
    ask();
    await pass(3_000);
    expect(paintedText()).toBe("Drain the pool first. Then flip the flag. Then wait.");
  });

  it.each(["before", "after"] as const)(
    "takes nothing back of an answer that goes on, also where it comes %s that, and Stop keeps it",
    async (when) => {
      const { ask, pass, arrive, session, answer } = showLate(TWICE);
      ask();
      await pass(3_000);
      const whole = paintedText();
      expect(whole).toContain("Then wait.");
      if (when === "before") arrive();
      act(() => session.continue(answer().id));
      await pass(0);
      expect([answer().status, paintedText()]).toEqual(["pending", whole]);
      arrive();
      expect(paintedText()).toBe(whole);
      act(() => session.stop());
      expect(paintedText()).toBe(whole);
      expect(textOf(answer())).toBe(whole);
    },
  );
});

describe("usePacedMessage", () => {
  it("reads by id, and gives nothing for an id that is not there", async () => {
    function ById({ message }: { readonly message: AssistantMessage }): ReactNode {
      const paced = usePacedMessage(message.id);
      const none = usePacedMessage("nobody");
      return <p data-testid="text">{none === undefined && paced !== undefined ? textOf(paced.message) : "?"}</p>;
    }
    const { ask, pass } = show(ById);
    ask();
    await pass(520);
    expect(paintedText()).toBe("Drain the pool first. ");
  });
});

describe("useActWhenSettled", () => {
  const deploy = vi.fn();
  function Guarded({ message }: { readonly message: AssistantMessage }): ReactNode {
    const guard = useActWhenSettled(message.id);
    return (
      <>
        <button {...guard.getButtonProps({ onClick: deploy })}>Deploy</button>
        <p {...guard.getReasonProps()} data-testid="why">
          {guard.why ?? "ready"} {guard.wasTried ? "tried" : ""}
        </p>
        <button onClick={guard.acknowledge}>I have read it</button>
      </>
    );
  }
  const button = () => screen.getByText("Deploy");

  it("r27-act: blocks until the answer settles, says why to an early press, and blocks again on a late revision", async () => {
    deploy.mockClear();
    const late = {
      type: "span.revise",
      spans: ["answer-1"],
      replacement: { span: "new", text: "Not yet." },
      reason: "checked",
      by: "model",
    } as const;
    const steps = [...SCRIPT.steps, { at: 2_000, event: late }];
    const { ask, pass, answer, session } = show(Guarded, { ...SCRIPT, steps });
    ask();
    await pass(400);
    expect(button().getAttribute("aria-disabled")).toBe("true");
    expect(button().getAttribute("aria-describedby")).toBe(screen.getByTestId("why").id);
    fireEvent.click(button());
    expect(deploy).not.toHaveBeenCalled();
    expect(screen.getByTestId("why").textContent).toBe("unfinished tried");
    while (answer().status !== "complete") await pass(17);
    expect(button().getAttribute("aria-disabled")).toBeNull();
    fireEvent.click(button());
    expect(deploy).toHaveBeenCalledTimes(1);
    act(() =>
      session.store.setState(({ messages, pages }) => {
        const revise = (message: Message): Message =>
          message.role === "assistant" ? { ...message, status: "revised" as const, revisions: 1 } : message;
        return { pages: MessagePages.of(messages.map(revise), pages) };
      }),
    );
    expect(button().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByTestId("why").textContent).toContain("revised");
    fireEvent.click(button());
    expect(deploy).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByText("I have read it"));
    expect(button().getAttribute("aria-disabled")).toBeNull();
  });

  it("r27-act: never unlocks for an answer that was cut", async () => {
    const { ask, pass } = show(Guarded, scripts.length);
    ask();
    await pass(10_000);
    expect(button().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByTestId("why").textContent).toContain("cut");
  });
});

describe("useSpokenText", () => {
  it("r2-bargein: gives sentences in order; cancel empties the queue at once and says where the listener is", async () => {
    let spoken: UseSpokenTextResult | undefined;
    function Voice({ message }: { readonly message: AssistantMessage }): ReactNode {
      spoken = useSpokenText(message.id);
      return <p data-testid="text">{spoken.queue.map((item) => (item.type === "sentence" ? item.text : "")).join("|")}</p>;
    }
    const { ask, pass } = show(Voice);
    ask();
    await pass(3_000);
    expect(paintedText()).toBe("Drain the pool first.|Then flip the flag.|Then wait.");
    let said: SpokenItem | null | undefined;
    act(() => void (said = spoken?.take()));
    expect(said).toMatchObject({ text: "Drain the pool first." });
    act(() => spoken?.cancel());
    expect(paintedText()).toBe("");
    expect(spoken?.heardUpTo()).toEqual({ span: "answer-1", offset: 22 });
  });
});

describe("useToolLead", () => {
  it("r12-lead: a call runs no earlier than minToolLeadMs after its card is visible", async () => {
    let isReady = false;
    function Card({ isVisible }: { readonly isVisible: boolean }): ReactNode {
      isReady = useToolLead(isVisible, { minToolLeadMs: 500 });
      return null;
    }
    const clock = createFakeClock();
    const session = { store: {} } as Session;
    const draw = (isVisible: boolean) => (
      <SessionProvider session={session} clock={clock}>
        <Card isVisible={isVisible} />
      </SessionProvider>
    );
    const { rerender } = render(draw(false));
    await act(() => clock.advance(2_000));
    expect(isReady).toBe(false);
    rerender(draw(true));
    await act(() => clock.advance(499));
    expect(isReady).toBe(false);
    await act(() => clock.advance(1));
    expect(isReady).toBe(true);
    rerender(draw(false));
    expect(isReady).toBe(false);
  });
});
