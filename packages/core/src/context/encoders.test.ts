import { describe, expect, it } from "vitest";
import { createPendingMessage, createUserMessage } from "../message/create.js";
import type { AssistantMessage, Message, ToolCall } from "../message/message.js";
import { playAnswer, playScript, scripts } from "../testing/index.js";
import { toAiSdkMessages, toAnthropicMessages, toOpenAiInput, toOpenAiMessages } from "./index.js";

const user = (text: string, id = text) => createUserMessage({ id, thread: "t", text, delivery: "sent" });

function call(id: string, rest: Partial<ToolCall> = {}): ToolCall {
  const base = { id, name: "weather", effect: "read", cancellable: false, undo: false, runsOn: "server" } as const;
  return { ...base, status: "succeeded", argsText: "", args: { city: "Oslo" }, output: { c: 4 }, ...rest };
}

/** An answer with a word before each call and one after the last. */
function answer(id: string, calls: readonly ToolCall[], rest: Partial<AssistantMessage> = {}): AssistantMessage {
  const text = (name: string) => ({
    type: "text" as const,
    id: name,
    kind: "answer" as const,
    status: "closed" as const,
    spans: [{ id: name, text: name, state: "settled" as const }],
  });
  const { status: _status, ...base } = createPendingMessage({ id, thread: "t" });
  const parts = calls.flatMap((one, index) => [text(`before-${index}`), { type: "call" as const, id: `call:${one.id}`, call: one.id }]);
  return { ...base, status: "complete", stated: true, parts: [...parts, text("after")], calls, ...rest } as AssistantMessage;
}

const one = [user("Weather?"), answer("m", [call("c")])];
const rejected = [user("Weather?"), answer("m", [call("c", { status: "rejected", reason: "no" })])];

describe("toAiSdkMessages", () => {
  it("puts the tool message directly after the assistant message with its call, and later text into another one", () => {
    expect(toAiSdkMessages(one)).toEqual([
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "before-0" },
          { type: "tool-call", toolCallId: "c", toolName: "weather", input: { city: "Oslo" } },
        ],
      },
      {
        role: "tool",
        content: [{ type: "tool-result", toolCallId: "c", toolName: "weather", output: { type: "json", value: { c: 4 } } }],
      },
      { role: "assistant", content: [{ type: "text", text: "after" }] },
    ]);
  });

  it.each<[Partial<ToolCall>, unknown]>([
    [{ output: "four" }, { type: "text", value: "four" }],
    [
      { output: [1], partial: true },
      { type: "text", value: expect.stringContaining("partial") },
    ],
    [{ output: new Date(0) }, { type: "json", value: "1970-01-01T00:00:00.000Z" }],
    [{ output: null }, { type: "text", value: "succeeded with an empty result" }],
    [
      { status: "rejected", reason: "no" },
      { type: "execution-denied", reason: "not executed: rejected: no" },
    ],
    [{ status: "expired" }, { type: "execution-denied", reason: expect.stringContaining("expired") }],
    [{ status: "failed" }, { type: "error-text", value: "failed" }],
    [{ status: "cancelled" }, { type: "error-text", value: "not executed: it was cancelled" }],
    [
      { status: "unknown", callKey: "k" },
      { type: "error-text", value: "outcome unknown; do not retry without idempotency key k" },
    ],
  ])("says %j as a tool output of that kind", (rest, output) => {
    expect(toAiSdkMessages([answer("m", [call("c", rest)])])[1]?.content[0]).toMatchObject({ output });
  });
});

describe("toAnthropicMessages", () => {
  it("answers tool_use blocks in the user message that follows", () => {
    expect(toAnthropicMessages(one)).toEqual([
      { role: "user", content: [{ type: "text", text: "Weather?" }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "before-0" },
          { type: "tool_use", id: "c", name: "weather", input: { city: "Oslo" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: '{"c":4}' }] },
      { role: "assistant", content: [{ type: "text", text: "after" }] },
    ]);
  });

  it("marks a result that is none as an error", () => {
    expect(toAnthropicMessages(rejected)[2]?.content[0]).toMatchObject({ is_error: true, content: "not executed: rejected: no" });
  });

  it("alternates the roles, with results before what the user wrote next", () => {
    const cutAfterCall = answer("m", [call("c")], { parts: [{ type: "call", id: "call:c", call: "c" }] });
    const messages = toAnthropicMessages([user("One"), user("Two"), cutAfterCall, user("Three")]);
    expect(messages.map((message) => message.content.map((block) => block.type))).toEqual([
      ["text", "text"],
      ["tool_use"],
      ["tool_result", "text"],
    ]);
  });

  it("gives every call an object as input", () => {
    const calls = [call("a", { args: null }), call("b", { args: [1] }), call("c", { args: "x" })];
    const messages = toAnthropicMessages([answer("m", calls)]);
    const inputs = messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "tool_use" ? [block.input] : [])));
    expect(inputs).toEqual([{}, { value: [1] }, { value: "x" }]);
  });
});

