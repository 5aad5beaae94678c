import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createArgsHash, createEventFactory, NO_EFFECTS, type Caps, type EventPayload, type UnsayEvent } from "../protocol/index.js";
import { eventsOf, scripts } from "../testing/index.js";
import { createPendingMessage } from "./create.js";
import { continueMessage, requestStop } from "./local.js";
import type { AssistantMessage } from "./message.js";
import { tickMessage } from "./liveness.js";
import { foldEvents, type FoldResult } from "./reducer.js";
import { isLive, paintedOf, shownParts, textOf } from "./selectors.js";

const IDS = { thread: "t", run: "r", message: "m" };
const pending = () => createPendingMessage({ id: "m", thread: "t" }, { now: 0 });

const open = (caps: Caps = {}): EventPayload => ({ type: "run.open", caps, heartbeatMs: null, ttlMs: null });
const part = (id = "p", kind: "answer" | "reasoning" = "answer"): EventPayload => ({ type: "part.open", part: id, kind });
const words = (text: string, span = "s", id = "p"): EventPayload => ({ type: "span.append", part: id, span, text });
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const cut = (cause: "length" | "stopped" | "withheld" | "filtered" = "length"): EventPayload => ({
  type: "run.end",
  outcome: "truncated",
  cause,
  resumable: false,
  effects: NO_EFFECTS,
});
const ARGS = { to: "ana" };
const HASH = createArgsHash("c", "send", ARGS);
const propose: EventPayload = { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: true };
const ready: EventPayload = { type: "tool.ready", call: "c", args: ARGS, argsHash: HASH };
const start: EventPayload = { type: "tool.start", call: "c", attempt: 1, callKey: "k" };
const ask = (argsHash = HASH, approval = "a"): EventPayload => ({
  type: "approval.request",
  approval,
  items: [{ call: "c", argsHash }],
  options: ["once"],
  editable: false,
  expiresInMs: null,
});
const decide = (argsHash = HASH, approval = "a"): EventPayload => ({
  type: "approval.decision",
  approval,
  items: [{ call: "c", argsHash, decision: "approved" }],
  by: "user",
});

function eventsFrom(payloads: readonly EventPayload[]): UnsayEvent[] {
  const factory = createEventFactory(IDS);
  return payloads.map((payload) => factory.make(payload));
}

function fold(...payloads: readonly EventPayload[]): FoldResult {
  return foldEvents(pending(), eventsFrom(payloads));
}

function rulesOf(result: FoldResult): number[] {
  return result.violations.map((violation) => violation.rule);
}

