"use client";
import { useClock } from "@unsay/react/base";
import { useLayoutEffect, useState, type HTMLAttributes, type ReactElement } from "react";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";

/** Marks inside the text. Each differs by line and by hidden or visible words, never by hue alone. */

export interface MarkProps extends HTMLAttributes<HTMLElement> {
  /** Number of the correction; shown by the reference button. */
  readonly revision?: number;
}

/** Words that may still change. Renders a `span`. */
export const Provisional: UiComponent<HTMLElement, MarkProps> = withRef("Provisional", (props, ref) => {
  const { revision: _revision, ...rest } = props;
  return <span {...rest} ref={ref} data-mark="provisional" />;
});

/**
 * Hidden words of the kit inside a text. With a direction of their own, or the first of them would turn the text around
 * that takes its direction from its first letter.
 */
export function OwnWords({ children }: { readonly children: string }): ReactElement {
  return (
    <span className="unsay-visually-hidden" dir="auto">
      {children}
    </span>
  );
}

export interface RevisedProps extends MarkProps {
  /** The words that say what it is stand in front; once for each correction. */
  readonly announced?: boolean;
  /** The reader has had it in view long enough, or clicked it: the tint goes, the line stays. */
  readonly seen?: boolean;
}

/** Words that took the place of others. Renders an `ins` with hidden words in front. */
export const Revised: UiComponent<HTMLModElement, RevisedProps> = withRef("Revised", (props, ref) => {
  const { revision, announced = true, seen = false, children, ...rest } = props;
  const strings = useWords(answerWords);
  return (
    <ins {...rest} ref={ref} data-mark="revised" data-rev={revision} data-seen={flag(seen)}>
      {announced ? <OwnWords>{strings.correction.revisedPrefix}</OwnWords> : null}
      {children}
    </ins>
  );
});

/** Stands for words that were taken back: fixed words and the reason, whatever was there. Renders a `span`. */
export const Retracted: UiComponent<HTMLElement, MarkProps & { readonly reason?: string }> = withRef("Retracted", (props, ref) => {
  const { revision: _revision, reason = "", ...rest } = props;
  const strings = useWords(answerWords);
  return (
    <span dir="auto" {...rest} ref={ref} data-mark="retracted">
      {strings.retraction.chip(reason)}
    </span>
  );
});

/**
 * Words that may still be dropped: for the eye alone, and not to be selected. `stable` ones have stood through three updates
 * and look like provisional text. Renders a `span` that assistive technology does not see.
 */
export const Draft: UiComponent<HTMLElement, MarkProps & { readonly stable?: boolean }> = withRef("Draft", (props, ref) => {
  const { revision: _revision, stable = false, ...rest } = props;
  return (
    <span
      {...rest}
      ref={ref}
      className={joinClasses("unsay-draft", rest.className)}
      aria-hidden="true"
      data-mark={stable ? "provisional" : "draft"}
    />
  );
});

/** Words that nothing confirmed. Renders a `span`. */
export const Unverified: UiComponent<HTMLElement, MarkProps> = withRef("Unverified", (props, ref) => {
  const { revision: _revision, ...rest } = props;
  return <span {...rest} ref={ref} data-mark="unverified" />;
});

/** Shows where the text grows. Renders an empty `span` that assistive technology does not see. */
export const Caret: UiComponent<HTMLElement, HTMLAttributes<HTMLElement>> = withRef("Caret", (props, ref) => {
  const isResting = useIsResting();
  return (
    <span
      {...props}
      ref={ref}
      className={joinClasses("unsay-caret", isResting ? "unsay-resting" : undefined, props.className)}
      data-unsay="answer.caret"
      aria-hidden="true"
    />
  );
});

const REST_MS = 300;

/**
 * A caret that moves on at once is alive as it is, and an animation that begins anew with every line costs a frame's tenth. An
 * effect after the paint would be a task of its own for each line.
 */
function useIsResting(): boolean {
  const clock = useClock();
  const [isResting, setResting] = useState(false);
  useLayoutEffect(() => clock.after(REST_MS, () => setResting(true)), [clock]);
  return isResting;
}
