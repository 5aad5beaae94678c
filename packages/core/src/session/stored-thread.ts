import { UnsayError, type UnsayErrorData } from "../protocol/index.js";
import { isLive, markReconnecting, type AssistantMessage, type Message } from "../message/index.js";
import { findAssistant } from "../thread/thread.js";
import { endLocally, type LocalEnd } from "./local-end.js";
import type { SessionContext } from "./session-context.js";

const NEVER: AbortSignal = new AbortController().signal;

/** The server's record of one answer, or `null` where there is none or it could not be read. */
export async function readRecord({ transport, store }: SessionContext, messageId: string): Promise<AssistantMessage | null> {
  try {
    const stored = await transport.history?.(store.state.id, { signal: NEVER });
    return findAssistant(stored ?? [], messageId) ?? null;
  } catch {
    return null;
  }
}

/** The message that a live run writes into, or `null`. Rejects like the transport does. */
export async function readRunning({ transport, store }: SessionContext): Promise<string | null> {
  const running = await transport.active?.(store.state.id, { signal: NEVER });
  return running?.message ?? null;
}

/**
 * Reads the stored thread into the session. Stored messages replace shown ones, except the one this client reads or
 * sends right now (`own`). Resolves with the message whose run goes on elsewhere and should be attached to, if any.
 */
export async function loadThread(context: SessionContext, own: string | null): Promise<string | null> {
  const { store, transport } = context;
  if (transport.history === undefined) {
    store.update({ history: "ready" });
    return null;
  }
  try {
    const stored = await transport.history(store.state.id, { signal: NEVER });
    const running = await readRunning(context);
    adopt(context, stored, own, running);
    return running !== own && running !== null && findAssistant(stored, running) !== undefined ? running : null;
  } catch (error) {
    store.update({ history: "failed", error: error instanceof UnsayError ? error.toJSON() : HISTORY_FAILED });
    throw error;
  }
}

function adopt(context: SessionContext, stored: readonly Message[], own: string | null, running: string | null): void {
  const { store } = context;
  const known = new Set(stored.map((message) => message.id));
  const kept = store.state.messages.filter((message) => !known.has(message.id));
  const merged = stored.map((message) => (message.id === own ? (store.find(own) ?? message) : adoptOne(context, message, running)));
  store.update({ messages: [...merged, ...kept], history: "ready" });
  for (const message of merged) if (message.role === "assistant" && !isLive(message)) store.onEnded(message);
}

/** A live row without a producer is an orphan: nothing will end it any more. */
function adoptOne({ store }: SessionContext, message: Message, running: string | null): Message {
  if (message.role === "user" || !isLive(message)) return message;
  if (message.id !== running) return endLocally(message, ORPHANED, store.times());
  return markReconnecting({ ...message, waitingSince: store.clock.now() }, store.clock.now());
}

const ORPHANED: LocalEnd = {
  cause: "orphaned",
  error: {
    code: "lease-expired",
    message: "The stored answer is unfinished and nothing works on it any more. Continue it, or ask again.",
    retryable: false,
  },
};

const HISTORY_FAILED: UnsayErrorData = {
  code: "network",
  message: "The stored part of this thread could not be read. Load it again.",
  retryable: true,
};