describe("the five statuses", () => {
  it("are reached only as the server says", () => {
    expect(fold().message.status).toBe("pending");
    expect(fold(open()).message.status).toBe("pending");
    expect(fold(open(), part(), words("Hi")).message.status).toBe("streaming");
    expect(fold(open(), part(), words("Hi"), complete).message.status).toBe("complete");
    expect(fold(open(), part(), words("Hi"), cut()).message).toMatchObject({ status: "truncated", cause: "length", stated: true });
  });

  it("an answer corrected on the way ends revised, one corrected after its end becomes revised", () => {
    const revise: EventPayload = {
      type: "span.revise",
      spans: ["s"],
      replacement: { span: "s2", text: "No." },
      reason: "checked",
      by: "model",
    };
    const during = fold(open(), part(), words("Yes."), revise, complete).message;
    const after = fold(open(), part(), words("Yes."), complete, revise).message;
    for (const message of [during, after]) {
      expect(message).toMatchObject({ status: "revised", revisions: 1 });
      expect(textOf(message)).toBe("No.");
    }
  });

  it("a truncated answer with a revision stays truncated", () => {
    const revise: EventPayload = {
      type: "span.revise",
      spans: ["s"],
      replacement: { span: "s2", text: "No." },
      reason: "checked",
      by: "model",
    };
    expect(fold(open(), part(), words("Yes."), cut(), revise).message).toMatchObject({
      status: "truncated",
      cause: "length",
      revisions: 1,
    });
  });

  it("taking back everything leaves a withheld answer, also after a good end", () => {
    const retract: EventPayload = { type: "span.retract", spans: "all", reason: "medical advice", expunge: true };
    const message = fold(open(), part(), words("Take two."), complete, retract).message;
    expect(message).toMatchObject({ status: "truncated", cause: "withheld", error: { userMessage: "medical advice" } });
    expect(JSON.stringify(message)).not.toContain("Take two");
  });

  it("expunging a correction expunges the earlier wording with it", () => {
    const message = fold(
      open(),
      part(),
      words("Secret one. "),
      words("Rest.", "s9"),
      { type: "span.revise", spans: ["s"], replacement: { span: "s2", text: "Secret two. " }, reason: "typo", by: "model" },
      { type: "span.retract", spans: ["s2"], reason: "personal data", expunge: true },
      complete,
    ).message;
    expect(JSON.stringify(message)).not.toContain("Secret");
    expect(textOf(message)).toBe("Rest.");
  });

  it("complete without a word is complete and noted as empty", () => {
    expect(fold(open(), complete).message).toMatchObject({ status: "complete", notes: ["empty"] });
  });

  it("text that a declared verifier never verified ends unverified, not complete", () => {
    const message = fold(open({ verifier: true }), part(), words("Hi"), complete).message;
    expect(message).toMatchObject({ status: "truncated", cause: "unverified", stated: false });
  });

  it("statement 33: every open part, call and approval gets a terminal state at every end", () => {
    for (const end of [complete, cut(), cut("stopped"), cut("withheld")]) {
      const message = fold(open(), part(), words("Hi"), propose, ready, ask(), end).message;
      expect(message.parts.every((each) => each.type === "call" || each.status !== "open")).toBe(true);
      expect(message).toMatchObject({ calls: [{ status: "cancelled" }], approvals: [{ status: "cancelled" }] });
    }
  });
});

