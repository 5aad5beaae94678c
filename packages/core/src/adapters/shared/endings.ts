import type { Ending } from "./run-writer.js";

/** The ends that all wires know under different names. */

export const COMPLETE: Ending = { outcome: "complete" };

export const TOOL_RESULTS_MISSING: Ending = {
  outcome: "truncated",
  cause: "failed",
  error: {
    code: "tool-results-missing",
    message:
      "The model called tools and waits for their results, but nothing here sends them back. Run the tools where the model is called, and stream what follows.",
    retryable: false,
    userMessage: "The answer waits for tool results that nobody sends.",
  },
};

export const OUTPUT_LIMIT: Ending = {
  outcome: "truncated",
  cause: "length",
  error: { code: "output-limit", message: "The answer reached its limit of output tokens.", retryable: false },
};

export const CONTEXT_LIMIT: Ending = {
  outcome: "truncated",
  cause: "length",
  error: { code: "context-window", message: "The conversation filled the model's context window.", retryable: false },
};

export const FILTERED: Ending = {
  outcome: "truncated",
  cause: "filtered",
  error: { code: "guard-tripped", message: "The provider's content filter stopped the answer.", retryable: false },
};

export const FINISH_REASON_MISSING: Ending = {
  outcome: "truncated",
  cause: "failed",
  error: {
    code: "finish-reason-missing",
    message: "The stream ended in due form, but without a reason, so nothing says that the answer is whole.",
    retryable: true,
    userMessage: "The service did not say whether the answer is finished.",
  },
};

/** A refusal before any answer leaves nothing to keep; part-way the text stays. */
export function refused(hasAnswer: boolean, explanation?: string): Ending {
  return {
    outcome: "truncated",
    cause: hasAnswer ? "filtered" : "withheld",
    error: {
      code: "guard-tripped",
      message: explanation ?? "The model refused to answer.",
      retryable: false,
      userMessage: hasAnswer ? "The model declined to go on." : "The model declined to answer.",
    },
  };
}

export function unknownReason(raw: string): Ending {
  return {
    outcome: "truncated",
    cause: "failed",
    error: {
      code: "finish-reason-unknown",
      message: `The provider ended the answer for the reason "${raw}", which this adapter does not know.`,
      retryable: false,
      userMessage: "The answer ended for a reason we do not know.",
    },
  };
}
