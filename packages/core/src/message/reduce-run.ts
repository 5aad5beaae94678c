import type { EventOf, RunEndTruncated, UnsayErrorData } from "../protocol/index.js";
import { settleCall } from "../tool-call/tool-call.reducer.js";
import { closeApproval, isOpen } from "../approval/approval.reducer.js";
import type { Draft } from "./draft.js";
import type { MessageStatus, Note, Part, RunFacts, Span } from "./message.js";
import { reviewSupport } from "./reduce-support.js";
import { failOpenSteers } from "./reduce-steers.js";
import { isAllRetracted, retractSpans } from "./reduce-text.js";
import { cutPointOf, isEmpty } from "./selectors.js";

export interface FoldTimes {
  /** This client's monotonic clock. */
  readonly now: number | null;
  readonly epoch: number | null;
}

export function openRun(draft: Draft, event: EventOf<"run.open">): void {
  const { run } = draft.fields;
  if (run !== null && run.state === "open" && run.id !== event.run && event.parent !== run.id) {
    draft.report(2, event, `The run ${event.run} opened while ${run.id} still speaks here. Name it as \`parent\`, or end it first.`);
    return;
  }
  draft.fields.run = {
    id: event.run,
    lastSeq: event.seq ?? 0,
    caps: event.caps,
    heartbeatMs: event.heartbeatMs,
    phase: null,
    state: "open",
    ...(run?.damaged === true ? { damaged: true } : {}),
  };
  if (!draft.fields.runs.includes(event.run)) draft.fields.runs = [...draft.fields.runs, event.run];
  if (event.model !== undefined) draft.fields.model = event.model;
}

export function endRun(draft: Draft, event: EventOf<"run.end">, times: FoldTimes): void {
  switch (event.outcome) {
    case "awaiting-approval":
      if (draft.fields.run !== null) draft.fields.run = { ...draft.fields.run, state: "awaiting-approval" };
      return;
    case "truncated":
      return truncate(draft, event, event.local !== true, times);
    case "complete":
      if (event.local !== true) return complete(draft, event, times);
      return draft.report(13, event, "This client called an answer complete, which only a server can.");
  }
}

function complete(draft: Draft, event: EventOf<"run.end">, times: FoldTimes): void {
  const doubt = reasonForDoubt(draft);
  if (doubt !== null) return truncate(draft, doubt, false, times);
  if (isAllRetracted(draft)) return truncate(draft, withheldBecauseRetracted(draft), true, times);
  if (draft.fields.stop !== null) addNote(draft, "stop-too-late");
  if (isEmpty(draft.fields)) addNote(draft, "empty");
  close(draft, true, times);
  settleText(draft, "closed");
  draft.status = { status: draft.fields.revisions > 0 ? "revised" : "complete" };
}

/** What the server calls complete while this client cannot: text it could not apply, or checks that never came. */
function reasonForDoubt(draft: Draft): Ending | null {
  if (draft.fields.run?.damaged === true) return ending("corrupt", DAMAGED);
  if (draft.fields.run?.caps.verifier === true && hasUnverifiedText(draft)) return ending("unverified");
  return null;
}

const DAMAGED: UnsayErrorData = {
  code: "stream-corrupt",
  message:
    "The server ended the answer as complete, but some of its events could not be applied here (see onProtocolError), so text may be missing. Load the thread again.",
  retryable: true,
};

type Ending = Pick<RunEndTruncated, "cause" | "resumable" | "error" | "by">;

function ending(cause: Ending["cause"], error?: UnsayErrorData): Ending {
  return { cause, resumable: false, ...(error === undefined ? {} : { error }) };
}

function withheldBecauseRetracted(draft: Draft): Ending {
  const reason = draft.fields.parts
    .flatMap((part) => (part.type === "text" ? part.spans : []))
    .find((span) => span.state === "retracted")?.reason;
  return ending("withheld", {
    code: "guard-tripped",
    message: `All text of this answer was taken back${reason === undefined ? "" : `: ${reason}`}.`,
    retryable: false,
    ...(reason === undefined ? {} : { userMessage: reason }),
  });
}

function hasUnverifiedText(draft: Draft): boolean {
  return draft.fields.parts.some(
    (part) => part.type === "text" && part.spans.some((span) => span.state === "provisional" || span.state === "speculative"),
  );
}

export function truncate(draft: Draft, end: Ending, stated: boolean, times: FoldTimes): void {
  if (end.cause === "withheld") takeBackText(draft, end);
  const at = cutPointOf(draft.fields);
  close(draft, stated, times);
  settleText(draft, "cut");
  draft.status = truncatedStatus(end, at);
  if (end.cause === "stopped" || end.cause === "redirected") recordForeignStop(draft, end);
}

