"use client";

import type { Session } from "@unsay/core";
import { useQuery } from "@tanstack/react-query";
import { useUnsayQueryClient } from "./use-query-client.js";

/** The durable half: what the server has stored, read once and again when the app invalidates it. */
export function useStoredThread(session: Session): void {
  const client = useUnsayQueryClient();
  const { id } = session.store.getState();
  useQuery(
    {
      queryKey: ["unsay", "thread", id, "messages"],
      queryFn: () => session.load(),
      staleTime: Number.POSITIVE_INFINITY,
      // The session keeps what did not change; comparing a long thread once more, word by word, finds nothing.
      structuralSharing: false,
      retry: 2,
    },
    client,
  );
}
