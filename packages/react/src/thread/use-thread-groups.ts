"use client";

import { isLive, type AssistantMessage, type MessagePages } from "@unsay/core/base";
import { useCallback, useRef, useState } from "react";
import { groupThread, type ChosenVersions, type ThreadGroups } from "./thread-groups.js";

export interface UseThreadGroupsResult extends ThreadGroups {
  /** Shows one version of an answer. */
  readonly select: (version: AssistantMessage) => void;
}

/**
 * A thread as it is shown: one version of each answer, in groups that stay the same objects while nothing in them changes.
 * An answer that is being written is shown, whatever was chosen before it began.
 */
export function useThreadGroups(pages: MessagePages): UseThreadGroupsResult {
  const [chosen, setChosen] = useState<ChosenVersions>(new Map());
  const newest = pages.findLast(({ role }) => role === "assistant");
  const [begun, setBegun] = useState(newest?.id);
  if (newest !== undefined && newest.id !== begun) {
    setBegun(newest.id);
    if (newest.role === "assistant" && isLive(newest) && newest.parent !== null && chosen.has(newest.parent))
      setChosen(new Map([...chosen].filter(([question]) => question !== newest.parent)));
  }
  const known = useRef<ThreadGroups | null>(null);
  const groups = groupThread(pages, chosen, known.current);
  known.current = groups;
  const select = useCallback<UseThreadGroupsResult["select"]>(({ parent, id }) => {
    if (parent !== null) setChosen((before) => new Map([...before, [parent, id]]));
  }, []);
  return { ...groups, select };
}
