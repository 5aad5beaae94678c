import { StrictMode, useEffect, type ReactElement, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import type { Span } from "@unsay/core";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  openStep,
  scripts,
  type FakeClock,
  type Script,
} from "@unsay/core/testing";
import { SessionProvider, useThread, type Announcement } from "@unsay/react";
import { ApprovalTray } from "../approval/approval-tray.js";
import { AnswerText } from "../message/answer-text.js";
import { selectMarkedText } from "../message/marked-text.js";
import { en } from "../strings/en.js";
import { createGateTransport, decisionsOf, EMAIL_CALL, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { holdPieces, type HeldPieces } from "../testing/held-pieces.js";
import { textPart } from "../testing/messages.js";
import { pass } from "../testing/passing.js";
import { Chat } from "../thread/chat.js";
import { ToolCallSlot } from "../tool-call/tool-call-slot.js";
import { createOnDemand } from "./on-demand.js";
import { PiecesContext, preload } from "./pieces.js";
import "../styles/index.css";

let held: HeldPieces;
let complaints: ReturnType<typeof vi.spyOn>;

beforeEach(async () => {
  held = holdPieces();
  complaints = vi.spyOn(console, "error").mockImplementation(() => {});
  await page.viewport(700, 800);
});
afterEach(() => complaints.mockRestore());

function Held({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <StrictMode>
      <PiecesContext.Provider value={held.pieces}>
        <div className="unsay-root">{children}</div>
      </PiecesContext.Provider>
    </StrictMode>
  );
}

const MARKDOWN = "# Title\n\nSome **bold** [link](https://evil.example) <img src=x>\n\n- one\n- two";

describe("an answer before Markdown can be read", () => {
  test("stands there as it was written, in paragraphs, with nothing that leads anywhere", async () => {
    const { container } = await render(<AnswerText text={MARKDOWN} />, { wrapper: Held });
    const blocks = [...container.querySelectorAll('[data-unsay="answer.block"]')].map(({ textContent }) => textContent);
    expect(blocks).toEqual(["# Title", "Some **bold** [link](https://evil.example) <img src=x>", "- one\n- two"]);
    expect(container.querySelector("a, img, h1, li, strong")).toBeNull();
    await held.markdown.arrive();
    await vi.waitFor(() => expect(container.querySelector("strong")?.textContent).toBe("bold"));
    expect(held.markdown.asked()).toBe(1);
  });

  test("text that grows has its provisional end and caret, and text that was cut says where", async () => {
    const { container, rerender } = await render(<AnswerText text={"First.\n\nSecond"} live />, { wrapper: Held });
    const blocks = (): Element[] => [...container.querySelectorAll('[data-unsay="answer.block"]')];
    const [first] = blocks();
    expect(blocks().map((block) => block.getAttribute("data-mark"))).toEqual([null, "provisional"]);
    expect(blocks()[1]?.querySelector(".unsay-caret")).not.toBeNull();
    await rerender(<AnswerText text={"First.\n\nSecond and"} cut />);
    expect(blocks()[0]).toBe(first);
    expect(blocks()[1]?.hasAttribute("data-unfinished")).toBe(true);
  });

  test("a correction, a withdrawal and a doubt are marked already, and what was opened stays open when Markdown comes", async () => {
    const spans: readonly Span[] = [
      { id: "a", text: "It takes 3 days.", state: "replaced", replacedBy: "b" },
      { id: "b", text: "It takes 5 days.", state: "settled", replaces: ["a"], revision: 1, reason: "checked" },
      { id: "c", text: " Secret.", state: "retracted", reason: "not public" },
      { id: "d", text: " Perhaps.", state: "unsupported", reason: "no source" },
    ];
    const { container } = await render(<AnswerText {...selectMarkedText(textPart(spans))} />, { wrapper: Held });
    expect(container.querySelector("ins")?.textContent).toContain("It takes 5 days.");
    expect(container.querySelector('[data-mark="retracted"]')).not.toBeNull();
    expect(container.querySelector('[data-mark="unverified"]')?.textContent).toContain("Perhaps.");
    await held.revisions.arrive();
    await vi.waitFor(() => expect(container.querySelector('[data-unsay="answer.peek"]')).not.toBeNull());
    await userEvent.click(container.querySelector('[data-unsay="answer.peek"]') as Element);
    expect(container.querySelector("del")?.textContent).toContain("It takes 3 days.");
    await held.markdown.arrive();
    await vi.waitFor(() => expect(container.querySelector(".unsay-plain")).toBeNull());
    expect(container.querySelector("del")?.textContent).toContain("It takes 3 days.");
  });

  test("where it can't be fetched the words stay, the console says what to do, once, and it is tried again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { container } = await render(<AnswerText text="**bold**" />, { wrapper: Held });
      await held.markdown.fail();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(container.textContent).toBe("**bold**");
      const said = complaints.mock.calls
        .map(([first]: readonly unknown[]) => String(first))
        .filter((words: string) => words.includes("could not load"));
      expect(said).toEqual([expect.stringContaining("Content-Security-Policy")]);
      const before = held.markdown.asked();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(held.markdown.asked()).toBe(before + 1);
      await held.markdown.arrive();
    } finally {
      vi.useRealTimers();
    }
  });
});

