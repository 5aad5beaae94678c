import { describe, expect, it } from "vitest";
import { endOf, fold, IDS, pending, read, runnableCalls } from "../../../test-kit/folding.js";
import { encode } from "../../../test-kit/recordings.js";
import type { AssistantMessage } from "../../message/message.js";
import { textOf } from "../../message/selectors.js";
import type { Decode } from "../../protocol/index.js";
import { decodeLangGraph } from "./index.js";

type WireEvent = readonly [name: string, data: unknown];

const frame = ([name, data]: WireEvent): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const bodyOf = (events: readonly WireEvent[]): Uint8Array => encode(events.map(frame).join(""));
const readEvents = (events: readonly WireEvent[], decode: Decode = decodeLangGraph): AssistantMessage => read(decode, bodyOf(events));
const end = (...events: readonly WireEvent[]): string => endOf(readEvents([metadata, ...events]));

const metadata: WireEvent = ["metadata", { run_id: "r1", attempt: 1 }];
const place = { langgraph_node: "agent", langgraph_checkpoint_ns: "agent:1", tags: [] };
const chunk = (content: unknown, more: object = {}, where: object = place): WireEvent => [
  "messages",
  [{ type: "AIMessageChunk", id: "a1", content, tool_call_chunks: [], ...more }, where],
];
const stop = (reason = "stop"): WireEvent => chunk("", { response_metadata: { finish_reason: reason } });
const ai = (content: unknown, more: object = {}): object => ({ type: "ai", id: "a1", content, tool_calls: [], ...more });
const human = { type: "human", id: "h1", content: "Hi" };
const input: WireEvent = ["values", { messages: [human] }];
const values = (...messages: readonly object[]): WireEvent => ["values", { messages: [human, ...messages] }];
const done: WireEvent = ["checkpoints", { next: [], tasks: [], metadata: { source: "loop", step: 2 } }];
const bareEnd: WireEvent = ["end", null];

const piece = (args: string, more: object = {}): object => ({ index: 0, args, type: "tool_call_chunk", ...more });
const payStart = chunk("", { tool_call_chunks: [piece("", { id: "__proto__", name: "pay" })] });
const payCall = { id: "__proto__", name: "pay", args: { amount: 5 }, type: "tool_call" };
const paid = { type: "tool", id: "t1", tool_call_id: "__proto__", content: "paid", status: "success" };
const pay: readonly WireEvent[] = [
  payStart,
  chunk("", { tool_call_chunks: [piece('{"amount":')] }),
  chunk("", { tool_call_chunks: [piece("5}")] }),
  stop("tool_calls"),
];

