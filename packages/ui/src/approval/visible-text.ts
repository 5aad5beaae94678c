/**
 * Text from arguments as it really is: what would not be seen, or would turn the words round it, is written out as
 * its code point. Line breaks and tabs stay, unless there are so many that they push words out of sight.
 */
const UNSEEN =
  // oxlint-disable-next-line no-misleading-character-class -- Each of them is meant by itself.
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{34F}\u{115F}\u{1160}\u{180B}-\u{180D}\u{180F}\u{2800}\u{3164}\u{FE00}-\u{FE0D}\u{FFA0}\u{E0100}-\u{E01EF}]/gu;
/** More marks on one letter than any script needs climb over the lines around it. */
const MARKS = /(\p{M}{5})(\p{M}+)/gu;
const GAP = /[ \u{A0}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}]{24,}|\t{6,}|\n{5,}/gu;

/** Signs and scripts that are joined or kept apart by an unseen character. Chromium misreads the two as one class. */
const JOINED_SIGN = /^\p{Extended_Pictographic}|^\p{Emoji_Modifier}|^\u{FE0F}/u;
const JOINED_SCRIPT =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}]/u;

export function makeVisible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(UNSEEN, (character: string, at: number, whole: string) =>
      isHarmless(character, at, whole) ? character : codePointOf(character),
    )
    .replace(MARKS, (_all, kept: string, more: string) => `${kept}‹+${Array.from(more).length}›`)
    .replace(GAP, (gap: string) => ` ‹${nameOf(gap)} ×${gap.length}› `);
}

function isHarmless(character: string, at: number, whole: string): boolean {
  if (character === "\n" || character === "\t") return true;
  if (character !== "\u200D" && character !== "\u200C") return false;
  const before = Array.from(whole.slice(Math.max(0, at - 2), at)).at(-1) ?? "";
  return JOINED_SIGN.test(before) || JOINED_SCRIPT.test(before);
}

function codePointOf(character: string): string {
  return `‹${nameOf(character)}›`;
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

export interface ClampedText {
  readonly text: string;
  /** Characters left out; 0 when it is whole. */
  readonly hidden: number;
}

/** Cut between characters, never inside one. */
export function clampText(text: string, limit: number): ClampedText {
  if (text.length <= limit) return { text, hidden: 0 };
  const characters = Array.from(text);
  return characters.length <= limit
    ? { text, hidden: 0 }
    : { text: characters.slice(0, limit).join(""), hidden: characters.length - limit };
}
