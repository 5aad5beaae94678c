import { isAnswerPart, shownParts, shownTextOfSpan, type AssistantMessage } from "@unsay/core";
import type { UsedRange } from "./used-range.js";

type Places = UsedRange["spans"];

/** All shown words of an answer, or of one part of it. */
export function wholePlaces(message: AssistantMessage, part?: string): Places {
  return shownSpans(message, part).map(({ id, text }) => [id, 0, text.length] as const);
}

/**
 * Where words that were read off the page stand in an answer. Markdown signs are not on the page, so letters and digits
 * alone are compared. Words that stand there more than once are the ones nearest to `lettersBefore`; words that can't be
 * found count as the whole answer, since a correction must not be kept from someone who took its text.
 */
export function locateWords(message: AssistantMessage, words: string, lettersBefore = 0): Places {
  const spans = shownSpans(message);
  const wanted = squeeze(words);
  if (wanted === "") return [];
  const letters = spans.flatMap(({ id, text }) => lettersOf(id, text));
  const found = nearest(letters.map(({ letter }) => letter).join(""), wanted, lettersBefore);
  return found === null ? wholePlaces(message) : placesOf(letters.slice(found, found + Array.from(wanted).length));
}

interface Letter {
  readonly span: string;
  readonly letter: string;
  readonly from: number;
}

function shownSpans(message: AssistantMessage, part?: string): readonly { readonly id: string; readonly text: string }[] {
  return shownParts(message)
    .filter(isAnswerPart)
    .filter(({ id }) => part === undefined || id === part)
    .flatMap(({ spans }) => spans.map((span) => ({ id: span.id, text: shownTextOfSpan(span) })))
    .filter(({ text }) => text !== "");
}

const LETTER = /[\p{L}\p{N}]/gu;

function squeeze(text: string): string {
  return (text.match(LETTER) ?? []).join("");
}

export function countLetters(text: string): number {
  return text.match(LETTER)?.length ?? 0;
}

function lettersOf(span: string, text: string): readonly Letter[] {
  return Array.from(text.matchAll(LETTER), (match) => ({ span, letter: match[0], from: match.index }));
}

/** Index in letters, which may be longer than one UTF-16 unit. */
function nearest(haystack: string, wanted: string, near: number): number | null {
  let best: number | null = null;
  let index = 0;
  let counted = 0;
  for (let at = haystack.indexOf(wanted); at !== -1; at = haystack.indexOf(wanted, at + 1)) {
    index += Array.from(haystack.slice(counted, at)).length;
    counted = at;
    if (best === null || Math.abs(index - near) < Math.abs(best - near)) best = index;
  }
  return best;
}

function placesOf(letters: readonly Letter[]): Places {
  const places = new Map<string, readonly [from: number, to: number]>();
  for (const { span, from, letter } of letters) places.set(span, [places.get(span)?.[0] ?? from, from + letter.length]);
  return [...places].map(([span, [from, to]]) => [span, from, to] as const);
}