describe("decodeLangGraph, messages of stream modes", () => {
  it("appends the pieces of tuples, with reasoning apart, and holds the state to them", () => {
    const message = readEvents([
      metadata,
      input,
      chunk([{ type: "reasoning", reasoning: "hm " }]),
      chunk([{ type: "text", text: "Grüß ", index: 0 }]),
      chunk("Gott"),
      stop(),
      values(ai("Grüß Gott")),
      done,
    ]);
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Grüß Gott"]);
    expect(message.parts.map((part) => part.type === "text" && part.kind)).toEqual(["reasoning", "answer"]);
  });

  it("tells pieces from whole messages also where a server calls both ai", () => {
    const js = (content: string): WireEvent => ["messages", [{ type: "ai", id: "a1", content, tool_call_chunks: [] }, place]];
    const whole: WireEvent = ["messages", [ai("haha"), place]];
    expect(textOf(readEvents([metadata, input, js("ha"), js("ha"), whole, done]))).toBe("haha");
  });

  it("replaces by the grown messages of messages/partial, and takes each message from one mode only", () => {
    const partial = (content: string): WireEvent => ["messages/partial", [ai(content)]];
    const message = readEvents([metadata, partial("Hel"), partial("Hello"), chunk("Hello"), ["messages/complete", [ai("Hello")]], done]);
    expect([endOf(message), textOf(message), message.revisions]).toEqual(["complete", "Hello", 0]);
    const callback: WireEvent = ["events", { event: "on_chat_model_stream", metadata: place, data: { chunk: ai("Hello") } }];
    expect(textOf(readEvents([metadata, chunk("Hello"), callback, done]))).toBe("Hello");
    expect(textOf(readEvents([metadata, callback, done]))).toBe("Hello");
  });

  it("revises where the reader sees it when the state says other words, and retracts what a second attempt says anew", () => {
    const changed = readEvents([metadata, input, chunk("Wrong"), stop(), values(ai("Right")), done]);
    expect([changed.status, textOf(changed)]).toEqual(["revised", "Right"]);
    const again = readEvents([metadata, chunk("Half"), ["metadata", { attempt: 2 }], chunk("Whole", { id: "a2" }), stop(), done]);
    expect([again.status, textOf(again)]).toEqual(["revised", "Whole"]);
  });

  it("leaves out what earlier turns and other people said", () => {
    const before = [{ type: "ai", id: "old", content: "Before" }, human];
    const message = readEvents([
      metadata,
      ["values", { messages: before }],
      ["messages/complete", before],
      ["values", { messages: [...before, ai("Now")] }],
      done,
    ]);
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Now"]);
  });

  it("knows a message again that had no id, or another one, while it was streamed", () => {
    const nameless: WireEvent = ["messages", [{ type: "AIMessageChunk", content: "Hello", tool_call_chunks: [] }, place]];
    expect(textOf(readEvents([metadata, input, nameless, values(ai("Hello")), done]))).toBe("Hello");
    expect(textOf(readEvents([metadata, input, chunk("Hello", { id: "run--1" }), values(ai("Hello")), done]))).toBe("Hello");
  });

  it("shows what is not the answer as reasoning, by the host's choice, and decides nothing when that throws", () => {
    const inner = chunk("thinking aloud", { id: "i1" }, { ...place, langgraph_node: "critic" });
    const only: Decode = (context) => decodeLangGraph({ ...context, isAnswer: ({ node }) => node === "agent" });
    expect(textOf(readEvents([metadata, inner, chunk("Yes."), stop(), done], only))).toBe("Yes.");
    const throws: Decode = (context) => decodeLangGraph({ ...context, isAnswer: () => JSON.parse("{") as boolean });
    expect(textOf(readEvents([metadata, chunk("Yes."), stop(), done], throws))).toBe("Yes.");
  });

  it("reads messages as older servers write them", () => {
    const constructed = {
      lc: 1,
      type: "constructor",
      id: ["langchain_core", "messages", "AIMessageChunk"],
      kwargs: { id: "a1", content: "Hi" },
    };
    expect(textOf(readEvents([metadata, ["messages", [constructed, place]], done]))).toBe("Hi");
  });

  it("reports what the models used, and bills nothing that nobody billed", () => {
    const decoder = decodeLangGraph(IDS);
    const used = chunk("", { usage_metadata: { input_tokens: 3, output_tokens: 7 } });
    const said = [...decoder.push(bodyOf([metadata, chunk("Hi"), used, done])), ...decoder.end()];
    expect(said.find((event) => event.type === "usage")).toMatchObject({ generated: 7, billed: null, final: true });
  });
});

