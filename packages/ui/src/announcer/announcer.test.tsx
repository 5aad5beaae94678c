import { describe, expect, it } from "vitest";
import { render } from "vitest-browser-react";
import { createSession, type AssistantMessage, type Cause, type ConnectionState, type Message, type Span } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { createUseStore, SessionProvider, UsesProvider, type UsedRange } from "@unsay/react";
import { approval, endedMessage, liveMessage, receipt, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { Announcer, type AnnouncerProps } from "./announcer.js";

const CONNECTION: ConnectionState = { status: "open", attempt: 0 };

/** What both regions were given, in order, read off the document and not off a callback. */
async function listen(props: Partial<AnnouncerProps> = {}) {
  const clock = createFakeClock();
  const session = createSession({ transport: createScriptedTransport(scripts.complete, { clock }), clock });
  const uses = createUseStore();
  const draw = (messages: readonly Message[]) => (
    <SessionProvider session={session} clock={clock}>
      <UsesProvider store={uses}>
        <Announcer messages={messages} connection={CONNECTION} {...props} />
        <input aria-label="Message" />
      </UsesProvider>
    </SessionProvider>
  );
  const screen = await render(draw([]));
  const region = (name: string): HTMLElement => screen.container.querySelector(`[data-unsay="announcer.${name}"]`) as HTMLElement;
  expect([region("polite").textContent, region("assertive").textContent]).toEqual(["", ""]);
  const log: string[] = [];
  const observers = ["polite", "assertive"].map((name) => {
    const observer = new MutationObserver(() => log.push(`${name}: ${(region(name).textContent ?? "").trimEnd()}`));
    observer.observe(region(name), { childList: true, characterData: true, subtree: true });
    return observer;
  });
  const show = async (message: AssistantMessage, ms = 0): Promise<void> => {
    await screen.rerender(draw([{ ...message, id: "m" }]));
    await clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve));
  };
  const wait = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { clock, log, show, wait, uses, screen, close: () => observers.forEach((observer) => observer.disconnect()) };
}

const words = (text: string, status: "open" | "closed" | "cut" = "open") => [textPart(text, { status })];
const pending = () => liveMessage("pending", "flowing", { waitingSince: 0 });
const streaming = (text = "Drain the pool", fields: Parameters<typeof liveMessage>[2] = {}) =>
  liveMessage("streaming", "flowing", { parts: words(text), ...fields });
const LONG = "Drain the pool in each region before the switch. ".repeat(8);