test("after the last try a piece is fetched again when the browser comes online", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const fetch = vi.fn(() => Promise.reject(new TypeError("offline")));
    const piece = createOnDemand({ name: "a piece", meanwhile: "It is missing.", fetch });
    await piece.load().catch(() => {});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetch).toHaveBeenCalledTimes(4);
    globalThis.dispatchEvent(new Event("online"));
    expect(fetch).toHaveBeenCalledTimes(5);
  } finally {
    vi.useRealTimers();
  }
});

test("preload fetches the pieces of the kit", async () => {
  await expect(preload()).resolves.toBeUndefined();
  await expect(preload("markdown", "tools")).resolves.toBeUndefined();
});

function Asking({
  transport,
  clock,
}: {
  readonly transport: ReturnType<typeof createGateTransport>;
  readonly clock: FakeClock;
}): ReactElement {
  const thread = useThread({ transport, clock });
  useEffect(() => {
    if (thread.messages.length === 0) thread.sendMessage("go");
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const calls = thread.messages.flatMap((message) =>
    message.role === "user" ? [] : message.calls.map(({ id }) => <ToolCallSlot key={id} message={message} callId={id} />),
  );
  return (
    <SessionProvider session={thread.session} clock={clock}>
      {calls}
      <ApprovalTray approvals={thread.approvals} />
    </SessionProvider>
  );
}

async function ask(question: Ask) {
  const clock = createFakeClock();
  const transport = createGateTransport(question, { clock });
  const screen = await render(<Asking transport={transport} clock={clock} />, { wrapper: Held });
  const standIn = (): HTMLElement | null => screen.container.querySelector('[data-unsay="approval-stand-in"]');
  await vi.waitFor(async () => {
    await clock.advance(20);
    expect(standIn()).not.toBeNull();
  });
  const gate = (part = ""): HTMLElement | null => screen.container.querySelector(`[data-unsay="approval-gate${part}"]`);
  return { clock, screen, standIn, gate, decided: () => decisionsOf(transport).map(({ items }) => items[0]?.decision) };
}

const REJECT = en.approval.reject;

describe("a request before gates are there", () => {
  test("is said in words, can be refused and not approved", async () => {
    const { clock, screen, standIn, decided } = await ask({ calls: [EMAIL_CALL] });
    expect(standIn()?.textContent).toContain("The agent asks before it goes on. Loading the request…");
    const buttons = [...(standIn()?.querySelectorAll("button") ?? [])];
    expect(buttons.map(({ textContent }) => textContent)).toEqual([REJECT]);
    await userEvent.keyboard("{Enter}{Enter}");
    expect(decided()).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: REJECT }));
    await pass(clock, 50);
    expect(decided()).toEqual(["reject"]);
    await vi.waitFor(() => expect(standIn()).toBeNull());
    expect(document.activeElement?.textContent).toBe("Did not run: Send email");
  });

  test("gives its place to the gate, whose guard counts from then on, and takes the focus along to the question", async () => {
    const { clock, screen, standIn, gate, decided } = await ask({ calls: [EMAIL_CALL] });
    await pass(clock, 5_000);
    (screen.getByRole("button", { name: REJECT }).element() as HTMLElement).focus();
    await held.tools.arrive();
    await vi.waitFor(() => expect(gate(".approve")).not.toBeNull());
    expect(standIn()).toBeNull();
    expect(document.activeElement).toBe(gate(".title"));
    await userEvent.click(gate(".approve") as HTMLElement, { force: true });
    await pass(clock, 100);
    expect(decided()).toEqual([]);
    await pass(clock, 1_200);
    await userEvent.click(gate(".approve") as HTMLElement);
    await pass(clock, 50);
    expect(decided()).toEqual(["approve"]);
  });

  test("nobody is moved who stood elsewhere", async () => {
    const { gate } = await ask({ calls: [EMAIL_CALL] });
    await held.tools.arrive();
    await vi.waitFor(() => expect(gate(".title")).not.toBeNull());
    expect(document.activeElement).toBe(document.body);
  });

  test.each([EMAIL_CALL, ROWS_CALL])(
    "that can't be fetched says so once, offers to try again, and approves nothing: $name",
    async (call) => {
      const { screen, standIn, gate, decided } = await ask({ calls: [call] });
      const said = standIn()?.querySelector('[role="status"]');
      expect(said?.textContent).toBe("");
      await held.tools.fail();
      await vi.waitFor(() => expect(said?.textContent).toBe("The request could not be loaded. It can be refused here, and not approved."));
      expect(screen.getByRole("button", { name: REJECT }).query()).not.toBeNull();
      expect(decided()).toEqual([]);
      const before = held.tools.asked();
      await userEvent.click(screen.getByRole("button", { name: "Retry" }));
      expect(held.tools.asked()).toBe(before + 1);
      await held.tools.arrive();
      await vi.waitFor(() => expect(gate()).not.toBeNull());
      expect(decided()).toEqual([]);
    },
  );

  test("is where the tray leads", async () => {
    const { screen, standIn } = await ask({ calls: [EMAIL_CALL] });
    await userEvent.click(screen.getByRole("button", { name: "Go to request" }));
    expect(standIn()?.contains(document.activeElement)).toBe(true);
  });
});