describe("decodeLangGraph, ends of stream modes", () => {
  it("is not complete because the body ends, nor by a whole message", () => {
    expect(end(input, chunk("Yes."), stop(), values(ai("Yes.")), ["messages/complete", [ai("Yes.")]])).toBe("disconnected stream-eof");
    expect(end()).toBe("disconnected stream-eof");
  });

  it("is complete after a checkpoint with nothing next, once the body ends, unless more is said", () => {
    expect(end(chunk("Yes."), stop(), done)).toBe("complete");
    expect(end(chunk("Yes."), stop(), done, ["feedback", { good: "https://a" }])).toBe("complete");
    expect(end(chunk("Yes."), stop(), done, chunk(" And"))).toBe("disconnected stream-eof");
    expect(end(chunk("Yes."), ["checkpoints", { next: ["agent"], metadata: { source: "loop" } }])).toBe("disconnected stream-eof");
    expect(end(["checkpoints", { next: [], metadata: { source: "input" } }])).toBe("disconnected stream-eof");
    expect(end(chunk("Yes."), ["checkpoints|sub:1", { next: [], metadata: { source: "loop" } }])).toBe("disconnected stream-eof");
    expect(end(chunk("Yes."), ["debug", { type: "checkpoint", payload: { next: [], metadata: { source: "loop" } } }])).toBe("complete");
  });

  it.each([
    ["success", "complete"],
    ["completed", "complete"],
    ["interrupted", "stopped undefined"],
    ["cancelled", "stopped undefined"],
    ["rollback", "redirected undefined"],
    ["timeout", "failed provider-timeout"],
    ["error", "failed provider-error"],
    ["of-tomorrow", "failed finish-reason-unknown"],
  ])("ends a run of the status %s as %s", (status, expected) => {
    expect(end(chunk("Yes."), stop(), ["end", { status }])).toBe(expected);
  });

  it("takes an end without a status only where an interrupt would have been told, and no model still speaks", () => {
    expect(end(chunk("Yes."), stop(), bareEnd)).toBe("failed finish-reason-missing");
    expect(end(input, chunk("Yes."), stop(), values(ai("Yes.")), bareEnd)).toBe("complete");
    expect(end(input, chunk("Half of"), bareEnd)).toBe("failed finish-reason-missing");
  });

  it.each([
    ["ValueError", "failed provider-error"],
    ["RateLimitError", "failed provider-overloaded"],
    ["TimeoutError", "failed provider-timeout"],
    ["UserTimeout", "failed provider-timeout"],
    ["UserInterrupt", "stopped undefined"],
    ["CancelledError", "stopped undefined"],
    ["UserRollback", "redirected undefined"],
  ])("ends the error %s as %s, with the text kept unless it was rolled back", (error, expected) => {
    const message = readEvents([metadata, chunk("Half"), ["error", { error, message: "key sk-1" }], done]);
    expect(endOf(message)).toBe(expected);
    expect(textOf(message)).toBe(error === "UserRollback" ? "" : "Half");
    if (message.status === "truncated") expect(message.error?.userMessage ?? "").not.toContain("sk-1");
  });

  it("fails at an error that is only words, and leaves an error of a subgraph to the root", () => {
    expect(end(["error", "Run not found"])).toBe("failed provider-error");
    expect(end(chunk("Yes."), stop(), ["error|sub:1", { error: "ValueError", message: "x" }], done)).toBe("complete");
    expect(end(chunk("Yes."), ["error|sub:1", { error: "ValueError", message: "x" }])).toBe("disconnected stream-eof");
  });

  it.each([
    ["length", "length output-limit"],
    ["MAX_TOKENS", "length output-limit"],
    ["model_context_window_exceeded", "length context-window"],
    ["content_filter", "filtered guard-tripped"],
    ["SAFETY", "filtered guard-tripped"],
    ["refusal", "filtered guard-tripped"],
  ])("does not call an answer complete whose model stopped for %s, though the run succeeded", (reason, expected) => {
    expect(end(chunk("Half"), stop(reason), done)).toBe(expected);
    expect(end(chunk("Half"), stop(reason), ["end", { status: "success" }])).toBe(expected);
    expect(end(chunk("Half"), stop(reason), chunk("Whole", { id: "a2" }), done)).toBe("complete");
  });
});

