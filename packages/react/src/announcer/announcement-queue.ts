import type { Clock } from "@unsay/core";

/** One piece of news for screen readers. */
export interface Announcement {
  readonly region: "polite" | "assertive";
  readonly text: string;
  /** News of the same kind about the same thing: a newer one takes the place of one not yet said. */
  readonly key: string;
  /** The spans whose words it reads out. When they are corrected or taken back before it is said, it is not said. */
  readonly spans?: readonly string[];
  /** Said only the first time: what comes and goes, such as a busy server that is asked again. */
  readonly once?: true;
}

/** Between two announcements, so that the first can be heard. */
export const ANNOUNCE_GAP_MS = 1_000;
/** Polite news waits this long after a key, since it would speak over what is typed. */
export const TYPING_HOLD_MS = 2_000;
/** The same news again within this time is one piece of news. */
export const REPEAT_MS = 5_000;

export interface AnnouncementQueue {
  readonly push: (announcements: readonly Announcement[]) => void;
  /** What would read out one of these spans is not said any more. Returns what was dropped. */
  readonly drop: (spans: ReadonlySet<string>) => readonly Announcement[];
  /** The spans whose words have been read out. */
  readonly spoken: ReadonlySet<string>;
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
  const spoken = new Set<string>();

  const isRepeat = ({ key, text, once }: Announcement): boolean => {
    const before = said.get(key);
    return before !== undefined && before.text === text && (once === true || clock.now() - before.at < REPEAT_MS);
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
    for (const span of announcement.spans ?? []) spoken.add(span);
    speak(announcement);
    schedule();
  };

  return {
    spoken,
    push(announcements) {
      for (const announcement of announcements) {
        if (isRepeat(announcement)) continue;
        waiting = [...waiting.filter((other) => other.key !== announcement.key), announcement];
      }
      schedule();
    },
    drop(spans) {
      const dropped = waiting.filter((announcement) => announcement.spans?.some((span) => spans.has(span)));
      waiting = waiting.filter((announcement) => !dropped.includes(announcement));
      if (dropped.length > 0) schedule();
      return dropped;
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
