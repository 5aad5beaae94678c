import type { ThreadStatus } from "@unsay/core";

/** What a press does: send; stop and send instead; wait for the end; tell the run that goes on; wait for the decision. */
export type ComposerMode = "send" | "redirect" | "queue" | "steer" | "held";
export type FollowUp = "redirect" | "queue";

export interface ComposerSituation {
  readonly status: ThreadStatus;
  /** A request waits for the reader: what they type is never an answer to it. */
  readonly hasOpenApproval: boolean;
  /** What a message does while the agent works, unless another way is asked for. */
  readonly followUp: FollowUp;
  /** The run declared that it can be told something while it goes on. */
  readonly canSteer?: boolean;
}

export function selectComposerMode({ status, hasOpenApproval, followUp }: ComposerSituation): ComposerMode {
  if (hasOpenApproval) return "held";
  return isRunning(status) ? followUp : "send";
}

/** The second way to send, where there is one. While a request waits it is to redirect, which closes the request. */
export function selectOtherMode(mode: ComposerMode): ComposerMode | null {
  switch (mode) {
    case "send":
      return null;
    case "redirect":
    case "steer":
      return "queue";
    case "queue":
    case "held":
      return "redirect";
  }
}

/** Every way to send now, in the order of a menu; none but the one where the agent is idle. */
export function selectFollowUps(situation: ComposerSituation): readonly ComposerMode[] {
  if (situation.hasOpenApproval) return ["held", "redirect"];
  if (!isRunning(situation.status)) return ["send"];
  return situation.canSteer === true ? ["redirect", "steer", "queue"] : ["redirect", "queue"];
}

function isRunning(status: ThreadStatus): boolean {
  return status === "submitted" || status === "streaming";
}
