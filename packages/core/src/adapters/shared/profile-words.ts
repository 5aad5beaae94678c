import { CAUSES, type Cause } from "../../protocol/index.js";
import type { Ending } from "./run-writer.js";

/** The name of an event of Unsay inside a carrier. */
export const PROFILE_NAME = "unsay";

const TRUNCATED = "truncated.";
const KNOWN: ReadonlySet<string> = new Set(CAUSES);

export function wordOfCause(cause: Cause): string {
  return `${TRUNCATED}${cause}`;
}

/** The ending that such a word tells of, for readers that lost everything else; `undefined` when it is none. */
export function endingOfWord(word: string): Ending | undefined {
  if (!word.startsWith(TRUNCATED)) return undefined;
  const cause = word.slice(TRUNCATED.length);
  return isCause(cause) ? { outcome: "truncated", cause } : undefined;
}

export function isCause(word: unknown): word is Cause {
  return typeof word === "string" && KNOWN.has(word);
}

/** It tells of this body only: the run may go on, and its log be read elsewhere. */
export function isOfConnection(ending: Ending): boolean {
  return ending.outcome === "truncated" && ending.cause === "disconnected";
}
