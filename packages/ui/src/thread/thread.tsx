"use client";
import { useRef, type HTMLAttributes, type KeyboardEvent } from "react";
import type { ThreadStatus } from "@unsay/core";
import { composeHandlers, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";

export interface ThreadProps extends HTMLAttributes<HTMLElement> {
  readonly status: ThreadStatus;
  /** A request waits for the reader. */
  readonly needsDecision?: boolean;
  /** `quiet` hides tints and the provisional tone, never rules or words. */
  readonly marks?: "full" | "quiet";
  /** Escape, with nothing open above, while the agent works. */
  readonly onStop?: (() => void) | undefined;
}

/** Scope of keys for one conversation: Escape stops, F6 goes round composer, requests and text. Renders a `section`. */
export const Thread: UiComponent<HTMLElement, ThreadProps> = withRef("Thread", (props, ref) => {
  const { status, needsDecision = false, marks = "full", onStop, className, onKeyDown, ...rest } = props;
  const { thread } = useStrings();
  const own = useRef<HTMLElement>(null);
  const isRunning = status === "submitted" || status === "streaming";
  const keys = (event: KeyboardEvent<HTMLElement>): void => {
    if (isComposing(event)) return;
    if (event.key === "F6") cycleAreas(event, own.current);
    else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) moveByMessage(event, own.current);
    else if (event.key === "Escape" && isRunning && onStop !== undefined) {
      event.preventDefault();
      onStop();
    }
  };
  return (
    <section
      aria-label={thread.label}
      {...rest}
      ref={mergeRefs(own, ref)}
      className={joinClasses("unsay-thread", className)}
      data-unsay="thread"
      data-status={status}
      data-needs={needsDecision ? "decision" : undefined}
      data-marks={marks === "quiet" ? marks : undefined}
      onKeyDown={composeHandlers(onKeyDown, keys)}
    />
  );
});

/** Safari sends the key that ends a composition after its end, with this code. */
const COMPOSING_KEY_CODE = 229;

export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === COMPOSING_KEY_CODE;
}

const AREAS = [
  '[data-unsay="composer.input"]',
  '[data-unsay="approval-gate"][data-status="open"] [data-unsay="approval-gate.title"]',
  '[data-unsay="transcript"]',
];

function cycleAreas(event: KeyboardEvent<HTMLElement>, thread: HTMLElement | null): void {
  const stops = AREAS.flatMap((selector) => Array.from(thread?.querySelectorAll<HTMLElement>(selector) ?? []));
  if (stops.length === 0) return;
  event.preventDefault();
  const here = stops.findIndex((stop) => stop.contains(document.activeElement));
  const step = event.shiftKey ? -1 : 1;
  stops.at((here + step) % stops.length)?.focus();
}

function moveByMessage(event: KeyboardEvent<HTMLElement>, thread: HTMLElement | null): void {
  const active = document.activeElement;
  if (active?.closest('[data-unsay="transcript"]') === null) return;
  const messages = Array.from(thread?.querySelectorAll<HTMLElement>('[data-unsay="message"]') ?? []);
  const here = messages.findIndex((message) => message.contains(active));
  const next = here === -1 ? messages.length - 1 : here + (event.key === "ArrowDown" ? 1 : -1);
  const target = messages[next];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}
