import { pick } from "./folding.js";
import type { Frame, WireEvent } from "./recordings.js";

/** One event of a recording changed, and what the body is then. */
export interface Mutant {
  readonly kind: MutantKind;
  /** For the message of a failed test. */
  readonly what: string;
  readonly frames: readonly { readonly text: string }[];
  /** The events that were dropped, doubled, moved or changed, as they were. */
  readonly touched: readonly Frame[];
  /** What a changed event is now. */
  readonly event?: WireEvent;
  /** The changed event says what the protocol allows it to say. */
  readonly isLegal: boolean;
}

export type MutantKind = "drop" | "duplicate" | "swap" | "retype" | "shorten" | "pollute";

const KINDS: readonly MutantKind[] = ["drop", "duplicate", "swap", "retype", "retype", "retype", "shorten", "shorten", "pollute"];

/** A mutant of one kind at a random event; `null` where the event has nothing to change. */
export function mutantOf(frames: readonly Frame[], random: () => number): Mutant | null {
  const kind = pick(KINDS, random) ?? "drop";
  const at = Math.floor(random() * frames.length);
  const frame = frames[at];
  if (frame === undefined) return null;
  const made = (changed: Mutant["frames"], touched: readonly Frame[] = [frame], isLegal = false, text = frame.text): Mutant => {
    return { kind, what: `${kind} ${at} ${text.slice(0, 300)}`, frames: changed, touched, isLegal };
  };
  switch (kind) {
    case "drop":
      return made(frames.toSpliced(at, 1));
    case "duplicate":
      return made(frames.toSpliced(at, 0, frame));
    case "swap": {
      const next = frames[at + 1];
      return next === undefined ? null : made(frames.with(at, next).with(at + 1, frame), [frame, next]);
    }
    case "retype":
    case "shorten":
    case "pollute": {
      const event = changed(kind, frame, random);
      if (event === null) return null;
      return { ...made(frames.with(at, { ...frame, text: event.text }), [frame], event.isLegal, event.text), event: event.event };
    }
  }
}

interface Changed {
  readonly event: WireEvent;
  readonly text: string;
  readonly isLegal: boolean;
}

type Holder = Record<string, unknown>;

/** The event with one field, at any depth, changed. The name of the event stays as it was. */
function changed(kind: "retype" | "shorten" | "pollute", frame: Frame, random: () => number): Changed | null {
  const copy: unknown = structuredClone(frame.event);
  const place = pick(placesIn(copy), random);
  if (place === undefined) return null;
  const { holder, key } = place;
  const name = /^event: *(.*)$/mu.exec(frame.text)?.[0];
  const head = name === undefined ? "" : `${name.trim()}\n`;
  const done = (isLegal: boolean): Changed => ({
    event: copy as WireEvent,
    text: `${head}data: ${polluted(kind, JSON.stringify(copy))}\n\n`,
    isLegal,
  });
  if (kind === "pollute") {
    holder[PLACEHOLDER] = pick(POISONS, random);
    return done(false);
  }
  const before = holder[key];
  if (kind === "shorten") {
    if (typeof before !== "string" || before.length < 2) return null;
    holder[key] = before.slice(0, Math.floor(random() * before.length));
    return done(place.isFree);
  }
  const value = pick(VALUES, random);
  if (typeof value === typeof before && (value === null) === (before === null)) return null;
  holder[key] = value;
  return done(isLegal(place, value, before));
}

const VALUES: readonly unknown[] = [null, true, 7, -1.5, "x", [], ["x"], {}, { a: { b: 1 } }];
/** JavaScript can't write the key `__proto__` into an object by name, JSON can. */
const PLACEHOLDER = "placeholder-of-a-prototype";
const POISONS: readonly unknown[] = [{ polluted: true }, null, "x", { toString: 1, valueOf: 1 }, [{ polluted: true }]];

function polluted(kind: MutantKind, json: string): string {
  if (kind !== "pollute") return json;
  const key = ["__proto__", "constructor", "prototype"][json.length % 3] ?? "";
  return json.replaceAll(PLACEHOLDER, key);
}

interface Place {
  readonly holder: Holder;
  readonly key: string;
  /** `metadata` is nobody's but the server's: no protocol says what stands in it. */
  readonly isFree: boolean;
}

function placesIn(value: unknown, isFree = false): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => {
    const place = { holder, key, isFree: isFree || key === "metadata" };
    return [place, ...placesIn(holder[key], place.isFree)];
  });
}

/** Where the protocol itself allows the other type: `content: null` is how a server says that a delta has no text. */
function isLegal({ key, isFree }: Place, value: unknown, before: unknown): boolean {
  if (isFree) return true;
  if (value === null) return ["content", "delta", "choices", "reasoning", "refusal"].includes(key);
  return before === null || (key === "content" && typeof value === "string");
}
