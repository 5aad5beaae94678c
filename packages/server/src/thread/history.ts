import {
  continueMessage,
  createPendingMessage,
  createUserMessage,
  foldEvents,
  type AssistantMessage,
  heardOf,
  paintedOf,
  type Message,
  type Painted,
  type StopRecord,
} from "@unsay/core";
import { createEventFactory, NO_EFFECTS, type UnsayEvent } from "@unsay/core/protocol";
import { isTrimmed, type StoredRun, type StoredStop } from "../stores/store.js";

export interface RunWithEvents {
  readonly record: StoredRun;
  readonly events: readonly UnsayEvent[];
}

/** The messages of a thread, folded from its log by the rules every reader uses. A status is never assumed. */
export function foldThread(thread: string, runs: readonly RunWithEvents[]): readonly Message[] {
  const messages: Message[] = [];
  for (const run of runs) {
    addUserMessage(messages, thread, run.record);
    noteRedirect(messages, run.record);
    const index = messages.findIndex((message) => message.id === run.record.message);
    const known = messages[index];
    const answer = foldRun(known?.role === "assistant" ? known : null, run);
    if (index === -1) messages.push(answer);
    else messages[index] = answer;
  }
  return messages;
}

function addUserMessage(messages: Message[], thread: string, { user, createdAt, redirects }: StoredRun): void {
  if (user === null || messages.some((message) => message.id === user.id)) return;
  messages.push(
    createUserMessage({
      id: user.id,
      thread,
      text: user.text,
      delivery: "sent",
      startedAt: createdAt,
      ...(redirects === null ? {} : { redirects }),
      ...(user.attachments === undefined ? {} : { attachments: user.attachments }),
      ...(user.quote === undefined ? {} : { quote: user.quote }),
      ...(user.edits === undefined ? {} : { edits: user.edits }),
    }),
  );
}

function noteRedirect(messages: Message[], { redirects, user }: StoredRun): void {
  const index = messages.findIndex((message) => message.id === redirects);
  const from = messages[index];
  if (from?.role === "assistant" && user !== null) messages[index] = { ...from, redirectedTo: user.id };
}

/** The answer as one run leaves it, on top of what earlier runs made of it. */
export function foldRun(known: AssistantMessage | null, { record, events }: RunWithEvents): AssistantMessage {
  // Written by the server from this same fold.
  if (record.archived !== null) return JSON.parse(record.archived) as AssistantMessage;
  const start =
    known === null
      ? createPendingMessage({ id: record.message, thread: record.thread, parent: record.parent }, { epoch: record.createdAt })
      : continueMessage(known, null);
  if (record.end !== null && isTrimmed(events, 0, record.lastSeq))
    return foldEvents(start, [endOfTrimmed(record)], { epoch: record.createdAt }).message;
  const endedAfterMs = events.findLast((event) => event.type === "run.end")?.t ?? 0;
  const times = { epoch: record.createdAt + endedAfterMs };
  if (record.stop === null) return foldEvents(start, events, times).message;
  const { ackSeq } = record.stop;
  const seen = foldEvents(
    start,
    events.filter((event) => event.seq !== null && event.seq <= ackSeq),
    times,
  ).message;
  return withStop(foldEvents(seen, events, times).message, seen, record, record.stop);
}

/** The answers as each run left them, by run. */
export function foldAnswers(runs: readonly RunWithEvents[]): ReadonlyMap<string, AssistantMessage> {
  const latest = new Map<string, AssistantMessage>();
  const answers = new Map<string, AssistantMessage>();
  for (const run of runs) {
    const answer = foldRun(latest.get(run.record.message) ?? null, run);
    latest.set(run.record.message, answer);
    answers.set(run.record.run, answer);
  }
  return answers;
}

/** However the run ended, what is left of its log is not its answer. */
function endOfTrimmed({ thread, run, message }: StoredRun): UnsayEvent {
  const error = {
    code: "cursor-expired",
    message: "The beginning of this answer's log is no longer stored, and no message was kept.",
    retryable: false,
    userMessage: "A part of this answer is no longer stored.",
  };
  return createEventFactory({ thread, run, message }).make(
    { type: "run.end", outcome: "truncated", cause: "corrupt", resumable: false, error, effects: NO_EFFECTS },
    { local: true },
  );
}

/** The reader who pressed Stop saw the answer freeze; a reload shows it frozen at the same place. */
function withStop(message: AssistantMessage, seen: AssistantMessage, { end }: StoredRun, stop: StoredStop): AssistantMessage {
  if (message.stop === null) return message;
  const isLive = message.status === "pending" || message.status === "streaming";
  const record: StopRecord = {
    ...message.stop,
    intent: stop.intent === "redirect" || stop.intent === "barge-in" ? stop.intent : "stop",
    by: end?.outcome === "truncated" ? (end.by ?? "user") : "user",
    command: isLive ? null : stop.command,
    atSeq: stop.ackSeq,
    painted: paintedAt(seen, stop),
    ...(stop.heardUpTo === undefined ? {} : { heard: heardOf(seen, stop.heardUpTo) }),
  };
  return { ...message, stop: record };
}

/** What the reader had of what they had received: nothing behind the place that their client named. */
function paintedAt(seen: AssistantMessage, { painted }: StoredStop): Painted {
  if (painted === null) return { parts: [], spans: [] };
  const all = paintedOf(seen);
  const last = all.spans.findIndex(([span]) => span === painted.span);
  if (last === -1) return all;
  const spans = all.spans
    .slice(0, last + 1)
    .map(([span, length], index) => [span, index === last ? Math.min(length, painted.offset) : length] as const);
  return { parts: all.parts, spans };
}
