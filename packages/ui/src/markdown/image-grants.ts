"use client";
import { createContext, useCallback, useContext, useSyncExternalStore, type Context } from "react";

/** The thread whose reader is asked. Images allowed in one thread stay closed in the next. */
export const ThreadIdContext: Context<string> = createContext("");

const granted = new Map<string, ReadonlySet<string>>();
const listeners = new Set<() => void>();

const NONE: ReadonlySet<string> = new Set();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Origins from which the reader lets images load in this thread. Kept for as long as the page lives, by nobody but the reader. */
export function useImageGrants(): { readonly isGranted: (origin: string) => boolean; readonly grant: (origin: string) => void } {
  const thread = useContext(ThreadIdContext);
  const origins = useSyncExternalStore(
    subscribe,
    () => granted.get(thread) ?? NONE,
    () => NONE,
  );
  const grant = useCallback(
    (origin: string) => {
      granted.set(thread, new Set([...(granted.get(thread) ?? NONE), origin]));
      for (const listener of listeners) listener();
    },
    [thread],
  );
  return { isGranted: (origin) => origins.has(origin), grant };
}
