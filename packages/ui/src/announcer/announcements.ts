import {
  changesBetween,
  countWords,
  findLive,
  isAnswerPart,
  isLive,
  isRefused,
  MessagePages,
  shownParts,
  textOf,
  type Approval,
  type AssistantMessage,
  type Clock,
  type ConnectionState,
  type Message,
  type Span,
} from "@unsay/core";
import { callsOf, newsOfUse, riskOfCalls, type Announcement, type Reminder, type UsedRange } from "@unsay/react";
import { askShortly, type DescribeCall } from "../approval/describe-call.js";
import { makeVisible } from "../approval/visible-text.js";
import { selectReason } from "../message/status-line.copy.js";
import type { AnnounceWords } from "../strings/english/announce.js";
import { humanizeName } from "../tool-call/humanize-name.js";
import { nameOfCall } from "../tool-call/call-words.js";

export interface AnnouncedState {
  /** In pages, what a delta does not touch is not looked at. */
  readonly messages: readonly Message[] | MessagePages;
  readonly connection: ConnectionState;
}

export interface AnnouncementWords {
  readonly strings: AnnounceWords;
  readonly describe: DescribeCall;
  /** What was used of the answers, by message id. */
  readonly uses?: Readonly<Record<string, readonly UsedRange[]>> | undefined;
  /** The spans whose words have been read out. */
  readonly spoken?: ReadonlySet<string> | undefined;
  /** Sentences are read out as they settle, so an end need not repeat them. */
  readonly readsSentences?: boolean | undefined;
}

/** A short answer is read whole instead of counted. */
const READ_WHOLE_CHARACTERS = 280;

/**
 * What a screen reader should hear between two states of a thread: events, never tokens. What was there when the page
 * opened, and what comes from the record, is not news.
 */
export function selectAnnouncements(previous: AnnouncedState, next: AnnouncedState, words: AnnouncementWords): readonly Announcement[] {
  return changesBetween(pagesOf(previous), pagesOf(next)).flatMap(({ before, after }) =>
    after.role === "user" || before?.role === "user" ? [] : announcementsOf(before, after, words),
  );
}

const pagesOfList = new WeakMap<readonly Message[], MessagePages>();

function pagesOf({ messages }: AnnouncedState): MessagePages {
  if (messages instanceof MessagePages) return messages;
  const pages = pagesOfList.get(messages) ?? MessagePages.of(messages);
  pagesOfList.set(messages, pages);
  return pages;
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
    ...failureNews(before, message, words),
    ...busyNews(before, message, words),
    ...correctionNews(before, message, words),
    ...usedNews(before, message, words),
    ...receiptNews(before, message, words),
  ];
}

function polite(message: AssistantMessage, topic: string, text: string): Announcement {
  return { region: "polite", text, key: `${message.id}:${topic}` };
}

function assertive(message: AssistantMessage, topic: string, text: string): Announcement {
  return { region: "assertive", text, key: `${message.id}:${topic}` };
}

function statusNews(before: AssistantMessage | undefined, message: AssistantMessage, words: AnnouncementWords): readonly Announcement[] {
  const { strings } = words;
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
      return [before?.status === "truncated" ? polite(message, "state", announce.completed) : completeNews(message, words)];
    case "truncated":
      return [truncatedNews(message, strings)];
  }
}

function completeNews(message: AssistantMessage, { strings, readsSentences = false }: AnnouncementWords): Announcement {
  const { announce } = strings;
  const text = textOf(message).trim();
  if (text === "" || text.length > READ_WHOLE_CHARACTERS || readsSentences) {
    return polite(message, "state", announce.complete(countWords(text)));
  }
  return { ...polite(message, "state", announce.completeText(text)), spans: answerSpans(message).map(({ id }) => id) };
}

function answerSpans(message: AssistantMessage): readonly Span[] {
  return shownParts(message)
    .filter(isAnswerPart)
    .flatMap(({ spans }) => spans.filter(({ state }) => state !== "replaced" && state !== "retracted"));
}

