import {
  countWords,
  isLive,
  isRefused,
  textOf,
  type Approval,
  type AssistantMessage,
  type ConnectionState,
  type Message,
  type Span,
} from "@unsay/core";
import { callsOf, riskOfCalls } from "@unsay/react";
import { describeWith, type DescribeCall } from "../approval/describe-call.js";
import { makeVisible } from "../approval/visible-text.js";
import { selectReason } from "../message/status-line.copy.js";
import type { Strings } from "../strings/en.js";

export interface Announcement {
  readonly region: "polite" | "assertive";
  readonly text: string;
  /** News of the same kind about the same thing: a newer one takes the place of one not yet said. */
  readonly key: string;
}

export interface AnnouncedState {
  readonly messages: readonly Message[];
  readonly connection: ConnectionState;
}

export interface AnnouncementWords {
  readonly strings: Strings;
  readonly describe: DescribeCall;
}

/** A short answer is read whole instead of counted. */
const READ_WHOLE_CHARACTERS = 280;

/**
 * What a screen reader should hear between two states of a thread: events, never tokens. What was there when the page
 * opened, and what comes from the record, is not news.
 */
export function selectAnnouncements(previous: AnnouncedState, next: AnnouncedState, words: AnnouncementWords): readonly Announcement[] {
  return next.messages.flatMap((message, index) => {
    if (previous.messages[index] === message || message.role === "user") return [];
    const before = previous.messages.find((candidate) => candidate.id === message.id);
    if (before === message || before?.role === "user") return [];
    return announcementsOf(before, message, words);
  });
}

function announcementsOf(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  words: AnnouncementWords,
): readonly Announcement[] {
  if (before === undefined && !isLive(message)) return [];
  return [
    ...statusNews(before, message, words),
    ...livenessNews(before, message, words),
    ...approvalNews(before, message, words),
    ...correctionNews(before, message, words),
    ...receiptNews(before, message, words),
  ];
}

function polite(message: AssistantMessage, topic: string, text: string): Announcement {
  return { region: "polite", text, key: `${message.id}:${topic}` };
}

function assertive(message: AssistantMessage, topic: string, text: string): Announcement {
  return { region: "assertive", text, key: `${message.id}:${topic}` };
}

function statusNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  const { announce } = strings;
  if (before?.status === message.status) return [];
  switch (message.status) {
    case "pending":
      return [];
    case "streaming":
      return [polite(message, "state", announce.answering)];
    case "complete":
    case "revised":
      // A correction after the end is told by itself.
      if (before?.status === "complete" || before?.status === "revised") return [];
      return [polite(message, "state", before?.status === "truncated" ? announce.completed : completeText(message, strings))];
    case "truncated":
      return [truncatedNews(message, strings)];
  }
}

function completeText(message: AssistantMessage, { announce }: Strings): string {
  const text = textOf(message).trim();
  return text !== "" && text.length <= READ_WHOLE_CHARACTERS ? announce.completeText(text) : announce.complete(countWords(text));
}

function truncatedNews(message: AssistantMessage & { readonly status: "truncated" }, strings: Strings): Announcement {
  const { announce } = strings;
  if (message.cause === "withheld" && !isRefused(message))
    return assertive(message, "state", announce.withdrawn(message.error?.userMessage ?? ""));
  if (message.cause === "redirected") return polite(message, "stop", announce.redirected);
  if (message.cause !== "stopped") return assertive(message, "state", announce.cut(selectReason(message, strings)));
  const happened = countEffects(message, "succeeded");
  const unknown = countEffects(message, "unknown");
  if (happened + unknown === 0) return polite(message, "stop", announce.stopped);
  return assertive(message, "stop", announce.stoppedWith(happened, unknown));
}

function countEffects(message: AssistantMessage, status: "succeeded" | "unknown"): number {
  return message.calls.filter((call) => call.effect !== "read" && call.status === status).length;
}

function livenessNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  const { announce } = strings;
  const was = livenessOf(before);
  const is = livenessOf(message);
  if (is === null || was === is) return [];
  if (is === "stopping") return [polite(message, "stop", announce.stopping)];
  if (is === "reconnecting") return [polite(message, "connection", announce.reconnecting)];
  if (isPaused(is) && !isPaused(was)) return pauseNews(message, is, strings);
  return was === "reconnecting" ? [polite(message, "connection", announce.connected)] : [];
}

function pauseNews(message: AssistantMessage, liveness: string, { announce }: Strings): readonly Announcement[] {
  if (message.status !== "pending") return [polite(message, "pause", announce.paused)];
  return liveness === "silent" ? [polite(message, "pause", announce.working(10))] : [];
}

function livenessOf(message: AssistantMessage | undefined): string | null {
  return message?.status === "pending" || message?.status === "streaming" ? message.liveness : null;
}

function isPaused(liveness: string | null): boolean {
  return liveness === "stalled" || liveness === "silent" || liveness === "looping";
}

function approvalNews(before: AssistantMessage | undefined, message: AssistantMessage, words: AnnouncementWords): readonly Announcement[] {
  const known = new Set(before?.approvals.map((approval) => approval.id));
  return message.approvals
    .filter((approval) => approval.status === "open" && !known.has(approval.id))
    .map((approval) => approvalNeeded(message, approval, words));
}

function approvalNeeded(message: AssistantMessage, approval: Approval, { strings, describe }: AnnouncementWords): Announcement {
  const calls = callsOf(message, approval);
  const [only] = calls;
  const title =
    calls.length === 1 && only !== undefined ? describeWith(describe, only, strings).title : strings.approval.questionOf(calls.length);
  const text = strings.announce.approval(makeVisible(title));
  const say = riskOfCalls(calls) >= 3 ? assertive : polite;
  return say(message, `approval:${approval.id}`, text);
}

/** Only what a reader had before their eyes can have been corrected under them. */
function correctionNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  if (before === undefined || message.revisions <= before.revisions) return [];
  if (message.status === "truncated" && message.cause === "withheld") return [];
  const known = new Set(retractedSpans(before).map((span) => span.id));
  const taken = retractedSpans(message).filter((span) => !known.has(span.id));
  const [first] = taken;
  return first === undefined
    ? [polite(message, "corrected", strings.announce.corrected)]
    : [assertive(message, "withdrawn", strings.announce.partWithdrawn(first.reason ?? ""))];
}

function retractedSpans(message: AssistantMessage): readonly Span[] {
  return message.parts.flatMap((part) => (part.type === "text" ? part.spans.filter((span) => span.state === "retracted") : []));
}

function receiptNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  const known = new Set(before?.receipts.map((receipt) => receipt.id));
  return message.receipts
    .filter((receipt) => receipt.late === true && receipt.outcome === "succeeded" && !known.has(receipt.id))
    .map((receipt) => polite(message, `receipt:${receipt.id}`, strings.announce.happened(makeVisible(receipt.summary))));
}
