import { describe, expect, it } from "vitest";
import { createArgsHash, createEventFactory, NO_EFFECTS, type Actor, type Cause, type EventPayload } from "../protocol/index.js";
import { createPendingMessage, createUserMessage } from "../message/create.js";
import { continueMessage, requestStop, revealTail } from "../message/local.js";
import type { AssistantMessage, ToolCall, ToolCallStatus } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { paintedOf, textOf } from "../message/selectors.js";
import { playAnswer, scripts } from "../testing/index.js";
import { toContext } from "./index.js";

const open: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const part = (id = "p", kind: "answer" | "reasoning" | "refusal" = "answer"): EventPayload => ({ type: "part.open", part: id, kind });
const words = (text: string, span = "s", id = "p"): EventPayload => ({ type: "span.append", part: id, span, text });
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const cut = (cause: Cause, by?: Actor): EventPayload => ({
  type: "run.end",
  outcome: "truncated",
  cause,
  resumable: false,
  effects: NO_EFFECTS,
  ...(by === undefined ? {} : { by }),
});
const ARGS = { to: "ana" };
const HASH = createArgsHash("c", "send", ARGS);
const propose: EventPayload = { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: true };
const ready: EventPayload = { type: "tool.ready", call: "c", args: ARGS, argsHash: HASH };
const start: EventPayload = { type: "tool.start", call: "c", attempt: 1, callKey: "key-9" };
const result = (rest: Partial<Extract<EventPayload, { type: "tool.result" }>>): EventPayload => ({
  type: "tool.result",
  call: "c",
  result: "ok",
  ...rest,
});

function after(message: AssistantMessage, ...payloads: readonly EventPayload[]): AssistantMessage {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" }, (message.run?.lastSeq ?? 0) + 1);
  return foldEvents(
    message,
    payloads.map((payload) => factory.make(payload)),
  ).message;
}
const fold = (...payloads: readonly EventPayload[]) => after(createPendingMessage({ id: "m", thread: "t" }), open, ...payloads);
const press = (message: AssistantMessage, intent: "stop" | "redirect" = "stop") =>
  requestStop(message, { command: "stop-1", intent, atSeq: message.run?.lastSeq ?? 0, painted: paintedOf(message) }, 0);
const contextOf = (...payloads: readonly EventPayload[]) => toContext(fold(...payloads));
const resultOf = (...payloads: readonly EventPayload[]) => contextOf(propose, ...payloads)?.calls[0]?.result;

