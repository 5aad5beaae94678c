/** Longest quote, in UTF-16 units. */
export const MAX_QUOTE_LENGTH = 120;

/** The last of the words on screen, to be quoted back to who said them: whole words, on one line. `undefined` where there are none. */
export function quotePartial(painted: string): string | undefined {
  const words = painted.replace(/\s+/g, " ").trim();
  if (words === "") return undefined;
  if (words.length <= MAX_QUOTE_LENGTH) return words;
  const tail = words.slice(1 - MAX_QUOTE_LENGTH);
  const start = tail.indexOf(" ");
  // A single word longer than the quote is cut, and never between the halves of a character.
  return `…${start === -1 ? tail.replace(/^[\uDC00-\uDFFF]/, "") : tail.slice(start + 1)}`;
}
