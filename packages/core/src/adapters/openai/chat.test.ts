import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import { decodeChatCompletions } from "./index.js";

const IDS = { thread: "t", run: "r", message: "m" };

function decode(chunks: readonly unknown[]) {
  const reports: string[] = [];
  const decoder = decodeChatCompletions({ ...IDS, onDiagnostic: ({ code }) => reports.push(code) });
  const body = chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join("");
  const said = [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
  const { message, violations } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), said);
  expect(violations).toEqual([]);
  return { said, message, reports };
}

const chunk = (delta: object, finish: string | null = null, index = 0) => ({
  model: "gpt-x",
  object: "chat.completion.chunk",
  choices: [{ index, delta, finish_reason: finish }],
});
const usage = { model: "gpt-x", choices: [], usage: { completion_tokens: 12, completion_tokens_details: { reasoning_tokens: 5 } } };
const call = (index: number, id: string | undefined, name: string | undefined, args: string) =>
  chunk({
    tool_calls: [{ index, ...(id === undefined ? {} : { id }), function: { ...(name === undefined ? {} : { name }), arguments: args } }],
  });

describe("decodeChatCompletions", () => {
  it("is complete on a finish reason, with the usage that follows it, and needs no [DONE]", () => {
    for (const done of [["[DONE]"], []]) {
      const { message, said } = decode([chunk({ role: "assistant", content: "Yes" }), chunk({}, "stop"), usage, ...done]);
      expect(message).toMatchObject({
        status: "complete",
        model: "gpt-x",
        usage: { generated: 12, billed: 12, billedReasoning: 5, final: true },
      });
      expect(said.at(-1)).not.toHaveProperty("local");
    }
  });

  it("is not complete on [DONE] alone", () => {
    const { message, reports } = decode([chunk({ content: "Yes" }), usage, "[DONE]"]);
    expect(message).toMatchObject({ cause: "disconnected", stated: false });
    expect(reports).toContain("adapter.no-terminal-event");
  });

  it.each([
    ["length", "length", "output-limit"],
    ["content_filter", "filtered", "guard-tripped"],
    ["eos_of_tomorrow", "failed", "finish-reason-unknown"],
  ])("ends %s as %s (%s)", (reason, cause, code) => {
    expect(decode([chunk({ content: "Part" }), chunk({}, reason), "[DONE]"]).message).toMatchObject({
      cause,
      stated: true,
      error: { code },
    });
  });

  it("reads choice 0 only: others are versions, not more text", () => {
    const { message } = decode([
      chunk({ content: "A" }),
      chunk({ content: "B" }, null, 1),
      chunk({}, "stop", 1),
      chunk({ content: "C" }),
      chunk({}, "stop"),
    ]);
    expect(textOf(message)).toBe("AC");
  });

  it("shows a refusal as a refusal: withheld without an answer, filtered after one", () => {
    const alone = decode([chunk({ refusal: "No." }), chunk({}, "stop"), "[DONE]"]).message;
    expect([alone.status === "truncated" && alone.cause, textOf(alone)]).toEqual(["withheld", ""]);
    const later = decode([chunk({ content: "Well, " }), chunk({ refusal: "no." }), chunk({}, "stop")]).message;
    expect(later).toMatchObject({ cause: "filtered" });
    expect(later.parts.map((part) => part.type === "text" && part.kind)).toEqual(["answer", "refusal"]);
  });

  it("keeps reasoning of any dialect apart from the answer", () => {
    const list = [
      { type: "thinking", thinking: [{ type: "text", text: "c" }] },
      { type: "text", text: "d" },
    ];
    const { message } = decode([
      chunk({ reasoning_content: "a" }),
      chunk({ reasoning: "b", reasoning_details: [{ text: "b" }] }),
      chunk({ content: list }),
      chunk({}, "stop"),
    ]);
    expect(textOf(message)).toBe("d");
    expect(message.parts.map((part) => part.type === "text" && part.spans.map((span) => span.text).join(""))).toEqual(["abc", "d"]);
  });

  it("puts calls together by index, also without ids, and waits for their results", () => {
    const { message } = decode([
      call(0, "c1", "add", '{"x":'),
      call(1, undefined, "add", ""),
      call(0, undefined, undefined, "1}"),
      call(1, undefined, undefined, "{}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ]);
    expect(message).toMatchObject({ cause: "failed", error: { code: "tool-results-missing" } });
    expect(message.calls).toMatchObject([
      { id: "c1", args: { x: 1 }, status: "cancelled" },
      { args: {}, status: "cancelled" },
    ]);
    expect(new Set(message.calls.map(({ id }) => id)).size).toBe(2);
  });

  it("tells calls apart that share an index but not an id", () => {
    const { message } = decode([call(0, "c1", "add", '{"x":1}'), call(0, "c2", "add", '{"x":2}'), chunk({}, "tool_calls")]);
    expect(message.calls.map(({ id, args }) => [id, args])).toEqual([
      ["c1", { x: 1 }],
      ["c2", { x: 2 }],
    ]);
  });

  it("is never complete after calls, even when the reason says stop or their arguments are broken", () => {
    for (const args of ["{}", '{"x":']) {
      const { message } = decode([call(0, "c1", "add", args), chunk({}, "stop"), "[DONE]"]);
      expect(message).toMatchObject({ status: "truncated", error: { code: "tool-results-missing" } });
    }
  });

  it("readies no call when the output was cut by length", () => {
    const { said } = decode([call(0, "c1", "add", "{}"), chunk({}, "length")]);
    expect(said.map((event) => event.type)).not.toContain("tool.ready");
  });

  it("takes a finish reason back when content follows it", () => {
    const steps = [call(0, "c1", "add", "{}"), chunk({}, "tool_calls"), chunk({ content: "Three." })];
    expect(decode(steps).message).toMatchObject({ status: "truncated", cause: "disconnected" });
    const { message } = decode([...steps, chunk({}, "stop")]);
    expect([message.status, textOf(message), message.calls[0]?.status]).toEqual(["complete", "Three.", "unknown"]);
  });

  it("does not let a later stop improve an end by length", () => {
    expect(decode([chunk({ content: "Part" }, "length"), chunk({}, "stop"), "[DONE]"]).message).toMatchObject({ cause: "length" });
  });

  it("fails at an error in a frame, also after a finish reason", () => {
    const { message } = decode([chunk({ content: "Part" }, "stop"), { error: { code: 503, message: "no capacity" } }, "[DONE]"]);
    expect(message).toMatchObject({ cause: "failed", error: { code: "provider-overloaded", retryable: true } });
    expect(textOf(message)).toBe("Part");
  });

  it.each([
    ["a legacy completion", { object: "text_completion", choices: [{ index: 0, text: "Hi", finish_reason: "stop" }] }],
    ["content that is a number", chunk({ content: 7 })],
    ["choices that are no list", { object: "chat.completion.chunk", choices: "x" }],
    ["a delta that is no object", { choices: [{ index: 0, delta: "x", finish_reason: null }] }],
    ["an event of another wire", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } }],
  ])("does not complete over %s", (_what, bad) => {
    const { message, reports } = decode([chunk({ content: "Yes" }), bad, chunk({}, "stop"), "[DONE]"]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt" });
    expect(reports).toContain("adapter.bad-event");
  });
});
