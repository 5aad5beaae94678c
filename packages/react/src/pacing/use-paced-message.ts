"use client";

import {
  createPendingMessage,
  isLive,
  MessagePacer,
  textOf,
  wholeView,
  type AssistantMessage,
  type Clock,
  type PacedView,
} from "@unsay/core";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "react";
import { useMessage } from "../message/use-message.js";
import { useClock, useOptionalSessionContext } from "../session/context.js";
import { useStableSettings, type PaintSettings } from "./paint-settings.js";
import { useIsHidden, usePrefersReducedMotion } from "./use-page.js";

export interface PacedAnswer extends Omit<PacedView, "painted" | "nextAt"> {
  /** Shows what a cut left held back; the reader asked for it. */
  readonly revealHeld: () => void;
}

/** Painting more often than the screen does is work for nothing. */
const FRAME_MS = 16;

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
  const context = useOptionalSessionContext();
  const clock = useClock();
  const chosen = useStableSettings(settings ?? context?.paint ?? null);
  const [isRevealed, reveal] = useReducer(() => true, false);
  const view = usePacer(message, chosen, clock, isRevealed);
  useReport(message, chosen === null ? null : view.painted);
  return useMemo(
    () => ({
      message: view.message,
      holding: view.holding,
      keptBack: view.keptBack,
      selfCorrections: view.selfCorrections,
      drafts: view.drafts,
      revealHeld: reveal,
    }),
    [view],
  );
}

/** The pacer only remembers what it was shown: asked twice for the same moment, it answers the same. */
function usePacer(message: AssistantMessage, settings: PaintSettings | null, clock: Clock, revealHeld: boolean): PacedView {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const isPaced = settings !== null && isLive(message);
  const isHidden = useIsHidden(isPaced);
  const prefersReducedMotion = usePrefersReducedMotion(isPaced);
  // Stricter settings would take back what is painted, so an answer keeps those that it began with.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- so says the line above
  const pacer = useMemo(() => (settings === null ? null : new MessagePacer(settings)), [message.id]);
  const whole = useMemo(() => wholeView(message), [message]);
  const reducedMotion = settings?.reducedMotion ?? prefersReducedMotion;
  const view = pacer?.step(message, { now: clock.now(), isHidden, reducedMotion, revealHeld }) ?? whole;
  const { nextAt } = view;
  const waiting = nextAt === null ? null : view;
  useEffect(
    () => (waiting?.nextAt == null ? undefined : clock.after(Math.max(FRAME_MS, waiting.nextAt - clock.now()), draw)),
    [clock, waiting],
  );
  return view;
}

/** A render that was thrown away has painted nothing; what it would have reported goes with the next one that stays. */
function useReport(message: AssistantMessage, painted: ReadonlyMap<string, number> | null): void {
  const session = useOptionalSessionContext()?.session;
  const waiting = useRef(new Map<string, number>());
  const reported = useRef<string | null>(null);
  if (painted !== null) for (const [span, length] of painted) waiting.current.set(span, length);
  useLayoutEffect(() => {
    if (session === undefined || painted === null) return;
    const isKnown = reported.current === message.id;
    const lengths = waiting.current;
    waiting.current = new Map();
    // An answer that was over when it came into view can't be stopped any more.
    if (isKnown ? lengths.size === 0 : !isLive(message)) return;
    reported.current = message.id;
    session.markPainted(message.id, lengths);
  });
}
