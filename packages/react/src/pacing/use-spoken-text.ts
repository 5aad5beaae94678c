"use client";

import { SpokenText, type HeardUpTo, type SpokenItem } from "@unsay/core";
import { useMemo, useReducer } from "react";
import { useMessage } from "../message/use-message.js";

export interface UseSpokenTextResult {
  /** What waits to be said, in order. */
  readonly queue: readonly SpokenItem[];
  /** The next thing to say, which from now on counts as said. */
  readonly take: () => SpokenItem | null;
  /** Empties the queue for good: the listener speaks. */
  readonly cancel: () => void;
  /** For `stop({ intent: "barge-in", heardUpTo })`. */
  readonly heardUpTo: () => HeardUpTo | null;
}

/** What may be said aloud of an answer of the nearest session. The voice is the app's. */
export function useSpokenText(messageId: string): UseSpokenTextResult {
  const message = useMessage(messageId);
  const [version, draw] = useReducer((count: number) => count + 1, 0);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- another answer is another queue
  const spoken = useMemo(() => new SpokenText(), [messageId]);
  if (message?.role === "assistant") spoken.step(message);
  return useMemo(() => {
    const andDraw = <Result>(result: Result): Result => {
      draw();
      return result;
    };
    return {
      queue: spoken.queue,
      take: () => andDraw(spoken.take()),
      cancel: () => andDraw(spoken.cancel()),
      heardUpTo: () => spoken.heardUpTo,
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the queue is what the message and the version make of it
  }, [spoken, message, version]);
}
