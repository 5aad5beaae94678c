"use client";

import { createPendingMessage, MessagePacer, textOf, type AssistantMessage } from "@unsay/core";
import { useMemo } from "react";
import { useMessage } from "../message/use-message.js";
import type { PaintSettings } from "./paint-settings.js";
import { usePacedBy, type PacedAnswer } from "./use-paced-by.js";

/** One answer of the nearest session as far as it is painted; `undefined` where there is none with this id. */
export function usePacedMessage(messageId: string, settings?: PaintSettings): PacedAnswer | undefined {
  const message = useMessage(messageId);
  const answer = message?.role === "assistant" ? message : undefined;
  const placeholder = useMemo(() => createPendingMessage({ id: messageId, thread: "" }), [messageId]);
  const paced = usePacedAnswer(answer ?? placeholder, settings);
  return answer === undefined ? undefined : paced;
}

/** The words of the answer that are painted, without reasoning, refusals and drafts. */
export function usePacedText(message: AssistantMessage, settings?: PaintSettings): string {
  return textOf(usePacedAnswer(message, settings).message);
}

/**
 * What to paint of an answer now. Settings come from the nearest provider and hold for as long as the answer is shown;
 * without any, all that is there is painted. What is painted is told to the session, so that Stop freezes there. Draws again only when there is more to paint.
 */
export function usePacedAnswer(message: AssistantMessage, settings?: PaintSettings): PacedAnswer {
  return usePacedBy(message, MessagePacer, settings);
}
