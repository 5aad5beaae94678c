import type { ThreadStatus } from "@unsay/core";

/** What Enter does: send; stop and send instead; wait for the end; wait for the decision. */
export type ComposerMode = "send" | "redirect" | "queue" | "held";
export type FollowUp = "redirect" | "queue";

export interface ComposerSituation {
  readonly status: ThreadStatus;
  /** A request waits for the reader: what they type is never an answer to it. */
  readonly hasOpenApproval: boolean;
  /** What a message does while the agent works, unless the other way is asked for. */
  readonly followUp: FollowUp;
}

export function selectComposerMode({ status, hasOpenApproval, followUp }: ComposerSituation): ComposerMode {
  if (hasOpenApproval) return "held";
  return status === "submitted" || status === "streaming" ? followUp : "send";
}

/** The second way to send, where there is one. While a request waits it is to redirect, which closes the request. */
export function selectOtherMode(mode: ComposerMode): ComposerMode | null {
  switch (mode) {
    case "send":
      return null;
    case "redirect":
      return "queue";
    case "queue":
    case "held":
      return "redirect";
  }
}
