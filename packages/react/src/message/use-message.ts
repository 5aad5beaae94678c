"use client";

import type { Message, Session } from "@unsay/core";
import { useStore } from "zustand";
import { useSession } from "../session/context.js";

/** One message of the nearest session, or `undefined`. Wakes only when that message changes. */
export function useMessage(id: string): Message | undefined {
  return useMessageOf(useSession(), id);
}

export function useMessageOf(session: Session, id: string): Message | undefined {
  return useStore(session.store, (state) => state.messages.findLast((message) => message.id === id));
}
