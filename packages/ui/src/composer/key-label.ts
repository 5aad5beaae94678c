import type { WritingWords } from "../strings/english/writing.js";

/** How a chord of the key map is written beside what it does; `null` where there is none. */
export function labelOfKeys(chords: string | readonly string[] | false, keys: WritingWords["keys"]): string | null {
  const chord = typeof chords === "object" ? chords[0] : chords;
  if (chord === undefined || chord === false) return null;
  return chord
    .split("+")
    .map((name) => keys[nameOf(name)] ?? name)
    .join("+");
}

function nameOf(name: string): keyof WritingWords["keys"] {
  if (name === "Mod") return isApple() ? "Command" : "Control";
  return (name === "Meta" ? "Command" : name) as keyof WritingWords["keys"];
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
}