describe("the text that goes back to the model", () => {
  it("of a complete answer is the whole of it, without a note", () => {
    const context = contextOf(part(), words("All of it."), complete);
    expect(context).toEqual({ role: "assistant", text: "All of it.", calls: [], steps: [{ text: "All of it.", calls: [] }] });
  });

  it("of a revised answer is its newest wording: what was replaced or retracted is absent", () => {
    expect(toContext(playAnswer(scripts.revision))?.text).toMatch(/^Not yet: us-east is still draining\. The pool/);
    for (const name of ["revision", "retraction", "expunge"] as const) {
      expect(JSON.stringify(toContext(playAnswer(scripts[name])))).not.toMatch(/you can deploy|ana\.novak|checked|personal data/);
    }
  });

  it("has no reasoning, no refusal and no draft", () => {
    const context = contextOf(
      part("thought", "reasoning"),
      words("SECRET-1", "r1", "thought"),
      part("no", "refusal"),
      words("SECRET-2", "r2", "no"),
      part(),
      words("Hello."),
      { type: "span.append", part: "p", span: "draft", text: "SECRET-3", state: "speculative" },
      complete,
    );
    expect(context?.text).toBe("Hello.");
    expect(JSON.stringify(context)).not.toContain("SECRET");
  });

  it("of a stopped answer ends where the reader saw it end, though more had arrived", () => {
    const pressed = press(fold(part(), words("Seen. ")));
    const context = toContext(after(pressed, words("Not seen."), cut("stopped")));
    expect(context).toMatchObject({ text: "Seen. ", note: "reply cut off by the user's stop; the user saw up to here" });
    expect(JSON.stringify(context)).not.toContain("Not seen");
  });

  it("of an answer that finished despite the stop ends there too, and says so, until the reader asks for the rest", () => {
    const late = after(press(fold(part(), words("Seen. "))), words("Not seen."), complete);
    expect(late.status).toBe("complete");
    expect(toContext(late)).toMatchObject({
      text: "Seen. ",
      note: "the user pressed stop before the end of this reply; the user saw up to here",
    });
    expect(toContext(revealTail(late))).toMatchObject({ text: "Seen. Not seen." });
    expect(toContext(revealTail(late))).not.toHaveProperty("note");
  });

  it.each<[Cause, string]>([
    ["redirected", "reply cut off: the user redirected it; the user saw up to here"],
    ["disconnected", "reply cut off by a lost connection; the user saw up to here"],
    ["length", "reply cut off by the length limit; the user saw up to here"],
    ["failed", "reply cut off by an error; the user saw up to here"],
    ["orphaned", "reply cut off: the server lost it; this is what was stored of it"],
    ["corrupt", "reply cut off by unreadable data; the user saw up to here"],
    ["unverified", "this reply was not checked; the user saw up to here"],
  ])("of an answer cut as %s carries a note that says so", (cause, note) => {
    expect(contextOf(part(), words("Half of"), cut(cause))).toMatchObject({ text: "Half of", note });
  });

  it.each<[Actor, string]>([
    ["other-device", "the user's stop on another device"],
    ["admin", "an administrator's stop"],
    ["server", "the server's stop"],
  ])("names who stopped: %s", (by, who) => {
    expect(contextOf(part(), words("Half of"), cut("stopped", by))?.note).toContain(who);
  });

  it("names the length of the conversation where that was the limit", () => {
    const error = { code: "context-window", message: "too long", retryable: false };
    const end = { ...cut("length"), error } as EventPayload;
    expect(contextOf(part(), words("Half of"), end)?.note).toContain("the length of the conversation");
  });

  it.each<Cause>(["filtered", "withheld"])("of a %s answer does not exist, and neither does a note", (cause) => {
    expect(contextOf(part(), words("Bad words"), cut(cause))).toBeNull();
    const withCall = contextOf(part(), words("Bad words"), propose, ready, start, result({ output: "sent" }), cut(cause));
    expect(withCall).toMatchObject({ text: "", calls: [{ id: "c", result: { kind: "ok", text: "sent" } }] });
    expect(withCall).not.toHaveProperty("note");
    expect(JSON.stringify(withCall)).not.toContain("Bad words");
  });

  it("of an answer that is still being made is what stands there, with a note", () => {
    expect(contextOf(part(), words("So far"))).toMatchObject({ text: "So far", note: expect.stringContaining("still being written") });
    const pressed = press(fold(part(), words("So far")), "redirect");
    expect(toContext(pressed)?.note).toBe("reply not finished: the user redirected; the user saw up to here");
  });

  it("never holds half a character", () => {
    expect(contextOf(part(), words("Good \u{1F600}".slice(0, -1)), cut("length"))?.text).toBe("Good \uFFFD");
  });

  it("is what textOf says, for every script", () => {
    for (const script of Object.values(scripts)) {
      const message = playAnswer(script);
      const isBarred = message.status === "truncated" && ["withheld", "filtered"].includes(message.cause);
      expect(toContext(message)?.text ?? "").toBe(isBarred ? "" : textOf(message));
    }
  });

  it("does not exist for an answer without words and calls, or with spaces only", () => {
    expect(contextOf(complete)).toBeNull();
    expect(contextOf(cut("failed"))).toBeNull();
    expect(contextOf(part(), words(" \n"), complete)).toBeNull();
  });

  it("of a user's message is its text, unless it was never delivered or is empty", () => {
    const user = createUserMessage({ id: "u", thread: "t", text: "Hi" });
    expect(toContext(user)).toEqual({ role: "user", text: "Hi", calls: [], steps: [{ text: "Hi", calls: [] }] });
    expect(toContext({ ...user, delivery: "failed" })).toBeNull();
    expect(toContext({ ...user, text: " " })).toBeNull();
  });
});

