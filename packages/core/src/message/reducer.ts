import type { EventOf, ProtocolViolation, UnsayEvent } from "../protocol/index.js";
import { Draft } from "./draft.js";
import { tickMessage } from "./liveness.js";
import type { AssistantMessage } from "./message.js";
import { noteClaim } from "./reduce-claims.js";
import { settleSteer } from "./reduce-steers.js";
import { joinFollowing, takesMore } from "./reduce-words.js";
import { countEffects, endRun, openRun, truncate, type FoldTimes } from "./reduce-run.js";
import { appendText, closePart, dropSpans, isAllRetracted, openPart, retractSpans, reviseSpans, settleSpans } from "./reduce-text.js";
import {
  addReceipt,
  appendArgs,
  applyDecision,
  holdCall,
  markFinished,
  markReady,
  markStarted,
  progressCall,
  proposeCall,
  requestApproval,
} from "./reduce-tools.js";

export interface FoldOptions {
  /** This client's monotonic clock, in ms: when the batch arrived. */
  readonly now?: number;
  readonly epoch?: number;
  /** Id of this client, to know its own commands. */
  readonly client?: string;
  /** The log is read again from its beginning, where nobody can tell who had answered. */
  readonly isReplay?: boolean;
}

export interface FoldResult {
  readonly message: AssistantMessage;
  readonly violations: readonly ProtocolViolation[];
  /** Events are missing: nothing after the hole was applied, and the log must be asked again after `lastSeq`. */
  readonly gap: { readonly expected: number; readonly got: number } | null;
}

interface Context extends FoldTimes {
  readonly client: string | undefined;
  readonly isReplay: boolean;
}

/**
 * Folds a batch of events of one message. Pure: the given message is not touched, an unchanged one is returned as it
 * is. Events that were applied before are skipped by `seq`; illegal ones are reported, and never complete an answer.
 */
export function foldEvents(message: AssistantMessage, events: readonly UnsayEvent[], options: FoldOptions = {}): FoldResult {
  return foldJoined(message, events, 1, options);
}

/** `count`: each event stands for so many of the log, which go on with each other. It has the words of all and the number of the first. */
export function foldJoined(message: AssistantMessage, events: readonly UnsayEvent[], count: number, options: FoldOptions): FoldResult {
  const draft = new Draft(message);
  const context = { now: options.now ?? null, epoch: options.epoch ?? null, client: options.client, isReplay: options.isReplay === true };
  let gap: FoldResult["gap"] = null;
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    if (event === undefined) break;
    gap = gapBefore(draft, event);
    if (gap !== null) break;
    if (isNews(draft, event) && apply(draft, event, count, context)) index += appendFollowing(draft, events, index, context);
  }
  if (!draft.changed) return { message, violations: draft.violations, gap };
  if (draft.hasNewEffects) countEffects(draft);
  return { message: tickMessage(draft.finish(), context.now), violations: draft.violations, gap };
}

/** What the rules said of an event holds for those that go on with its words, so they are joined and nothing is asked again. */
function appendFollowing(draft: Draft, events: readonly UnsayEvent[], index: number, context: Context): number {
  const event = events[index];
  if (event === undefined || event.seq !== draft.fields.run?.lastSeq || !takesMore(draft.fields, event)) return 0;
  const following = joinFollowing(events, index);
  if (following !== null) apply(draft, following.event, following.count, context);
  return following?.count ?? 0;
}

function gapBefore(draft: Draft, event: UnsayEvent): FoldResult["gap"] {
  const { run } = draft.fields;
  if (run === null || run.id !== event.run || event.local === true) return null;
  const got = event.type === "run.heartbeat" ? event.last + 1 : event.seq;
  return got !== null && got > run.lastSeq + 1 ? { expected: run.lastSeq + 1, got } : null;
}

function isNews(draft: Draft, event: UnsayEvent): boolean {
  const { run } = draft.fields;
  return run === null || run.id !== event.run || event.local === true || event.seq === null || event.seq > run.lastSeq;
}

/** Whether the event may come now. */
function apply(draft: Draft, event: UnsayEvent, count: number, context: Context): boolean {
  draft.changed = true;
  countSeq(draft, event, count);
  const rule = ruleAgainst(draft, event);
  if (rule === null) {
    noteContent(draft, event, context);
    dispatch(draft, event, context);
  } else refuse(draft, event, rule);
  return rule === null;
}

function countSeq(draft: Draft, event: UnsayEvent, count: number): void {
  const { run } = draft.fields;
  if (run !== null && run.id === event.run && event.seq !== null && event.local !== true) {
    draft.fields.run = { ...run, lastSeq: event.seq + count - 1 };
  }
}

type Verdict = { readonly rule: 1 | 2 | 3 | 4 | 12; readonly why: string };

