"use client";
import { useEffect, useMemo, useRef, type HTMLAttributes } from "react";
import { findLive, SpokenText, type Message } from "@unsay/core";
import { useAnnouncer, useClock, useReminders, useUseStore, type Announcement, type AnnouncementQueue } from "@unsay/react";
import { useDescribeCall } from "../approval/describe-call.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import {
  selectAnnouncements,
  selectGoneSpans,
  selectReminders,
  selectReplacementsOf,
  type AnnouncedState,
  type AnnouncementWords,
} from "./announcements.js";

export interface AnnouncerProps extends HTMLAttributes<HTMLDivElement>, AnnouncedState {
  /** `events` by default; `sentences` also reads each sentence out once it has settled. Tokens are never announced. */
  readonly announce?: "events" | "sentences" | undefined;
  /** Told whatever is said, when it is said. */
  readonly onAnnounce?: ((announcement: Announcement) => void) | undefined;
}

/** Says events of a thread to screen readers, one at a time. Renders a hidden `div` with two live regions. */
export const Announcer: UiComponent<HTMLDivElement, AnnouncerProps> = withRef("Announcer", (props, ref) => {
  const { messages, connection, announce = "events", onAnnounce, className, ...rest } = props;
  const { queue, getPoliteProps, getAssertiveProps } = useAnnouncer({ onAnnounce });
  useNews(
    queue,
    useMemo(() => ({ messages, connection }), [messages, connection]),
    announce === "sentences",
  );
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-visually-hidden", className)} data-unsay="announcer">
      <div {...getPoliteProps()} data-unsay="announcer.polite" />
      <div {...getAssertiveProps()} data-unsay="announcer.assertive" />
    </div>
  );
});

function useNews(queue: AnnouncementQueue, state: AnnouncedState, readsSentences: boolean): void {
  const strings = useStrings();
  const describe = useDescribeCall(undefined);
  const uses = useUseStore();
  const clock = useClock();
  const heard = useRef<AnnouncedState | null>(null);
  const words = useMemo<AnnouncementWords>(
    () => ({ strings, describe, spoken: queue.spoken, readsSentences }),
    [strings, describe, queue, readsSentences],
  );
  useEffect(() => {
    const previous = heard.current;
    heard.current = state;
    if (previous === null) return;
    const dropped = queue.drop(selectGoneSpans(previous, state));
    const news = selectAnnouncements(previous, state, { ...words, uses: uses.getState().uses });
    queue.push(dropped.length === 0 ? news : [...news, ...selectReplacementsOf(state, dropped, words)]);
  }, [queue, state, words, uses]);
  useSentences(queue, state.messages, readsSentences);
  useReminders(
    queue,
    useMemo(() => selectReminders(state, words, clock), [state, words, clock]),
  );
}

/** Sentences of the answer that is being written, in their order, after what has settled and before anything else may change them. */
function useSentences(queue: AnnouncementQueue, messages: readonly Message[], enabled: boolean): void {
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