describe("illegal transitions", () => {
  it("1: nothing is applied before run.open", () => {
    const result = fold(part(), words("Hi"));
    expect(rulesOf(result)).toEqual([1, 1]);
    expect(result.message.parts).toEqual([]);
  });

  it("1: a late word of the run before says nothing of an answer that is being continued", () => {
    const factory = createEventFactory(IDS);
    const cutShort = [open(), part(), words("Half"), cut()].map((payload) => factory.make(payload));
    const continued = continueMessage(foldEvents(pending(), cutShort).message, 0);
    const result = foldEvents(continued, [factory.make(complete)]);
    expect(rulesOf(result)).toEqual([1]);
    expect(result.message.status).toBe("pending");
  });

  it("2: a second run may not open over a live one, unless it names it as parent", () => {
    const other = createEventFactory({ ...IDS, run: "r2" });
    const live = fold(open(), part()).message;
    expect(rulesOf(foldEvents(live, [other.make(open())]))).toEqual([2]);
    const named = foldEvents(live, [other.peek({ ...open(), parent: "r" } as EventPayload)]);
    expect(named).toMatchObject({ violations: [], message: { run: { id: "r2" }, runs: ["r", "r2"] } });
  });

  it("3: content after an end is refused and changes no text", () => {
    const result = fold(open(), part(), words("Hi"), complete, words(" there", "s2"));
    expect(rulesOf(result)).toEqual([3]);
    expect(textOf(result.message)).toBe("Hi");
  });

  it("3: a word of another run changes nothing here", () => {
    const before = fold(open(), part(), words("Hi")).message;
    const factory = createEventFactory({ ...IDS, run: "another" }, 4);
    for (const payload of [words(" there"), complete, propose]) {
      const result = foldEvents(before, [factory.make(payload)]);
      expect(rulesOf(result)).toEqual([3]);
      expect([textOf(result.message), result.message.status, result.message.calls]).toEqual(["Hi", "streaming", []]);
    }
  });

  it("4: nothing may come while a run waits for a decision, complete least of all", () => {
    const waiting: EventPayload = { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS };
    const result = fold(open(), propose, ready, ask(), waiting, part(), complete);
    expect(rulesOf(result)).toEqual([4, 4]);
    expect(result.message).toMatchObject({ status: "streaming", liveness: "awaiting-approval" });
  });

  it("5: correcting text that never came keeps the answer from being complete", () => {
    const result = fold(open(), part(), words("Hi"), { type: "span.retract", spans: ["nope"], reason: "x", expunge: false }, complete);
    expect(rulesOf(result)).toEqual([5]);
    expect(result.message).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
  });

  it("6: a decision for another approval, other arguments, or a closed approval decides nothing", () => {
    for (const bad of [decide(HASH, "other"), decide("0".repeat(64))]) {
      const result = fold(open(), propose, ready, ask(), bad);
      expect(rulesOf(result)).toEqual([6]);
      expect(result.message.calls[0]?.status).toBe("awaiting-approval");
    }
    expect(rulesOf(fold(open(), propose, ready, ask(), decide(), decide()))).toEqual([6]);
  });

  it("7: a tool that starts before it is ready, or unapproved, shows as unknown", () => {
    expect(fold(open(), propose, start)).toMatchObject({ violations: [{ rule: 7 }], message: { calls: [{ status: "unknown" }] } });
    expect(fold(open(), propose, ready, ask(), start)).toMatchObject({
      violations: [{ rule: 7 }],
      message: { calls: [{ status: "unknown" }] },
    });
    expect(fold(open(), propose, ready, ask(), decide(), start)).toMatchObject({
      violations: [],
      message: { calls: [{ status: "executing" }] },
    });
  });

  it("8: a tool that starts after a stop was accepted shows as unknown", () => {
    const factory = createEventFactory(IDS);
    const live = foldEvents(
      pending(),
      [open(), propose, ready].map((payload) => factory.make(payload)),
    ).message;
    const stopping = requestStop(live, { command: "x", intent: "stop", atSeq: 3, painted: paintedOf(live) }, 0);
    const ack: EventPayload = { type: "stop.ack", command: "x", client: "me", atSeq: 3, upstream: "aborted", settling: [] };
    const result = foldEvents(stopping, [factory.make(ack), factory.make(start)], { client: "me" });
    expect(result).toMatchObject({ violations: [{ rule: 8 }], message: { calls: [{ status: "unknown" }] } });
  });

  it("9: an acknowledgement of a stop that this client never sent is refused; another client's is not", () => {
    const ack = (client: string): EventPayload => ({ type: "stop.ack", command: "x", client, atSeq: 1, upstream: "aborted", settling: [] });
    const events = (client: string) => eventsFrom([open(), part(), ack(client)]);
    expect(rulesOf(foldEvents(pending(), events("me"), { client: "me" }))).toEqual([9]);
    expect(foldEvents(pending(), events("you"), { client: "me" })).toMatchObject({
      violations: [],
      message: { stop: { by: "other-device" }, liveness: "stopping" },
    });
  });

  it.each([
    ["server", "server"],
    ["admin", "admin"],
    ["user", "other-device"],
    [undefined, "other-device"],
  ] as const)("a stop that this client never sent, and that ends by %s, is told as one by %s", (by, told) => {
    const ack: EventPayload = { type: "stop.ack", command: "x", client: "you", atSeq: 1, upstream: "aborted", settling: [] };
    const end = { type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, effects: NO_EFFECTS } as const;
    const events = eventsFrom([open(), part(), ack, { ...end, ...(by === undefined ? {} : { by }) }]);
    expect(foldEvents(pending(), events, { client: "me" }).message).toMatchObject({ cause: "stopped", stop: { by: told, phase: "done" } });
  });

  it("12: a second, different end changes nothing; the same end twice is no news", () => {
    expect(rulesOf(fold(open(), part(), cut(), complete))).toEqual([12]);
    expect(fold(open(), part(), cut(), complete).message).toMatchObject({ status: "truncated", cause: "length" });
    expect(rulesOf(fold(open(), part(), cut(), cut()))).toEqual([]);
  });

  it("12: a second guess of this client does not replace its first", () => {
    const [inferred] = eventsFrom([cut()]);
    if (inferred === undefined) throw new Error("No event");
    const local = { ...inferred, seq: null, local: true as const };
    const first = foldEvents(fold(open(), part(), words("Hi")).message, [{ ...local, cause: "disconnected" } as UnsayEvent]).message;
    const second = foldEvents(first, [{ ...local, cause: "corrupt" } as UnsayEvent]);
    expect(rulesOf(second)).toEqual([12]);
    expect(second.message).toMatchObject({ cause: "disconnected", stated: false });
  });

  it("13: text called verified by a server without a verifier counts as provisional", () => {
    const result = fold(open(), part(), { ...words("Hi"), state: "verified" } as EventPayload);
    expect(rulesOf(result)).toEqual([13]);
    expect(result.message.parts[0]).toMatchObject({ spans: [{ state: "provisional" }] });
  });

  it("13: this client can't call an answer complete", () => {
    const live = fold(open(), part(), words("Hi")).message;
    const result = foldEvents(live, [createEventFactory(IDS).peek(complete, { local: true })]);
    expect(rulesOf(result)).toEqual([13]);
    expect(result.message.status).toBe("streaming");
  });

  it("13: an end that this client inferred is not called stated", () => {
    const [inferred] = eventsFrom([cut()]);
    if (inferred === undefined) throw new Error("No event");
    const { message } = foldEvents(fold(open(), part(), words("Hi")).message, [{ ...inferred, seq: null, local: true }]);
    expect(message).toMatchObject({ status: "truncated", stated: false });
    expect(fold(open(), part(), words("Hi"), cut()).message.stated).toBe(true);
  });

  it("14: shown text can't be dropped", () => {
    const result = fold(open(), part(), words("Hi"), { type: "span.drop", spans: ["s"] });
    expect(rulesOf(result)).toEqual([14]);
    expect(textOf(result.message)).toBe("Hi");
  });

  it("15: two open approvals can't share a call", () => {
    const result = fold(open(), propose, ready, ask(), ask(HASH, "b"));
    expect(rulesOf(result)).toEqual([15]);
    expect(result.message.approvals).toHaveLength(1);
  });

  it("16: text for a part that never opened, or has closed, is reported and the answer can't be complete", () => {
    for (const payloads of [
      [open(), words("lost"), complete],
      [open(), part(), words("Hi"), { type: "part.close", part: "p" }, words("lost"), complete],
    ] as const) {
      const result = fold(...(payloads as readonly EventPayload[]));
      expect(rulesOf(result)).toEqual([16]);
      expect(result.message).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
    }
  });

  it("17: nothing after a hole in the log is applied", () => {
    const events = eventsFrom([open(), part(), words("a"), words("b"), complete]);
    const result = foldEvents(pending(), [...events.slice(0, 3), ...events.slice(4)]);
    expect(result.gap).toEqual({ expected: 4, got: 5 });
    expect(textOf(result.message)).toBe("a");
    expect(isLive(result.message)).toBe(true);
  });
});

