import {
  isRefused,
  selectCall,
  selectOpenApprovals,
  textOf,
  type AssistantMessage,
  type Cause,
  type RepeatedFailure,
} from "@unsay/core/base";
import type { AnswerWords } from "../strings/english/answer.js";
import { humanizeName } from "../tool-call/humanize-name.js";
import { nameOfCall } from "../tool-call/call-words.js";

/** Things a reader can ask of an answer. Each is a handler of `MessageActions` and one button. */
export type MessageActionName =
  | "continue"
  | "redirect"
  | "regenerate"
  | "retry"
  | "reconnect"
  | "stop"
  | "sendStopAgain"
  | "letRun"
  | "keepWaiting"
  | "reveal";

export interface StatusCopy {
  readonly chip: { readonly ink: "flux" | "changed"; readonly text: string } | null;
  readonly text: string;
  /** Stands after the time. */
  readonly details: readonly string[];
  readonly actions: readonly MessageActionName[];
}

export interface StatusFacts {
  /** Whole seconds without content; `null` where nobody counts. */
  readonly waitedS: number | null;
  /** Whole seconds until a busy server is asked again. */
  readonly retryInS?: number;
  /** Number of the try while reconnecting; 0 where unknown. */
  readonly attempt?: number;
  /** Words that arrived after Stop and are kept back. */
  readonly hiddenWords?: number;
  /** The question of the open approval. */
  readonly decision?: string;
  /** None of the open approvals can be answered any more, and the server has not said so. */
  readonly hasExpired?: boolean;
  /** Words that may still be dropped stand in the text. */
  readonly hasDrafts?: boolean;
  /** The reader has said that they wait. */
  readonly isWaiting?: boolean;
}

/** The state of an answer in words, without its time. */
export function selectStatusCopy(message: AssistantMessage, strings: AnswerWords, facts: StatusFacts): StatusCopy {
  switch (message.status) {
    case "pending":
    case "streaming":
      return liveCopy(message, strings, facts);
    case "truncated":
      return {
        ...plain(strings.status.notComplete(selectReason(message, strings))),
        details: revisionCounts(message, strings),
        actions: revealActions(facts),
      };
    case "complete":
    case "revised":
      return completeCopy(message, strings, facts);
  }
}

function liveCopy(
  message: AssistantMessage & { readonly status: "pending" | "streaming" },
  strings: AnswerWords,
  facts: StatusFacts,
): StatusCopy {
  const { status } = strings;
  switch (message.liveness) {
    case "stopping":
      return message.stop?.phase === "unconfirmed"
        ? marked(status.chips.stopping, status.stopUnconfirmed, ["sendStopAgain"])
        : marked(status.chips.stopping, status.stopping);
    case "reconnecting":
      return marked(status.chips.paused, reconnectingText(strings, facts.attempt ?? 0));
    case "awaiting-approval":
      return facts.hasExpired === true
        ? marked(status.chips.paused, status.decisionExpired)
        : marked(status.chips.waiting, decisionText(message, strings, facts.decision));
    case "looping":
      return marked(status.chips.paused, status.looping, ["stop", "letRun"]);
    case "stalled":
    case "silent":
    case "slow":
    case "flowing":
      if (message.repeatedFailure !== undefined) return failureCopy(message.repeatedFailure, strings);
      return message.status === "pending" ? pendingCopy(message, strings, facts) : streamingCopy(message, strings, facts);
  }
}

/** Only the reader knows whether it makes sense to go on like this. */
function failureCopy({ name, times }: RepeatedFailure, { status }: AnswerWords): StatusCopy {
  return marked(status.chips.paused, status.repeatedFailure(humanizeName(name), times), ["redirect", "stop"]);
}

function plain(text: string, actions: StatusCopy["actions"] = []): StatusCopy {
  return { chip: null, text, details: [], actions };
}

function marked(chip: string, text: string, actions: StatusCopy["actions"] = []): StatusCopy {
  return { chip: { ink: "flux", text: chip }, text, details: [], actions };
}

