const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** Ends of the words of a text, a word taking what stands between it and the next one. Never inside a character. */
export function findWordEnds(text: string): readonly number[] {
  const ends: number[] = [];
  for (const { index, isWordLike } of segmenter.segment(text)) if (isWordLike === true && index > 0) ends.push(index);
  return text === "" ? ends : [...ends, text.length];
}

/** Without the first half of a character whose second half has not come. */
export function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