describe("toOpenAiMessages", () => {
  it("answers every tool call with a tool message", () => {
    expect(toOpenAiMessages(one)).toEqual([
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: "before-0",
        tool_calls: [{ id: "c", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } }],
      },
      { role: "tool", tool_call_id: "c", content: '{"c":4}' },
      { role: "assistant", content: "after" },
    ]);
  });

  it("has no text where there is none beside the calls", () => {
    const bare = answer("m", [call("c")], { parts: [] });
    expect(toOpenAiMessages([bare])[0]).toMatchObject({ role: "assistant", content: null });
  });
});

describe("toOpenAiInput", () => {
  it("pairs function calls and outputs by call id, and refers to no stored item", () => {
    expect(toOpenAiInput(one)).toEqual([
      { type: "message", role: "user", content: "Weather?" },
      { type: "message", role: "assistant", content: "before-0" },
      { type: "function_call", call_id: "c", name: "weather", arguments: '{"city":"Oslo"}' },
      { type: "function_call_output", call_id: "c", output: '{"c":4}' },
      { type: "message", role: "assistant", content: "after" },
    ]);
  });
});

describe("a conversation on any wire", () => {
  const encoders = { toAiSdkMessages, toAnthropicMessages, toOpenAiMessages, toOpenAiInput };
  const each = Object.entries(encoders) as [string, (messages: readonly Message[]) => readonly unknown[]][];

  it.each(each)("%s ends a cut answer with its note in brackets", (_name, encode) => {
    const json = JSON.stringify(encode(playScript(scripts.stopped).messages));
    expect(json).toContain("Third, check that the\\n\\n[reply cut off by the user's stop; the user saw up to here]");
  });

  it.each(each)("%s puts the note after the results where a call came last", (_name, encode) => {
    const cut = answer("m", [call("c")], {
      parts: [],
      status: "truncated",
      cause: "length",
      resumable: false,
    });
    const json = JSON.stringify(encode([cut]).at(-1));
    expect(json).toContain("[reply cut off by the length limit");
  });

  it.each(each)("%s leaves out an answer of which nothing may be told", (_name, encode) => {
    const asked = encode([user("Hi")]);
    for (const name of ["empty", "filtered", "withheld"] as const) {
      expect(encode([user("Hi"), playAnswer(scripts[name])])).toEqual(asked);
    }
  });

  it("gives calls of the same id in two answers different ids, that every wire takes", () => {
    const long = "x".repeat(60);
    const messages = toOpenAiMessages([
      answer("m1", [call("call 1"), call(long)]),
      answer("m2", [call("call 1"), call(long), call("")]),
      answer("m3", [call("call 1")]),
    ]);
    const ids = messages.flatMap((message) => (message.role === "tool" ? [message.tool_call_id] : []));
    expect(ids).toEqual(["call_1", "x".repeat(40), "call_1-2", `${"x".repeat(38)}-2`, "call", "call_1-3"]);
  });

  it("keeps the ids of what was said before when more is said", () => {
    const before = [answer("m1", [call("c")]), answer("m2", [call("c")])];
    const more = toOpenAiMessages([...before, answer("m3", [call("c")])]);
    expect(more.slice(0, toOpenAiMessages(before).length)).toEqual(toOpenAiMessages(before));
  });

  it("tells of an older version only what it did or may have done", () => {
    const asked = user("Mail Ana", "u");
    const calls = [
      call("sent", { effect: "irreversible" }),
      call("lost", { effect: "write", status: "unknown", output: undefined }),
      call("read"),
      call("refused", { effect: "write", status: "rejected" }),
    ];
    const old = answer("m1", calls, { parent: "u" });
    const next = answer("m2", [], { parent: "u" });
    const json = JSON.stringify(toOpenAiMessages([asked, old, next]));
    expect(json).not.toContain("before-");
    expect(
      toOpenAiMessages([asked, old, next]).map((message) => ("tool_call_id" in message ? message.tool_call_id : message.role)),
    ).toEqual(["user", "assistant", "sent", "lost", "assistant", "assistant"]);
    expect(json).toContain("do not do it a second time");
  });

  it.each(each)("%s says of a message that was edited only that it was, and what its answer did", (_name, encode) => {
    const receipt = { id: "r", call: "sent", outcome: "succeeded", summary: "Mail to Ana", doneAt: 0 } as const;
    const old = answer("m1", [call("sent", { effect: "write" }), call("read")], { parent: "u", receipts: [receipt] });
    const edited = createUserMessage({ id: "u2", thread: "t", text: "Mail Bo", edits: "u" });
    const told = JSON.stringify(encode([user("Mail Ana", "u"), old, edited]));
    expect(told).toMatch(/asked anew below.*sent.*do not do it a second time.*Mail to Ana \(succeeded\).*Mail Bo/);
    expect(told).not.toMatch(/before-|"read"/);
    expect(told).not.toContain("Mail Ana");
    expect(encode([user("Mail Ana", "u"), answer("m1", [call("read")], { parent: "u" }), edited])).toEqual(encode([edited]));
  });
});