describe("tool calls", () => {
  it("other arguments after the question withdraw it, and an answer to it no longer counts", () => {
    const other = { to: "mallory" };
    const result = fold(
      open(),
      propose,
      ready,
      ask(),
      { type: "tool.ready", call: "c", args: other, argsHash: createArgsHash("c", "send", other) },
      decide(),
    );
    expect(rulesOf(result)).toEqual([6]);
    expect(result.message).toMatchObject({ approvals: [{ status: "superseded" }], calls: [{ status: "ready" }] });
  });

  it("an error of a tool that may have acted is unknown, unless it says that nothing happened", () => {
    const failed: EventPayload = { type: "tool.result", call: "c", result: "error" };
    const before = [open(), propose, ready, start] as const;
    expect(fold(...before, failed).message.calls[0]?.status).toBe("unknown");
    expect(fold(...before, { ...failed, effect: "none" }).message.calls[0]?.status).toBe("failed");
  });

  it("a receipt that comes after the end is shown as late and corrects what was unknown", () => {
    const receipt: EventPayload = { type: "receipt", receipt: "x", call: "c", outcome: "succeeded", summary: "sent", doneAt: 1 };
    const message = fold(open(), propose, ready, start, cut("stopped"), receipt).message;
    expect(message).toMatchObject({
      calls: [{ status: "succeeded" }],
      receipts: [{ late: true }],
      effects: { succeeded: ["c"], unknown: [] },
      notes: [],
    });
  });

  it("statement 34: a call of this client that had started and may have acted is unknown, not cancelled", () => {
    const call = { ...propose, runsOn: "client" } as EventPayload;
    expect(fold(open(), call, ready, start, cut("stopped")).message).toMatchObject({ calls: [{ status: "unknown" }] });
    const reading = { ...call, effect: "read" } as EventPayload;
    expect(fold(open(), reading, ready, start, cut("stopped")).message).toMatchObject({ calls: [{ status: "cancelled" }] });
  });

  it("a call that ran when the connection was lost is unknown, one that this client would have run is cancelled", () => {
    const lost = createEventFactory(IDS).peek(cut(), { local: true });
    const server = foldEvents(fold(open(), propose, ready, start).message, [lost]).message;
    const client = foldEvents(fold(open(), { ...propose, runsOn: "client" }, ready).message, [lost]).message;
    expect(server).toMatchObject({ calls: [{ status: "unknown" }], notes: ["uncertain-effects"] });
    expect(client).toMatchObject({ calls: [{ status: "cancelled" }] });
  });
});

