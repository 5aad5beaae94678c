import { NO_EFFECTS, type EventOf, type RunEnd } from "../../protocol/index.js";
import type { CarriedAnswer } from "./profile-answer.js";

/**
 * What a `run.end` amounts to. As in the message machine: `complete` needs that all text could be applied, that a
 * declared verifier passed it, and that some of it is left.
 */
export function statedEnd(event: EventOf<"run.end">, answer: CarriedAnswer): RunEnd {
  if (event.outcome !== "complete") return event;
  if (answer.isDamaged) return truncated("corrupt");
  if (answer.isUnverified) return truncated("unverified");
  return answer.isAllRetracted ? truncated("withheld") : event;
}

function truncated(cause: "corrupt" | "unverified" | "withheld"): RunEnd {
  return { type: "run.end", outcome: "truncated", cause, resumable: false, effects: NO_EFFECTS };
}
