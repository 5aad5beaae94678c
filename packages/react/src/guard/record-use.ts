import { isSettled, type AssistantMessage, type Clock } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import type { UsedRange, UseKind } from "./used-range.js";

/** Half a character, which JSON can't carry. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

export interface UseFacts {
  readonly kind: UseKind;
  readonly spans: UsedRange["spans"];
  /** The words themselves, for their hash alone. */
  readonly text: string;
}

/** One use as it is kept: with the revision that was seen and the hash of the words. */
export function recordUse(message: AssistantMessage, { kind, spans, text }: UseFacts, clock: Clock): UsedRange {
  return {
    id: crypto.randomUUID(),
    message: message.id,
    kind,
    spans,
    revision: message.revisions,
    wasFinished: isSettled(message),
    hash: hashOfWords(message.id, text),
    at: clock.epoch(),
  };
}

/** Binds words to their message; equal only for the same words of the same message. */
export function hashOfWords(messageId: string, text: string): string {
  return createArgsHash(messageId, "text", text.replace(LONE_SURROGATE, "\uFFFD"));
}
