"use client";

import { useCallback, type KeyboardEvent, type RefObject } from "react";
import { focusStop } from "../approval/focus-stop.js";
import { isComposing, matchesKey, type KeyBindings } from "./key-bindings.js";
import { useKeys } from "./keys-context.js";

export interface UseThreadKeysOptions {
  readonly thread: RefObject<HTMLElement | null>;
  /** The agent works, so that Escape has something to stop. */
  readonly isRunning: boolean;
  readonly onStop?: (() => void) | undefined;
  /** Bindings of this thread alone; those of the nearest `KeysProvider` without it. */
  readonly keys?: Partial<KeyBindings> | undefined;
}

/** Where the keys that go round stop, as selectors, in their order. */
const AREAS = [
  '[data-unsay="composer.input"]',
  '[data-unsay="approval-gate"][data-status="open"] [data-unsay="approval-gate.title"]',
  '[data-unsay="approval-dialog.review"]',
  '[data-unsay="transcript"]',
];

/** The keys of a conversation: stop, go round its areas, go from message to message. A key that something above has used is left alone. */
export function useThreadKeys({ thread, isRunning, onStop, keys }: UseThreadKeysOptions): (event: KeyboardEvent<HTMLElement>) => void {
  const shared = useKeys();
  return useCallback(
    (event) => {
      if (event.defaultPrevented || isComposing(event)) return;
      const bindings = { ...shared, ...keys };
      if (matchesKey(event, bindings.stop)) return stop(event, isRunning ? onStop : undefined);
      if (matchesKey(event, bindings.nextArea)) return moveByArea(event, thread.current, 1);
      if (matchesKey(event, bindings.previousArea)) return moveByArea(event, thread.current, -1);
      if (matchesKey(event, bindings.nextMessage)) return moveByMessage(event, thread.current, 1);
      if (matchesKey(event, bindings.previousMessage)) moveByMessage(event, thread.current, -1);
    },
    [shared, keys, thread, isRunning, onStop],
  );
}

/** A held key says stop once. */
function stop(event: KeyboardEvent<HTMLElement>, onStop: (() => void) | undefined): void {
  if (onStop === undefined) return;
  event.preventDefault();
  if (!event.repeat) onStop();
}

function moveByArea(event: KeyboardEvent<HTMLElement>, thread: HTMLElement | null, step: 1 | -1): void {
  const stops = AREAS.flatMap((selector) => Array.from(thread?.querySelectorAll<HTMLElement>(selector) ?? []));
  if (stops.length === 0) return;
  event.preventDefault();
  const here = areaOfFocus(stops);
  const next = here === -1 ? (step === 1 ? 0 : -1) : (here + step) % stops.length;
  const target = stops.at(next);
  if (target !== undefined) focusStop(target);
}

/** Inside a gate the focus is at that gate, though the text around it is an area too. */
function areaOfFocus(stops: readonly HTMLElement[]): number {
  const active = document.activeElement;
  const gate = active?.closest('[data-unsay="approval-gate"]') ?? null;
  const inGate = stops.findIndex((stop) => gate !== null && gate.contains(stop));
  return inGate === -1 ? stops.findIndex((stop) => stop.contains(active)) : inGate;
}

function moveByMessage(event: KeyboardEvent<HTMLElement>, thread: HTMLElement | null, step: 1 | -1): void {
  const active = document.activeElement;
  const isInside = active !== null && active.closest('[data-unsay="transcript"], [data-unsay="approval-gate"]') !== null;
  if (!isInside) return;
  const messages = Array.from(thread?.querySelectorAll<HTMLElement>('[data-unsay="message"]') ?? []);
  const here = messages.findIndex((message) => message.contains(active));
  const target = messages[here === -1 ? messages.length - 1 : here + step];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}
