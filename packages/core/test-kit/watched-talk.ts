import type { AssistantMessage, Interrupt, MetricsReport, Outcome, StreamTrace } from "../src/index.js";
import { NO_EFFECTS, type Cause, type Diagnostic, type EventPayload } from "../src/protocol/index.js";
import {
  createFakeClock,
  createScriptedTransport,
  type Script,
  type ScriptedTransportOptions,
  type ScriptStep,
} from "../src/testing/index.js";
import { createSession } from "../src/session/session.js";
import type { SessionOptions } from "../src/session/session.types.js";

/** What a session told the app, in order. */
export interface Told {
  readonly outcomes: (Outcome & { readonly amended: boolean })[];
  readonly metrics: MetricsReport[];
  readonly traces: StreamTrace[];
  readonly interrupts: Interrupt[];
  readonly diagnostics: Diagnostic[];
}

/** A session over a scripted transport and a fake clock, and everything it tells. */
export function watchedTalk(
  script: Script | (() => Script),
  options: Partial<SessionOptions> = {},
  transportOptions: ScriptedTransportOptions = {},
) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock, ...transportOptions });
  const told: Told = { outcomes: [], metrics: [], traces: [], interrupts: [], diagnostics: [] };
  const session = createSession({
    id: "thread",
    transport,
    clock,
    random: () => 1,
    onOutcome: (_message, outcome) => told.outcomes.push(outcome),
    onMetrics: (report) => told.metrics.push(report),
    onTrace: (trace) => told.traces.push(trace),
    onInterrupt: (interrupt) => told.interrupts.push(interrupt),
    onDiagnostic: (diagnostic) => told.diagnostics.push(diagnostic),
    ...options,
  });
  const answer = () => session.store.getState().messages.findLast((message) => message.role === "assistant") as AssistantMessage;
  const paint = (lengths: Readonly<Record<string, number>>) => session.markPainted(answer().id, new Map(Object.entries(lengths)));
  return { clock, transport, session, answer, paint, ...told };
}

export const script = (...steps: readonly ScriptStep[]): Script => ({ id: "s", title: "s", prompt: "go", steps });
export const at = (moment: number, event: EventPayload): ScriptStep => ({ at: moment, event });
export const append = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: `${part}-s`, text });
export const openPart = (part = "p", kind: "answer" | "reasoning" = "answer"): EventPayload => ({ type: "part.open", part, kind });
export const cut = (cause: Cause, by?: "user" | "admin"): EventPayload => ({
  type: "run.end",
  outcome: "truncated",
  cause,
  resumable: false,
  effects: NO_EFFECTS,
  ...(by === undefined ? {} : { by }),
});
