"use client";

import { isLive, type Message } from "@unsay/core";
import { useCallback, useMemo, useState } from "react";
import { selectVersions, type VersionedMessage } from "./versions.js";

export interface UseVersionsResult {
  readonly items: readonly VersionedMessage[];
  /** Shows one version of an answer by its message id. */
  readonly select: (message: Message & { readonly role: "assistant" }) => void;
}

/** One version of each answer. An answer that is being written is shown, whatever was chosen before it began. */
export function useVersions(messages: readonly Message[]): UseVersionsResult {
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const newest = messages.findLast((message) => message.role === "assistant");
  const [begun, setBegun] = useState(newest?.id);
  if (newest !== undefined && newest.id !== begun) {
    setBegun(newest.id);
    if (newest.role === "assistant" && isLive(newest) && newest.parent !== null)
      setChosen(new Map([...chosen].filter(([question]) => question !== newest.parent)));
  }
  const items = useMemo(() => selectVersions(messages, chosen), [messages, chosen]);
  const select = useCallback<UseVersionsResult["select"]>(({ parent, id }) => {
    if (parent !== null) setChosen((before) => new Map([...before, [parent, id]]));
  }, []);
  return { items, select };
}
