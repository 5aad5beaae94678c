import type { KeyboardEvent as ReactKeyboardEvent } from "react";

type AnyKeyboardEvent = KeyboardEvent | ReactKeyboardEvent;

/** What can be done by a key. Nothing approves by a shortcut. */
export type KeyAction =
  | "stop"
  | "nextArea"
  | "previousArea"
  | "nextMessage"
  | "previousMessage"
  | "jumpToLatest"
  | "send"
  | "newline"
  | "otherFollowUp"
  | "steer"
  | "editQueued";

/** Chords such as `Mod+Shift+Enter`, where `Mod` is Command or Control; several may do the same, and `false` is none. */
export type KeyBindings = Readonly<Record<KeyAction, string | readonly string[] | false>>;

export const defaultKeys: KeyBindings = {
  stop: "Escape",
  nextArea: "F6",
  previousArea: "Shift+F6",
  nextMessage: "Alt+ArrowDown",
  previousMessage: "Alt+ArrowUp",
  jumpToLatest: ["End", "Meta+ArrowDown"],
  send: "Enter",
  newline: "Shift+Enter",
  otherFollowUp: "Mod+Enter",
  steer: "Mod+Shift+Enter",
  editQueued: "ArrowUp",
};

/** Safari sends the key that ends a composition after its end, with this code. */
const COMPOSING_KEY_CODE = 229;

/** The key writes a character of an input method and asks for nothing. */
export function isComposing(event: AnyKeyboardEvent): boolean {
  const native = "nativeEvent" in event ? event.nativeEvent : event;
  return native.isComposing || native.keyCode === COMPOSING_KEY_CODE;
}

/** The event is one of the chords, with no modifier more or less. */
export function matchesKey(event: AnyKeyboardEvent, chords: string | readonly string[] | false): boolean {
  if (chords === false) return false;
  return (typeof chords === "string" ? [chords] : chords).some((chord) => matchesChord(event, chord));
}

function matchesChord(event: AnyKeyboardEvent, chord: string): boolean {
  const names = chord.split("+");
  const key = names.pop();
  if (event.key !== key || event.shiftKey !== names.includes("Shift") || event.altKey !== names.includes("Alt")) return false;
  if (names.includes("Mod")) return event.ctrlKey !== event.metaKey;
  return event.ctrlKey === names.includes("Control") && event.metaKey === names.includes("Meta");
}
