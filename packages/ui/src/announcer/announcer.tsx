"use client";
import { useMemo, useState, type HTMLAttributes } from "react";
import { useAnnouncer, type Announcement } from "@unsay/react/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { usePiece } from "../on-demand/pieces.js";
import type { AnnouncedState } from "./announcements.js";

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
  const state = useMemo(() => ({ messages, connection }), [messages, connection]);
  const [first] = useState(state);
  const { module } = usePiece("thread");
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-visually-hidden", className)} data-unsay="announcer">
      <div {...getPoliteProps()} data-unsay="announcer.polite" />
      <div {...getAssertiveProps()} data-unsay="announcer.assertive" />
      {module === null ? null : <module.News queue={queue} since={first} state={state} readsSentences={announce === "sentences"} />}
    </div>
  );
});
