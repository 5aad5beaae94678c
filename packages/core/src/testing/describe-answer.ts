import type { AssistantMessage, ThreadSnapshot } from "../message/message.js";
import { selectOpenApprovals, textOf } from "../message/selectors.js";
import type { Session } from "../session/session.types.js";

/** What matchers take: an answer, or anything that holds a thread; then its newest answer is meant. */
export type AnswerSource = AssistantMessage | ThreadSnapshot | Session | { readonly session: Session };

/** The answer meant, or `null` where there is none. */
export function answerOf(source: unknown): AssistantMessage | null {
  if (typeof source !== "object" || source === null) return null;
  if ("session" in source) return answerOf(source.session);
  if ("store" in source) return answerOf((source as Session).store.getState());
  if ("messages" in source) return (source as ThreadSnapshot).messages.findLast((message) => message.role === "assistant") ?? null;
  return "role" in source && source.role === "assistant" ? (source as AssistantMessage) : null;
}

const MAX_SHOWN_LENGTH = 200;

/** An answer in a line, as a failing test shows it. */
export function describeAnswer(message: AssistantMessage): string {
  const calls = message.calls.map((call) => `${call.name} ${call.status}`);
  const open = selectOpenApprovals(message).length;
  const facts = [
    ...(message.revisions === 0 ? [] : [`revisions: ${message.revisions}`]),
    ...(message.notes.length === 0 ? [] : [`notes: ${message.notes.join(", ")}`]),
    ...(calls.length === 0 ? [] : [`calls: ${calls.join(", ")}`]),
    ...(open === 0 ? [] : [`open approvals: ${open}`]),
    ...(message.receipts.length === 0 ? [] : [`receipts: ${message.receipts.map(({ summary }) => summary).join(", ")}`]),
  ];
  return [describeStatus(message), `text: ${quote(textOf(message))}`, ...facts].join("; ");
}

/** `truncated (disconnected, stated by nobody)`, `streaming (stalled)`, `revised (2)`. */
export function describeStatus(message: AssistantMessage): string {
  switch (message.status) {
    case "pending":
    case "streaming":
      return `${message.status} (${message.liveness})`;
    case "truncated":
      return `truncated (${message.cause}${message.stated ? "" : ", inferred by this client"})`;
    case "revised":
      return `revised (${message.revisions})`;
    case "complete":
      return "complete";
  }
}

export function quote(text: string): string {
  return JSON.stringify(text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`);
}
