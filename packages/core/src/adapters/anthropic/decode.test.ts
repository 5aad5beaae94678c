import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import type { DecodeContext } from "../../protocol/index.js";
import { decodeAnthropic } from "./index.js";

const IDS = { thread: "t", run: "r", message: "m" };

function decode(events: readonly { readonly type: string }[], context: DecodeContext = {}) {
  const decoder = decodeAnthropic({ ...IDS, ...context });
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const said = [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
  const { message, violations } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), said);
  expect(violations).toEqual([]);
  return { said, message };
}

const start = { type: "message_start", message: { model: "claude-x", content: [], usage: { output_tokens: 1 } } };
const end = { type: "message_stop" };
const stop = (reason: string, more: object = {}) => ({
  type: "message_delta",
  delta: { stop_reason: reason, ...more },
  usage: { output_tokens: 9 },
});
const open = (index: number, block: object) => ({ type: "content_block_start", index, content_block: block });
const delta = (index: number, part: object) => ({ type: "content_block_delta", index, delta: part });
const close = (index: number) => ({ type: "content_block_stop", index });
const text = (index: number, words: string) => [
  open(index, { type: "text", text: "" }),
  delta(index, { type: "text_delta", text: words }),
  close(index),
];
const tool = (index: number, id: string, json: string) => [
  open(index, { type: "tool_use", id, name: "send_mail", input: {} }),
  delta(index, { type: "input_json_delta", partial_json: json }),
  close(index),
];

