"use client";

import type { Session } from "@unsay/core";
import { useQuery } from "@tanstack/react-query";
import { useUnsayQueryClient } from "./use-query-client.js";

/** A cached answer is what one session has loaded; another of the same thread holds nothing of it. */
const numbers = new WeakMap<Session, number>();
let count = 0;

function numberOf(session: Session): number {
  const number = numbers.get(session) ?? (count += 1);
  numbers.set(session, number);
  return number;
}

/** The durable half: what the server has stored, read once for a session and again when the app invalidates it. */
export function useStoredThread(session: Session): void {
  const client = useUnsayQueryClient();
  const { id } = session.store.getState();
  useQuery(
    {
      queryKey: ["unsay", "thread", id, "messages", numberOf(session)],
      queryFn: () => session.load(),
      staleTime: Number.POSITIVE_INFINITY,
      // The session keeps what did not change; comparing a long thread once more, word by word, finds nothing.
      structuralSharing: false,
      retry: 2,
      // A cache that outlived its page may have an answer under this number.
      refetchOnMount: () => session.store.getState().history === "ready" || "always",
    },
    client,
  );
}
