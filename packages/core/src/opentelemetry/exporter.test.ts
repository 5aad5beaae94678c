import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, it } from "vitest";
import type { AssistantMessage } from "../message/index.js";
import { NO_EFFECTS, UnsayError, type Cause, type EventPayload } from "../protocol/index.js";
import { createSession } from "../session/session.js";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  openStep,
  readyCall,
  scripts,
  type Script,
  type ScriptStep,
} from "../testing/index.js";
import { createOpenTelemetryExporter, type OpenTelemetryExporterOptions } from "./index.js";

const memory = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).getTracer("test");
afterEach(() => memory.reset());

const at = (moment: number, event: EventPayload): ScriptStep => ({ at: moment, event });
const script = (...steps: readonly ScriptStep[]): Script => ({ id: "s", title: "s", prompt: "go", steps });
const append = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: `${part}-s`, text });
const words = [at(100, { type: "part.open", part: "p", kind: "answer" }), at(250, append("A secret answer."))];
const cut = (cause: Cause, by?: "user"): EventPayload => ({
  type: "run.end",
  outcome: "truncated",
  cause,
  resumable: false,
  effects: NO_EFFECTS,
  ...(by === undefined ? {} : { by }),
});

function start(steps: Script, options: Partial<OpenTelemetryExporterOptions> = {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(steps, { clock });
  const session = createSession({
    id: "thread-7",
    transport,
    clock,
    random: () => 1,
    onTrace: createOpenTelemetryExporter({ tracer, ...options }),
  });
  session.send("go");
  const answer = () => session.store.getState().messages.at(-1) as AssistantMessage;
  return { clock, transport, session, answer };
}

async function exported(steps: Script, options: Partial<OpenTelemetryExporterOptions> = {}): Promise<readonly ReadableSpan[]> {
  const { clock } = start(steps, options);
  await clock.advance(300_000);
  return memory.getFinishedSpans();
}

const usage: EventPayload = { type: "usage", generated: 40, billed: 42, billedReasoning: 30, source: "provider", final: true };
const withTool = script(
  at(0, { type: "run.open", caps: { usage: true }, heartbeatMs: null, ttlMs: null, model: "model-1", labels: { route: "fast" } }),
  at(50, { type: "part.open", part: "t", kind: "reasoning" }),
  at(60, append("secret thought", "t")),
  ...readyCall(300, { call: "c", name: "find", args: { secret: 1 }, effect: "read" }),
  at(600, { type: "tool.start", call: "c", attempt: 1, callKey: "k" }),
  at(1_600, { type: "tool.result", call: "c", result: "ok", output: { secret: 2 } }),
  at(1_700, { type: "part.open", part: "p", kind: "answer" }),
  at(1_750, append("A secret answer.")),
  at(1_800, usage),
  completeStep(2_000),
);

describe("the OpenTelemetry exporter", () => {
  it("makes one client span of a run, by the GenAI conventions, and one internal span below it of each tool", async () => {
    const [tool, run, ...rest] = await exported(withTool, { provider: "openai", agent: "Helper" });
    expect(rest).toEqual([]);
    expect(run).toMatchObject({ name: "invoke_agent Helper", kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } });
    expect(run?.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "openai",
      "gen_ai.agent.name": "Helper",
      "gen_ai.conversation.id": "thread-7",
      "gen_ai.request.stream": true,
      "gen_ai.response.model": "model-1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.time_to_first_chunk": 0.06,
      "gen_ai.usage.output_tokens": 42,
      "gen_ai.usage.reasoning.output_tokens": 30,
      "unsay.status": "complete",
      "unsay.stated": true,
      "unsay.grade": "good",
      "unsay.first_answer_received_ms": 1_750,
      "unsay.total_ms": 2_000,
      "unsay.label.route": "fast",
    });
    expect(tool).toMatchObject({
      name: "execute_tool find",
      kind: SpanKind.INTERNAL,
      parentSpanContext: { spanId: run?.spanContext().spanId },
      duration: [1, 0],
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "find",
        "gen_ai.tool.call.id": "c",
        "unsay.tool.outcome": "succeeded",
      },
    });
    expect(run?.startTime).toEqual([1_767_268_800, 0]);
    expect(run?.duration).toEqual([2, 0]);
    const event = run?.events.find(({ name }) => name === "unsay.first_answer");
    expect(event?.time).toEqual([1_767_268_801, 750_000_000]);
  });

  it("carries no word of the answer, its reasoning or its tools unless asked to", async () => {
    const plain = JSON.stringify((await exported(withTool)).map(dataOf));
    expect(plain).not.toMatch(/secret/u);
    memory.reset();
    const [tool, run] = await exported(withTool, { captureContent: true });
    expect(JSON.parse(String(run?.attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "A secret answer." }] },
    ]);
    expect(tool?.attributes).toMatchObject({ "gen_ai.tool.call.arguments": '{"secret":1}', "gen_ai.tool.call.result": '{"secret":2}' });
  });

  it("leaves out what is not known: no figure is 0 because nobody stated it", async () => {
    const [run] = await exported(script(openStep({}), ...words, completeStep(300)));
    const names = Object.keys(run?.attributes ?? {});
    for (const name of [
      "gen_ai.usage.output_tokens",
      "gen_ai.usage.reasoning.output_tokens",
      "unsay.first_answer_painted_ms",
      "unsay.stop.to_ack_ms",
      "unsay.cause",
    ])
      expect(names).not.toContain(name);
    expect(run?.attributes).toMatchObject({ "unsay.usage.status": "unreported" });
  });

  it.each<[Cause, SpanStatusCode, string | undefined, string[] | undefined]>([
    ["length", SpanStatusCode.ERROR, "length", ["length"]],
    ["failed", SpanStatusCode.ERROR, "failed", ["error"]],
    ["orphaned", SpanStatusCode.ERROR, "orphaned", undefined],
    ["corrupt", SpanStatusCode.ERROR, "corrupt", undefined],
    ["unverified", SpanStatusCode.ERROR, "unverified", undefined],
    ["filtered", SpanStatusCode.UNSET, undefined, ["content_filter"]],
    ["withheld", SpanStatusCode.UNSET, undefined, ["content_filter"]],
    ["stopped", SpanStatusCode.UNSET, undefined, undefined],
    ["redirected", SpanStatusCode.UNSET, undefined, undefined],
  ])("%s: a bad outcome is an error, what the user or a rule stopped is none", async (cause, code, type, reasons) => {
    const [run] = await exported(script(openStep(), ...words, at(300, cut(cause, "user"))));
    expect(run?.status.code).toBe(code);
    expect(run?.attributes["error.type"]).toBe(type);
    expect(run?.attributes["gen_ai.response.finish_reasons"]).toEqual(reasons);
    expect(run?.attributes["unsay.cause"]).toBe(cause);
  });

  it("a failed tool is an error with its code, one whose effect nobody could confirm is not", async () => {
    const steps = (effect: "read" | "write") => [
      ...readyCall(100, { call: "c", name: "send", args: {}, effect }),
      at(400, { type: "tool.start", call: "c", attempt: 1, callKey: "k" }),
      at(500, { type: "tool.result", call: "c", result: "error", error: { code: "timeout", message: "secret", retryable: false } }),
    ];
    const [failed] = await exported(
      script(openStep(), ...steps("read"), ...words.map((step) => ({ ...step, at: step.at + 600 })), completeStep(1_000)),
    );
    expect(failed).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "timeout", "unsay.tool.outcome": "failed" },
    });
    memory.reset();
    const [unknown] = await exported(script(openStep(), ...steps("write"), completeStep(1_000)));
    expect(unknown).toMatchObject({ status: { code: SpanStatusCode.UNSET }, attributes: { "unsay.tool.outcome": "unknown" } });
  });

  it("tells an amended end in a span of its own that links to the run's", async () => {
    const { clock, session, transport, answer } = start(scripts.resume);
    const resume = transport.resume?.bind(transport);
    transport.resume = () => Promise.reject(new UnsayError({ code: "network", message: "refused", retryable: true }));
    await clock.advance(300_000);
    if (resume !== undefined) transport.resume = resume;
    session.reconnect(answer().id);
    await clock.advance(10_000);
    const [run, amendment] = memory.getFinishedSpans();
    expect(run).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "unsay.stated": false, "unsay.cause": "disconnected" },
    });
    expect(run?.attributes).not.toHaveProperty("gen_ai.response.finish_reasons");
    expect(amendment).toMatchObject({
      name: "unsay.amend_outcome",
      status: { code: SpanStatusCode.UNSET },
      attributes: { "unsay.amended": true, "unsay.status": "complete", "unsay.stated": true },
    });
    expect(amendment?.links.map((link) => link.context.spanId)).toEqual([run?.spanContext().spanId]);
  });
});

function dataOf({ name, attributes, events, status }: ReadableSpan) {
  return { name, attributes, events, status };
}
