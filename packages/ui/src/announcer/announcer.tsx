"use client";
import { useEffect, useMemo, useRef, type HTMLAttributes, type RefObject } from "react";
import { findLive } from "@unsay/core/base";
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
  const { module } = usePiece("thread");
  const since = useUnheard(state, module !== null);
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-visually-hidden", className)} data-unsay="announcer">
      <div {...getPoliteProps()} data-unsay="announcer.polite" />
      <div {...getAssertiveProps()} data-unsay="announcer.assertive" />
      {module === null ? null : <module.News queue={queue} since={since} state={state} readsSentences={announce === "sentences"} />}
    </div>
  );
});

/** The state from which on nothing has been told yet. As long as nobody listens, an answer that begins is not told, but its end will be. */
function useUnheard(state: AnnouncedState, isHeard: boolean): RefObject<AnnouncedState> {
  const since = useRef(state);
  const begun = useRef<string>(undefined);
  useEffect(() => {
    const live = isHeard ? undefined : findLive(state.messages);
    if (live === undefined || live.id === begun.current) return;
    begun.current = live.id;
    since.current = state;
  }, [state, isHeard]);
  return since;
}
