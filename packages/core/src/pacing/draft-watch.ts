import type { TextPart } from "../message/message.js";
import type { DraftText } from "./pacing.types.js";
import { findWordEnds } from "./words.js";

/** After as many updates that left its words as they were, a draft reads as provisional text. */
const DRAFT_STABLE_UPDATES = 3;

/**
 * Follows the drafts of one part. Every change of the part is an update; words that stood through the last of them are
 * stable, whichever spans they came in. Costs what the drafts are long, not the part.
 */
export class DraftWatch {
  #part: TextPart | null = null;
  /** The drafts after the last updates, as one text each. */
  #texts: readonly string[] = [];

  /** The drafts of the part, with how much of each has stood still. */
  read(part: TextPart): readonly DraftText[] {
    const spans = part.spans.filter((span) => span.state === "speculative");
    if (part !== this.#part) this.#note(part, spans.map(({ text }) => text).join(""));
    let left = stableLength(this.#texts);
    return spans.map(({ id, text }) => {
      const stable = Math.min(left, text.length);
      left -= stable;
      return { part: part.id, span: id, text, stable };
    });
  }

  #note(part: TextPart, text: string): void {
    const accepted = this.#part === null ? "" : acceptedText(this.#part, part);
    const known = this.#texts.filter((earlier) => earlier.startsWith(accepted)).map((earlier) => earlier.slice(accepted.length));
    // A draft that was dropped may come again in the next update.
    this.#texts = text === "" ? known : [...known, text].slice(-(DRAFT_STABLE_UPDATES + 1));
    this.#part = part;
  }
}

/** The words that were drafts in the version before and stand now. */
function acceptedText(before: TextPart, now: TextPart): string {
  const drafts = before.spans.filter((span) => span.state === "speculative");
  const states = new Map(now.spans.map(({ id, state }) => [id, state]));
  const isAccepted = (id: string): boolean => states.get(id) !== "speculative" && states.get(id) !== "dropped";
  return drafts.flatMap(({ id, text }) => (isAccepted(id) ? [text] : [])).join("");
}

function stableLength(texts: readonly string[]): number {
  const newest = texts.at(-1);
  if (newest === undefined || texts.length <= DRAFT_STABLE_UPDATES) return 0;
  const common = Math.min(...texts.map((text) => commonLength(text, newest)));
  return common === newest.length ? common : (findWordEnds(newest).findLast((end) => end <= common) ?? 0);
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
