"use client";

import { useEffect, useRef } from "react";
import { useClock } from "../session/context.js";
import type { Announcement, AnnouncementQueue } from "./announcement-queue.js";

/** News that time makes, not an event: it is due at `at`, on the monotonic clock, if things still stand as they do. */
export interface Reminder {
  /** Said once for each id. */
  readonly id: string;
  readonly at: number;
  readonly announcement: Announcement;
}

/** Says each reminder once when it falls due. What was already past when it was first seen is not news. */
export function useReminders(queue: AnnouncementQueue, reminders: readonly Reminder[]): void {
  const clock = useClock();
  const known = useRef(new Map<string, "waiting" | "over">());
  useEffect(() => {
    const now = clock.now();
    for (const { id, at } of reminders) if (!known.current.has(id)) known.current.set(id, at < now ? "over" : "waiting");
    const due = (): void => {
      const ready = reminders.filter(({ id, at }) => known.current.get(id) === "waiting" && at <= clock.now());
      for (const { id } of ready) known.current.set(id, "over");
      queue.push(ready.map(({ announcement }) => announcement));
    };
    const times = reminders.filter(({ id }) => known.current.get(id) === "waiting").map(({ at }) => at);
    const cancels = [...new Set(times)].map((at) => clock.after(Math.max(0, at - now), due));
    return () => cancels.forEach((cancel) => cancel());
  }, [clock, queue, reminders]);
}
