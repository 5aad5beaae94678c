import { useClock } from "@unsay/react/base";
import { useLayoutEffect, useRef, type ComponentProps, type ReactElement, type ReactNode, type RefObject } from "react";
import { Caret } from "./marks.js";

export interface BlockFacts {
  readonly provisional: boolean;
  readonly isCut: boolean;
}

/** The text of one part, normalised, with the sentinels of its marks. */
export interface BlocksProps {
  readonly text: string;
  readonly live: boolean;
  readonly cut: boolean;
  readonly ghost: ReactNode;
}

type BlockFrameProps = ComponentProps<"div"> & Readonly<Record<`data-${string}`, string | undefined>>;

/** The `div` of one block of an answer, read as Markdown or not yet. */
export function useBlockFrame({ provisional, isCut }: BlockFacts): BlockFrameProps {
  return {
    ref: useFade(provisional),
    className: "unsay-block",
    "data-unsay": "answer.block",
    dir: "auto",
    "data-mark": provisional ? "provisional" : undefined,
    "data-settled": provisional ? undefined : "",
    "data-unfinished": isCut ? "" : undefined,
  };
}

const FADE_MS = 240;

interface Fade {
  readonly color: string;
  readonly timing: { readonly duration: number; readonly easing: string };
}

/**
 * A block that settles goes over from the provisional tone. One that was written in less time than that does not: every colour
 * in between is worked out for all that the block holds.
 */
function useFade(provisional: boolean): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const fade = useRef<Fade | null>(null);
  const clock = useClock();
  useLayoutEffect(
    () => (provisional ? clock.after(FADE_MS, () => void (fade.current = element.current && fadeFrom(element.current))) : undefined),
    [clock, provisional],
  );
  useLayoutEffect(() => {
    if (!provisional && fade.current !== null) element.current?.animate({ color: [fade.current.color] }, fade.current.timing);
    fade.current = null;
  }, [provisional]);
  return element;
}

/** The style sheet says how long and from what, so that themes and readers who want no motion have their say. */
function fadeFrom(element: HTMLElement): Fade | null {
  const { color, transitionDuration, transitionTimingFunction } = getComputedStyle(element);
  const duration = Number.parseFloat(transitionDuration) * 1000;
  return duration > 0 ? { color, timing: { duration, easing: transitionTimingFunction } } : null;
}

/** Words that may still be dropped, where no text stands before them. */
export function GhostBlock({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div className="unsay-block" dir="auto">
      {children}
    </div>
  );
}

const CARET: ReactNode = <Caret />;

/** What stands behind the last words of a block: words that may still be dropped, and the caret. */
export function tailOf(provisional: boolean, ghost: ReactNode): ReactNode {
  if (!provisional || ghost === undefined) return provisional ? CARET : ghost;
  return (
    <>
      {ghost}
      {CARET}
    </>
  );
}
