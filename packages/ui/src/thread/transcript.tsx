"use client";
import { useImperativeHandle, useMemo, useRef, type HTMLAttributes, type ReactNode, type Ref } from "react";
import { ScrollHoldsContext, useThreadScroll } from "@unsay/react/base";
import { composeHandlers, flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";
import { JumpToLatest, type JumpReason } from "./jump-to-latest.js";

/** What a parent may ask of a transcript. */
export interface TranscriptHandle {
  readonly jumpToEnd: () => void;
  /** The next message is the reader's own, and is put near the top. */
  readonly expectSent: () => void;
}

export interface TranscriptProps extends HTMLAttributes<HTMLDivElement> {
  /** What the button to the end says; without it, how things stand there. */
  readonly jump?: JumpReason;
  /** Text is being written at the end, so that a reader who stands there goes along with it. */
  readonly isGrowing?: boolean;
  /** Id of the newest message that was sent. */
  readonly anchor?: string | undefined;
  /** How many messages there are. */
  readonly count?: number | undefined;
  readonly handle?: Ref<TranscriptHandle>;
  readonly children?: ReactNode;
}

/** The record. It scrolls by itself only while the reader is at its end. Renders a `div` with the role of a log. */
export const Transcript: UiComponent<HTMLDivElement, TranscriptProps> = withRef("Transcript", (props, ref) => {
  const { jump = "finished", isGrowing = false, anchor, count, handle, className, children, onKeyDown, ...rest } = props;
  const { thread } = useWords(threadWords);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const merged = useMemo(() => mergeRefs(scroller, ref), [ref]);
  const scroll = useThreadScroll({ scroller, content, spacer, isGrowing, anchor, count });
  const { jumpToEnd, expectSent } = scroll;
  useImperativeHandle(handle, () => ({ jumpToEnd, expectSent }), [jumpToEnd, expectSent]);
  return (
    <div className="unsay-transcript-frame">
      <div
        aria-label={thread.transcript}
        {...rest}
        ref={merged}
        role="log"
        aria-live="off"
        tabIndex={0}
        className={joinClasses("unsay-transcript", className)}
        data-unsay="transcript"
        data-follow={flag(scroll.isFollowing)}
        data-overflow-start={flag(scroll.isScrolled)}
        data-overflow-end={flag(scroll.isAway)}
        data-selecting={flag(scroll.isSelecting)}
        onKeyDown={composeHandlers(onKeyDown, scroll.onKeyDown)}
      >
        <div ref={content} className="unsay-transcript-content">
          <ScrollHoldsContext.Provider value={scroll.holds}>{children}</ScrollHoldsContext.Provider>
        </div>
        <div ref={spacer} aria-hidden="true" />
      </div>
      {scroll.isAway ? <JumpToLatest reason={reasonToJump(jump, scroll.missed)} onClick={jumpToEnd} /> : null}
    </div>
  );
});

/** Messages are counted only where nothing more pressing waits at the end. */
function reasonToJump(jump: JumpReason, missed: number): JumpReason {
  return jump === "finished" && missed > 1 ? missed : jump;
}