describe("announcements of whole runs, as the two regions heard them", () => {
  it("statement 95, announcements: a complete run says that it starts and that it is complete, and no token of it", async () => {
    const { log, show } = await listen();
    await show(pending(), 400);
    for (let length = 10; length <= LONG.length; length += 10) await show(streaming(LONG.slice(0, length)), 50);
    await show(endedMessage("complete", { parts: words(LONG, "closed") }), 3_000);
    expect(log).toEqual(["polite: Answering.", "polite: Answer complete, 72 words."]);
  });

  const CAUSES: Record<Exclude<Cause, "stopped" | "redirected">, string> = {
    length: "assertive: Answer cut off: length limit reached. It is not complete.",
    filtered: "assertive: Answer cut off: stopped by a content rule. It is not complete.",
    disconnected: "assertive: Answer cut off: connection lost. It is not complete.",
    failed: "assertive: Answer cut off: something failed. It is not complete.",
    orphaned: "assertive: Answer cut off: the run is gone. It is not complete.",
    corrupt: "assertive: Answer cut off: the rest could not be read. It is not complete.",
    unverified: "assertive: Answer cut off: parts were never verified. It is not complete.",
    withheld: "assertive: The answer was withdrawn.",
  };
  it.each(Object.entries(CAUSES))(
    "announcements: an answer that ends as %s is told assertively in words of its own",
    async (cause, heard) => {
      const { log, show } = await listen();
      await show(streaming(), 2_000);
      await show(truncatedMessage(cause as Cause, { parts: words("Drain the pool", "cut") }), 3_000);
      expect(log).toEqual(["polite: Answering.", heard]);
    },
  );

  it("announcements: a quick stop is told once, a slow one twice", async () => {
    const stopping = { ...streaming(), liveness: "stopping" } as AssistantMessage;
    const stopped = truncatedMessage("stopped", { parts: words("Drain", "cut") });
    const quick = await listen();
    await quick.show(streaming(), 200);
    await quick.show(stopping, 300);
    await quick.show(stopped, 3_000);
    expect(quick.log).toEqual(["polite: Answering.", "polite: Stopped."]);
    const slow = await listen();
    await slow.show(streaming(), 2_000);
    await slow.show(stopping, 2_000);
    await slow.show(stopped, 3_000);
    expect(slow.log).toEqual(["polite: Answering.", "polite: Stopping.", "polite: Stopped."]);
  });

  it("announcements: a stop after which something had already happened says what, assertively and once", async () => {
    const { log, show } = await listen();
    await show(streaming(), 2_000);
    const calls = [toolCall("send_email", "succeeded"), toolCall("deploy", "unknown")];
    const stopped = truncatedMessage("stopped", { calls, receipts: [receipt("call-send_email", "email sent to 2 people")] });
    await show(stopped, 3_000);
    await show({ ...stopped }, 3_000);
    expect(log).toEqual([
      "polite: Answering.",
      "assertive: Stopped. 1 action already happened: email sent to 2 people. 1 outcome is not known: Deploy.",
    ]);
  });

  it("statement 35, announcements: a receipt that came late is told", async () => {
    const { log, show } = await listen();
    await show(streaming(), 2_000);
    const stopped = truncatedMessage("stopped", { parts: words("Drain", "cut") });
    await show(stopped, 2_000);
    await show({ ...stopped, receipts: [receipt("c", "email sent", { late: true })] }, 2_000);
    expect(log.at(-1)).toBe("polite: Already happened: email sent");
  });

  it("announcements: a request of tier 2 is told politely and again after a minute, one that destroys assertively and once", async () => {
    const quiet = await listen();
    const ask = (effect: "write" | "irreversible"): AssistantMessage => {
      const call = toolCall("send_email", "awaiting-approval", { effect });
      return streaming("Ready", { calls: [call], approvals: [approval(call, { requestedAt: 1_767_268_800_000 })] });
    };
    await quiet.show(ask("write"), 59_000);
    expect(quiet.log).toEqual(["polite: Answering.", "polite: Approval needed: Send email? Press F6 to review."]);
    await quiet.wait(121_000);
    expect(quiet.log).toHaveLength(3);
    expect(quiet.log[2]).toBe(quiet.log[1]);
    const loud = await listen();
    await loud.show(ask("irreversible"), 180_000);
    expect(loud.log).toEqual(["assertive: Approval needed: Send email? Press F6 to review.", "polite: Answering."]);
  });

  it("announcements: a request that expires says so a minute and twenty seconds before, and not when it was answered", async () => {
    const call = toolCall("send_email", "awaiting-approval", { effect: "irreversible" });
    const asked = streaming("Ready", {
      calls: [call],
      approvals: [approval(call, { requestedAt: 1_767_268_800_000, expiresInMs: 90_000 })],
    });
    const { log, show, wait } = await listen();
    await show(asked, 29_000);
    expect(log).toHaveLength(2);
    await wait(2_000);
    expect(log.at(-1)).toBe("polite: Expires in 60 seconds.");
    await wait(40_000);
    expect(log.at(-1)).toBe("polite: Expires in 20 seconds.");
    const answered = await listen();
    await answered.show(asked, 10_000);
    await answered.show({ ...asked, approvals: asked.approvals.map((open) => ({ ...open, status: "approved" as const })) }, 100_000);
    expect(answered.log.some((entry) => entry.includes("Expires"))).toBe(false);
  });

  it("announcements: a long wait is told at ten seconds and then twice more", async () => {
    const { log, show, wait } = await listen();
    await show(pending(), 9_900);
    expect(log).toEqual([]);
    await wait(300_000);
    expect(log).toEqual(["polite: Still working, 10 seconds.", "polite: Still working, 40 seconds.", "polite: Still working, 70 seconds."]);
  });

  it("announcements: while a busy server is asked again that is what the wait is called, once and at its marks", async () => {
    const { log, show, wait } = await listen();
    const busy = { ...pending(), busyUntil: 20_000 };
    await show(pending(), 500);
    await show(busy, 3_000);
    await show(pending(), 300);
    await show(busy, 3_000);
    expect(log).toEqual(["polite: The server is busy. Trying again."]);
    await wait(10_000);
    expect(log).toHaveLength(2);
    expect(log.join()).not.toContain("working");
  });

  it("announcements: a stall is told once, a reconnect once in each direction", async () => {
    const { log, show } = await listen();
    const as = (liveness: "stalled" | "silent" | "reconnecting" | "flowing"): AssistantMessage =>
      ({ ...streaming(), liveness }) as AssistantMessage;
    await show(as("flowing"), 2_000);
    await show(as("stalled"), 3_000);
    await show(as("silent"), 3_000);
    await show(as("reconnecting"), 3_000);
    await show(as("flowing"), 3_000);
    expect(log).toEqual([
      "polite: Answering.",
      "polite: Paused. The answer is not finished.",
      "polite: Reconnecting.",
      "polite: Connected again.",
    ]);
  });

  const OLD: Span = { id: "old", text: "Yes, deploy.", state: "settled" };
  const revisedSpans = (number = 1): readonly Span[] => [
    { ...OLD, state: "replaced", replacedBy: `new-${number}` },
    { id: `new-${number}`, text: "Not yet.", state: "settled", replaces: ["old"], revision: number },
    { id: "rest", text: " ".repeat(10) + LONG, state: "settled" },
  ];
  const revised = () => endedMessage("revised", { parts: [textPart(revisedSpans())], revisions: 1 });

  it("statement 53, announcements: corrections of unused text are told politely, three within five seconds once", async () => {
    const { log, show } = await listen();
    const first = streaming("", { parts: [textPart([OLD, { id: "rest", text: LONG, state: "provisional" }], { status: "open" })] });
    await show(first, 2_000);
    for (const revisions of [1, 2, 3])
      await show({ ...first, revisions, parts: [textPart(revisedSpans(revisions), { status: "open" })] }, 1_200);
    expect(log).toEqual(["polite: Answering.", "polite: Answer corrected."]);
  });

  const used: UsedRange = {
    id: "u",
    message: "m",
    kind: "copied",
    spans: [["old", 0, 12]],
    revision: 0,
    wasFinished: true,
    hash: "h",
    at: 0,
  };

  it("statement 15, announcements: a correction of copied text is told assertively and once", async () => {
    const { log, show, uses } = await listen();
    await show(streaming("", { parts: [textPart([OLD], { status: "open" })] }), 2_000);
    uses.add(used);
    await show(revised(), 3_000);
    await show({ ...revised() }, 8_000);
    expect(log.filter((entry) => entry.startsWith("assertive"))).toEqual(["assertive: Text you copied has been corrected."]);
    expect(log).not.toContain("polite: Answer corrected.");
  });

  it("statement 15, announcements: that copied text came from an answer that was then cut off is told assertively", async () => {
    const { log, show, uses } = await listen();
    await show(streaming("", { parts: [textPart([OLD], { status: "open" })] }), 2_000);
    uses.add({ ...used, wasFinished: false });
    await show(truncatedMessage("stopped", { parts: [textPart([OLD], { status: "cut" })] }), 4_000);
    expect(log).toContain("assertive: The answer you copied from was cut off.");
  });

  it("statement 62, announcements: a withdrawal is told assertively without the words, and what waited to be read out is not", async () => {
    const { log, show, clock } = await listen();
    await show(streaming("", { parts: [textPart([{ ...OLD, text: "Call Ana, 555 0142." }], { status: "open" })] }), 2_000);
    // Somebody types, so the short answer that would be read whole has to wait.
    document.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    await show(endedMessage("complete", { parts: [textPart([{ ...OLD, text: "Call Ana, 555 0142." }])] }), 500);
    const gone: Span = { id: "old", text: "", state: "retracted", expunged: true, reason: "personal data" };
    await show(endedMessage("revised", { parts: [textPart([gone])], revisions: 1 }), 5_000);
    expect(clock.now()).toBeGreaterThan(0);
    expect(log).toContain("assertive: Part of the answer was withdrawn: personal data.");
    expect(log.join("\n")).not.toContain("555");
    expect(log.some((entry) => entry.startsWith("polite: Answer complete"))).toBe(true);
  });

  it("r6-announce: a correction of what was read out says the new words; of what was not, only that", async () => {
    const heard = await listen();
    await heard.show(streaming("", { parts: [textPart([OLD], { status: "open" })] }), 2_000);
    await heard.show(endedMessage("complete", { parts: [textPart([OLD])] }), 3_000);
    await heard.show(endedMessage("revised", { parts: [textPart(revisedSpans())], revisions: 1 }), 3_000);
    expect(heard.log.slice(1)).toEqual(["polite: Answer complete. Yes, deploy.", "polite: Correction: Not yet."]);
  });

  it("announcements: sentences are read out only where that was asked for, and one that was corrected in the queue is not", async () => {
    const { log, show, wait } = await listen({ announce: "sentences" });
    const two: readonly Span[] = [
      { ...OLD, state: "provisional", text: "Yes, deploy. " },
      { id: "next", text: "Then wait. Done", state: "provisional" },
    ];
    await show(streaming("", { parts: [textPart(two, { status: "open" })] }), 0);
    const fixed: readonly Span[] = [
      { ...OLD, state: "replaced", replacedBy: "new" },
      { id: "new", text: "Not yet. ", state: "provisional", replaces: ["old"], revision: 1 },
      { id: "next", text: "Then wait. Done", state: "provisional" },
    ];
    await show(streaming("", { parts: [textPart(fixed, { status: "open" })], revisions: 1 }), 0);
    await wait(8_000);
    expect(log).not.toContain("polite: Yes, deploy.");
    expect(log).toContain("polite: Not yet.");
    expect(log).toContain("polite: Then wait.");
  });

  it("r31-loop, announcements: the same failure three times is told once", async () => {
    const { log, show } = await listen();
    await show(streaming(), 2_000);
    await show(streaming("Drain the pool", { repeatedFailure: { name: "create_ticket", code: "422", times: 3 } }), 2_000);
    await show(streaming("Drain the pool", { repeatedFailure: { name: "create_ticket", code: "422", times: 4 } }), 8_000);
    expect(log).toEqual(["polite: Answering.", "polite: Create ticket failed 3 times in the same way."]);
  });
});