describe("the result of a call", () => {
  it("that succeeded is its real output", () => {
    expect(resultOf(ready, start, result({ output: { c: 4 } }), complete)).toEqual({ kind: "ok", text: '{"c":4}', output: { c: 4 } });
    expect(resultOf(ready, start, result({ output: "four" }), complete)).toMatchObject({ kind: "ok", text: "four" });
  });

  it("that returned nothing says so, or what its receipt says", () => {
    expect(resultOf(ready, start, result({ result: "empty", output: [] }), complete)).toEqual({
      kind: "empty",
      text: "succeeded with an empty result",
    });
    const receipt: EventPayload = { type: "receipt", receipt: "r1", call: "c", outcome: "succeeded", summary: "1 mail sent", doneAt: 0 };
    expect(resultOf(ready, start, receipt, complete)).toEqual({ kind: "empty", text: "succeeded: 1 mail sent" });
  });

  it("that is partial or was undone says so beside the output", () => {
    expect(resultOf(ready, start, result({ output: [1], partial: true }), complete)).toMatchObject({
      kind: "ok",
      text: "[1]\n\n[this result is partial: it was cut before its end]",
      output: [1],
    });
    expect(resultOf(ready, start, result({ output: [1], partial: true, cut: { by: "user" } }), complete)?.text).toContain(
      "had seen enough",
    );
    const other = { to: "bob@example.com" };
    const ask: EventPayload = {
      type: "approval.request",
      approval: "a",
      items: [{ call: "c", argsHash: HASH }],
      options: ["once"],
      editable: true,
      expiresInMs: null,
    };
    const edit: EventPayload = {
      type: "approval.decision",
      approval: "a",
      items: [{ call: "c", argsHash: HASH, decision: "approved", edited: other }],
      by: "user",
    };
    expect(contextOf(propose, ready, ask, edit, start, result({ output: [1] }), complete)?.calls[0]).toMatchObject({
      args: other,
      result: { text: "[1]\n\n[the user changed the arguments before approving them]" },
    });
    const sent: EventPayload = {
      type: "receipt",
      receipt: "r1",
      call: "c",
      outcome: "succeeded",
      summary: "sent",
      doneAt: 0,
      undo: { untilAt: 9 },
    };
    const undone: EventPayload = {
      type: "receipt",
      receipt: "r2",
      call: "c",
      outcome: "undone",
      summary: "taken back",
      doneAt: 0,
      undoes: "r1",
    };
    expect(resultOf(ready, start, result({ output: "sent" }), sent, complete, undone)?.text).toContain("its effect no longer stands");
  });

  it("that failed is the full error, with field and hint", () => {
    const error = { code: "invalid-arguments", message: "No such city.", retryable: true, field: "city", hint: "Use a name." };
    const failed = resultOf(ready, start, result({ result: "error", error, effect: "none" }), complete);
    expect(failed?.kind).toBe("error");
    expect(JSON.parse(failed?.text ?? "")).toEqual(error);
  });

  it("that the user rejected is the reason", () => {
    const ask: EventPayload = {
      type: "approval.request",
      approval: "a",
      items: [{ call: "c", argsHash: HASH }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    };
    const decide = (decision: "rejected" | "expired", reason?: string): EventPayload => ({
      type: "approval.decision",
      approval: "a",
      items: [{ call: "c", argsHash: HASH, decision, ...(reason === undefined ? {} : { reason }) }],
      by: "user",
    });
    expect(resultOf(ready, ask, decide("rejected", "wrong Ana"), complete)).toEqual({
      kind: "rejected",
      text: "not executed: rejected by the user: wrong Ana",
    });
    expect(resultOf(ready, ask, decide("expired"), complete)?.kind).toBe("expired");
    expect(resultOf(ready, ask)).toEqual({ kind: "not-executed", text: "not executed: it waits for the user's approval" });
  });

  it("that a policy rejected does not blame the user", () => {
    const error = { code: "policy-denied", message: "No mail at night.", retryable: false };
    expect(resultOf(ready, result({ result: "rejected", error }), complete)?.text).toBe("not executed: rejected: No mail at night.");
  });

  it.each<[Cause, string]>([
    ["stopped", "not executed: the user stopped"],
    ["redirected", "not executed: the user redirected"],
    ["disconnected", "not executed: the connection was lost"],
    ["failed", "not executed: the reply failed"],
    ["length", "not executed: the reply reached its length limit"],
  ])("that was never dispatched says why, after %s", (cause, text) => {
    expect(resultOf(ready, cut(cause))).toEqual({ kind: "not-executed", text });
  });

  it("that nobody knows forbids a retry without its idempotency key", () => {
    expect(resultOf(ready, start, cut("stopped"))).toEqual({
      kind: "unknown",
      text: "outcome unknown; do not retry without idempotency key key-9",
    });
    const error = { code: "tool-timeout", message: "No answer.", retryable: true };
    expect(resultOf(ready, start, result({ result: "error", error }), complete)?.text).toContain("The tool reported: {");
  });

  it("that still runs, or may by now, is unknown too", () => {
    expect(resultOf(ready, start)?.kind).toBe("unknown");
    expect(resultOf(ready)?.kind).toBe("unknown");
  });

  it("that was cancelled after it had started is never said not to have been executed", () => {
    expect(resultOf(ready, start, result({ result: "cancelled" }), cut("stopped"))).toEqual({
      kind: "not-executed",
      text: "cancelled before it finished: the user stopped",
    });
    const ours = { ...propose, runsOn: "client" } as EventPayload;
    expect(contextOf(ours, ready, start, cut("stopped"))?.calls[0]?.result.kind).toBe("unknown");
  });

  it("exists for every status there is, and for one that this version does not know", () => {
    const message = fold(propose, ready, complete);
    const [call] = message.calls;
    const all: Record<ToolCallStatus, true> = {
      proposed: true,
      ready: true,
      "awaiting-approval": true,
      approved: true,
      rejected: true,
      expired: true,
      held: true,
      executing: true,
      succeeded: true,
      failed: true,
      unknown: true,
      cancelled: true,
      undoing: true,
      undone: true,
      "undo-failed": true,
    };
    for (const status of [...Object.keys(all), "invented"]) {
      const context = toContext({ ...message, calls: [{ ...call, status } as ToolCall] });
      expect(context?.calls[0]?.result.text, status).toMatch(/\S/);
    }
    expect(toContext({ ...message, calls: [{ ...call, status: "invented" } as unknown as ToolCall] })?.calls[0]?.result.kind).toBe(
      "unknown",
    );
  });

  it("is an answer even where the tool returned what JSON can't hold", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(resultOf(ready, start, result({ output: cycle }), complete)?.text).toContain("can't be written as JSON");
  });
});