describe("decodeLangGraph, tools and interrupts", () => {
  it("has a call ready only after its end was told, and its result by its status", () => {
    const open = readEvents([metadata, ...pay.slice(0, 3)]);
    expect(open.calls).toMatchObject([{ id: "__proto__", name: "pay", runsOn: "server" }]);
    expect(open.calls[0]?.argsHash).toBeUndefined();
    const whole = readEvents([metadata, input, ...pay, ["messages", [paid, place]], chunk("Paid.", { id: "a2" }), stop(), done]);
    expect(whole.calls).toMatchObject([{ args: { amount: 5 }, status: "succeeded", output: "paid" }]);
    expect(endOf(whole)).toBe("complete");
    const failed = readEvents([metadata, ...pay, ["messages", [{ ...paid, status: "error" }, place]]]);
    expect(failed.calls).toMatchObject([{ status: "unknown", error: { code: "tool-failed" } }]);
  });

  it("does not take the half-parsed arguments of a piece for whole ones, nor those of a call that was cut by length", () => {
    const eager = chunk("", { tool_call_chunks: [piece('{"amount":5', { id: "c", name: "pay" })], tool_calls: [{ ...payCall, id: "c" }] });
    expect(readEvents([metadata, eager, stop("length"), done]).calls[0]?.argsHash).toBeUndefined();
  });

  it("replaces the arguments of grown messages", () => {
    const grown = (args: string): WireEvent => [
      "messages/partial",
      [ai("", { tool_call_chunks: [piece(args, { id: "c", name: "pay" })] })],
    ];
    const whole: WireEvent = ["messages/complete", [ai("", { tool_calls: [{ ...payCall, id: "c" }] })]];
    for (const second of ['{"amount":5}', '{"sum":5}']) {
      expect(readEvents([metadata, grown('{"amount"'), grown(second), whole]).calls[0]).toMatchObject({ args: { amount: 5 } });
    }
    const streamed = readEvents([metadata, grown('{"amount"'), grown('{"amount":5}')]);
    expect(streamed.calls[0]?.argsText).toBe('{"amount":5}');
    const stopped: WireEvent = ["messages/partial", [ai("", { response_metadata: { finish_reason: "tool_calls" } })]];
    expect(readEvents([metadata, grown('{"amount"'), grown('{"sum":5}'), stopped]).calls[0]).toMatchObject({ args: { sum: 5 } });
  });

  it("waits for tool results that nobody sends when the graph ends with an unanswered call", () => {
    expect(end(input, ...pay, values(ai("", { tool_calls: [payCall] })), done)).toBe("failed tool-results-missing");
  });

  const hitl = {
    id: "i1",
    value: { action_requests: [{ name: "pay", args: { amount: 5 }, description: "Pay?" }], review_configs: [] },
  };

  it("asks about the call that an interrupt is about, once, however often it is told", () => {
    const message = readEvents([
      metadata,
      input,
      ...pay,
      ["updates", { __interrupt__: [hitl] }],
      ["values", { messages: [human], __interrupt__: [hitl] }],
      bareEnd,
    ]);
    expect(endOf(message)).toBe("awaiting-approval");
    expect(message.approvals).toMatchObject([
      { id: "i1", status: "open", items: [{ call: "__proto__", argsHash: message.calls[0]?.argsHash }] },
    ]);
    expect(message.calls).toHaveLength(1);
  });

  it("asks what no call of the stream asks, with all that it asks, and waits also when the body just ends", () => {
    const other = { id: "i2", value: { action_requests: [{ name: "pay", args: { amount: 500 } }] } };
    const words = { interrupt_id: "i3", value: "Really?", resumable: true, ns: ["a:1"], when: "during" };
    const older = { ns: ["a:2"], value: [{ action_request: { action: "send", args: { to: "x" } }, config: {} }] };
    const message = readEvents([metadata, ...pay, ["updates|sub:1", { __interrupt__: [other, words, older] }]]);
    expect(endOf(message)).toBe("awaiting-approval");
    expect(message.approvals.map(({ id }) => id)).toEqual(["i2", "i3", "a:2"]);
    expect(message.calls.slice(1)).toMatchObject([
      { name: "pay", args: { amount: 500 } },
      { name: "interrupt", args: { value: "Really?" } },
      { name: "send", args: { to: "x" } },
    ]);
  });

  it("waits at a breakpoint that asks nothing, and never asks what cannot be shown", () => {
    expect(end(...pay, ["updates", { __interrupt__: [] }], bareEnd)).toBe("awaiting-approval");
    let deep: unknown = "x";
    for (let level = 0; level < 100; level += 1) deep = { deep };
    expect(end(["updates", { __interrupt__: [{ id: "i", value: deep }] }])).toBe("corrupt stream-corrupt");
  });

  it("takes tools from the mode that tells only of them", () => {
    const message = readEvents([
      metadata,
      ["tools", { event: "on_tool_start", toolCallId: "c", name: "look", input: { q: 1 } }],
      ["tools", { event: "on_tool_event", toolCallId: "c", name: "look", data: "half" }],
      ["tools", { event: "on_tool_end", toolCallId: "c", name: "look", output: "all" }],
    ]);
    expect(message.calls).toMatchObject([{ id: "c", name: "look", args: { q: 1 } }]);
  });
});

/** Frames of the draft protocol. */
const event = (method: string, data: unknown, more: object = {}): WireEvent => [
  method,
  { type: "event", method, params: { namespace: [], timestamp: 1, node: "agent", data, ...more } },
];
const lifecycle = (name: string, more: object = {}): WireEvent => event("lifecycle", { event: name, ...more });
const start = event("messages", { event: "message-start", role: "ai", id: "a1" });
const block = (name: string, index: number, more: object): WireEvent =>
  event("messages", { event: `content-block-${name}`, index, ...more });
