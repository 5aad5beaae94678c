import { UnsayError } from "../protocol/errors.js";
import type { UnsayErrorData } from "../protocol/index.js";
import { markReconnecting } from "../message/local.js";
import type { AssistantMessage, Message } from "../message/message.js";
import { isLive } from "../message/selectors.js";
import { findAssistant } from "../thread/thread.js";
import type { Runs } from "./runs.js";
import type { SharedContext } from "./session-context.js";

const NEVER: AbortSignal = new AbortController().signal;

/** The server's record of one answer, or `null` where there is none or it could not be read. */
export async function readRecord({ transport, store }: SharedContext, messageId: string): Promise<AssistantMessage | null> {
  try {
    const stored = await transport.history?.(store.state.id, { signal: NEVER });
    return findAssistant(stored ?? [], messageId) ?? null;
  } catch {
    return null;
  }
}

/** The message that a live run writes into, or `null`. Rejects like the transport does. */
export async function readRunning({ transport, store }: SharedContext): Promise<string | null> {
  const running = await transport.active?.(store.state.id, { signal: NEVER });
  return running?.message ?? null;
}

export interface LoadedThread {
  /** The message whose run goes on elsewhere and should be attached to, if any. */
  readonly running: string | null;
  /** Messages that have no producer any more, and that nobody could end yet since the runs were not there. */
  readonly orphans: readonly string[];
}

const NOTHING: LoadedThread = { running: null, orphans: [] };

/**
 * Reads the stored thread into the session. Stored messages replace shown ones, except the one this client reads or
 * sends right now (`own`).
 */
export async function loadThread(context: SharedContext, own: string | null, runs: Runs | null): Promise<LoadedThread> {
  const { store, transport } = context;
  if (transport.history === undefined) {
    store.update({ history: "ready" });
    return NOTHING;
  }
  try {
    const stored = await transport.history(store.state.id, { signal: NEVER });
    const running = await readRunning(context);
    adopt(context, stored, own, (message) => adoptOne(context, message, running, runs));
    const others = stored.filter((message) => isUnfinished(message) && message.id !== own && message.id !== running);
    const orphans = others.filter(({ id }) => store.find(id)?.reconnecting === true);
    const isElsewhere = running !== own && running !== null && findAssistant(stored, running) !== undefined;
    return { running: isElsewhere ? running : null, orphans: orphans.map(({ id }) => id) };
  } catch (error) {
    store.update({ history: "failed", error: error instanceof UnsayError ? error.toJSON() : HISTORY_FAILED });
    throw error;
  }
}

function adopt({ store }: SharedContext, stored: readonly Message[], own: string | null, adoptOther: (message: Message) => Message): void {
  const known = new Set(stored.map((message) => message.id));
  const kept = store.state.messages.filter((message) => !known.has(message.id));
  const merged = stored.map((message) => (message.id === own ? (store.find(own) ?? message) : adoptOther(message)));
  store.update({ messages: [...merged, ...kept], history: "ready" });
  for (const message of merged) if (message.role === "assistant" && !isLive(message)) store.onEnded(message);
}

function isUnfinished(message: Message): message is AssistantMessage {
  return message.role === "assistant" && isLive(message);
}

/** A live row without a producer is an orphan: nothing will end it any more. Until this client can say so, its record is still being read. */
function adoptOne({ store }: SharedContext, message: Message, running: string | null, runs: Runs | null): Message {
  if (!isUnfinished(message)) return message;
  if (message.id !== running && runs !== null) return runs.asOrphan(message);
  return markReconnecting({ ...message, waitingSince: store.clock.now() }, store.clock.now());
}

const HISTORY_FAILED: UnsayErrorData = {
  code: "network",
  message: "The stored part of this thread could not be read. Load it again.",
  retryable: true,
};
