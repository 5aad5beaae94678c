"use client";

import type { StorageLike } from "@unsay/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

export interface UseDraftOptions {
  /** Controls the draft from outside, together with `onValueChange`. */
  readonly value?: string | undefined;
  readonly defaultValue?: string | undefined;
  readonly onValueChange?: ((value: string) => void) | undefined;
  /** Where the draft survives a reload, such as `sessionStorage`. */
  readonly storage?: StorageLike | undefined;
  /** Names the draft in the storage, such as the thread's id. */
  readonly storageKey?: string | undefined;
}

export interface Draft {
  readonly value: string;
  readonly change: (value: string) => void;
  /** Empties the draft unless it has become another since. */
  readonly clear: (sent: string) => void;
  /** Puts words back that were already gone; what has been typed since stays behind them. */
  readonly restore: (text: string) => void;
  /** What stands there at this moment, not at the last render. */
  readonly peek: () => string;
}

/** Words on their way to being a message. They go only when they were accepted, and survive a reload where there is a storage. */
export function useDraft(options: UseDraftOptions): Draft {
  const { value, defaultValue = "", onValueChange, storage, storageKey = "draft" } = options;
  const key = `unsay-draft:${storageKey}`;
  const [own, setOwn] = useState(() => readKept(storage, key) ?? defaultValue);
  const current = value ?? own;
  const latest = useRef(current);
  const tell = useRef(onValueChange);
  useEffect(() => {
    latest.current = current;
    tell.current = onValueChange;
  }, [current, onValueChange]);
  const change = useCallback(
    (next: string) => {
      latest.current = next;
      setOwn(next);
      keep(storage, key, next);
      tell.current?.(next);
    },
    [storage, key],
  );
  return useMemo(
    () => ({
      value: current,
      change,
      clear: (sent) => (latest.current === sent ? change("") : undefined),
      restore: (text) => change(latest.current.trim() === "" ? text : `${text}\n\n${latest.current}`),
      peek: () => latest.current,
    }),
    [current, change],
  );
}

/** A storage that is full or forbidden keeps nothing; the draft itself is not touched by that. */
function readKept(storage: StorageLike | undefined, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function keep(storage: StorageLike | undefined, key: string, text: string): void {
  try {
    if (text === "") storage?.removeItem(key);
    else storage?.setItem(key, text);
  } catch {
    // Said above: a draft that cannot be kept is still there until the page goes.
  }
}
