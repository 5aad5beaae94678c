"use client";
import { useEffect, useMemo, useRef } from "react";
import { findLive, SpokenText } from "@unsay/core";
import { useClock, useReminders, useUseStore, type AnnouncementQueue } from "@unsay/react";
import { useDescribeCall } from "../approval/describe-call.js";
import { announceWords } from "../strings/english/announce.js";
import { useWords } from "../strings/strings.js";
import {
  selectAnnouncements,
  selectGoneSpans,
  selectReminders,
  selectReplacementsOf,
  type AnnouncedState,
  type AnnouncementWords,
} from "./announcements.js";

export interface NewsProps {
  readonly queue: AnnouncementQueue;
  /** What was there when the page opened, which is not news; then what was heard last. */
  readonly since: { current: AnnouncedState };
  readonly state: AnnouncedState;
  readonly readsSentences: boolean;
}

/** Puts what happens in a thread into the queue. Loaded on demand; it tells then what has happened until then. Renders nothing. */
export function News({ queue, since, state, readsSentences }: NewsProps): null {
  const strings = useWords(announceWords);
  const describe = useDescribeCall(undefined);
  const uses = useUseStore();
  const clock = useClock();
  const words = useMemo<AnnouncementWords>(
    () => ({ strings, describe, spoken: queue.spoken, readsSentences }),
    [strings, describe, queue, readsSentences],
  );
  useEffect(() => {
    const previous = since.current;
    since.current = state;
    const dropped = queue.drop(selectGoneSpans(previous, state));
    const news = selectAnnouncements(previous, state, { ...words, uses: uses.getState().uses });
    queue.push(dropped.length === 0 ? news : [...news, ...selectReplacementsOf(state, dropped, words)]);
  }, [queue, since, state, words, uses]);
  useSentences(queue, state.messages, readsSentences);
  useReminders(
    queue,
    useMemo(() => selectReminders(state, words, clock), [state, words, clock]),
  );
  return null;
}

/** Sentences of the answer that is being written, in their order, after what has settled and before anything else may change them. */
function useSentences(queue: AnnouncementQueue, messages: AnnouncedState["messages"], enabled: boolean): void {
  const reader = useRef<{ readonly message: string; readonly text: SpokenText } | null>(null);
  useEffect(() => {
    if (!enabled) return;
    const live = findLive(messages) ?? messages.findLast(({ id }) => id === reader.current?.message);
    if (live === undefined || live.role === "user") return;
    if (reader.current?.message !== live.id) reader.current = { message: live.id, text: new SpokenText() };
    const { text } = reader.current;
    text.step(live);
    for (let item = text.take(); item !== null; item = text.take()) {
      // Corrections and withdrawals are news of their own.
      if (item.type === "sentence") queue.push([{ region: "polite", text: item.text, key: `${live.id}:${item.id}`, spans: [item.span] }]);
    }
  }, [queue, messages, enabled]);
}