function truncatedNews(message: AssistantMessage & { readonly status: "truncated" }, strings: AnnounceWords): Announcement {
  const { announce } = strings;
  if (message.cause === "withheld" && !isRefused(message))
    return assertive(message, "state", announce.withdrawn(message.error?.userMessage ?? ""));
  if (message.cause === "redirected") return polite(message, "stop", announce.redirected);
  if (message.cause !== "stopped") return assertive(message, "state", announce.cut(selectReason(message, strings)));
  const happened = namesOf(message, "succeeded");
  const unknown = namesOf(message, "unknown");
  if (happened.length + unknown.length === 0) return polite(message, "stop", announce.stopped);
  return assertive(message, "stop", announce.stoppedWith(happened, unknown));
}

/** What each effect was, in the words of its receipt where it has one. */
function namesOf(message: AssistantMessage, status: "succeeded" | "unknown"): readonly string[] {
  return message.calls
    .filter((call) => call.effect !== "read" && call.status === status)
    .map((call) => makeVisible(message.receipts.findLast((receipt) => receipt.call === call.id)?.summary ?? nameOfCall(call)));
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
  if (is === "looping") return [polite(message, "pause", announce.looping)];
  if (isPaused(is) && !isPaused(was) && message.status !== "pending") return [polite(message, "pause", announce.paused)];
  return was === "reconnecting" ? [polite(message, "connection", announce.connected)] : [];
}

function livenessOf(message: AssistantMessage | undefined): string | null {
  return message?.status === "pending" || message?.status === "streaming" ? message.liveness : null;
}

function isPaused(liveness: string | null): boolean {
  return liveness === "stalled" || liveness === "silent";
}

function failureNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  const failure = message.repeatedFailure;
  if (failure === undefined || before?.repeatedFailure !== undefined || !isLive(message)) return [];
  return [polite(message, "failure", strings.status.repeatedFailure(humanizeName(failure.name), failure.times))];
}

/** The question has not been taken yet, and is asked again without the reader. */
function busyNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings }: AnnouncementWords,
): readonly Announcement[] {
  if (message.busyUntil === undefined || before?.busyUntil !== undefined || !isLive(message)) return [];
  return [{ ...polite(message, "busy", strings.status.busy), once: true }];
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
    calls.length === 1 && only !== undefined ? askShortly(describe, only, strings).title : strings.approval.questionOf(calls.length);
  const text = strings.announce.approval(makeVisible(title));
  const say = riskOfCalls(calls) >= 3 ? assertive : polite;
  return say(message, `approval:${approval.id}`, text);
}

/** Only what a reader had before their eyes can have been corrected under them. */
function correctionNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  words: AnnouncementWords,
): readonly Announcement[] {
  const { announce } = words.strings;
  if (before === undefined || message.revisions <= before.revisions) return [];
  if (message.status === "truncated" && message.cause === "withheld") return [];
  const known = new Set(retractedSpans(before).map((span) => span.id));
  const [taken] = retractedSpans(message).filter((span) => !known.has(span.id));
  if (taken !== undefined) return [assertive(message, "withdrawn", announce.partWithdrawn(taken.reason ?? ""))];
  const fresh = freshReplacements(before, message);
  if (fresh.some((span) => isUsed(message, span, words))) return [];
  const heard = fresh.filter((span) => span.replaces?.some((id) => words.spoken?.has(id) === true));
  if (heard.length === 0) return [polite(message, "corrected", announce.corrected)];
  return heard.map((span) => ({ ...polite(message, `corrected:${span.id}`, announce.correction(span.text.trim())), spans: [span.id] }));
}

function freshReplacements(before: AssistantMessage, message: AssistantMessage): readonly Span[] {
  const known = new Set(replacements(before).map(({ id }) => id));
  return replacements(message).filter(({ id }) => !known.has(id));
}

function replacements(message: AssistantMessage): readonly Span[] {
  return message.parts.flatMap((part) => (part.type === "text" ? part.spans.filter((span) => span.replaces !== undefined) : []));
}

function isUsed(message: AssistantMessage, span: Span, { uses }: AnnouncementWords): boolean {
  return usesOf(message, uses).some((use) => use.spans.some(([id]) => span.replaces?.includes(id) === true));
}

function usesOf(message: AssistantMessage, uses: AnnouncementWords["uses"]): readonly UsedRange[] {
  return uses?.[message.id] ?? [];
}