describe("what is shown", () => {
  it("leaves drafts out, and what was never shown may be dropped without a trace", () => {
    const draft = { ...words("maybe", "d"), state: "speculative" } as EventPayload;
    const message = fold(open(), part(), words("Sure. "), draft).message;
    expect(textOf(message)).toBe("Sure. ");
    expect(shownParts(message)).toMatchObject([{ spans: [{ id: "s" }] }]);
    const dropped = fold(open(), part(), words("Sure. "), draft, { type: "span.drop", spans: ["d"] }, complete).message;
    expect(dropped).toMatchObject({ status: "complete", revisions: 0 });
  });

  describe("after Stop was pressed", () => {
    const pressAfter = (before: readonly EventPayload[], after: readonly EventPayload[]) => {
      const factory = createEventFactory(IDS);
      const live = foldEvents(
        pending(),
        before.map((payload) => factory.make(payload)),
      ).message;
      const stopping = requestStop(live, { command: "x", intent: "stop", atSeq: live.run?.lastSeq ?? 0, painted: paintedOf(live) }, 0);
      return textOf(
        foldEvents(
          stopping,
          after.map((payload) => factory.make(payload)),
        ).message,
      );
    };
    const draft = { ...words("maybe", "d"), state: "speculative" } as EventPayload;

    it.each<readonly [string, readonly EventPayload[], readonly EventPayload[], string]>([
      ["new text in the same span", [open(), part(), words("Seen.")], [words(" Unseen.")], "Seen."],
      ["a new part", [open(), part(), words("Seen.")], [part("q"), words("Unseen.", "u", "q")], "Seen."],
      [
        "an earlier part that is still open",
        [open(), part("a"), words("A.", "a1", "a"), part(), words("B.")],
        [words("Unseen.", "a2", "a")],
        "A.B.",
      ],
      ["an earlier span of the same part", [open(), part(), words("A.", "a"), words("B.", "b")], [words("Unseen.", "a")], "A.B."],
      [
        "a draft that settles",
        [open(), part(), words("Seen."), draft],
        [{ type: "span.settle", spans: ["d"], to: "provisional", by: "model" }],
        "Seen.",
      ],
      [
        "the place of seen text that is expunged",
        [open(), part(), words("Secret.", "a"), words("Seen.")],
        [words(" Unseen."), { type: "span.retract", spans: ["a"], reason: "x", expunge: true }],
        "Seen.",
      ],
      [
        "a correction of seen text, which is shown",
        [open(), part(), words("Wrong.", "a"), words(" Seen.")],
        [{ type: "span.revise", spans: ["a"], replacement: { span: "a2", text: "Right." }, reason: "x", by: "model" }, words(" Unseen.")],
        "Right. Seen.",
      ],
      [
        "a correction of unseen text, which is not",
        [open(), part(), words("Seen.")],
        [
          words(" Unseen.", "u"),
          { type: "span.revise", spans: ["u"], replacement: { span: "u2", text: " Unseen, too." }, reason: "x", by: "model" },
        ],
        "Seen.",
      ],
    ])("nothing unseen comes into view through %s", (_where, before, after, shown) => {
      expect(pressAfter(before, after)).toBe(shown);
    });
  });

  it("reasoning is not answer text", () => {
    expect(textOf(fold(open(), part("x", "reasoning"), words("hmm", "h", "x"), part(), words("Yes.")).message)).toBe("Yes.");
  });
});

