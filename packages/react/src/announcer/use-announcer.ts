"use client";

import { useEffect, useMemo, useRef, useState } from "react";
import { useClock } from "../session/context.js";
import { createAnnouncementQueue, type Announcement, type AnnouncementQueue } from "./announcement-queue.js";

export interface UseAnnouncerOptions {
  /** Told whatever is said, when it is said. */
  readonly onAnnounce?: ((announcement: Announcement) => void) | undefined;
}

export interface UseAnnouncerResult {
  /** Says news one at a time: a second apart, politely not while somebody types, assertively as soon as the gap allows. */
  readonly queue: AnnouncementQueue;
  /** For the two regions, which must stand there empty before the first news. */
  readonly getPoliteProps: () => { readonly role: "status"; readonly children: string };
  readonly getAssertiveProps: () => { readonly role: "alert"; readonly children: string };
}

interface Spoken {
  readonly polite: string;
  readonly assertive: string;
}

/** Two live regions and the queue that fills them. What is news, the caller decides. */
export function useAnnouncer({ onAnnounce }: UseAnnouncerOptions = {}): UseAnnouncerResult {
  const clock = useClock();
  const [spoken, setSpoken] = useState<Spoken>({ polite: "", assertive: "" });
  const told = useRef(onAnnounce);
  useEffect(() => {
    told.current = onAnnounce;
  }, [onAnnounce]);
  const queue = useMemo(
    () =>
      createAnnouncementQueue(clock, (announcement) => {
        setSpoken((before) => ({ ...before, [announcement.region]: distinct(announcement.text, before[announcement.region]) }));
        told.current?.(announcement);
      }),
    [clock],
  );
  useTypingHold(queue);
  return {
    queue,
    getPoliteProps: () => ({ role: "status", children: spoken.polite }),
    getAssertiveProps: () => ({ role: "alert", children: spoken.assertive }),
  };
}

function useTypingHold(queue: AnnouncementQueue): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTextField(event.target)) queue.noteTyping();
    };
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("keydown", onKey, true);
      queue.close();
    };
  }, [queue]);
}

/** A live region speaks only when its text changes; a space nobody hears makes the same words new. */
function distinct(text: string, before: string): string {
  return text === before ? `${text}\u00A0` : text;
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea"));
}
