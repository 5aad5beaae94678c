"use client";

import { useEffect, useState } from "react";
import type { ThreadGroups } from "./thread-groups.js";

/** Groups that are there at once: more than any window shows. */
const AT_ONCE = 3;
const IDLE_TIMEOUT_MS = 250;

/**
 * Id of the oldest group that is drawn: the end of a thread at once, and the older groups from the newest up, in time that
 * nobody needs. In the end all are there, so that whatever looks through the page finds them.
 */
export function useFromEnd({ sections }: ThreadGroups): number {
  const [oldest, newest] = [sections[0]?.groups[0]?.id ?? 0, sections.at(-1)?.groups.at(-1)?.id ?? -1];
  const [shown, setShown] = useState(() => ({ from: newest - AT_ONCE + 1, upTo: newest }));
  // One more is a message that was sent; many more are a thread that was loaded.
  const from = newest > shown.upTo + AT_ONCE ? newest - AT_ONCE + 1 : shown.from;
  if (newest !== shown.upTo) setShown({ from, upTo: newest });
  const isWhole = from <= oldest;
  useEffect(() => {
    if (isWhole) return;
    // One at a time, and no transition: what streams meanwhile would interrupt it, and its work be done again and again.
    return whenIdle(() => setShown((before) => ({ ...before, from: before.from - 1 })));
  }, [isWhole, from]);
  return from;
}

/** Safari has no idle time to give. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(run, 1);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(run, { timeout: IDLE_TIMEOUT_MS });
  return () => cancelIdleCallback(handle);
}
