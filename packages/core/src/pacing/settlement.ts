import type { AssistantMessage, Span } from "../message/message.js";
import { isAnswerPart, isLive, isSettled, shownParts } from "../message/selectors.js";
import { unresolvedCalls } from "./unresolved-calls.js";

export type Requirement = "settled" | "verified";

/** How far one stretch of shown text may be relied on. */
export interface SettledRange {
  readonly part: string;
  readonly span: string;
  readonly state: "settled" | "verified" | "provisional" | "unsupported";
  /** Calls it rests on that have no result yet. */
  readonly waitsFor: readonly string[];
}

/** Why an answer must not be acted on yet; `cut` and `unsupported` don't pass by waiting. */
export type Doubt = "unfinished" | "cut" | "unsupported" | "waiting" | "unverified";

/** The shown text of an answer in its order, and what is known of each stretch. */
export function settledRanges(message: AssistantMessage): readonly SettledRange[] {
  return shownParts(message)
    .filter(isAnswerPart)
    .flatMap((part) => part.spans.flatMap((span) => rangeOf(message, part.id, span)));
}

function rangeOf(message: AssistantMessage, part: string, span: Span): readonly SettledRange[] {
  if (span.state === "dropped" || span.state === "speculative" || span.state === "replaced" || span.state === "retracted") return [];
  const state = span.state === "provisional" && isSettled(message) ? "settled" : span.state;
  return [{ part, span: span.id, state, waitsFor: unresolvedCalls(message, span) }];
}

/**
 * What stands against acting on an answer; `null` when nothing does. It is settled when its message is `complete` or
 * `revised`, and verified when the server has verified every word of it. A part of it may be asked about alone.
 */
export function doubtAbout(message: AssistantMessage, requires: Requirement, part?: string): Doubt | null {
  const ranges = settledRanges(message).filter((range) => part === undefined || range.part === part);
  if (ranges.some(({ state }) => state === "unsupported") || (part === undefined && message.notes.includes("unsupported")))
    return "unsupported";
  if (ranges.some(({ waitsFor }) => waitsFor.length > 0)) return "waiting";
  const isVerified = ranges.length > 0 && ranges.every(({ state }) => state === "verified");
  if (isVerified && (part !== undefined || !isLive(message))) return null;
  if (!isSettled(message)) return isLive(message) ? "unfinished" : "cut";
  return requires === "verified" ? "unverified" : null;
}
