import { UnsayError } from "../protocol/errors.js";
import type { UnsayErrorData } from "../protocol/index.js";
import { markUnread } from "../message/local.js";
import type { AssistantMessage, Message } from "../message/message.js";
import { isLive } from "../message/selectors.js";
import { MessagePages } from "../thread/message-pages.js";
import { findAssistant } from "../thread/thread.js";
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
  /** Messages that have no producer any more: nothing will end them. */
  readonly orphans: readonly string[];
}

const NOTHING: LoadedThread = { running: null, orphans: [] };

/**
 * Reads the stored thread into the session. Stored messages replace shown ones, except the one this client reads or
 * sends when they have come (`own`). What was given at the start and is no longer on record goes.
 */
export async function loadThread(context: SharedContext, own: () => string | null): Promise<LoadedThread> {
  const { store, transport } = context;
  if (transport.history === undefined) {
    store.update({ history: "ready" });
    return NOTHING;
  }
  try {
    const read = () => transport.history?.(store.state.id, { signal: NEVER }) ?? [];
    const first = await read();
    const running = await readRunning(context);
    const isOrphan = (message: Message): message is AssistantMessage =>
      isUnfinished(message) && message.id !== own() && message.id !== running;
    // A run may end between the two questions; its record says so the next time.
    const stored = first.some(isOrphan) ? await read() : first;
    adopt(context, stored, own());
    return { running: findAssistant(stored, running ?? "")?.id ?? null, orphans: stored.filter(isOrphan).map(({ id }) => id) };
  } catch (error) {
    store.update({ history: "failed", error: error instanceof UnsayError ? error.toJSON() : HISTORY_FAILED });
    throw error;
  }
}

function adopt({ store }: SharedContext, stored: readonly Message[], own: string | null): void {
  const now = store.clock.now();
  const given = store.published.getInitialState().pages;
  const known = MessagePages.of(stored);
  const kept = store.state.messages.filter(({ id }) => known.find(id) === undefined && (id === own || given.find(id) === undefined));
  const merged = stored.map((message) => (message.id === own ? (store.find(own) ?? message) : markUnread(message, now)));
  store.update({ messages: [...merged, ...kept], history: "ready" });
  for (const message of merged) if (message.role === "assistant" && !isLive(message)) store.onEnded(message);
}

function isUnfinished(message: Message): message is AssistantMessage {
  return message.role === "assistant" && isLive(message);
}

const HISTORY_FAILED: UnsayErrorData = {
  code: "network",
  message: "The stored part of this thread could not be read. Load it again.",
  retryable: true,
};
