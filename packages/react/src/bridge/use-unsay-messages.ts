"use client";

import { useRef, useSyncExternalStore } from "react";
import { createUserMessage, type Message } from "@unsay/core";
import { fromUIMessage, type Answers, type FromUIMessageOptions, type UIMessageEnding, type UIMessageLike } from "@unsay/core/ai-sdk";

export interface UseUnsayMessagesOptions<Stored extends UIMessageLike> extends FromUIMessageOptions {
  /** The messages of `useChat`. */
  readonly messages: readonly Stored[];
  /** The transport that was given to `useChat`, from `createHonestChatTransport`. */
  readonly transport: Answers;
  /**
   * How a message ended that did not come through this transport, such as one of the stored thread. It has no default,
   * since the message itself does not say. A stored message is asked about again only by another function.
   */
  readonly statusOf: (message: Stored) => UIMessageEnding;
}

interface Read {
  readonly statusOf: unknown;
  readonly message: Message;
}

/**
 * The messages of `useChat` as those of Unsay: what came through the transport as it was followed there, and what was
 * stored as the app's own record has it. A message that did not change stays the same object. Messages that are neither
 * of the user nor of the assistant are left out.
 */
export function useUnsayMessages<Stored extends UIMessageLike>(options: UseUnsayMessagesOptions<Stored>): readonly Message[] {
  const { messages, transport } = options;
  const known = useRef(new WeakMap<Stored, Read>());
  useSyncExternalStore(transport.subscribe, transport.version, transport.version);
  return messages.flatMap((stored) => {
    if (stored.role !== "user" && stored.role !== "assistant") return [];
    return [transport.answerOf(stored.id) ?? readOnce(stored, known.current, options)];
  });
}

function readOnce<Stored extends UIMessageLike>(
  stored: Stored,
  known: WeakMap<Stored, Read>,
  options: UseUnsayMessagesOptions<Stored>,
): Message {
  const { statusOf } = options;
  const before = known.get(stored);
  if (before?.statusOf === statusOf) return before.message;
  const message = stored.role === "user" ? userMessageOf(stored, options.thread) : fromUIMessage(stored, statusOf(stored), options);
  known.set(stored, { statusOf, message });
  return message;
}

function userMessageOf(stored: UIMessageLike, thread = ""): Message {
  const text = stored.parts.map((part) => (part.type === "text" && "text" in part ? String(part.text) : "")).join("");
  return createUserMessage({ id: stored.id, thread, text, delivery: "sent" });
}