const delta = (text: string, index = 0): WireEvent => block("delta", index, { delta: { type: "text-delta", text } });
const finish = event("messages", { event: "message-finish", usage: { output_tokens: 4 } });
const speak = (text: string): readonly WireEvent[] => [
  start,
  block("start", 0, { content: { type: "text", text: "" } }),
  delta(text.slice(0, 2)),
  delta(text.slice(2)),
  block("finish", 0, { content: { type: "text", text } }),
];
const argsDelta = (args: string): WireEvent =>
  block("delta", 1, { delta: { type: "block-delta", fields: { type: "tool_call_chunk", args } } });
const propose: readonly WireEvent[] = [
  block("start", 1, { content: { type: "tool_call_chunk", id: "c", name: "pay", args: "" } }),
  argsDelta('{"amount":'),
  argsDelta('{"amount":5}'),
  block("finish", 1, { content: { type: "tool_call", id: "c", name: "pay", args: { amount: 5 } } }),
];

describe("decodeLangGraph, the streaming protocol", () => {
  it("is complete at the end of the root's life, and at no other end", () => {
    const message = readEvents([lifecycle("started"), ...speak("Grüße"), finish, lifecycle("completed")]);
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Grüße"]);
    expect(endOf(readEvents([lifecycle("started"), ...speak("Grüße"), finish]))).toBe("disconnected stream-eof");
    const child = event("lifecycle", { event: "completed" }, { namespace: ["sub"] });
    expect(endOf(readEvents([lifecycle("started"), ...speak("Grüße"), finish, child]))).toBe("disconnected stream-eof");
  });

  it("replaces the arguments of block deltas, and has the call ready at the end of its block", () => {
    const events = [lifecycle("started"), ...speak("Let me."), ...propose];
    expect(readEvents(events.slice(0, -1)).calls[0]?.argsHash).toBeUndefined();
    const message = readEvents([
      ...events,
      finish,
      event("tools", { event: "tool-started", tool_call_id: "c", tool_name: "pay", input: { amount: 5 } }),
      event("tools", { event: "tool-finished", tool_call_id: "c", output: { status: "success", content: "ok" } }),
      event("messages", { event: "message-start", role: "ai", id: "a2" }),
      delta("Paid."),
      finish,
      lifecycle("completed"),
    ]);
    expect(message.calls).toMatchObject([{ id: "c", args: { amount: 5 } }]);
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Let me.Paid."]);
    expect(endOf(readEvents([...events, finish, lifecycle("completed")]))).toBe("failed tool-results-missing");
  });

  it("waits when an interrupted run asks, in either order, and was stopped when it asks nothing", () => {
    const asks = event("input.requested", { interrupt_id: "i1", payload: { question: "Go on?" } });
    for (const events of [[asks, lifecycle("interrupted")], [lifecycle("interrupted"), asks], [asks]]) {
      expect(endOf(readEvents([lifecycle("started"), ...speak("Hm."), finish, ...events]))).toBe("awaiting-approval");
    }
    expect(endOf(readEvents([lifecycle("started"), ...speak("Hm."), lifecycle("interrupted")]))).toBe("stopped undefined");
  });

  it("fails with the run, and with a model call unless the graph calls another one, whose words replace the first", () => {
    expect(endOf(readEvents([...speak("Hm."), lifecycle("failed", { error: "boom" })]))).toBe("failed provider-error");
    const failed = event("messages", { event: "error", message: "overloaded", code: "overloaded_error" });
    expect(endOf(readEvents([...speak("Half"), failed]))).toBe("failed provider-overloaded");
    const again = readEvents([
      ...speak("Half"),
      failed,
      event("messages", { event: "message-start", role: "ai", id: "a2" }),
      delta("Whole"),
      finish,
      lifecycle("completed"),
    ]);
    expect([again.status, textOf(again)]).toEqual(["revised", "Whole"]);
    expect(endOf(readEvents([["error", { type: "error", id: null, error: "no_such_run", message: "gone" }]]))).toBe(
      "failed provider-error",
    );
  });

  it("has an event once that comes twice, and leaves people's words out", () => {
    const numbered = [lifecycle("started"), ...speak("Grüße"), finish].map(([name, data], seq): WireEvent => [
      name,
      { ...(data as object), seq },
    ]);
    const message = readEvents([...numbered.slice(0, 4), ...numbered.slice(2)]);
    expect(textOf(message)).toBe("Grüße");
    const person = event("messages", { event: "message-start", role: "human", id: "h" });
    expect(textOf(readEvents([person, delta("Hello?"), finish, ...speak("Yes.")]))).toBe("Yes.");
  });

  it("revises what the end of a block says otherwise", () => {
    const message = readEvents([
      ...speak("Wrong").slice(0, -1),
      block("finish", 0, { content: { type: "text", text: "Right" } }),
      lifecycle("completed"),
    ]);
    expect([message.status, textOf(message)]).toEqual(["revised", "Right"]);
  });
});

