import {
  continueMessage,
  createPendingMessage,
  createUserMessage,
  foldEvents,
  type AssistantMessage,
  type CutPoint,
  type Message,
  type StopRecord,
} from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { StoredRun, StoredStop } from "../stores/store.js";

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
    }),
  );
}

function noteRedirect(messages: Message[], { redirects, user }: StoredRun): void {
  const index = messages.findIndex((message) => message.id === redirects);
  const from = messages[index];
  if (from?.role === "assistant" && user !== null) messages[index] = { ...from, redirectedTo: user.id };
}

function foldRun(known: AssistantMessage | null, { record, events }: RunWithEvents): AssistantMessage {
  const start =
    known === null
      ? createPendingMessage({ id: record.message, thread: record.thread, parent: record.parent }, { epoch: record.createdAt })
      : continueMessage(known, null);
  const endedAfterMs = events.findLast((event) => event.type === "run.end")?.t ?? 0;
  const { message } = foldEvents(start, events, { epoch: record.createdAt + endedAfterMs });
  return record.stop === null ? message : withStop(message, record, record.stop);
}

/** The reader who pressed Stop saw the answer freeze; a reload shows it frozen at the same place. */
function withStop(message: AssistantMessage, { end }: StoredRun, stop: StoredStop): AssistantMessage {
  if (message.stop === null) return message;
  const isLive = message.status === "pending" || message.status === "streaming";
  const record: StopRecord = {
    ...message.stop,
    intent: stop.intent === "redirect" || stop.intent === "barge-in" ? stop.intent : "stop",
    by: end?.outcome === "truncated" ? (end.by ?? "user") : "user",
    command: stop.command,
    at: cutPointOf(message, stop),
  };
  return { ...message, stop: isLive ? { ...record, command: null } : record };
}

function cutPointOf(message: AssistantMessage, { painted, ackSeq }: StoredStop): CutPoint {
  if (painted === null) return { seq: ackSeq, part: null, offset: null };
  for (const part of message.parts) {
    if (part.type !== "text") continue;
    let offset = 0;
    for (const span of part.spans) {
      if (span.id === painted.span) return { seq: ackSeq, part: part.id, offset: offset + Math.min(painted.offset, span.text.length) };
      if (span.replaces === undefined) offset += span.text.length;
    }
  }
  return message.stop?.at ?? { seq: ackSeq, part: null, offset: null };
}