const LATE: ReadonlySet<UnsayEvent["type"]> = new Set(["tool.result", "receipt", "usage"]);
const CORRECTIONS: ReadonlySet<UnsayEvent["type"]> = new Set(["span.revise", "span.retract", "span.settle"]);
const SILENT_AFTER_END: ReadonlySet<UnsayEvent["type"]> = new Set([
  "run.phase",
  "hold",
  "run.heartbeat",
  "run.checkpoint",
  "run.goaway",
  "tool.progress",
  "stop.ack",
  "steer.outcome",
  "claim",
  "unknown",
]);
const ALLOWED_WHILE_WAITING: ReadonlySet<UnsayEvent["type"]> = new Set([
  ...LATE,
  ...CORRECTIONS,
  ...SILENT_AFTER_END,
  "span.drop",
  "approval.request",
  "approval.decision",
  "tool.hold",
  "tool.start",
  "run.open",
]);

/** The columns of the table in 3.1, for the events that a state forbids as a whole. */
function ruleAgainst(draft: Draft, event: UnsayEvent): Verdict | null {
  const { run } = draft.fields;
  const isLive = draft.status.status === "pending" || draft.status.status === "streaming";
  if (run === null) return event.type === "run.open" || event.local === true ? null : verdict(1, `${event.type} came before run.open.`);
  if (!isLive) return ruleAfterEnd(draft, event);
  if (event.local === true || event.type === "run.open" || LATE.has(event.type)) return null;
  // An answer that is being continued still names its old run until the new one opens.
  if (run.state === "ended") return verdict(1, `${event.type} came before the run that continues this answer has opened.`);
  if (event.run !== run.id) return verdict(3, `${event.type} belongs to the run ${event.run}, but ${run.id} speaks here.`);
  if (run.state === "awaiting-approval") return ruleWhileWaiting(event);
  return null;
}

function ruleWhileWaiting(event: UnsayEvent): Verdict | null {
  if (event.type === "run.end")
    return event.outcome === "complete" ? verdict(4, "The run ended complete while an approval was open.") : null;
  return ALLOWED_WHILE_WAITING.has(event.type)
    ? null
    : verdict(4, `${event.type} came while the run waits for a decision; open a run first.`);
}

function ruleAfterEnd(draft: Draft, event: UnsayEvent): Verdict | null {
  if (LATE.has(event.type) || SILENT_AFTER_END.has(event.type)) return null;
  if (event.type === "run.end") return ruleForSecondEnd(draft, event);
  if (event.type === "approval.decision") return null;
  const isWithheld = draft.status.status === "truncated" && draft.status.cause === "withheld";
  if (CORRECTIONS.has(event.type) && !isWithheld) return null;
  return verdict(3, `${event.type} came after the answer had ended.`);
}

/** A stated end replaces one this client inferred; the same end twice is no news. */
function ruleForSecondEnd(draft: Draft, event: EventOf<"run.end">): Verdict | null {
  if (!draft.fields.stated && event.local !== true && draft.status.status === "truncated") return null;
  return verdict(12, `A second end (${describeEnd(event)}) came after the answer had ended.`);
}

function describeEnd(event: EventOf<"run.end">): string {
  return event.outcome === "truncated" ? `truncated, ${event.cause}` : event.outcome;
}

function verdict(rule: Verdict["rule"], why: string): Verdict {
  return { rule, why };
}

function refuse(draft: Draft, event: UnsayEvent, { rule, why }: Verdict): void {
  if (rule === 12 && event.type === "run.end" && isSameEnd(draft, event)) return;
  draft.report(rule, event, why);
  if (event.type === "tool.start") markStarted(draft, event);
}

function isSameEnd(draft: Draft, event: EventOf<"run.end">): boolean {
  const { status } = draft;
  if (event.outcome === "truncated") return status.status === "truncated" && status.cause === event.cause;
  return event.outcome === "complete" && (status.status === "complete" || status.status === "revised");
}

const CONTENT: ReadonlySet<UnsayEvent["type"]> = new Set([
  "part.open",
  "part.close",
  "span.append",
  "tool.propose",
  "tool.args",
  "tool.ready",
]);

function noteContent(draft: Draft, event: UnsayEvent, context: Context): void {
  if (!CONTENT.has(event.type)) return;
  if (draft.status.status === "pending") draft.status = { status: "streaming", liveness: "flowing" };
  if (context.now !== null) draft.fields.waitingSince = context.now;
  const { run } = draft.fields;
  if (run === null || (run.explained === undefined && run.holding === undefined)) return;
  const { explained: _explained, holding: _holding, ...rest } = run;
  draft.fields.run = rest;
}

