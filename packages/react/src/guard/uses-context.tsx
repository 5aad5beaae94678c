"use client";

import type { Session } from "@unsay/core";
import { createContext, useCallback, useContext, type ReactNode } from "react";
import { useStore } from "zustand";
import { useOptionalSessionContext } from "../session/context.js";
import { createUseStore, type UseStore, type UseStoreState } from "./use-store.js";
import type { UsedRange } from "./used-range.js";

const UsesContext = createContext<UseStore | null>(null);

export interface UsesProviderProps {
  /** Make it outside the component or memoise it. */
  readonly store: UseStore;
  readonly children?: ReactNode;
}

/** Keeps what readers use of the answers below in a store of the app. Renders no element. */
export function UsesProvider({ store, children }: UsesProviderProps): ReactNode {
  return <UsesContext.Provider value={store}>{children}</UsesContext.Provider>;
}

const ofSessions = new WeakMap<Session, UseStore>();
const loose: UseStore = createUseStore();

/** The store of the nearest provider; without one each session has its own, and answers without a session share one. */
export function useUseStore(): UseStore {
  const given = useContext(UsesContext);
  const session = useOptionalSessionContext()?.session;
  return given ?? (session === undefined ? loose : storeOf(session));
}

function storeOf(session: Session): UseStore {
  const known = ofSessions.get(session) ?? createUseStore();
  ofSessions.set(session, known);
  return known;
}

const NONE: readonly UsedRange[] = [];

/** What was used of one message. Wakes only when that changes. */
export function useUses(messageId: string): readonly UsedRange[] {
  // The same function each time: a new one would be an effect after the paint of each word.
  const ofMessage = useCallback(({ uses }: UseStoreState) => uses[messageId] ?? NONE, [messageId]);
  return useStore(useUseStore(), ofMessage);
}
