import { UnsayError, type UnsayErrorData } from "@unsay/core/protocol";

/** What is said of a run that did not end as its agent wished. */

export function abortError(): DOMException {
  return new DOMException("The run was stopped.", "AbortError");
}

export function errorOfAgent(error: unknown): UnsayErrorData {
  if (error instanceof UnsayError) return error.toJSON();
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    code: "agent-failed",
    message: `The agent threw (${kind}) before its answer was whole. The server's log has the details.`,
    retryable: true,
    userMessage: "Something went wrong while answering.",
  };
}

export const NOT_OURS: UnsayErrorData = {
  code: "tool-not-ready",
  message: "This call was passed on from another stream. No tool here can run it, so nothing was done.",
  retryable: false,
  userMessage: "This call belongs to a recording and was not run.",
};

export const NO_END: UnsayErrorData = {
  code: "stream-eof",
  message: "The stream that was passed on ended without saying how the answer ended.",
  retryable: true,
  userMessage: "The connection to the model ended before the answer did.",
};

export const RESULTS_MISSING: UnsayErrorData = {
  code: "tool-results-missing",
  message: "The stream that was passed on waits for the result of a call that nothing here can run.",
  retryable: false,
  userMessage: "The answer waits for tool results that nobody sends.",
};
