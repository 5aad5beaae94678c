/** Where sentences end in a text that still grows. By `Intl.Segmenter`, so by the rules of Unicode, not by a word list. */

const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });

const TERMINAL = /\p{Sentence_Terminal}/gu;
const LETTER = /\p{L}/u;
/** "1." at the start of a line is no sentence, it counts. */
const BLOCK_MARKER = /^[ \t]*(?:>[ \t]*)*(?:[-+*]|\d{1,9}[.)]|#{1,6})?\s*$/;

/** The rules of Unicode look back over a few characters only; a long sentence is not read again for its end. */
const CONTEXT = 64;
/** Marks without a letter between them are looked at again and again; this far back and no further. */
const LONGEST_UNDECIDED = 512;

export interface SentenceSearch {
  readonly ends: readonly number[];
  /** From where the next search has to look. */
  readonly from: number;
}

/**
 * Ends of sentences in `text` that no later text can take back. A full stop alone is none: "3." may go on as "3.5" and
 * "etc." with a small letter, so an end counts once a letter stands behind it, or when `isWhole`.
 */
export function findSentenceEnds(text: string, from: number, atLineStart: boolean, isWhole: boolean): SentenceSearch {
  const first = terminalFrom(text, from);
  if (first === null) return { ends: [], from: text.length };
  const decided = isWhole ? text.length : lastLetter(text);
  const ends = segmentEnds(text, first).filter((end) => end <= decided && !(atLineStart && BLOCK_MARKER.test(text.slice(0, end))));
  return { ends, from: terminalFrom(text, Math.max(first, decided)) ?? text.length };
}

function terminalFrom(text: string, from: number): number | null {
  TERMINAL.lastIndex = from;
  return TERMINAL.exec(text)?.index ?? null;
}

function segmentEnds(text: string, terminal: number): readonly number[] {
  const start = startOfCharacter(text, Math.max(0, terminal - CONTEXT));
  return Array.from(segmenter.segment(text.slice(start)), ({ index }) => start + index).filter((end) => end > terminal);
}

/** Everything up to the last letter is decided; so is what lies too far back to be looked at for ever. */
function lastLetter(text: string): number {
  const limit = Math.max(0, text.length - LONGEST_UNDECIDED);
  for (let at = text.length - 1; at >= limit; at--) if (LETTER.test(text.slice(startOfCharacter(text, at), at + 1))) return at;
  return limit;
}

function startOfCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
