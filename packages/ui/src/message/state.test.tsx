import type { KeyboardEvent as ReactKeyboardEvent } from "react";
import { describe, expect, it, vi } from "vitest";
import { renderToString } from "react-dom/server";
import { render } from "vitest-browser-react";
import { createSession, type AssistantMessage, type Cause, type Liveness } from "@unsay/core";
import { createFakeClock, createScriptedTransport, playAnswer, scripts } from "@unsay/core/testing";
import { SessionProvider } from "@unsay/react";
import { endedMessage, liveMessage, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { UnsayRoot, type UnsayRootProps } from "../thread/unsay-root.js";
import { Legend } from "./legend.js";
import { Message, type MessageProps } from "./message.js";
import { MessageActionsContext } from "./message-actions.js";
import "../styles/index.css";

const nothing = (): void => {};
const ACTIONS = { onStop: nothing, onReconnect: nothing, onContinue: nothing, onRedirect: nothing, onReveal: nothing };

async function draw(message: AssistantMessage, props: Partial<MessageProps> = {}, root: UnsayRootProps = {}) {
  const clock = createFakeClock();
  const session = createSession({ transport: createScriptedTransport(scripts.complete, { clock }), clock });
  const tree = (next: AssistantMessage) => (
    <UnsayRoot {...root}>
      <SessionProvider session={session} clock={clock}>
        <MessageActionsContext.Provider value={ACTIONS}>
          <Message message={{ ...next, id: "m" }} {...props} />
        </MessageActionsContext.Provider>
      </SessionProvider>
    </UnsayRoot>
  );
  const screen = await render(tree(message));
  const find = (name: string): HTMLElement | null => screen.container.querySelector(`[data-unsay="${name}"]`);
  const status = (): string => find("answer.status-text")?.textContent ?? "";
  const offers = (): readonly string[] =>
    Array.from(find("answer.status")?.querySelectorAll("button") ?? [], (button) => button.textContent ?? "");
  return { clock, screen, find, status, offers, show: (next: AssistantMessage) => screen.rerender(tree(next)) };
}

const text = (words: string, status: "open" | "closed" | "cut" = "open") => [textPart(words, { status })];

describe("what an answer says of itself", () => {
  it("statement 19, timing: the caret at once, words at 1 s, seconds at 4 s, a way out at 10 s, and no spinner", async () => {
    const at = (liveness: Liveness): AssistantMessage => liveMessage("pending", liveness, { waitingSince: 0 });
    const { clock, find, status, offers, show } = await draw(at("flowing"));
    expect(find("answer.caret")).not.toBeNull();
    expect(find("answer.status-text")?.className).toBe("unsay-visually-hidden");
    expect(status()).toBe("Waiting for the first words");
    await clock.advance(1_000);
    await show(at("slow"));
    expect(status()).toBe("Thinking…");
    await clock.advance(3_000);
    await vi.waitFor(() => expect(status()).toBe("Thinking… 4 s"));
    expect(offers()).toEqual([]);
    await clock.advance(6_000);
    await show(at("silent"));
    await vi.waitFor(() => expect(status()).toBe("Still working, 10 s."));
    expect(offers()).toEqual(["Stop"]);
    expect(find("answer")?.querySelector('svg, [role="progressbar"]')).toBeNull();
  });

  it.each([300, 380, 640])("the ways out of a silence stand together in one row, %i px wide", async (width) => {
    const { find, offers } = await draw(
      liveMessage("streaming", "silent", { parts: text("The one exception is"), waitingSince: 0 }),
      {},
      { style: { inlineSize: width } },
    );
    expect(offers()).toEqual(["Keep waiting", "Stop"]);
    const tops = Array.from(find("answer.status")?.querySelectorAll("button") ?? [], (button) => button.offsetTop);
    expect(new Set(tops).size).toBe(1);
  });

  it("r4-phase: what the server says it does stands in the status line as soon as it says it, in its own words or in ours", async () => {
    const at = (run: Partial<NonNullable<AssistantMessage["run"]>>, status: "pending" | "streaming" = "pending"): AssistantMessage =>
      liveMessage(status, "flowing", { waitingSince: 0, run: { ...RUN, ...run }, parts: status === "pending" ? [] : text("Drain") });
    const { clock, status, offers, show } = await draw(at({ phase: "queued", explained: true }));
    await clock.advance(1_500);
    await vi.waitFor(() => expect(status()).toBe("Waiting for its turn"));
    await show(at({ phase: "checking", explained: true, phaseLabel: "Looking up the policy" }));
    expect(status()).toBe("Looking up the policy");
    await clock.advance(3_000);
    await vi.waitFor(() => expect(status()).toBe("Looking up the policy 4 s"));
    await clock.advance(6_000);
    await vi.waitFor(() => expect(status()).toBe("Still working, 10 s. Looking up the policy"));
    expect(offers()).toEqual(["Stop"]);
    await show(at({ phase: "checking", explained: true }, "streaming"));
    expect(status()).toBe("Checking");
    await show(at({ phase: "checking" }, "streaming"));
    expect(status()).toBe("Still answering");
  });

  it("statement 20: the first text takes the place of the pending line and moves nothing above it", async () => {
    const { find, show } = await draw(liveMessage("pending", "slow", { waitingSince: 0 }));
    const before = find("answer")?.getBoundingClientRect().top;
    await show(liveMessage("streaming", "flowing", { parts: text("Drain") }));
    expect(find("answer")?.getBoundingClientRect().top).toBe(before);
    expect(find("answer.body")?.getBoundingClientRect().top).toBe(before);
  });

  it("statements 3 and 24: a silence changes words and offers, never the status, and new text takes them back", async () => {
    const at = (liveness: Liveness): AssistantMessage =>
      liveMessage("streaming", liveness, { parts: text("Drain"), waitingSince: 0, run: { ...RUN, caps: { ...RUN.caps, resume: true } } });
    const { clock, find, status, offers, screen, show } = await draw(at("flowing"));
    await clock.advance(3_000);
    await show(at("stalled"));
    await vi.waitFor(() => expect(status()).toBe("No new text for 3 s. The answer is not finished."));
    expect(offers()).toEqual([]);
    await clock.advance(7_000);
    await show(at("silent"));
    expect(offers()).toEqual(["Keep waiting", "Stop", "Reconnect"]);
    expect(find("answer")?.getAttribute("data-status")).toBe("streaming");
    await screen.getByRole("button", { name: "Keep waiting" }).click();
    expect(offers()).toEqual([]);
    expect(status()).toContain("No new text for 10 s.");
    await show(at("flowing"));
    expect(status()).toBe("Still answering");
  });

  it("statement 25: a running tool is named instead of a stall", async () => {
    const { status } = await draw(
      liveMessage("streaming", "slow", { parts: text("Let me look."), calls: [toolCall("check_regions", "executing")] }),
    );
    expect(status()).toBe("Running: Check regions");
  });

  it("r31-loop: the same failure three times offers Redirect, and stops nothing", async () => {
    const { find, status, offers } = await draw(
      liveMessage("streaming", "flowing", { parts: text("Trying."), repeatedFailure: { name: "create_ticket", code: "422", times: 3 } }),
    );
    expect(status()).toBe("Create ticket failed 3 times in the same way.");
    expect(offers()).toEqual(["Redirect", "Stop"]);
    expect(find("answer")?.getAttribute("data-status")).toBe("streaming");
  });

  it("r11-loop: text that repeats itself offers Stop", async () => {
    const { status, offers } = await draw(liveMessage("streaming", "looping", { parts: text("Again. Again. Again.") }));
    expect(status()).toBe("It may be repeating itself.");
    expect(offers()).toEqual(["Stop"]);
  });

  it("statement 31: a stop without a reply says so and can be sent again", async () => {
    const stop = { intent: "stop", by: "user", phase: "unconfirmed", upstream: "unknown", command: "c", atSeq: 3, painted: null } as const;
    const { status, offers } = await draw(liveMessage("streaming", "stopping", { parts: text("Drain"), stop }));
    expect(status()).toBe("Stop was sent. No reply yet.");
    expect(offers()).toEqual(["Send again"]);
  });

  it("statement 32: an answer that had finished before the stop is complete, says so, and offers the rest", async () => {
    const stop = {
      intent: "stop",
      by: "user",
      phase: "done",
      upstream: "already-finished",
      command: "c",
      atSeq: 3,
      painted: { parts: ["answer"], spans: [["span-1", 10]] },
    } as const;
    const { find, status, offers } = await draw(
      endedMessage("complete", { parts: text("First part and four more words", "closed"), notes: ["stop-too-late"], stop }),
    );
    expect(find("answer")?.getAttribute("data-status")).toBe("complete");
    expect(status()).toMatch(/^Complete · \d\d:\d\d · Finished before the stop arrived\.$/);
    expect(offers()).toEqual(["Show 4 more words that arrived"]);
  });

  it("statement 7: a length end after a full stop is marked like one in mid-word", async () => {
    const marks: string[] = [];
    for (const words of ["It is done.", "It is do"]) {
      const { find } = await draw(truncatedMessage("length", { parts: text(words, "cut") }));
      marks.push(find("answer.end")?.outerHTML ?? "");
    }
    expect(marks[0]).not.toBe("");
    expect(marks[0]).toBe(marks[1]);
  });

  it.each([
    ["code fence", "```sh\ndeployctl drain --reg", "pre"],
    ["list", "1. Drain\n2. Flip the", "ol"],
    ["table", "| Region | State |\n|---|---|\n| eu-west | dra", "table"],
  ])("statement 8: an end inside a %s closes the block, and the end mark stands outside", async (_name, words, block) => {
    const { find, screen } = await draw(truncatedMessage("length", { parts: text(words, "cut") }));
    expect(screen.container.querySelector(block)).not.toBeNull();
    expect(screen.container.querySelector(`${block} .unsay-end`)).toBeNull();
    expect(find("answer.body")?.contains(find("answer.end"))).toBe(false);
  });

  it("statement 10: a continued answer has a seam where its end mark stood", async () => {
    const parts = text("First drain the pool. Second, flip");
    const { find, show } = await draw(truncatedMessage("length", { parts }));
    expect(find("answer.end")).not.toBeNull();
    await show(
      liveMessage("streaming", "flowing", { parts, seams: [{ run: "r2", part: "answer", offset: 21, why: "continue", gapMs: null }] }),
    );
    expect(find("answer.end")).toBeNull();
    const seam = find("answer.seam");
    expect([seam?.getAttribute("role"), seam?.getAttribute("aria-label"), seam?.textContent]).toEqual([
      "separator",
      "Continued",
      "‸ Continued",
    ]);
  });

  it("statement 27: a resumed answer has one seam with the length of the gap", async () => {
    const { screen } = await draw(
      endedMessage("complete", {
        parts: text("First drain the pool. Second, flip", "closed"),
        seams: [{ run: "r", part: "answer", offset: 21, why: "resume", gapMs: 14_000 }],
      }),
    );
    const seams = screen.container.querySelectorAll('[role="separator"]');
    expect(Array.from(seams, (seam) => seam.getAttribute("aria-label"))).toEqual(["Resumed after 14 s"]);
  });

  it("endMark: complete answers are marked only where that was asked for", async () => {
    const done = endedMessage("complete", { parts: text("Done.", "closed") });
    expect((await draw(done)).find("answer.end")).toBeNull();
    const { screen } = await draw(done, { endMark: "always" });
    expect(screen.getByRole("img", { name: "End of answer" }).element().textContent).toBe("∎");
  });

  it("versions: the buttons ask for the neighbours and stop at both ends", async () => {
    const onVersion = vi.fn();
    const done = endedMessage("complete", { parts: text("Done.", "closed") });
    const { screen, find } = await draw(done, { version: 1, versions: 3, onVersion });
    expect(find("message.versions")?.textContent).toBe("1 of 3");
    const previous = screen.getByRole("button", { name: "Previous version" });
    expect(previous.element().getAttribute("aria-disabled")).toBe("true");
    await screen.getByRole("button", { name: "Next version" }).click();
    expect(onVersion).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: "m" }), 2);
  });

  it("statement 105: drawn by a server and never brought to life, a streaming answer still says that it is not finished", () => {
    const html = renderToString(<Message message={liveMessage("streaming", "flowing", { parts: text("Drain the pool") })} copyable />);
    expect(html).toContain("Still answering");
    expect(html).not.toContain("Complete");
  });
});

