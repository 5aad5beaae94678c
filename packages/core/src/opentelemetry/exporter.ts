import { context, SpanKind, SpanStatusCode, trace as traces, type Span, type SpanContext, type Tracer } from "@opentelemetry/api";
import type { AssistantMessage } from "../message/index.js";
import type { StreamTrace, TraceMark } from "../health/index.js";
import { contentOfAnswer, contentOfCall } from "./content.js";
import { attributesOfAmendment, attributesOfRun, attributesOfTool, errorOfRun, errorOfTool } from "./attributes.js";
import { attributesOfMark, isToolMark, nameOfMark, type ToolMark } from "./marks.js";
import { createTimeline, type Timeline } from "./timeline.js";

export interface OpenTelemetryExporterOptions {
  /** From the app's own SDK: `trace.getTracer("my-app")`. */
  readonly tracer: Tracer;
  /** The text of the answer, and arguments and results of tools, as the conventions' opt-in attributes. Off unless asked for. */
  readonly captureContent?: boolean;
  /** `gen_ai.provider.name`, such as `openai`. The client does not know who serves the model. */
  readonly provider?: string;
  /** `gen_ai.agent.name`. */
  readonly agent?: string;
}

/** Fits `onTrace` of a session. */
export type ExportTrace = (trace: StreamTrace, message: AssistantMessage) => void;

/** Ended spans can't be changed, so an amended end is a span of its own that links to one of the newest so many. */
const MAX_REMEMBERED = 100;

/**
 * Turns the trace of a run into spans: one `invoke_agent` for the run and one `execute_tool` for each tool that ran, by
 * the GenAI semantic conventions, with `unsay.*` attributes for what those lack. A bad outcome is an error; what the
 * user stopped, and what a content rule stopped, is none.
 */
export function createOpenTelemetryExporter(options: OpenTelemetryExporterOptions): ExportTrace {
  const exported = new Map<string, SpanContext>();
  return (trace, message) => {
    if (trace.amended) return exportAmendment(options, trace, exported.get(keyOf(trace)));
    const span = exportRun(options, trace, message);
    exported.set(keyOf(trace), span.spanContext());
    const oldest = exported.keys().next().value;
    if (exported.size > MAX_REMEMBERED && oldest !== undefined) exported.delete(oldest);
  };
}

function keyOf({ message, run, startedAt }: StreamTrace): string {
  return `${message}\n${run ?? ""}\n${startedAt}`;
}

function exportRun(options: OpenTelemetryExporterOptions, trace: StreamTrace, message: AssistantMessage): Span {
  const { tracer, agent, captureContent = false } = options;
  const times = createTimeline(trace.startedAt);
  const span = tracer.startSpan(agent === undefined ? "invoke_agent" : `invoke_agent ${agent}`, {
    kind: SpanKind.CLIENT,
    startTime: times.at(0),
    attributes: { ...attributesOfRun(trace, options), ...(captureContent ? contentOfAnswer(message) : {}) },
  });
  for (const mark of trace.marks) if (!isToolMark(mark)) addEvent(span, mark, times);
  for (const mark of trace.marks) if (isToolMark(mark)) exportTool(options, { mark, trace, message, parent: span, times });
  setError(span, errorOfRun(trace));
  span.end(times.at(trace.durationMs));
  return span;
}

function addEvent(span: Span, mark: Exclude<TraceMark, ToolMark>, times: Timeline): void {
  span.addEvent(nameOfMark(mark), attributesOfMark(mark), times.at(mark.at));
}

interface ToolSpan {
  readonly mark: ToolMark;
  readonly trace: StreamTrace;
  readonly message: AssistantMessage;
  readonly parent: Span;
  readonly times: Timeline;
}

function exportTool({ tracer, captureContent = false }: OpenTelemetryExporterOptions, tool: ToolSpan): void {
  const { mark, trace, message, parent, times } = tool;
  const span = tracer.startSpan(
    `execute_tool ${mark.name}`,
    {
      kind: SpanKind.INTERNAL,
      startTime: times.at(mark.at),
      attributes: { ...attributesOfTool(mark, trace), ...(captureContent ? contentOfCall(message, mark.call) : {}) },
    },
    traces.setSpan(context.active(), parent),
  );
  setError(span, errorOfTool(mark));
  span.end(times.at(mark.ms === null ? trace.durationMs : mark.at + mark.ms));
}

function exportAmendment({ tracer }: OpenTelemetryExporterOptions, trace: StreamTrace, amended: SpanContext | undefined): void {
  const times = createTimeline(trace.startedAt);
  const moment = times.at(trace.marks.findLast((mark) => mark.type === "amended")?.at ?? trace.durationMs);
  const span = tracer.startSpan("unsay.amend_outcome", {
    kind: SpanKind.INTERNAL,
    startTime: moment,
    attributes: attributesOfAmendment(trace),
    links: amended === undefined ? [] : [{ context: amended }],
  });
  setError(span, errorOfRun(trace));
  span.end(moment);
}

function setError(span: Span, error: { readonly type: string; readonly message: string } | null): void {
  if (error === null) return;
  span.setAttribute("error.type", error.type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
