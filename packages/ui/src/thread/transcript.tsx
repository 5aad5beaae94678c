"use client";
import { useImperativeHandle, useRef, type HTMLAttributes, type KeyboardEvent, type ReactNode, type Ref } from "react";
import { composeHandlers, flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { useFollow } from "./use-follow.js";
import { JumpToLatest, type JumpReason } from "./jump-to-latest.js";

/** What a parent may ask of a transcript. */
export interface TranscriptHandle {
  readonly jumpToEnd: () => void;
}

export interface TranscriptProps extends HTMLAttributes<HTMLDivElement> {
  /** What the button to the end says; without it, how things stand there. */
  readonly jump?: JumpReason;
  readonly handle?: Ref<TranscriptHandle>;
  readonly children?: ReactNode;
}

/** The record. It scrolls by itself only while the reader is at its end. Renders a `div` with the role of a log. */
export const Transcript: UiComponent<HTMLDivElement, TranscriptProps> = withRef("Transcript", (props, ref) => {
  const { jump = "finished", handle, className, children, onKeyDown, ...rest } = props;
  const { thread } = useStrings();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follow = useFollow(scroller, content);
  useImperativeHandle(handle, () => ({ jumpToEnd: follow.jumpToEnd }), [follow.jumpToEnd]);
  const toEnd = (event: KeyboardEvent<HTMLDivElement>): void => {
    const isEnd = event.key === "End" || (event.metaKey && event.key === "ArrowDown");
    if (!isEnd || event.target !== event.currentTarget) return;
    event.preventDefault();
    follow.jumpToEnd();
  };
  return (
    <div className="unsay-transcript-frame">
      <div
        aria-label={thread.transcript}
        {...rest}
        ref={mergeRefs(scroller, ref)}
        role="log"
        aria-live="off"
        tabIndex={0}
        className={joinClasses("unsay-transcript", className)}
        data-unsay="transcript"
        data-follow={flag(follow.isFollowing)}
        data-overflow-end={flag(follow.isAway)}
        onKeyDown={composeHandlers(onKeyDown, toEnd)}
      >
        <div ref={content} className="unsay-transcript-content">
          {children}
        </div>
      </div>
      {follow.isAway ? <JumpToLatest reason={jump} onClick={follow.jumpToEnd} /> : null}
    </div>
  );
});
