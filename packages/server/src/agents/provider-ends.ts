import type { Cause, UnsayErrorData } from "@unsay/core/protocol";
import type { AgentEnd } from "./agent.js";

/** How answers end that a model's provider did not make whole. */

export const NO_END: AgentEnd = ended("disconnected", {
  code: "stream-eof",
  message: "The provider's stream ended without a reason, so nothing says that the answer is whole.",
  retryable: true,
  userMessage: "The connection to the model ended before the answer did.",
});

export function ended(cause: Cause, error: UnsayErrorData): AgentEnd {
  return { cause, error };
}

export function unknownReason(raw: string): AgentEnd {
  return ended("failed", {
    code: "finish-reason-unknown",
    message: `The provider ended the answer for the reason ${JSON.stringify(raw.slice(0, 80))}, which does not say that it is whole.`,
    retryable: false,
    userMessage: "The answer ended for a reason we do not know.",
  });
}

export const OUTPUT_LIMIT: UnsayErrorData = {
  code: "output-limit",
  message: "The answer reached its limit of output tokens.",
  retryable: false,
};
export const CONTEXT_WINDOW: UnsayErrorData = {
  code: "context-window",
  message: "The conversation filled the model's context window.",
  retryable: false,
};
export const STEP_LIMIT: UnsayErrorData = {
  code: "output-limit",
  message: "The run reached its limit of model calls while the model still called tools. Raise `maxSteps`, or continue the answer.",
  retryable: false,
};
export const FILTERED: UnsayErrorData = {
  code: "guard-tripped",
  message: "The provider's content filter stopped the answer.",
  retryable: false,
};
export const PROVIDER_ERROR: UnsayErrorData = {
  code: "provider-error",
  message: "The provider reported an error while answering.",
  retryable: true,
  userMessage: "The model provider reported an error.",
};

/** What the provider wrote may hold account ids and keys, so only its status is passed on; the log has the rest. */
export function failedCall(status: number | null, error: unknown): AgentEnd {
  if (status === null)
    return ended("failed", {
      ...PROVIDER_ERROR,
      message: `The model call failed (${error instanceof Error ? error.name : typeof error}). The provider did not say more.`,
    });
  const isBusy = status === 429 || status === 503 || status === 529;
  return ended("failed", {
    code:
      status === 429
        ? "rate-limited"
        : isBusy
          ? "provider-overloaded"
          : status === 401 || status === 403
            ? "unauthorized"
            : "provider-error",
    message: `The provider answered with status ${status}. ${status === 401 || status === 403 ? "Check the API key and the model's name." : isBusy ? "Wait before asking again." : "Look at what is sent."}`,
    retryable: isBusy || status >= 500,
    userMessage: isBusy ? "The model is busy right now." : "The model provider refused the request.",
  });
}
