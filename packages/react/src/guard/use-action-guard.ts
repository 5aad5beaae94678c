"use client";

import {
  doubtAbout,
  isAnswerPart,
  isLive,
  isSettled,
  settledRanges,
  shownParts,
  textOf,
  textOfPart,
  type AssistantMessage,
} from "@unsay/core";
import { useCallback, useEffect, useId, useRef, useState, type MouseEvent } from "react";
import { useClock } from "../session/context.js";
import { locateWords, wholePlaces } from "./locate-words.js";
import { recordUse } from "./record-use.js";
import { useUseStore } from "./uses-context.js";
import type { UsedRange, UseKind } from "./used-range.js";

/** `allow` acts at once, `note` acts and marks what it gave away, `wait` acts only on finished text. */
export type GuardPolicy = "allow" | "note" | "wait";

/** What counts as final before the answer has ended: nothing, a closed block (notes only), or what the server has settled. */
export type SettleLevel = "answer" | "block" | "server";

export type GuardBlock = "unfinished" | "truncated" | "unsupported" | "changed";

export interface UseActionGuardOptions {
  readonly kind: UseKind;
  /** `note` for `copied` and `quoted`, `wait` for the rest. */
  readonly policy?: GuardPolicy | undefined;
  readonly settle?: SettleLevel | undefined;
  /** One part of the answer instead of all of it. */
  readonly part?: string | undefined;
  /** The very words that are acted on, such as one code block; the text of the answer or part without it. */
  readonly text?: string | undefined;
}

/** What an action is given: what it acts on, and the way to hear that it must not go on. */
export interface GuardedAct {
  readonly text: string;
  readonly use: UsedRange;
  /** The answer is not finished: mark what is given away. */
  readonly needsNote: boolean;
  /** Aborts when the text changes before the action's promise has settled. */
  readonly signal: AbortSignal;
}

export interface UseActionGuardResult {
  readonly policy: GuardPolicy;
  /** Why a press does nothing but say so; `null` when it acts. */
  readonly blockedBy: GuardBlock | null;
  readonly needsNote: boolean;
  /** Somebody tried too early. */
  readonly wasTried: boolean;
  readonly getButtonProps: (props: {
    readonly onAct: (act: GuardedAct) => unknown;
    readonly onClick?: ((event: MouseEvent<HTMLElement>) => void) | undefined;
  }) => Record<string, unknown>;
  /** For the visible words that say why. */
  readonly getReasonProps: () => { readonly id: string };
}

/** A double-click on "this changed" must not act on what nobody has read. */
const READ_AGAIN_MS = 500;

/** Guards one action on an answer that may still change, and keeps the range and revision it was used with. */
export function useActionGuard(message: AssistantMessage, options: UseActionGuardOptions): UseActionGuardResult {
  const { kind, policy = defaultPolicy(kind) } = options;
  const store = useUseStore();
  const clock = useClock();
  const id = useId();
  const text = options.text ?? textOfAnswer(message, options.part);
  const doubt = selectGuardBlock(message, options);
  const bound = useBoundText(text, doubt === null && policy === "wait");
  const pending = usePendingAct(text);
  const [wasTried, setWasTried] = useState(false);
  const changedReadAt = useRef(Number.NEGATIVE_INFINITY);
  const blockedBy = policy === "wait" ? (doubt ?? (bound.isChanged ? "changed" : null)) : null;
  const needsNote = policy === "note" && hasNote(message, options);
  if (blockedBy === null && wasTried) setWasTried(false);

  const refuse = (): void => {
    setWasTried(true);
    if (blockedBy !== "changed") return;
    changedReadAt.current = clock.now();
    bound.accept();
  };
  const act = (onAct: (act: GuardedAct) => unknown): void => {
    if (clock.now() - changedReadAt.current < READ_AGAIN_MS) return;
    const spans = options.text === undefined ? wholePlaces(message, options.part) : locateWords(message, options.text);
    const use = recordUse(message, { kind, spans, text }, clock);
    store.add(use);
    pending.follow((signal) => onAct({ text, use, needsNote, signal }));
  };
  return {
    policy,
    blockedBy,
    needsNote,
    wasTried,
    getReasonProps: () => ({ id }),
    getButtonProps: ({ onAct, onClick }) => ({
      type: "button",
      "aria-disabled": blockedBy === null ? undefined : true,
      "aria-describedby": blockedBy === null ? undefined : id,
      "data-guard": policy,
      "data-blocked-by": blockedBy ?? undefined,
      onClick: (event: MouseEvent<HTMLElement>) => {
        onClick?.(event);
        if (event.defaultPrevented) return;
        if (blockedBy === null) return act(onAct);
        event.preventDefault();
        refuse();
      },
    }),
  };
}

function defaultPolicy(kind: UseKind): GuardPolicy {
  return kind === "copied" || kind === "quoted" ? "note" : "wait";
}

function textOfAnswer(message: AssistantMessage, part: string | undefined): string {
  if (part === undefined) return textOf(message);
  const found = shownParts(message).find((candidate) => candidate.id === part);
  return found !== undefined && isAnswerPart(found) ? textOfPart(found) : "";
}

/** What stands against acting on finished text only. */
export function selectGuardBlock(
  message: AssistantMessage,
  { settle = "answer", part }: Pick<UseActionGuardOptions, "settle" | "part">,
): Exclude<GuardBlock, "changed"> | null {
  const isCut = !isLive(message) && !isSettled(message);
  if (isCut) return "truncated";
  if (doubtAbout(message, "settled", part) === "unsupported") return "unsupported";
  if (isSettled(message)) return null;
  return settle === "server" && part !== undefined && isSettledByServer(message, part) ? null : "unfinished";
}

function isSettledByServer(message: AssistantMessage, part: string): boolean {
  const ranges = settledRanges(message).filter((range) => range.part === part);
  return isClosed(message, part) && ranges.length > 0 && ranges.every(({ state }) => state === "settled" || state === "verified");
}

function isClosed(message: AssistantMessage, part: string): boolean {
  return message.parts.some((candidate) => candidate.id === part && candidate.type === "text" && candidate.status === "closed");
}

function hasNote(message: AssistantMessage, { settle = "answer", part }: UseActionGuardOptions): boolean {
  if (isSettled(message)) return false;
  if (part === undefined || settle === "answer") return true;
  return settle === "block" ? !isClosed(message, part) : !isSettledByServer(message, part);
}

/** The words that were there when the action became possible: others are not what the reader decided about. */
function useBoundText(text: string, isOpen: boolean): { readonly isChanged: boolean; readonly accept: () => void } {
  const [bound, setBound] = useState<string | null>(isOpen ? text : null);
  if (isOpen && bound === null) setBound(text);
  const accept = useCallback(() => setBound(text), [text]);
  return { isChanged: isOpen && bound !== null && bound !== text, accept };
}

/** An action that takes time is told when its text changes under it. */
function usePendingAct(text: string): { readonly follow: (start: (signal: AbortSignal) => unknown) => void } {
  const running = useRef<{ readonly text: string; readonly abort: AbortController } | null>(null);
  useEffect(() => {
    if (running.current !== null && running.current.text !== text) running.current.abort.abort();
  }, [text]);
  const follow = useCallback(
    (start: (signal: AbortSignal) => unknown) => {
      const act = { text, abort: new AbortController() };
      running.current = act;
      const end = (): void => {
        if (running.current === act) running.current = null;
      };
      void Promise.resolve(start(act.abort.signal)).then(end, end);
    },
    [text],
  );
  return { follow };
}