const RUN = {
  id: "r",
  lastSeq: 3,
  caps: playAnswer(scripts.complete).run?.caps ?? {},
  heartbeatMs: null,
  phase: null,
  state: "open",
} as NonNullable<AssistantMessage["run"]>;

describe("how an answer looks", () => {
  const parts = text("First drain the pool. Second, flip the", "cut");
  const STATES: readonly (readonly [string, AssistantMessage])[] = [
    ["pending", liveMessage("pending", "slow")],
    ["streaming", liveMessage("streaming", "flowing", { parts })],
    ["complete", endedMessage("complete", { parts })],
    ["revised", endedMessage("revised", { parts, revisions: 1 })],
    ...(["length", "stopped", "disconnected", "unverified", "withheld"] as const).map(
      (cause: Cause) => [cause, truncatedMessage(cause, { parts })] as const,
    ),
  ];

  it("statement 99: without colour any two statuses differ in the rule or in the shape of the end mark", async () => {
    const looks: string[] = [];
    for (const [, message] of STATES) {
      const { find } = await draw(message);
      const rule = getComputedStyle(find("answer") as Element);
      const shape = find("answer.end-shape");
      const mask = shape === null ? "" : `${getComputedStyle(shape).maskImage} ${getComputedStyle(shape).height}`;
      looks.push(`${rule.borderInlineStartStyle} ${rule.borderInlineStartWidth} ${mask}`);
    }
    expect(new Set(looks).size).toBe(STATES.length);
  });

  it("the text stands at the same place with a rule of any kind and without one", async () => {
    const lefts = new Set<number>();
    for (const [name, message] of STATES) {
      if (name === "pending" || name === "withheld") continue;
      const { find } = await draw(message);
      lefts.add((find("answer.body") as Element).getBoundingClientRect().left - (find("answer") as Element).getBoundingClientRect().left);
    }
    expect(lefts).toEqual(new Set([17]));
  });

  it("statement 102: without motion nothing animates", async () => {
    const { screen } = await draw(liveMessage("streaming", "flowing", { parts: text("Drain") }), {}, { motion: "none" });
    await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(screen.container.getAnimations({ subtree: true })).toEqual([]);
    const { clock, find } = await draw(liveMessage("streaming", "flowing", { parts: text("Drain") }));
    await clock.advance(300);
    await vi.waitFor(() => expect(getComputedStyle(find("answer.caret") as Element).animationName).toBe("unsay-breathe"));
    expect(getComputedStyle(find("answer.caret") as Element).animationIterationCount).toBe("4");
  });

  it("timing: a block that settles goes over in 240 ms, one that was written faster than that at once, and without motion none does", async () => {
    const fades = async (standsMs: number, root: UnsayRootProps = {}): Promise<readonly unknown[]> => {
      const written = (words: string): AssistantMessage => liveMessage("streaming", "flowing", { parts: text(words) });
      const { clock, screen, show } = await draw(written("Drain the queue."), {}, root);
      await clock.advance(standsMs);
      await show(written("Drain the queue.\n\nThen wait"));
      const block = screen.container.querySelector(".unsay-block[data-settled]") as Element;
      return block.getAnimations().map(({ effect }) => effect?.getTiming().duration);
    };
    expect(await fades(240)).toEqual([240]);
    expect(await fades(239)).toEqual([]);
    expect(await fades(240, { motion: "none" })).toEqual([]);
  });

  it("statement 103: from right to left the rule stands on the right, and code stays as it is", async () => {
    const { find, screen } = await draw(truncatedMessage("length", { parts: text("רוקנו `flip-flag`", "cut") }), {}, { dir: "rtl" });
    const rule = getComputedStyle(find("answer") as Element);
    expect([rule.borderRightWidth, rule.borderLeftWidth]).toEqual(["3px", "0px"]);
    expect(screen.container.querySelector("code")?.dir).toBe("ltr");
  });

  it("statement 101: at 320 px and with text at 200 % nothing is wider than the page", async () => {
    const word = "w".repeat(400);
    const wide = truncatedMessage("failed", {
      revisions: 1,
      userMessage: word,
      parts: [
        textPart(
          [
            { id: "a", text: word, state: "replaced", replacedBy: "b" },
            { id: "b", text: `${word} now`, state: "settled", replaces: ["a"], revision: 1 },
          ],
          { status: "cut" },
        ),
      ],
    });
    const { find } = await draw(
      wide,
      { copyable: true, version: 2, versions: 3, onVersion: nothing },
      { style: { inlineSize: 320, fontSize: "200%" } },
    );
    const root = find("answer")?.closest(".unsay-root") as HTMLElement;
    expect(root.scrollWidth).toBeLessThanOrEqual(320);
  });

  it("quiet marks hide the tint and the provisional tone, never lines or words", async () => {
    const { container } = await render(
      <UnsayRoot>
        <div className="unsay-thread" data-marks="quiet">
          <Message
            message={endedMessage("revised", {
              revisions: 1,
              parts: [
                textPart([
                  { id: "a", text: "Yes.", state: "replaced", replacedBy: "b" },
                  { id: "b", text: "No.", state: "settled", replaces: ["a"], revision: 1 },
                ]),
              ],
            })}
          />
        </div>
      </UnsayRoot>,
    );
    const mark = getComputedStyle(container.querySelector("ins") as Element);
    expect(mark.backgroundColor).toBe("rgba(0, 0, 0, 0)");
    expect(mark.textDecorationStyle).toBe("double");
  });

  it("the key to the marks opens, and Escape closes it without stopping anything", async () => {
    const onKeyDown = vi.fn((event: ReactKeyboardEvent) => event.defaultPrevented);
    const screen = await render(
      <div onKeyDown={onKeyDown}>
        <Legend />
      </div>,
    );
    const button = screen.getByRole("button", { name: "Key to the marks" });
    await button.click();
    expect(screen.container.querySelectorAll("li")).toHaveLength(7);
    button.element().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(button.element().getAttribute("aria-expanded")).toBe("false"));
    expect(onKeyDown).toHaveReturnedWith(true);
  });
});