function dispatch(draft: Draft, event: UnsayEvent, context: Context): void {
  switch (event.type) {
    case "run.open":
      return openRun(draft, event);
    case "run.phase":
      return setPhase(draft, event);
    case "run.end":
      return endRun(draft, event, context);
    case "part.open":
      return openPart(draft, event);
    case "part.close":
      return closePart(draft, event);
    case "span.append":
      return appendText(draft, event);
    case "span.settle":
      return settleSpans(draft, event);
    case "span.drop":
      return dropSpans(draft, event);
    case "span.revise":
      return revise(draft, event);
    case "span.retract":
      return retract(draft, event, context);
    case "hold":
      return setHold(draft, event);
    case "tool.propose":
      return proposeCall(draft, event);
    case "tool.args":
      return appendArgs(draft, event);
    case "tool.ready":
      return markReady(draft, event);
    case "tool.hold":
      return holdCall(draft, event);
    case "tool.start":
      return markStarted(draft, event);
    case "tool.progress":
      return progressCall(draft, event);
    case "tool.result":
      return markFinished(draft, event);
    case "approval.request":
      return requestApproval(draft, event, context.epoch);
    case "approval.decision":
      return applyDecision(draft, event, context.isReplay);
    case "receipt":
      return addReceipt(draft, event, draft.status.status !== "pending" && draft.status.status !== "streaming");
    case "usage":
      return setUsage(draft, event);
    case "stop.ack":
      return acknowledgeStop(draft, event, context);
    case "steer.outcome":
      return settleSteer(draft, event);
    case "run.heartbeat":
    case "run.checkpoint":
    case "run.goaway":
    case "unknown":
      return;
    case "claim":
      return noteClaim(draft, event);
    default:
      event satisfies never;
  }
}

function setPhase(draft: Draft, event: EventOf<"run.phase">): void {
  if (draft.fields.run === null) return;
  const { phaseLabel: _phaseLabel, ...rest } = draft.fields.run;
  draft.fields.run = {
    ...rest,
    phase: event.phase,
    explained: true,
    ...(event.label === undefined ? {} : { phaseLabel: event.label }),
  };
}

function setHold(draft: Draft, event: EventOf<"hold">): void {
  if (draft.fields.run !== null) draft.fields.run = { ...draft.fields.run, holding: event.why };
}

function revise(draft: Draft, event: EventOf<"span.revise">): void {
  const before = draft.fields.revisions;
  reviseSpans(draft, event);
  if (draft.fields.revisions > before && draft.status.status === "complete") draft.status = { status: "revised" };
}

/** Taking back everything after the end leaves no answer: `withheld`, however it had ended. */
function retract(draft: Draft, event: EventOf<"span.retract">, times: FoldTimes): void {
  const before = draft.fields.revisions;
  retractSpans(draft, event);
  const isLive = draft.status.status === "pending" || draft.status.status === "streaming";
  if (draft.fields.revisions === before || isLive) return;
  if (isAllRetracted(draft)) {
    const error = {
      code: "guard-tripped",
      message: `The whole answer was taken back: ${event.reason}.`,
      retryable: false,
      userMessage: event.reason,
    };
    return truncate(draft, { cause: "withheld", resumable: false, error }, true, times);
  }
  if (draft.status.status === "complete") draft.status = { status: "revised" };
}

function setUsage(draft: Draft, event: EventOf<"usage">): void {
  const { generated, billed, billedReasoning, source, final } = event;
  draft.fields.usage = { generated, billed, billedReasoning, painted: paintedTokens(draft, event), source, final };
}

/** What was generated up to this event has been seen, unless a stop froze the view before it. */
function paintedTokens({ fields }: Draft, { seq, painted, generated, billedReasoning }: EventOf<"usage">): number | null {
  if (painted !== undefined) return painted;
  const isBehindStop = fields.stop !== null && (seq === null || seq > fields.stop.atSeq);
  if (isBehindStop) return fields.usage?.painted ?? null;
  const showsReasoning = fields.parts.some((part) => part.type === "text" && part.kind === "reasoning");
  if (generated === null || (billedReasoning === null && showsReasoning)) return null;
  return generated - (billedReasoning ?? 0);
}

/** The stop of one call leaves the run as it is. */
function acknowledgeCallStop(draft: Draft, event: EventOf<"stop.ack">): boolean {
  const call = draft.fields.calls.find(({ request }) => request?.command === event.command);
  if (call?.request !== undefined) draft.upsertCall({ ...call, request: { ...call.request, phase: "accepted" } });
  return call !== undefined;
}

function acknowledgeStop(draft: Draft, event: EventOf<"stop.ack">, context: Context): void {
  const { stop } = draft.fields;
  const isEnded = draft.status.status !== "pending" && draft.status.status !== "streaming";
  if (isEnded || acknowledgeCallStop(draft, event)) return;
  if (stop === null && event.client === context.client) {
    return draft.report(9, event, "A stop was acknowledged that this client never sent.");
  }
  const phase = event.settling.length > 0 ? ("settling" as const) : ("acknowledged" as const);
  const record = stop ?? {
    intent: "stop" as const,
    by: "other-device" as const,
    command: null,
    atSeq: event.atSeq,
    painted: null,
  };
  draft.fields.stop = { ...record, phase, upstream: event.upstream };
}
