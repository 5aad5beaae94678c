/**
 * Text from arguments as it really is: what would not be seen, or would turn the words round it, is written out as
 * its code point. Line breaks and tabs stay.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/** Joiners that emoji and Indic scripts need. They cannot reorder or hide words. */
const HARMLESS: ReadonlySet<string> = new Set(["\n", "\t", "\u200D", "\u200C", "\uFEFF"]);

export function makeVisible(text: string): string {
  return text.replace(UNSEEN, (character) => (HARMLESS.has(character) ? character : codePointOf(character)));
}

function codePointOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

export interface ClampedText {
  readonly text: string;
  /** Characters left out; 0 when it is whole. */
  readonly hidden: number;
}

/** Cut between characters, never inside one. */
export function clampText(text: string, limit: number): ClampedText {
  const characters = Array.from(text);
  return characters.length <= limit
    ? { text, hidden: 0 }
    : { text: characters.slice(0, limit).join(""), hidden: characters.length - limit };
}