function reconnectingText(strings: AnswerWords, attempt: number): string {
  return attempt > 0 ? strings.status.reconnectingTry(attempt) : strings.status.reconnecting;
}

function decisionText(message: AssistantMessage, strings: AnswerWords, decision: string | undefined): string {
  const open = selectOpenApprovals(message);
  const only = open.length === 1 ? open[0]?.items : undefined;
  const call = only?.length === 1 ? selectCall(message, only[0]?.call ?? "") : undefined;
  if (decision !== undefined) return strings.status.decision(decision);
  return call === undefined ? strings.status.decisions(Math.max(1, open.length)) : strings.status.decision(nameOfCall(call));
}

/** The first second needs no words a sighted reader can see: the caret stands there. */
function pendingCopy(
  message: AssistantMessage & { readonly status: "pending" | "streaming" },
  strings: AnswerWords,
  { waitedS, retryInS }: StatusFacts,
): StatusCopy {
  const { status } = strings;
  if (message.busyUntil !== undefined) return plain(retryInS === undefined ? status.busy : status.busyFor(retryInS), ["stop"]);
  const phase = phaseWords(message, strings);
  if (message.liveness === "silent" || (waitedS ?? 0) >= 10) {
    const words = waitedS === null ? status.working : status.workingFor(waitedS);
    return plain([words, phase].filter(Boolean).join(" "), ["stop"]);
  }
  if (waitedS !== null && waitedS >= 4) return plain(phase === null ? status.thinkingFor(waitedS) : status.phaseFor(phase, waitedS));
  const isFirstSecond = message.liveness === "flowing" && (waitedS ?? 0) < 1;
  return plain(isFirstSecond ? status.waiting : (phase ?? status.thinking));
}

/** What the server says it does: in its own words, or in ours. Thinking is what a wait is called without any. */
function phaseWords({ run }: AssistantMessage, { status }: AnswerWords): string | null {
  if (run?.phaseLabel !== undefined) return run.phaseLabel;
  const phase = run?.explained === true ? run.phase : null;
  return phase === null || phase === "thinking" ? null : status.phase[phase];
}

function streamingCopy(
  message: AssistantMessage & { readonly status: "pending" | "streaming" },
  strings: AnswerWords,
  { waitedS, hasDrafts = false, isWaiting = false }: StatusFacts,
): StatusCopy {
  const { status } = strings;
  const running = message.calls.findLast((call) => call.status === "executing");
  if (running !== undefined) return marked(status.chips.provisional, status.running(nameOfCall(running)));
  if (message.liveness !== "stalled" && message.liveness !== "silent") {
    if (hasDrafts) return marked(status.chips.draft, status.draft);
    return marked(status.chips.provisional, phaseWords(message, strings) ?? status.answering);
  }
  const text = waitedS === null ? status.stalled : status.stalledFor(waitedS);
  return marked(status.chips.paused, text, message.liveness === "silent" && !isWaiting ? silentActions(message) : []);
}

/** Ways out of a silence. A connection that can't be taken up again would only be lost. */
function silentActions(message: AssistantMessage): readonly MessageActionName[] {
  return ["keepWaiting", "stop", ...(message.run?.caps.resume === true ? (["reconnect"] as const) : [])];
}

function completeCopy(message: AssistantMessage, strings: AnswerWords, facts: StatusFacts): StatusCopy {
  const { status } = strings;
  const details = [...revisionCounts(message, strings), ...(message.notes.includes("stop-too-late") ? [status.stopTooLate] : [])];
  const chip = message.status === "revised" ? ({ ink: "changed", text: status.chips.revised } as const) : null;
  const text = message.notes.includes("unsupported") ? status.unsupported : status.complete;
  return { chip, text, details, actions: revealActions(facts) };
}

function revealActions({ hiddenWords = 0 }: StatusFacts): readonly MessageActionName[] {
  return hiddenWords > 0 ? ["reveal"] : [];
}