describe("a chat before its pieces are there", () => {
  async function open(script: Script = scripts.complete, height = 600) {
    const clock = createFakeClock();
    const log: Announcement[] = [];
    const transport = createScriptedTransport(script, { clock });
    const screen = await render(
      <div style={{ blockSize: height }}>
        <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} onAnnounce={(news) => log.push(news)} />
      </div>,
      { wrapper: Held },
    );
    const answer = (): Element | null => screen.container.querySelector('[data-unsay="answer"]');
    await screen.getByRole("textbox", { name: "Message" }).fill("Go");
    await userEvent.keyboard("{Enter}");
    return { clock, log, screen, answer };
  }

  test("shows what is sent at once, stops it at the press, and sends nothing of it when runs come", async () => {
    const { clock, screen, answer } = await open();
    expect(screen.container.querySelector('[data-unsay="message"]')?.textContent).toContain("Go");
    expect(answer()?.getAttribute("data-status")).toBe("pending");
    await userEvent.click(screen.getByRole("button", { name: en.composer.stop }));
    expect(answer()?.getAttribute("data-status")).toBe("truncated");
    await held.runs.arrive();
    await clock.advance(20_000);
    expect(answer()?.textContent).not.toContain("Drain");
    expect(answer()?.getAttribute("data-status")).toBe("truncated");
  });

  test("says that nothing was sent where runs can't be fetched, and sends it with the next press", async () => {
    const { clock, screen, answer } = await open();
    await held.runs.fail();
    await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("truncated"));
    expect(answer()?.getAttribute("data-cause")).toBe("failed");
    expect(answer()?.textContent).toContain("No answer was written");
    expect(answer()?.textContent).toContain("so nothing was sent");
    await held.runs.arrive();
    await userEvent.click(screen.getByRole("button", { name: en.action.retry }).first());
    await vi.waitFor(async () => {
      await clock.advance(1_000);
      expect(answer()?.getAttribute("data-status")).toBe("complete");
    }, 5_000);
  });

  test("asks for all of them by itself, answers without, and says all it has to when they come", async () => {
    const { clock, log, answer } = await open();
    await held.runs.arrive();
    await clock.advance(20_000);
    await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("complete"));
    expect(answer()?.textContent).toContain("Drain");
    expect(log).toEqual([]);
    await vi.waitFor(
      () => expect([held.markdown.asked(), held.runs.asked(), held.thread.asked(), held.tools.asked()]).toEqual([1, 1, 1, 1]),
      5_000,
    );
    await held.thread.arrive();
    await vi.waitFor(async () => {
      await clock.advance(1_000);
      expect(log.map(({ text }) => text).join()).toContain("Answer complete");
    });
  });

  test("scroll S2: the reader keeps their line when Markdown comes", async () => {
    const { clock, screen, answer } = await open(LONG, 400);
    await held.runs.arrive();
    await vi.waitFor(async () => {
      await clock.advance(100);
      expect(answer()?.getAttribute("data-status")).toBe("complete");
    }, 10_000);
    const transcript = screen.container.querySelector('[data-unsay="transcript"]') as HTMLElement;
    transcript.scrollTop = transcript.scrollHeight / 2;
    await vi.waitFor(() => expect(blockAt(transcript, 60)).not.toBeNull());
    await nextFrame();
    const line = blockAt(transcript, 60) as HTMLElement;
    const words = (line.textContent ?? "").slice(0, 7);
    const before = line.getBoundingClientRect().top;
    await held.markdown.arrive();
    await vi.waitFor(() => expect(screen.container.querySelector(".unsay-plain")).toBeNull());
    await nextFrame();
    const after = [...screen.container.querySelectorAll<HTMLElement>('[data-unsay="answer.block"]')].find(({ textContent }) =>
      textContent?.startsWith(words),
    );
    expect(Math.abs((after?.getBoundingClientRect().top ?? 0) - before)).toBeLessThan(1);
  });
});

const PARAGRAPHS = Array.from(
  { length: 30 },
  (_, index) => `Step ${index + 1}. Drain the **pool** before the switch, then flip the flag there.`,
).join("\n\n");

/** Long, and there at once. */
const LONG: Script = {
  id: "long-at-once",
  title: "Long, at once",
  prompt: "Go",
  steps: [
    openStep(),
    { at: 10, event: { type: "part.open", part: "p", kind: "answer" } },
    { at: 10, event: { type: "span.append", part: "p", span: "s", text: PARAGRAPHS } },
    { at: 10, event: { type: "part.close", part: "p" } },
    completeStep(20),
  ],
};

/** The block that stands this many pixels below the upper edge. */
function blockAt(box: HTMLElement, below: number): HTMLElement | null {
  const { left, top, width } = box.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + below)?.closest<HTMLElement>('[data-unsay="answer.block"]') ?? null;
}

/** The frame in which something is drawn, and the one in which what was drawn is measured. */
function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
