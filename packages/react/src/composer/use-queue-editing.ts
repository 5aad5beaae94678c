"use client";

import type { QueuedMessage } from "@unsay/core";
import { useCallback, useEffect, useRef, useState } from "react";

export interface QueueEditing {
  readonly id: string;
  readonly text: string;
}

export interface UseQueueEditingResult {
  readonly editing: QueueEditing | null;
  readonly setEditing: (editing: QueueEditing | null) => void;
  /** `false` where nothing waits. */
  readonly editLast: () => boolean;
}

/** Changing a message that waits. If it is sent meanwhile, the words that were typed go where `onGone` puts them. */
export function useQueueEditing(queued: readonly QueuedMessage[], onGone: (text: string) => void): UseQueueEditingResult {
  const [editing, setEditing] = useState<QueueEditing | null>(null);
  const isGone = editing !== null && !queued.some(({ id }) => id === editing.id);
  const told = useRef<QueueEditing | null>(null);
  useEffect(() => {
    if (!isGone || editing === null || told.current === editing) return;
    told.current = editing;
    onGone(editing.text);
  }, [isGone, editing, onGone]);
  const last = queued.at(-1);
  const editLast = useCallback(() => {
    if (last !== undefined) setEditing({ id: last.id, text: last.text });
    return last !== undefined;
  }, [last]);
  return { editing: isGone ? null : editing, setEditing, editLast };
}