describe("decodeAnthropic", () => {
  it("names the model, keeps reasoning apart and counts what was generated", () => {
    const { message } = decode([
      start,
      open(0, { type: "thinking", thinking: "" }),
      delta(0, { type: "thinking_delta", thinking: "Hm." }),
      delta(0, { type: "signature_delta", signature: "x" }),
      close(0),
      ...text(1, "Yes."),
      stop("end_turn"),
      end,
    ]);
    expect(message).toMatchObject({ status: "complete", model: "claude-x", usage: { generated: 9, final: true } });
    expect(message.parts.map((part) => (part.type === "text" ? part.kind : part.type))).toEqual(["reasoning", "answer"]);
    expect(textOf(message)).toBe("Yes.");
  });

  it("does not complete on a stop reason alone", () => {
    expect(decode([start, ...text(0, "Yes."), stop("end_turn")]).message).toMatchObject({ cause: "disconnected", stated: false });
    expect(decode([start, ...text(0, "Yes."), end]).message).toMatchObject({ cause: "failed", error: { code: "finish-reason-missing" } });
  });

  it.each([
    ["max_tokens", "length", "output-limit"],
    ["model_context_window_exceeded", "length", "context-window"],
    ["refusal", "filtered", "guard-tripped"],
    ["of_tomorrow", "failed", "finish-reason-unknown"],
  ])("ends %s as %s (%s)", (reason, cause, code) => {
    const { message } = decode([start, ...text(0, "Part"), stop(reason), end]);
    expect(message).toMatchObject({ status: "truncated", cause, stated: true, error: { code } });
    expect(textOf(message)).toBe("Part");
  });

  it("withholds a refusal that came before any answer, with the provider's explanation for developers", () => {
    const { message } = decode([start, stop("refusal", { stop_details: { explanation: "policy 7" } }), end]);
    expect(message).toMatchObject({ cause: "withheld", error: { message: "policy 7" } });
  });

  it("keeps a paused turn open: the same message goes on", () => {
    const { message } = decode([start, ...text(0, "One. "), stop("pause_turn"), end, start, ...text(0, "Two."), stop("end_turn"), end]);
    expect([message.status, textOf(message)]).toEqual(["complete", "One. Two."]);
    expect(decode([start, ...text(0, "One. "), stop("pause_turn"), end]).message).toMatchObject({ cause: "disconnected", stated: false });
  });

  it("proposes a tool of the client, readies it at its end, and waits for results nobody sends", () => {
    const { message, said } = decode([start, ...tool(0, "toolu_1", '{"to":"a@b"}'), stop("tool_use"), end]);
    expect(said.map((event) => event.type)).toContain("tool.ready");
    expect(message).toMatchObject({ cause: "failed", stated: true, error: { code: "tool-results-missing" } });
    expect(message.calls).toMatchObject([
      { id: "toolu_1", runsOn: "client", effect: "irreversible", args: { to: "a@b" }, status: "cancelled" },
    ]);
  });

  it("never readies arguments that do not parse, or whose end did not come", () => {
    const cut = [start, ...tool(0, "toolu_1", '{"to":"a@').slice(0, 2), stop("max_tokens"), end];
    expect(decode(cut).said.map((event) => event.type)).not.toContain("tool.ready");
    const broken = decode([start, ...tool(0, "toolu_1", '{"to":'), stop("tool_use"), end]);
    expect(broken.message.calls).toMatchObject([{ status: "failed", error: { code: "invalid-arguments" } }]);
    expect(broken.message.status).toBe("truncated");
  });

  it("goes on when the host ran the tools and streams the next message into the same body", () => {
    const { message } = decode([
      start,
      ...tool(0, "toolu_1", "{}"),
      stop("tool_use"),
      end,
      start,
      ...text(0, "Sent."),
      stop("end_turn"),
      end,
    ]);
    expect([message.status, textOf(message)]).toEqual(["complete", "Sent."]);
    expect(message.calls).toMatchObject([{ status: "unknown" }]);
    expect(message.notes).toContain("uncertain-effects");
  });

  it("takes a tool of the provider with its result, and asks the host for the effect of others", () => {
    const { message } = decode(
      [
        start,
        open(0, { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} }),
        delta(0, { type: "input_json_delta", partial_json: '{"query":"x"}' }),
        close(0),
        open(1, { type: "web_search_tool_result", tool_use_id: "srv_1", content: [{ url: "https://a" }] }),
        close(1),
        open(2, { type: "mcp_tool_use", id: "mcp_1", name: "create_note", input: { title: "x" } }),
        close(2),
        open(3, { type: "mcp_tool_result", tool_use_id: "mcp_1", is_error: true, content: [] }),
        close(3),
        ...text(4, "Found."),
        stop("end_turn"),
        end,
      ],
      { effectOf: (name) => (name === "create_note" ? "write" : undefined) },
    );
    expect(message.calls).toMatchObject([
      { name: "web_search", effect: "read", runsOn: "server", status: "succeeded" },
      { name: "create_note", effect: "write", runsOn: "server", status: "unknown", args: { title: "x" } },
    ]);
    expect(message.status).toBe("complete");
  });

  it("gives calls with the same id different ones, since a decision must not meet another call", () => {
    const { message } = decode([start, ...tool(0, "same", '{"n":1}'), ...tool(1, "same", '{"n":2}'), stop("tool_use"), end]);
    expect(message.calls.map((call) => [call.id, call.args])).toEqual([
      ["same", { n: 1 }],
      ["same#2", { n: 2 }],
    ]);
  });

  it("shows a citation as a source", () => {
    const citation = { type: "web_search_result_location", url: "https://a", title: "A", cited_text: "so" };
    const { message } = decode([
      start,
      open(0, { type: "text", text: "It is " }),
      delta(0, { type: "citations_delta", citation }),
      delta(0, { type: "text_delta", text: "so." }),
      close(0),
      stop("end_turn"),
      end,
    ]);
    expect(message.parts.find((part) => part.type === "value")).toMatchObject({
      kind: "source",
      value: { url: "https://a", title: "A", quote: "so" },
    });
    expect(textOf(message)).toBe("It is so.");
  });

  it("loses no text over a repeated start, a start that never came, or a ping", () => {
    const { message } = decode([
      start,
      start,
      { type: "ping" },
      delta(0, { type: "text_delta", text: "Yes." }),
      close(0),
      stop("end_turn"),
      end,
    ]);
    expect([message.status, textOf(message)]).toEqual(["complete", "Yes."]);
  });

  it.each([
    ["a delta without its text", delta(0, { type: "text_delta", text: 7 })],
    ["a delta of an unknown type with text", delta(0, { type: "of_tomorrow", text: "x" })],
    ["an index that is no number", { ...delta(0, { type: "text_delta", text: "x" }), index: "0" }],
    ["an unknown event with a delta", { type: "block_delta_2", delta: { text: "x" } }],
  ])("does not complete over %s", (_what, bad) => {
    const reports: string[] = [];
    const { message } = decode([start, ...text(0, "Yes"), bad, stop("end_turn"), end], { onDiagnostic: ({ code }) => reports.push(code) });
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
    expect(reports).toContain("adapter.bad-event");
  });
});
