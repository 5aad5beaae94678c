"use client";

import { changesBetween, type Message, type Session } from "@unsay/core/base";
import { useCallback, useSyncExternalStore } from "react";
import { useSession } from "../session/context.js";

/** One message of the nearest session, or `undefined`. Wakes only when that message changes. */
export function useMessage(id: string): Message | undefined {
  return useMessageOf(useSession(), id);
}

export function useMessageOf({ store }: Session, id: string): Message | undefined {
  const subscribe = useCallback((listener: () => void) => watchMessage(store, id, listener), [store, id]);
  const read = (): Message | undefined => store.getState().pages.find(id);
  return useSyncExternalStore(subscribe, read, read);
}

type Store = Session["store"];

/** Who waits for which message. However many do, a change costs as much as those it wakes. */
const watches = new WeakMap<Store, Map<string, Set<() => void>>>();

function watchMessage(store: Store, id: string, listener: () => void): () => void {
  const listeners = watches.get(store) ?? watch(store);
  const own = listeners.get(id) ?? new Set();
  listeners.set(id, own.add(listener));
  return () => {
    own.delete(listener);
    if (own.size === 0 && listeners.get(id) === own) listeners.delete(id);
  };
}

/** For as long as the store lives. */
function watch(store: Store): Map<string, Set<() => void>> {
  const listeners = new Map<string, Set<() => void>>();
  watches.set(store, listeners);
  const wake = (own: ReadonlySet<() => void> | undefined): void => own?.forEach((listener) => listener());
  store.subscribe((state, previous) => {
    if (listeners.size === 0) return;
    // A message may be gone.
    if (state.pages.shape !== previous.pages.shape) for (const own of Array.from(listeners.values())) wake(own);
    else for (const { after } of changesBetween(previous.pages, state.pages)) wake(listeners.get(after.id));
  });
  return listeners;
}