describe("a call whose arguments never became ready", () => {
  const delta: EventPayload = { type: "tool.args", call: "c", delta: '{"to":"an' };

  it("is left out of the calls and told in the note, without its half arguments", () => {
    const context = contextOf(part(), words("I will send it."), propose, delta, cut("stopped"));
    expect(context).toMatchObject({ text: "I will send it.", calls: [] });
    expect(context?.note).toContain("the arguments of a call of send were never finished: not executed: the user stopped");
    expect(JSON.stringify(context)).not.toContain('"an');
  });

  it("is told even where there is no text", () => {
    expect(contextOf(propose, delta, cut("length"))).toMatchObject({ text: "", calls: [], note: expect.stringContaining("call of send") });
  });

  it("is not told of where a content rule ended the reply", () => {
    expect(contextOf(propose, delta, cut("filtered"))).toBeNull();
  });
});

describe("the order of text and calls", () => {
  it("is kept: text after a call opens a new step", () => {
    const context = contextOf(part("a"), words("Before.", "s1", "a"), propose, ready, part("b"), words("After.", "s2", "b"), complete);
    expect(context?.steps.map(({ text, calls }) => [text, calls.map((call) => call.id)])).toEqual([
      ["Before.", ["c"]],
      ["After.", []],
    ]);
    expect(context?.text).toBe("Before.After.");
  });

  it("does not part two calls for a line break between them", () => {
    const second = { ...propose, call: "d" } as EventPayload;
    const secondReady = { ...ready, call: "d", argsHash: createArgsHash("d", "send", ARGS) } as EventPayload;
    const context = contextOf(propose, ready, part(), words("\n"), second, secondReady, complete);
    expect(context?.steps).toHaveLength(1);
  });

  it("gives a call without a place among the parts the last place", () => {
    const message = fold(part(), words("Words."), propose, ready, complete);
    const parts = message.parts.filter((candidate) => candidate.type !== "call");
    expect(toContext({ ...message, parts })?.calls).toHaveLength(1);
  });

  it("goes on through a continuation, and the stop before it leaves no note behind", () => {
    const stopped = after(press(fold(part(), words("First. "))), words("Hidden."), cut("stopped"));
    const again = continueMessage(stopped, 0);
    const factory = createEventFactory({ thread: "t", run: "r2", message: "m" });
    const rest = [{ ...open, parent: "r" } as EventPayload, part("p2"), words("Second.", "s2", "p2"), complete];
    const { message } = foldEvents(
      again,
      rest.map((payload) => factory.make(payload)),
    );
    expect(toContext(message)).toMatchObject({ text: "First. Second." });
    expect(toContext(message)).not.toHaveProperty("note");
  });
});
