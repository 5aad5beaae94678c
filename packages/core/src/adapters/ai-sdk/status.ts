import { parseErrorData } from "../../protocol/index.js";
import { isObject } from "../shared/fields.js";
import { endingOfWord, isCause } from "../shared/profile-words.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";
import { RETRACTED_WORD } from "./chunks.js";

const PREFIX = "unsay:";

/** Text was taken back in a way this carrier cannot show, so none of it may stay. */
export const TAKEN_BACK: Ending = {
  outcome: "truncated",
  cause: "withheld",
  error: {
    code: "guard-tripped",
    message: "Text that was shown has been taken back, and this stream cannot say which.",
    retryable: false,
    userMessage: "The service took text of this answer back.",
  },
};

/**
 * What the text of an `error` chunk amounts to; `null` where it only says that this carrier can't go on, while the run
 * itself may.
 */
export function endingOfErrorText(text: string | undefined): Ending | null {
  if (text === RETRACTED_WORD) return null;
  const ending = text?.startsWith(PREFIX) === true ? endingOfWord(text.slice(PREFIX.length)) : undefined;
  return ending ?? { outcome: "truncated", cause: "failed", error: providerError(text) };
}

/** An ending that the status part states. It never completes an answer: that takes the end of the stream as well. */
export function endingOfStatus(record: unknown): (Ending & { outcome: "truncated" }) | null {
  if (!isObject(record) || record["status"] !== "truncated") return null;
  const error = parseErrorData(record["error"]);
  const cause = isCause(record["cause"]) ? record["cause"] : "failed";
  return { outcome: "truncated", cause, ...(error === undefined ? {} : { error }) };
}

/** Where a status part came, it has to agree. */
export function isWholeStatus(record: unknown): boolean {
  return record === undefined || (isObject(record) && (record["status"] === "complete" || record["status"] === "revised"));
}
