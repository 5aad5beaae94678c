"use client";

import { isLive, viewWithoutPacer, wholeView, type AssistantMessage, type MessagePacer, type PacedView } from "@unsay/core/base";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "react";
import { useClock, useOptionalSessionContext } from "../session/context.js";
import { useStableSettings, type PaintSettings } from "./paint-settings.js";
import { useIsHidden, usePrefersReducedMotion } from "./use-page.js";

export interface PacedAnswer extends Omit<PacedView, "painted" | "nextAt"> {
  /** Shows what a cut left held back; the reader asked for it. */
  readonly revealHeld: () => void;
}

/** Painting more often than the screen does is work for nothing. */
const FRAME_MS = 16;

/**
 * `usePacedAnswer` with a pacer that may come later: `null` until it is there. Meanwhile no words are painted that it
 * might hold, and none are taken back that were shown.
 */
export function usePacedBy(message: AssistantMessage, Pacer: typeof MessagePacer | null, settings?: PaintSettings): PacedAnswer {
  const context = useOptionalSessionContext();
  const chosen = useStableSettings(settings ?? context?.paint ?? null);
  const [isRevealed, reveal] = useReducer(() => true, false);
  const view = usePacer(message, chosen, Pacer, isRevealed);
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
function usePacer(
  message: AssistantMessage,
  settings: PaintSettings | null,
  Pacer: typeof MessagePacer | null,
  revealHeld: boolean,
): PacedView {
  const clock = useClock();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const isPaced = settings !== null && isLive(message);
  const isHidden = useIsHidden(isPaced);
  const prefersReducedMotion = usePrefersReducedMotion(isPaced);
  const reducedMotion = settings?.reducedMotion ?? prefersReducedMotion;
  const moment = { now: clock.now(), isHidden, reducedMotion, revealHeld };
  // The newest end of the answer that stood there whole before there was a pacer.
  const shown = useRef<AssistantMessage | null>(null);
  const pacer = useMemo(() => {
    if (settings === null || Pacer === null) return null;
    const made = new Pacer(settings);
    if (shown.current?.id === message.id && shown.current !== message) made.step(shown.current, moment);
    return made;
    // Stricter settings would take back what is painted, so an answer keeps those that it began with.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- so says the line above
  }, [message.id, Pacer]);
  const unpaced = useMemo(
    () =>
      pacer !== null ? null : settings === null || revealHeld ? wholeView(message) : viewWithoutPacer(message, settings, shown.current),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- as above
    [pacer, message, revealHeld],
  );
  if (unpaced?.keptBack.length === 0 && !isLive(message)) shown.current = message;
  const view = pacer?.step(message, moment) ?? unpaced ?? wholeView(message);
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
