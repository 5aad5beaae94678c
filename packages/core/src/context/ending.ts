import type { Actor, Cause } from "../protocol/index.js";
import { hiddenWordCount, isLive } from "../message/selectors.js";
import type { AssistantMessage } from "../message/message.js";

const SAW = "the user saw up to here";

const STOP_OF: Record<Actor, string> = {
  user: "the user's stop",
  "other-device": "the user's stop on another device",
  admin: "an administrator's stop",
  server: "the server's stop",
};

const STOPPED_BY: Record<Actor, string> = {
  user: "the user stopped",
  "other-device": "the user stopped on another device",
  admin: "an administrator stopped it",
  server: "the server stopped it",
};

/** Why what was not dispatched never will be. */
const REASONS: Record<Exclude<Cause, "stopped">, string> = {
  redirected: "the user redirected",
  disconnected: "the connection was lost",
  length: "the reply reached its length limit",
  filtered: "a content rule ended the reply",
  withheld: "the reply was withdrawn",
  failed: "the reply failed",
  orphaned: "the server lost the reply",
  corrupt: "unreadable data arrived",
  unverified: "the reply was not checked",
};

/** Nothing of such an answer is told: a content rule ended it, or it was taken back. */
export function isTextBarred(message: AssistantMessage): boolean {
  return message.status === "truncated" && (message.cause === "withheld" || message.cause === "filtered");
}

/** How the reply ended, for the model; `null` where it is whole, or where nothing may be said of it. */
export function cutNoteOf(message: AssistantMessage): string | null {
  if (isTextBarred(message)) return null;
  if (message.status === "truncated") return noteOfCause(message, message.cause);
  if (isLive(message)) return `reply not finished: ${message.stop === null ? "it is still being written" : reasonOf(message)}; ${SAW}`;
  return hiddenWordCount(message) > 0 ? `the user pressed stop before the end of this reply; ${SAW}` : null;
}

function noteOfCause(message: AssistantMessage, cause: Cause): string {
  switch (cause) {
    case "stopped":
      return `reply cut off by ${STOP_OF[message.stop?.by ?? "user"]}; ${SAW}`;
    case "redirected":
      return `reply cut off: the user redirected it; ${SAW}`;
    case "disconnected":
      return `reply cut off by a lost connection; ${SAW}`;
    case "length":
      return `reply cut off by ${isTooLong(message) ? "the length of the conversation" : "the length limit"}; ${SAW}`;
    case "failed":
      return `reply cut off by an error; ${SAW}`;
    case "orphaned":
      return "reply cut off: the server lost it; this is what was stored of it";
    case "corrupt":
      return `reply cut off by unreadable data; ${SAW}`;
    case "unverified":
      return `this reply was not checked; ${SAW}`;
    default:
      // A cause that a stored record names and this version does not know.
      return `reply cut off; ${SAW}`;
  }
}

function isTooLong(message: AssistantMessage): boolean {
  return message.status === "truncated" && message.error?.code === "context-window";
}

/** Why calls of this reply were not executed, to follow "not executed: ". */
export function reasonOf(message: AssistantMessage): string {
  const cause = message.status === "truncated" ? message.cause : message.stop === null ? null : "stopped";
  if (cause === null) return isLive(message) ? "the reply is not finished" : "it was cancelled";
  if (cause !== "stopped") return REASONS[cause] ?? "the reply was cut off";
  return message.stop?.intent === "redirect" ? REASONS.redirected : STOPPED_BY[message.stop?.by ?? "user"];
}
