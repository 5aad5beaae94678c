import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import { decodeResponses } from "./index.js";

const IDS = { thread: "t", run: "r", message: "m" };
type Event = Readonly<Record<string, unknown>> & { readonly type: string };

/** Numbers the events, unless one brings its own number. */
function decode(events: readonly Event[]) {
  const decoder = decodeResponses(IDS);
  const body = events.map((event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ sequence_number: at, ...event })}\n\n`).join("");
  const said = [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
  const { message, violations } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), said);
  expect(violations).toEqual([]);
  return { said, message };
}

const created: Event = { type: "response.created", response: { model: "gpt-x", status: "in_progress" } };
const text = (delta: string, more: object = {}): Event => ({
  type: "response.output_text.delta",
  output_index: 0,
  content_index: 0,
  delta,
  ...more,
});
const whole = (words: string): Event => ({ type: "response.output_text.done", output_index: 0, content_index: 0, text: words });
const item = (state: "added" | "done", output_index: number, value: object): Event => ({
  type: `response.output_item.${state}`,
  output_index,
  item: value,
});
const ended = (status: string, more: object = {}): Event => ({ type: `response.${status}`, response: { status, ...more } });
const completed = ended("completed", { usage: { output_tokens: 7, output_tokens_details: { reasoning_tokens: 3 } } });

describe("decodeResponses", () => {
  it("is complete when the response is, with model and usage", () => {
    const { message } = decode([created, text("Yes."), whole("Yes."), completed]);
    expect(message).toMatchObject({ status: "complete", model: "gpt-x", usage: { generated: 7, billedReasoning: 3 } });
  });

  it.each([
    ["max_output_tokens", "length", "output-limit"],
    ["content_filter", "filtered", "guard-tripped"],
    ["steered", "redirected", undefined],
    ["of_tomorrow", "failed", "finish-reason-unknown"],
  ])("ends incomplete for %s as %s", (reason, cause, code) => {
    const { message } = decode([created, text("Part"), ended("incomplete", { incomplete_details: { reason } })]);
    expect(message).toMatchObject({ status: "truncated", cause, stated: true });
    expect(message.status === "truncated" && message.error?.code).toBe(code);
  });

  it("ends cancelled as stopped, and failed with the provider's reason", () => {
    expect(decode([created, text("Part"), ended("cancelled")]).message).toMatchObject({ cause: "stopped", stated: true });
    const error = { code: "server_error", message: "oops" };
    expect(decode([created, ended("failed", { error })]).message).toMatchObject({
      cause: "failed",
      error: { code: "provider-error", retryable: true },
    });
    expect(decode([created, { type: "error", error }]).message).toMatchObject({ cause: "failed" });
  });

  it("leaves out what is repeated, and breaks off where a number is missing", () => {
    const twice = decode([
      created,
      text("Yes"),
      text("Yes", { sequence_number: 1 }),
      text(".", { sequence_number: 2 }),
      { ...completed, sequence_number: 3 },
    ]);
    expect([twice.message.status, textOf(twice.message)]).toEqual(["complete", "Yes."]);
    const hole = decode([created, text("Yes"), text(".", { sequence_number: 3 }), { ...completed, sequence_number: 4 }]);
    expect(hole.message).toMatchObject({ cause: "corrupt", stated: false });
    expect(textOf(hole.message)).toBe("Yes");
    expect(decode([text("late", { sequence_number: 5 }), { ...completed, sequence_number: 6 }]).message).toMatchObject({
      cause: "corrupt",
    });
  });

  it("adds what the whole text has more than was streamed, and does not complete when it has other text", () => {
    expect(textOf(decode([created, text("Ye"), whole("Yes."), completed]).message)).toBe("Yes.");
    expect(decode([created, text("No"), whole("Yes."), completed]).message).toMatchObject({ cause: "corrupt" });
    const output = [{ type: "message", content: [{ type: "output_text", text: "Yes." }] }];
    expect(decode([created, text("Ye"), ended("completed", { output })]).message).toMatchObject({ cause: "corrupt" });
    expect(textOf(decode([created, ended("completed", { output })]).message)).toBe("Yes.");
  });

  it("keeps reasoning and refusals apart: a refusal is no answer, though the response is completed", () => {
    const { message } = decode([
      created,
      { type: "response.reasoning_summary_text.delta", output_index: 0, summary_index: 0, delta: "Hm." },
      { type: "response.refusal.delta", output_index: 1, content_index: 0, delta: "No." },
      completed,
    ]);
    expect(message).toMatchObject({ cause: "withheld" });
    expect(message.parts.map((part) => part.type === "text" && part.kind)).toEqual(["reasoning", "refusal"]);
  });

  it("readies a function at its end and waits for the result; a next response in the same body goes on", () => {
    const call = { type: "function_call", call_id: "call_1", id: "fc_1", name: "add" };
    const first = [
      created,
      item("added", 0, { ...call, arguments: "" }),
      { type: "response.function_call_arguments.delta", item_id: "other", output_index: 0, delta: '{"x"' },
      { type: "response.function_call_arguments.delta", item_id: "another", output_index: 0, delta: ":1}" },
      { type: "response.function_call_arguments.done", output_index: 0, arguments: '{"x":1}' },
      item("done", 0, { ...call, arguments: '{"x":1}' }),
      completed,
    ];
    const { message } = decode(first);
    expect(message).toMatchObject({ cause: "failed", error: { code: "tool-results-missing" } });
    expect(message.calls).toMatchObject([
      { id: "call_1", name: "add", args: { x: 1 }, argsText: '{"x":1}', runsOn: "client", status: "cancelled" },
    ]);
    const next = [created, text("Two."), completed].map((event, at) => ({ ...event, sequence_number: at }));
    expect(decode([...first, ...next]).message).toMatchObject({ status: "complete", calls: [{ status: "unknown" }] });
  });

  it("takes tools of the provider with their results; those that only look up are reads", () => {
    const { message } = decode([
      created,
      item("added", 0, { type: "web_search_call", id: "ws_1", status: "in_progress" }),
      { type: "response.web_search_call.searching", output_index: 0 },
      item("done", 0, { type: "web_search_call", id: "ws_1", status: "completed", action: { query: "x" } }),
      item("added", 1, { type: "mcp_call", id: "mcp_1", name: "note", arguments: "" }),
      item("done", 1, { type: "mcp_call", id: "mcp_1", name: "note", arguments: "{}", error: "boom" }),
      text("Found.", { output_index: 2 }),
      completed,
    ]);
    expect(message.status).toBe("complete");
    expect(message.calls).toMatchObject([
      { name: "web_search", effect: "read", status: "succeeded", args: { action: { query: "x" } } },
      { name: "note", effect: "irreversible", status: "unknown" },
    ]);
  });

  it("waits for the user when it asks for an approval, bound to the arguments", () => {
    const request = { type: "mcp_approval_request", id: "mcpr_1", name: "pay", arguments: '{"amount":5}', server_label: "bank" };
    const { message } = decode([created, item("added", 0, request), item("done", 0, request), completed]);
    expect(message.run?.state).toBe("awaiting-approval");
    expect(message.approvals).toMatchObject([
      { id: "mcpr_1", status: "open", items: [{ call: "mcpr_1", argsHash: message.calls[0]?.argsHash }] },
    ]);
  });

  it("does not know what a provider's tool did when the response fails while it may run", () => {
    const { message } = decode([
      created,
      item("added", 0, { type: "mcp_call", id: "mcp_1", name: "pay", arguments: "" }),
      ended("failed", { error: { code: "server_error" } }),
    ]);
    expect(message.calls).toMatchObject([{ status: "unknown" }]);
  });

  it("shows annotations as sources", () => {
    const annotation = { type: "url_citation", url: "https://a", title: "A" };
    const { message } = decode([created, text("So."), { type: "response.output_text.annotation.added", annotation }, completed]);
    expect(message.parts[1]).toMatchObject({ kind: "source", value: { url: "https://a", title: "A" } });
  });

  it.each([
    ["a delta that is no text", text("", { delta: 7 })],
    ["a place that is no number", text("x", { output_index: null })],
    ["data of another type than the event's name", { type: "response.output_text.delta", delta: null }],
    ["arguments of a call that was never announced", { type: "response.function_call_arguments.delta", output_index: 9, delta: "{}" }],
  ])("does not complete over %s", (_what, bad) => {
    expect(decode([created, text("Yes"), bad, completed]).message).toMatchObject({ status: "truncated", cause: "corrupt" });
  });

  it("takes a search of tools for the client's unless the server says that it runs it", () => {
    const search = (execution?: string) => ({
      type: "tool_search_call",
      id: "s",
      call_id: "c",
      arguments: {},
      ...(execution === undefined ? {} : { execution }),
    });
    const end = (execution?: string) =>
      decode([created, item("added", 0, search(execution)), item("done", 0, search(execution)), completed]).message;
    for (const execution of ["client", "cli"])
      expect(end(execution)).toMatchObject({ status: "truncated", error: { code: "tool-results-missing" } });
    for (const execution of ["server", undefined]) expect(end(execution).status).toBe("complete");
  });

  it("is not complete when the response calls itself completed in another event", () => {
    for (const type of ["incomplete", "failed"]) {
      const { message } = decode([created, text("Yes."), { type: `response.${type}`, response: { status: "completed" } }]);
      expect(message).toMatchObject({ status: "truncated", error: { code: "finish-reason-unknown" } });
    }
  });
});