/** What happened to words that somebody had used; a withdrawal speaks for itself. */
function usedNews(
  before: AssistantMessage | undefined,
  message: AssistantMessage,
  { strings, uses }: AnnouncementWords,
): readonly Announcement[] {
  if (before === undefined) return [];
  const fresh = usesOf(message, uses).flatMap((use) => {
    const news = newsOfUse(message, use);
    return news === null || news === "retracted" || news === newsOfUse(before, use) ? [] : [{ use, news }];
  });
  const [first] = fresh;
  if (first === undefined) return [];
  const { announce } = strings;
  return [
    assertive(message, "used", first.news === "revised" ? announce.usedRevised[first.use.kind] : announce.usedTruncated[first.use.kind]),
  ];
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

/** The spans that a change took away from what may still be read out. */
export function selectGoneSpans(previous: AnnouncedState, next: AnnouncedState): ReadonlySet<string> {
  const gone = new Set<string>();
  for (const { after } of changesBetween(pagesOf(previous), pagesOf(next))) {
    if (after.role === "assistant") for (const span of lostSpans(after)) gone.add(span);
  }
  return gone;
}

function lostSpans(message: AssistantMessage): readonly string[] {
  const isWithheld = message.status === "truncated" && message.cause === "withheld";
  const spans = message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
  return spans.filter(({ state }) => isWithheld || state === "replaced" || state === "retracted").map(({ id }) => id);
}

/** What now stands in the place of words that were dropped before they were read out. */
export function selectReplacementsOf(
  state: AnnouncedState,
  dropped: readonly Announcement[],
  words: AnnouncementWords,
): readonly Announcement[] {
  const gone = new Set(dropped.flatMap(({ spans = [] }) => spans));
  return pagesOf(state)
    .toArray()
    .flatMap((message) => {
      if (message.role === "user") return [];
      if (dropped.some(({ key }) => key === `${message.id}:state`)) return [completeNews(message, words)];
      const shown = answerSpans(message).filter((span) => span.replaces?.some((id) => gone.has(id)));
      return shown.map((span) => ({ ...polite(message, `sentence:${span.id}`, span.text.trim()), spans: [span.id] }));
    });
}

const WORKING_FIRST_MS = 10_000;
const WORKING_EVERY_MS = 30_000;
const WORKING_TIMES = 3;
const ASK_AGAIN_MS = 60_000;
const EXPIRY_WARNINGS_S = [60, 20];

/** News that time makes of how things stand now: a long wait, a request that nobody answered, one that expires. */
export function selectReminders(state: AnnouncedState, words: AnnouncementWords, clock: Clock): readonly Reminder[] {
  const live = findLive(state.messages);
  if (live === undefined) return [];
  return [...workingReminders(live, words), ...live.approvals.flatMap((approval) => approvalReminders(live, approval, words, clock))];
}

function workingReminders(message: AssistantMessage, { strings }: AnnouncementWords): readonly Reminder[] {
  const { waitingSince } = message;
  if (message.status !== "pending" || waitingSince === null || message.liveness === "stopping" || message.liveness === "reconnecting")
    return [];
  return Array.from({ length: WORKING_TIMES }, (_, index) => {
    const waited = WORKING_FIRST_MS + index * WORKING_EVERY_MS;
    const text = message.busyUntil === undefined ? strings.announce.working(waited / 1_000) : strings.status.busy;
    const announcement = polite(message, "pause", text);
    return { id: `${message.id}:working:${waitingSince}:${index}`, at: waitingSince + waited, announcement };
  });
}

function approvalReminders(message: AssistantMessage, approval: Approval, words: AnnouncementWords, clock: Clock): readonly Reminder[] {
  const { requestedAt, expiresInMs, id } = approval;
  if (approval.status !== "open" || requestedAt === null) return [];
  const askedAt = clock.now() - (clock.epoch() - requestedAt);
  const again = {
    id: `${id}:again`,
    at: askedAt + ASK_AGAIN_MS,
    announcement: { ...approvalNeeded(message, approval, words), key: `${message.id}:approval:${id}:again` },
  };
  const isLoud = again.announcement.region === "assertive";
  return [...(isLoud ? [] : [again]), ...(expiresInMs === null ? [] : expiryReminders(message, id, askedAt + expiresInMs, words))];
}

function expiryReminders(message: AssistantMessage, id: string, expiresAt: number, { strings }: AnnouncementWords): readonly Reminder[] {
  return EXPIRY_WARNINGS_S.map((seconds) => ({
    id: `${id}:expires:${seconds}`,
    at: expiresAt - seconds * 1_000,
    announcement: polite(message, `approval:${id}:expires`, strings.announce.expires(seconds)),
  }));
}
