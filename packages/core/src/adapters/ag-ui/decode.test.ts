import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import type { Diagnostic } from "../../protocol/index.js";
import { decodeAgUi } from "./index.js";

type Event = Readonly<Record<string, unknown>>;

function decode(events: readonly Event[]) {
  const diagnostics: Diagnostic[] = [];
  const decoder = decodeAgUi({
    thread: "t",
    run: "r",
    message: "m",
    effectOf: (name) => (name === "lookup" ? "read" : undefined),
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
  });
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const pushed = decoder.push(new TextEncoder().encode(body));
  const said = [...pushed, ...decoder.end()];
  expect(decoder.end(), "asking for the end changes nothing").toEqual(said.slice(pushed.length));
  const { message, violations } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), said);
  expect(violations).toEqual([]);
  return { said, message, diagnostics };
}

const started = (runId = "r1"): Event => ({ type: "RUN_STARTED", threadId: "t", runId });
const finished = (outcome?: unknown, more: Event = {}): Event => ({
  type: "RUN_FINISHED",
  threadId: "t",
  runId: "r1",
  ...(outcome === undefined ? {} : { outcome }),
  ...more,
});
const content = (messageId: string, delta: unknown): Event => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta });
const text = (messageId: string, delta: string): readonly Event[] => [
  { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
  content(messageId, delta),
  { type: "TEXT_MESSAGE_END", messageId },
];
const call = (toolCallId: string, toolCallName: string, args: string): readonly Event[] => [
  { type: "TOOL_CALL_START", toolCallId, toolCallName },
  { type: "TOOL_CALL_ARGS", toolCallId, delta: args },
  { type: "TOOL_CALL_END", toolCallId },
];
const result = (toolCallId: string, said: string): Event => ({ type: "TOOL_CALL_RESULT", messageId: "x", toolCallId, content: said });
const snapshot = (...messages: readonly Event[]): Event => ({
  type: "MESSAGES_SNAPSHOT",
  messages: [{ id: "u", role: "user", content: "?" }, ...messages],
});
const assistant = (id: string, said: string, more: Event = {}): Event => ({ id, role: "assistant", content: said, ...more });

const endOf = ({ message }: ReturnType<typeof decode>): readonly unknown[] =>
  message.status === "truncated" ? [message.cause, message.error?.code] : [message.status];

describe("decodeAgUi", () => {
  it.each([
    ["no outcome", finished(), ["complete"]],
    ["success", finished({ type: "success" }), ["complete"]],
    ["cancelled", finished({ type: "cancelled" }), ["stopped", undefined]],
    ["an outcome of a later protocol", finished({ type: "shelved" }), ["failed", "finish-reason-unknown"]],
    ["an outcome of the wrong type", finished("success"), ["corrupt", "stream-corrupt"]],
    ["pending calls", finished({ type: "success", pendingToolCallIds: ["c9"] }), ["failed", "tool-results-missing"]],
    ["a vendor's length", finished(undefined, { metadata: { tanstack: { finishReason: "length" } } }), ["length", "output-limit"]],
    ["a vendor's filter", finished(undefined, { metadata: { finishReason: "content_filter" } }), ["filtered", "guard-tripped"]],
    ["a vendor's unknown reason", finished(undefined, { finishReason: "tired" }), ["failed", "finish-reason-unknown"]],
    ["abort", { type: "RUN_ERROR", message: "aborted", code: "abort" }, ["stopped", undefined]],
    ["an error", { type: "RUN_ERROR", message: "boom" }, ["failed", "provider-error"]],
    ["the error max_tokens", { type: "RUN_ERROR", message: "cut", code: "max_tokens" }, ["length", "output-limit"]],
  ])("ends %s so, with the text kept", (_what, end, held) => {
    const read = decode([started(), ...text("a", "Yes."), end]);
    expect([endOf(read), textOf(read.message)]).toEqual([held, "Yes."]);
  });

  it("is not complete after TEXT_MESSAGE_END, STEP_FINISHED or [DONE]", () => {
    const read = decode([started(), ...text("a", "Yes."), { type: "STEP_FINISHED", stepName: "s" }]);
    expect(read.message).toMatchObject({ cause: "disconnected", stated: false });
  });

  it("accepts what breaks the order, keeps the text and says so", () => {
    const read = decode([
      started(),
      content("a", "One"),
      { type: "TEXT_MESSAGE_END", messageId: "a" },
      { type: "TEXT_MESSAGE_END", messageId: "a" },
      content("a", ", two"),
      { type: "STEP_FINISHED", stepName: "s" },
      { type: "TOOL_CALL_END", toolCallId: "c9" },
      finished(),
      finished(),
    ]);
    expect([endOf(read), textOf(read.message)]).toEqual([["complete"], "One, two"]);
    expect(read.diagnostics.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => "protocol.invalid-event"));
  });

  it("reads chunks of text, reasoning under both names, and leaves out what others said", () => {
    const read = decode([
      started(),
      { type: "REASONING_MESSAGE_CHUNK", messageId: "q", delta: "Hm" },
      { type: "REASONING_MESSAGE_CHUNK", delta: "m." },
      { type: "THINKING_START" },
      { type: "THINKING_TEXT_MESSAGE_START" },
      { type: "THINKING_TEXT_MESSAGE_CONTENT", delta: "So." },
      { type: "THINKING_TEXT_MESSAGE_END" },
      { type: "TEXT_MESSAGE_CHUNK", messageId: "u", role: "user", delta: "Question?" },
      { type: "TEXT_MESSAGE_CHUNK", messageId: "a", role: "assistant", delta: "Yes" },
      { type: "TEXT_MESSAGE_CHUNK", delta: "." },
      finished(),
    ]);
    expect([endOf(read), textOf(read.message)]).toEqual([["complete"], "Yes."]);
    const reasoning = read.message.parts.flatMap((part) => (part.type === "text" && part.kind === "reasoning" ? part.spans : []));
    expect(reasoning.map((span) => span.text)).toEqual(["Hmm.", "So."]);
  });

  it("makes a call ready only at its end, with arguments that parse", () => {
    const ready = (events: readonly Event[]) => decode([started(), ...events]).said.filter((event) => event.type === "tool.ready");
    expect(ready(call("c", "pay", '{"amount":5}'))).toMatchObject([{ call: "c", args: { amount: 5 } }]);
    expect(ready(call("c", "pay", '{"amount":5}').slice(0, 2))).toEqual([]);
    expect(ready(call("c", "pay", "").slice(0, 1))).toEqual([]);
    expect(ready(call("c", "pay", '{"amo'))).toEqual([]);
    expect(ready([...call("c", "pay", "").slice(0, 1), finished()])).toEqual([]);
  });

  it("ends a call that comes in chunks by what follows it, and never without arguments", () => {
    const first = { type: "TOOL_CALL_CHUNK", toolCallId: "c", toolCallName: "pay", delta: '{"amount"' };
    const read = decode([started(), first, { type: "TOOL_CALL_CHUNK", delta: ":5}" }, ...text("a", "Paying."), finished()]);
    expect(read.said.filter((event) => event.type === "tool.ready")).toMatchObject([{ args: { amount: 5 } }]);
    const cut = decode([started(), first, { type: "TOOL_CALL_CHUNK", delta: ":5}" }]);
    const bare = decode([started(), { ...first, delta: "" }, ...text("a", "Paying."), finished()]);
    const failed = decode([started(), first, { type: "TOOL_CALL_CHUNK", delta: ":5}" }, { type: "RUN_ERROR", message: "x" }]);
    for (const { said } of [cut, bare, failed]) expect(said.some((event) => event.type === "tool.ready")).toBe(false);
  });

  it("waits for tool results that nobody sends, and knows that a call left to the application did not run", () => {
    const left = decode([started(), ...call("c", "pay", "{}"), finished({ type: "success", pendingToolCallIds: ["c"] })]);
    expect([endOf(left), left.message.calls[0]?.status]).toEqual([["failed", "tool-results-missing"], "cancelled"]);
    const silent = decode([started(), ...call("c", "pay", "{}"), finished()]);
    expect([endOf(silent), silent.message.calls[0]?.status]).toEqual([["failed", "tool-results-missing"], "unknown"]);
    const cut = decode([started(), ...call("c", "pay", "{}")]);
    expect(cut.message.calls[0]?.status).toBe("unknown");
  });

  it("takes a result as success only where the tool can only read, since the wire has no word for failure", () => {
    const read = decode([
      started(),
      ...call("c1", "lookup", "{}"),
      result("c1", "found"),
      ...call("c2", "pay", "{}"),
      result("c2", "card declined"),
      ...text("a", "Done."),
      finished(),
    ]);
    expect(endOf(read)).toEqual(["complete"]);
    expect(read.message.calls).toMatchObject([
      { status: "succeeded", output: "found" },
      { status: "unknown", output: "card declined" },
    ]);
  });

  it("reads several runs in one body: each has to end, and the last decides", () => {
    const second = { ...finished(), runId: "r2" };
    const step = [started(), ...text("a", "One. "), ...call("c", "lookup", "{}"), finished()];
    const next = [started("r2"), result("c", "1"), ...text("b", "Two.")];
    const both = decode([...step, ...next, second]);
    expect([endOf(both), textOf(both.message)]).toEqual([["complete"], "One. Two."]);
    expect(endOf(decode([...step, ...next]))).toEqual(["disconnected", "stream-eof"]);
    const late = decode([started(), started("r2"), ...text("a", "One."), finished()]);
    expect(endOf(late), "the other run is still open").toEqual(["disconnected", "stream-eof"]);
  });

  it("does not take a call for answered because its event came before the start of its run", () => {
    const second = { ...finished(), runId: "r2" };
    const [begin, ...rest] = call("c", "pay", "{}");
    const early = decode([begin ?? {}, started(), ...rest, finished()]);
    const between = decode([started(), ...text("a", "One."), finished(), begin ?? {}, started("r2"), ...rest, second]);
    for (const read of [early, between]) expect(endOf(read)).toEqual(["failed", "tool-results-missing"]);
  });

  it("goes on after a step that somebody else answered, and does not claim to know how", () => {
    const second = { ...finished(), runId: "r2" };
    const read = decode([started(), ...call("c", "pay", "{}"), finished(), started("r2"), ...text("a", "Done."), second]);
    expect([endOf(read), read.message.calls[0]?.status]).toEqual([["complete"], "unknown"]);
  });

  it("has to be ended again when text follows the end", () => {
    const read = decode([started(), ...text("a", "One."), finished(), ...text("b", " Two.")]);
    expect([endOf(read), textOf(read.message)]).toEqual([["disconnected", "stream-eof"], "One. Two."]);
  });

  it("waits for the user at an interrupt, and binds the question to the arguments", () => {
    const interrupt = { id: "i1", reason: "tool_call", toolCallId: "c", expiresAt: "2026-01-01T00:01:00Z" };
    const timestamp = Date.parse("2026-01-01T00:00:00Z");
    const read = decode([
      started(),
      ...call("c", "pay", '{"amount":5}'),
      finished({ type: "interrupt", interrupts: [interrupt] }, { timestamp }),
    ]);
    expect(read.message.run?.state).toBe("awaiting-approval");
    const { argsHash } = read.message.calls[0] ?? {};
    expect(read.message.approvals).toMatchObject([{ id: "i1", status: "open", items: [{ call: "c", argsHash }], expiresInMs: 60_000 }]);
  });

  it("shows a question of any reason, also about no call, and two about one call", () => {
    const interrupts = [
      { id: "i1", reason: "acme:sign_off", message: "Ship it?" },
      { id: "i2", reason: "tool_call", toolCallId: "c" },
      { id: "i3", reason: "tool_call", toolCallId: "c", message: "Really?" },
    ];
    const { message } = decode([started(), ...call("c", "pay", "{}"), finished({ type: "interrupt", interrupts })]);
    expect(message.approvals.map(({ id, status }) => `${id} ${status}`)).toEqual(["i1 open", "i2 open", "i3 open"]);
    expect(message.calls.map(({ name }) => name)).toEqual(["pay", "acme:sign_off", "tool_call"]);
    expect(message.calls[1]).toMatchObject({ title: "Ship it?", args: { message: "Ship it?" } });
  });

  it("asks nothing about arguments that were cut", () => {
    const outcome = { type: "interrupt", interrupts: [{ id: "i", reason: "tool_call", toolCallId: "c", metadata: { input: {} } }] };
    const read = decode([started(), ...call("c", "pay", '{"amo'), finished(outcome)]);
    expect([endOf(read), read.message.approvals, read.message.calls[0]?.status]).toEqual([
      ["failed", "invalid-arguments"],
      [],
      "cancelled",
    ]);
  });

  it("revises and retracts where a snapshot changes what is shown", () => {
    const changed = decode([started(), ...text("a", "Wrong."), snapshot(assistant("a", "Right.")), finished()]);
    expect([changed.message.status, changed.message.revisions, textOf(changed.message)]).toEqual(["revised", 1, "Right."]);
    const gone = decode([started(), ...text("a", "Wrong."), ...text("b", "Right."), snapshot(assistant("b", "Right.")), finished()]);
    expect([gone.message.status, textOf(gone.message)]).toEqual(["revised", "Right."]);
    const spans = gone.message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
    expect(spans[0]).toMatchObject({ state: "retracted", text: "Wrong.", reason: expect.stringMatching(/\w/u) });
  });

  it("lets text go on after a snapshot in its midst", () => {
    const open = text("a", "Wrng").slice(0, 2);
    const read = decode([started(), ...open, snapshot(assistant("a", "Right")), content("a", "!"), finished()]);
    expect([read.message.status, textOf(read.message)]).toEqual(["revised", "Right!"]);
    const lagging = decode([started(), ...open, snapshot(), content("a", "!"), finished()]);
    expect([lagging.message.status, textOf(lagging.message)]).toEqual(["complete", "Wrng!"]);
  });

  it("changes nothing where a snapshot says the same, adds what it says beyond, and knows a message under another id", () => {
    const same = decode([started(), ...text("a", "Yes."), snapshot(assistant("a", "Yes.")), finished()]);
    const more = decode([started(), ...text("a", "Ye"), snapshot(assistant("a", "Yes.")), finished()]);
    const renamed = decode([started(), ...text("a", "Yes."), snapshot(assistant("z", "Yes.")), finished()]);
    const alone = decode([started(), snapshot(assistant("z", "Yes.")), finished()]);
    for (const { message } of [same, more, renamed, alone]) expect([message.status, textOf(message)]).toEqual(["complete", "Yes."]);
  });

  it("adds the usage of all runs and models", () => {
    const usage = [{ outputTokens: 3, reasoningTokens: 1 }, { outputTokens: 4 }];
    const { message } = decode([
      started(),
      finished(undefined, { usage }),
      started("r2"),
      { ...finished(undefined, { usage }), runId: "r2" },
    ]);
    expect(message.usage).toMatchObject({ generated: 14, billedReasoning: 2, final: true });
  });

  it.each([
    ["a delta that is no text", content("a", ["x"])],
    ["text without a message", { type: "TEXT_MESSAGE_CONTENT", delta: "x" }],
    ["a chunk that continues nothing", { type: "TOOL_CALL_CHUNK", delta: "x" }],
    ["arguments of a call that never began", { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{}" }],
    ["an unknown event with a delta", { type: "POEM_DELTA", delta: "x" }],
    ["an interrupt that asks nothing", finished({ type: "interrupt", interrupts: [] })],
    ["a snapshot without messages", { type: "MESSAGES_SNAPSHOT" }],
    ["an event without a type", { messageId: "a" }],
  ])("does not complete over %s", (_what, bad) => {
    const read = decode([started(), ...text("a", "Yes."), bad, finished()]);
    expect([endOf(read), textOf(read.message)]).toEqual([["corrupt", "stream-corrupt"], "Yes."]);
  });

  it("does not complete when arguments come after the end of a call, differ in the snapshot, or the start is missing", () => {
    const paid = [...call("c", "pay", '{"amount":5}'), result("c", "ok"), ...text("a", "Paid.")];
    const other = { toolCalls: [{ id: "c", type: "function", function: { name: "pay", arguments: '{"amount":500}' } }] };
    const bodies = [
      [started(), ...paid, { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "0" }, finished()],
      [started(), ...paid, snapshot(assistant("z", "Paid.", other)), finished()],
      [...paid, finished()],
    ];
    for (const body of bodies) expect(endOf(decode(body))).toEqual(["corrupt", "stream-corrupt"]);
    expect(endOf(decode([started(), ...paid, finished()]))).toEqual(["complete"]);
  });

  it("keeps text of a role that is none of the protocol's, and does not complete: it may be the answer", () => {
    const strange = { type: "TEXT_MESSAGE_START", messageId: "a", role: "assist" };
    const read = decode([started(), strange, content("a", "Yes."), finished()]);
    expect([endOf(read), textOf(read.message)]).toEqual([["corrupt", "stream-corrupt"], "Yes."]);
    expect(textOf(decode([started(), { ...strange, role: "developer" }, content("a", "Yes."), finished()]).message)).toBe("");
  });

  it("reports events it does not know, and goes on", () => {
    const read = decode([started(), { type: "FUTURE_NEWS", value: 1 }, ...text("a", "Yes."), finished()]);
    expect(endOf(read)).toEqual(["complete"]);
    expect(read.diagnostics).toEqual([{ code: "protocol.unknown-event", type: "FUTURE_NEWS", count: 1 }]);
  });
});
