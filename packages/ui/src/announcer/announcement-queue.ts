import type { Clock } from "@unsay/core";
import type { Announcement } from "./announcements.js";

/** Between two announcements, so that the first can be heard. */
export const ANNOUNCE_GAP_MS = 1_000;
/** Polite news waits this long after a key, since it would speak over what is typed. */
export const TYPING_HOLD_MS = 2_000;
/** The same news again within this time is one piece of news. */
export const REPEAT_MS = 5_000;

export interface AnnouncementQueue {
  readonly push: (announcements: readonly Announcement[]) => void;
  readonly noteTyping: () => void;
  readonly close: () => void;
}

/** Says one thing at a time. Assertive news goes first and waits for the gap alone. */
export function createAnnouncementQueue(clock: Clock, speak: (announcement: Announcement) => void): AnnouncementQueue {
  let waiting: readonly Announcement[] = [];
  let spokenAt = Number.NEGATIVE_INFINITY;
  let typedAt = Number.NEGATIVE_INFINITY;
  let cancel: () => void = () => {};
  const said = new Map<string, { readonly text: string; readonly at: number }>();

  const isRepeat = ({ key, text }: Announcement): boolean => {
    const before = said.get(key);
    return before !== undefined && before.text === text && clock.now() - before.at < REPEAT_MS;
  };
  const readyAt = ({ region }: Announcement): number =>
    Math.max(spokenAt + ANNOUNCE_GAP_MS, region === "polite" ? typedAt + TYPING_HOLD_MS : Number.NEGATIVE_INFINITY);
  const schedule = (): void => {
    cancel();
    const next = nextOf(waiting);
    if (next === undefined) return;
    const wait = readyAt(next) - clock.now();
    if (wait <= 0) say(next);
    else cancel = clock.after(wait, schedule);
  };
  const say = (announcement: Announcement): void => {
    waiting = waiting.filter((other) => other !== announcement);
    spokenAt = clock.now();
    said.set(announcement.key, { text: announcement.text, at: spokenAt });
    speak(announcement);
    schedule();
  };

  return {
    push(announcements) {
      for (const announcement of announcements) {
        if (isRepeat(announcement)) continue;
        waiting = [...waiting.filter((other) => other.key !== announcement.key), announcement];
      }
      schedule();
    },
    noteTyping() {
      typedAt = clock.now();
      schedule();
    },
    close() {
      cancel();
      waiting = [];
    },
  };
}

function nextOf(waiting: readonly Announcement[]): Announcement | undefined {
  return waiting.find(({ region }) => region === "assertive") ?? waiting[0];
}
