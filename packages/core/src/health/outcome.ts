import type { Cause } from "../protocol/index.js";
import { isLive, type AssistantMessage } from "../message/index.js";

/** `good`, `bad`, or counted apart: rules did what they are for, which is neither a success nor a failure. */
export type OutcomeGrade = "good" | "bad" | "withheld" | "filtered";

/** How an answer ended, for counting. */
export interface Outcome {
  readonly status: "complete" | "revised" | "truncated";
  readonly cause: Cause | null;
  /** `error.code` of a truncated end, if it has one. */
  readonly code: string | null;
  /** Said by the server; `false` where this client inferred it. */
  readonly stated: boolean;
  readonly grade: OutcomeGrade;
}

/** `null` while the answer is live: nothing has been decided. */
export function outcomeOf(message: AssistantMessage): Outcome | null {
  if (isLive(message)) return null;
  const { stated } = message;
  if (message.status !== "truncated") {
    return { status: message.status === "revised" ? "revised" : "complete", cause: null, code: null, stated, grade: "good" };
  }
  return { status: "truncated", cause: message.cause, code: message.error?.code ?? null, stated, grade: gradeOf(message) };
}

function gradeOf(message: Extract<AssistantMessage, { status: "truncated" }>): OutcomeGrade {
  switch (message.cause) {
    case "withheld":
    case "filtered":
      return message.cause;
    case "stopped":
    case "redirected":
      return isByUser(message) ? "good" : "bad";
    case "disconnected":
    case "length":
    case "failed":
    case "orphaned":
    case "corrupt":
    case "unverified":
      return "bad";
  }
}

/** An answer that an administrator or the server cut is not what the user asked for. */
function isByUser({ stop }: AssistantMessage): boolean {
  return stop === null || stop.by === "user" || stop.by === "other-device";
}