/** "1 correction", "2 withdrawals"; what is zero is left out. */
export function revisionCounts(message: AssistantMessage, strings: AnswerWords): readonly string[] {
  const withdrawals = countWithdrawals(message);
  const corrections = Math.max(0, message.revisions - withdrawals);
  return [
    ...(corrections > 0 ? [strings.status.corrections(corrections)] : []),
    ...(withdrawals > 0 ? [strings.status.withdrawals(withdrawals)] : []),
  ];
}

/** Neighbours that were taken back for the same reason went in one withdrawal. */
function countWithdrawals(message: AssistantMessage): number {
  const runs = message.parts.map((part) => {
    const spans = part.type === "text" ? part.spans : [];
    return spans.filter((span, index) => span.state === "retracted" && !isSameRetraction(span, spans[index - 1])).length;
  });
  return Math.min(
    message.revisions,
    runs.reduce((sum, count) => sum + count, 0),
  );
}

function isSameRetraction(
  span: { readonly reason?: string },
  before: { readonly state: string; readonly reason?: string } | undefined,
): boolean {
  return before?.state === "retracted" && before.reason === span.reason;
}

/** Why an answer is not complete. Words of the server's error are shown only where it wrote them for readers. */
export function selectReason(message: AssistantMessage & { readonly status: "truncated" }, strings: AnswerWords): string {
  const base = reasonOfCause(message, strings);
  const stated = message.stated || message.cause !== "stopped" ? "" : ` · ${strings.status.notConfirmed}`;
  return base + stated;
}

function reasonOfCause(message: AssistantMessage & { readonly status: "truncated" }, strings: AnswerWords): string {
  const said = message.error?.userMessage;
  const cause: Cause = message.cause;
  switch (cause) {
    case "stopped":
      return strings.stoppedBy[message.stop?.by ?? "user"];
    case "failed":
      return said === undefined ? strings.cause.failed : asClause(said);
    case "withheld":
      if (isRefused(message)) return strings.declined;
      return said === undefined ? strings.cause.withheld : `${strings.cause.withheld}, ${asClause(said)}`;
    case "length":
      return message.error?.code === "context-window" ? strings.contextWindow : strings.cause.length;
    case "redirected":
    case "disconnected":
    case "filtered":
    case "orphaned":
    case "corrupt":
    case "unverified":
      return strings.cause[cause];
  }
}

/** A server's sentence as the end of one of ours. A word in capitals keeps them. */
function asClause(sentence: string): string {
  const words = sentence.trim().replace(/\.$/u, "");
  return /^\p{Lu}(?:\p{Ll}|\s)/u.test(words) ? lowerFirst(words) : words;
}

/** The state for the hidden heading of a message: the words of the status line, without times that tick. */
export function selectHeadingState(message: AssistantMessage, strings: AnswerWords): string {
  if (message.status === "complete" || message.status === "revised") {
    return [strings.heading.complete, ...revisionCounts(message, strings)].join(", ");
  }
  if (message.status === "truncated") {
    const empty = textOf(message) === "" && message.cause !== "withheld" ? `, ${lowerFirst(strings.end.empty)}` : "";
    const state = [lowerFirst(strings.status.notComplete(selectReason(message, strings))), ...revisionCounts(message, strings)];
    return state.join(", ") + empty;
  }
  return liveHeading(message, strings);
}

function liveHeading(message: AssistantMessage & { readonly status: "pending" | "streaming" }, strings: AnswerWords): string {
  const { heading } = strings;
  const running = message.calls.findLast((call) => call.status === "executing");
  switch (message.liveness) {
    case "stopping":
      return heading.stopping;
    case "awaiting-approval":
      return heading.waitingForYou;
    case "reconnecting":
    case "looping":
      return heading.paused;
    case "stalled":
    case "silent":
      return message.status === "pending" ? lowerFirst(strings.status.waiting) : heading.paused;
    case "slow":
    case "flowing":
      if (running !== undefined) return heading.running(nameOfCall(running));
      return message.status === "pending" ? lowerFirst(strings.status.waiting) : heading.answering;
  }
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLocaleLowerCase() + text.slice(1);
}
