"use client";
import { useMemo, useRef, type HTMLAttributes } from "react";
import type { ThreadStatus } from "@unsay/core";
import { useFocusAfterStop, useThreadKeys, useTypingWatch, type KeyBindings } from "@unsay/react/base";
import { composeHandlers, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";

export interface ThreadProps extends HTMLAttributes<HTMLElement> {
  readonly status: ThreadStatus;
  /** A request waits for the reader. */
  readonly needsDecision?: boolean;
  /** `quiet` hides tints and the provisional tone, never rules or words. */
  readonly marks?: "full" | "quiet";
  /** Escape, with nothing open above, while the agent works. */
  readonly onStop?: (() => void) | undefined;
  /** Other keys for this conversation; `false` takes one away. */
  readonly keys?: Partial<KeyBindings> | undefined;
}

/** Scope of keys for one conversation: Escape stops, F6 goes round composer, requests and text. Renders a `section`. */
export const Thread: UiComponent<HTMLElement, ThreadProps> = withRef("Thread", (props, ref) => {
  const { status, needsDecision = false, marks = "full", onStop, keys, className, onKeyDown, ...rest } = props;
  const { thread } = useWords(threadWords);
  const own = useRef<HTMLElement>(null);
  const merged = useMemo(() => mergeRefs(own, ref), [ref]);
  const isRunning = status === "submitted" || status === "streaming";
  const onKey = useThreadKeys({ thread: own, isRunning, onStop, keys });
  useFocusAfterStop(own, isRunning);
  useTypingWatch();
  return (
    <section
      aria-label={thread.label}
      {...rest}
      ref={merged}
      className={joinClasses("unsay-thread", className)}
      data-unsay="thread"
      data-status={status}
      data-needs={needsDecision ? "decision" : undefined}
      data-marks={marks === "quiet" ? marks : undefined}
      onKeyDown={composeHandlers(onKeyDown, onKey)}
    />
  );
});
