"use client";

import type { AssistantMessage, Session } from "@unsay/core";
import { useEffect, useRef } from "react";

/** Tells the session whether what was typed when Stop was pressed is still there when the stop has been shown. */
export function useInterruptNotes(session: Session, live: AssistantMessage | undefined, peek: () => string): void {
  const command = live?.stop?.command ?? null;
  const told = useRef<string | null>(null);
  const before = useRef("");
  const isStopping = command !== null;
  useEffect(() => {
    if (!isStopping) before.current = peek();
  });
  useEffect(() => {
    if (command === null || command === told.current) return;
    told.current = command;
    if (before.current.trim() !== "") session.noteInterrupt({ draftKept: peek().includes(before.current) });
  }, [command, session, peek]);
}