function truncatedStatus(end: Ending, at: ReturnType<typeof cutPointOf>): MessageStatus {
  return {
    status: "truncated",
    cause: end.cause,
    resumable: end.resumable,
    ...(end.error === undefined ? {} : { error: end.error }),
    at,
  };
}

/** A stop this client never pressed: another device, an administrator, or the server itself. Until the end, only that it was not this client is known. */
function recordForeignStop(draft: Draft, end: Ending): void {
  const { stop } = draft.fields;
  if (stop?.by === "other-device" && end.by !== undefined && end.by !== "user") draft.fields.stop = { ...stop, by: end.by };
  if (stop !== null) return;
  draft.fields.stop = {
    intent: end.cause === "redirected" ? "redirect" : "stop",
    by: end.by ?? "user",
    phase: "done",
    upstream: "unknown",
    command: null,
    atSeq: draft.fields.run?.lastSeq ?? 0,
    painted: null,
  };
}

/** `withheld` means that no text of an answer remains; the words of a refusal are not an answer. */
function takeBackText(draft: Draft, end: Ending): void {
  const revisions = draft.fields.revisions;
  const spans = draft.fields.parts.flatMap((part) => (part.type === "text" && part.kind !== "refusal" ? part.spans : []));
  if (spans.length === 0) return;
  retractSpans(draft, {
    v: 1,
    thread: draft.fields.thread,
    run: draft.fields.run?.id ?? "",
    message: draft.fields.id,
    seq: null,
    t: null,
    local: true,
    type: "span.retract",
    spans: spans.map((span) => span.id),
    reason: end.error?.userMessage ?? "withdrawn",
    expunge: false,
  });
  draft.fields.revisions = revisions;
}

function settleText(draft: Draft, open: "closed" | "cut"): void {
  draft.changeParts((part) => settlePart(part, open));
}

/** After a normal end provisional text is settled: plain, and never called verified. Drafts were never shown. */
function settlePart(part: Part, open: "closed" | "cut"): Part {
  if (part.type === "call") return part;
  const status = part.status === "open" ? open : part.status;
  if (part.type === "value") return status === part.status ? part : { ...part, status };
  const spans = part.spans.some((span) => settleSpan(span, open) !== span) ? part.spans.map((span) => settleSpan(span, open)) : part.spans;
  return status === part.status && spans === part.spans ? part : { ...part, status, spans };
}

function settleSpan(span: Span, open: "closed" | "cut"): Span {
  if (span.state === "speculative") return { ...span, state: "dropped", text: "" };
  return span.state === "provisional" && open === "closed" ? { ...span, state: "settled" } : span;
}

/** What every end does: each call, approval and stop gets a terminal state of its own. */
function close(draft: Draft, stated: boolean, times: FoldTimes): void {
  const { fields } = draft;
  fields.stated = stated;
  fields.reconnecting = false;
  delete fields.looping;
  fields.waitingSince = null;
  fields.endedAt = times.epoch;
  const unsettled = fields.calls.filter((call) => settleCall(call, stated) !== call);
  for (const call of unsettled) draft.upsertCall(settleCall(call, stated));
  if (unsettled.length > 0) reviewSupport(draft, ...unsettled.map((call) => call.id));
  for (const approval of fields.approvals) if (isOpen(approval)) draft.upsertApproval(closeApproval(approval, "cancelled"));
  failOpenSteers(draft);
  if (fields.stop !== null) fields.stop = { ...fields.stop, phase: "done" };
  if (fields.run !== null) fields.run = withoutExcuses({ ...fields.run, state: "ended" });
  draft.hasNewEffects = true;
}

function withoutExcuses(run: RunFacts): RunFacts {
  const { explained: _explained, holding: _holding, ...rest } = run;
  return rest;
}

/** The effects of a message are what its calls say; the note stays as long as one of them is not known. */
export function countEffects(draft: Draft): void {
  const ids = (status: string) => draft.fields.calls.filter((call) => call.status === status).map((call) => call.id);
  draft.fields.effects = {
    succeeded: ids("succeeded"),
    failed: ids("failed"),
    unknown: ids("unknown"),
    cancelled: ids("cancelled"),
  };
  const notes = draft.fields.notes.filter((note) => note !== "uncertain-effects");
  draft.fields.notes = draft.fields.effects.unknown.length > 0 ? [...notes, "uncertain-effects"] : notes;
}

export function addNote(draft: Draft, note: Note): void {
  if (!draft.fields.notes.includes(note)) draft.fields.notes = [...draft.fields.notes, note];
}
