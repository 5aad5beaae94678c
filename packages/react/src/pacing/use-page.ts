import { useSyncExternalStore } from "react";

const REDUCED_MOTION = "(prefers-reduced-motion: reduce)";

/** What is asked of the page matters to an answer only while it grows: a finished one must not wake with the tab. */
const never = (): (() => void) => () => {};
const no = (): boolean => false;

/** The tab is in the background, where timers are slow and nobody looks. */
export function useIsHidden(enabled: boolean): boolean {
  return useSyncExternalStore(enabled ? onVisibilityChange : never, enabled ? isHidden : no, no);
}

/** The system asks for less motion. */
export function usePrefersReducedMotion(enabled: boolean): boolean {
  return useSyncExternalStore(enabled ? onMotionChange : never, enabled ? prefersReducedMotion : no, no);
}

function onVisibilityChange(onChange: () => void): () => void {
  return listen(document, "visibilitychange", onChange);
}

function isHidden(): boolean {
  return document.visibilityState === "hidden";
}

function onMotionChange(onChange: () => void): () => void {
  const query = mediaQuery();
  return query === null ? never() : listen(query, "change", onChange);
}

function prefersReducedMotion(): boolean {
  return mediaQuery()?.matches === true;
}

function mediaQuery(): MediaQueryList | null {
  return typeof window.matchMedia === "function" ? window.matchMedia(REDUCED_MOTION) : null;
}

function listen(target: EventTarget, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
