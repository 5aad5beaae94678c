"use client";
import { useEffect, useMemo, useRef, useState, type HTMLAttributes } from "react";
import { useClock } from "@unsay/react";
import { useDescribeCall } from "../approval/describe-call.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { createAnnouncementQueue, type AnnouncementQueue } from "./announcement-queue.js";
import { selectAnnouncements, type AnnouncedState, type Announcement } from "./announcements.js";

export interface AnnouncerProps extends HTMLAttributes<HTMLDivElement>, AnnouncedState {
  /** Told whatever is said, when it is said. */
  readonly onAnnounce?: (announcement: Announcement) => void;
}

/** Says events of a thread to screen readers, one at a time. Renders a hidden `div` with two live regions. */
export const Announcer: UiComponent<HTMLDivElement, AnnouncerProps> = withRef("Announcer", (props, ref) => {
  const { messages, connection, onAnnounce, className, ...rest } = props;
  const [spoken, queue] = useSpokenQueue(onAnnounce);
  const strings = useStrings();
  const describe = useDescribeCall(undefined);
  const heard = useRef<AnnouncedState | null>(null);
  useEffect(() => {
    const previous = heard.current;
    heard.current = { messages, connection };
    if (previous !== null) queue.push(selectAnnouncements(previous, heard.current, { strings, describe }));
  }, [messages, connection, queue, strings, describe]);
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-visually-hidden", className)} data-unsay="announcer">
      <div role="status" data-unsay="announcer.polite">
        {spoken.polite}
      </div>
      <div role="alert" data-unsay="announcer.assertive">
        {spoken.assertive}
      </div>
    </div>
  );
});

interface Spoken {
  readonly polite: string;
  readonly assertive: string;
}

function useSpokenQueue(onAnnounce: AnnouncerProps["onAnnounce"]): readonly [Spoken, AnnouncementQueue] {
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
  return [spoken, queue];
}

/** A live region speaks only when its text changes; a space nobody hears makes the same words new. */
function distinct(text: string, before: string): string {
  return text === before ? `${text}\u00A0` : text;
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea"));
}
