"use client";
import type { Session } from "@unsay/core";
import { useStoredThread } from "@unsay/react";

/** Loaded on demand: only the first answer of the server waits for it. Renders nothing. */
export function StoredThread({ session }: { readonly session: Session }): null {
  useStoredThread(session);
  return null;
}
