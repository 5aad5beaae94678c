import { isAnswerPart, isLive, shownParts, shownTextOfSpan, type AssistantMessage } from "@unsay/core";
import type { GuardWords } from "../strings/english/guard.js";
import { selectReason } from "./status-line.copy.js";

/** What Copy gives away: the shown words, without drafts and without what nothing supports, and a last line that says if they are not all. */
export function copyTextOf(message: AssistantMessage, strings: GuardWords, now: number): string {
  const parts = shownParts(message).filter(isAnswerPart);
  const text = parts.map(({ spans }) => spans.map((span) => (span.state === "unsupported" ? "" : shownTextOfSpan(span))).join(""));
  const note = copyNoteOf(message, strings, now);
  return [text.filter((words) => words.trim() !== "").join("\n\n"), ...(note === null ? [] : [note])].join("\n");
}

/** The last line of a copy of what is not all; `null` where it is. */
export function copyNoteOf(message: AssistantMessage, strings: GuardWords, now: number): string | null {
  if (isLive(message)) return `[${strings.guard.copiedUnfinished(strings.time(now))}]`;
  return message.status === "truncated" ? `[${strings.status.notComplete(selectReason(message, strings))}]` : null;
}
