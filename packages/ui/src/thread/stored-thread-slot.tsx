"use client";
import { useEffect, type ReactNode } from "react";
import type { Session } from "@unsay/core";
import { usePiece } from "../on-demand/pieces.js";

/** Has the stored thread read: through the app's query cache, or without it where that part can't be fetched. Shows nothing. */
export function StoredThreadSlot({ session }: { readonly session: Session }): ReactNode {
  const { status, module } = usePiece("thread");
  useEffect(() => {
    if (status === "failed") session.load().catch(() => {});
  }, [status, session]);
  return module === null ? null : <module.StoredThread session={session} />;
}