const SCRIPTS: readonly (readonly [name: string, events: readonly WireEvent[]])[] = [
  ["stream modes", [metadata, input, chunk("Grüße 👋🏽"), ...pay, ["messages", [paid, place]], chunk("Paid.", { id: "a2" }), stop(), done]],
  ["an end with a status", [metadata, chunk("Grüße"), stop(), ["end", { status: "success" }]]],
  [
    "grown messages",
    [metadata, ["messages/partial", [ai("Grü")]], ["messages/partial", [ai("Grüße")]], ["messages/complete", [ai("Grüße")]], done],
  ],
  [
    "the protocol",
    [
      lifecycle("started"),
      ...speak("Grüße 👋🏽"),
      ...propose,
      finish,
      event("tools", { event: "tool-finished", tool_call_id: "c", output: "ok" }),
      lifecycle("completed"),
    ],
  ],
];

describe.each(SCRIPTS)("decodeLangGraph over %s", (_name, events) => {
  it("is complete after no byte before its last event, has no call to run after any, and asking changes nothing", () => {
    const body = bodyOf(events);
    const decoder = decodeLangGraph(IDS);
    let message = pending();
    for (const [at, byte] of body.entries()) {
      const cut = fold(decoder.end(), message);
      if (at < body.length - 1) expect(cut.status, `byte ${at}`).toBe("truncated");
      expect(runnableCalls(cut)).toEqual([]);
      if (at % 50 === 0) expect(decoder.end()).toEqual(decoder.end());
      message = fold(decoder.push(Uint8Array.of(byte)), message);
    }
    expect(fold(decoder.end(), message).status).toBe("complete");
  });

  it("says the same in any two chunks", () => {
    const body = bodyOf(events);
    const whole = JSON.stringify(read(decodeLangGraph, body));
    for (let cut = 1; cut < body.length; cut += 7) {
      const decoder = decodeLangGraph(IDS);
      const message = fold([...decoder.push(body.subarray(0, cut)), ...decoder.push(body.subarray(cut)), ...decoder.end()]);
      if (JSON.stringify(message) !== whole) expect(message, `cut at ${cut}`).toEqual(JSON.parse(whole));
    }
  });

  it("is never complete for want of one event when that was its end, and throws for no field of another type", () => {
    expect(readEvents(events.slice(0, -1)).status).toBe("truncated");
    for (const [at, [name, data]] of events.entries()) {
      for (const value of [null, true, 7, [], ["x"], {}, { a: { b: 1 } }, "text"]) {
        const mutants = [value, ...Object.keys(data as object).map((key) => ({ ...(data as object), [key]: value }))];
        for (const mutant of mutants) {
          const message = readEvents(events.with(at, [name, mutant]));
          expect(runnableCalls(message)).toEqual([]);
          if (at === events.length - 1 && message.status === "complete") expect(textOf(message)).toBe(textOf(readEvents(events)));
        }
      }
    }
  });
});

describe("bodies that are not LangGraph's", () => {
  it("are corrupt, and say what was expected and found", () => {
    const bodies = [
      'data: {"type":"text-delta","id":"0","delta":"x"}\n\n',
      'event: message_start\ndata: {"type":"message_start","message":{}}\n\n',
      'data: {"choices":[{"delta":{"content":"x"}}]}\n\n',
    ];
    for (const body of bodies) {
      const message = read(decodeLangGraph, encode(body));
      expect(message).toMatchObject({ status: "truncated", cause: "corrupt", parts: [] });
      expect(message.status === "truncated" && message.error?.message).toMatch(/Expected an event of LangGraph; found/u);
    }
  });

  it("skips and counts modes of tomorrow once it is known to be LangGraph's", () => {
    expect(end(["of.tomorrow", {}], chunk("Yes."), stop(), done)).toBe("complete");
  });
});