describe("liveness", () => {
  const at = (message: AssistantMessage, now: number) => {
    const ticked = tickMessage(message, now);
    return "liveness" in ticked ? ticked.liveness : null;
  };

  it("goes from flowing to slow, stalled and silent by time without content, and never changes the status", () => {
    const message = foldEvents(pending(), eventsFrom([open(), part(), words("Hi")]), { now: 0 }).message;
    expect([999, 1_000, 1_499, 1_500, 9_999, 10_000].map((now) => at(message, now))).toEqual([
      "flowing",
      "slow",
      "slow",
      "stalled",
      "stalled",
      "silent",
    ]);
    expect(tickMessage(message, 99_999).status).toBe("streaming");
  });

  it("a phase explains a gap until the next content", () => {
    const phase: EventPayload = { type: "run.phase", phase: "checking" };
    const message = foldEvents(pending(), eventsFrom([open(), part(), words("Hi"), phase]), { now: 0 }).message;
    expect(at(message, 60_000)).toBe("slow");
  });
});

describe("replay", () => {
  const logs = Object.values(scripts).map((script) => eventsOf(script));

  it("any suffix of any run applied again changes nothing", () => {
    fc.assert(
      fc.property(fc.constantFrom(...logs), fc.nat(), (events, from) => {
        const once = foldEvents(pending(), events).message;
        const again = foldEvents(once, events.slice(from % events.length));
        expect(again.message).toBe(once);
      }),
    );
  });

  it("batches do not matter: one event at a time folds to the same message as all at once", () => {
    fc.assert(
      fc.property(fc.constantFrom(...logs), fc.array(fc.nat({ max: 200 }), { maxLength: 8 }), (events, cuts) => {
        const edges = [0, ...cuts.map((edge) => edge % events.length).sort((a, b) => a - b), events.length];
        const message = edges
          .slice(1)
          .reduce((current, edge, index) => foldEvents(current, events.slice(edges[index], edge)).message, pending());
        expect(message).toEqual(foldEvents(pending(), events).message);
      }),
    );
  });

  it("no prefix of a run is complete or revised before its end", () => {
    for (const events of logs) {
      for (let length = 0; length < events.length - 1; length += 1) {
        expect(["pending", "streaming"]).toContain(foldEvents(pending(), events.slice(0, length)).message.status);
      }
    }
  });

  it("a fold never writes into the message it was given", () => {
    for (const events of logs) {
      let message = pending();
      for (const event of events) {
        const before = JSON.stringify(message);
        const next = foldEvents(message, [event]).message;
        expect(JSON.stringify(message)).toBe(before);
        message = next;
      }
    }
  });
});
