import type { Cause } from "../../protocol/index.js";
import type { PacingSettings } from "../../pacing/index.js";
import type { ReconnectPolicy } from "../../session/session.types.js";
import type { Fault } from "../fault.js";
import type { Script } from "../script.js";

/** One of the problems of streamed answers that this client shows on its own, told as a little story of 5 to 20 seconds. */
export interface Problem {
  /** `r1` … `r31`, as in the specification. */
  readonly id: string;
  readonly title: string;
  /** What a reader meets elsewhere, in one or two sentences. */
  readonly whatOthersShow: string;
  /** What they see here. */
  readonly whatYouSee: string;
  /** What the backend says: one script for each question; the last one answers every question after it. */
  readonly scripts: readonly [Script, ...Script[]];
  /** What goes wrong between backend and page. */
  readonly faults?: readonly Fault[];
  /** How the answer is painted; the defaults of the kit without it. */
  readonly paint?: Pick<PacingSettings, "isolation" | "pacing">;
  /** Gives up sooner than a product would, where giving up is the story. */
  readonly reconnect?: Partial<ReconnectPolicy>;
  /** What the reader does, besides asking the first question. */
  readonly acts?: readonly ReaderAct[];
  /** What belongs beside the conversation for the story to be seen. */
  readonly beside?: Beside;
  /** How each answer ends, in order. */
  readonly ends: readonly ProblemEnd[];
}

/** One press of the reader, `at` ms after the first question. */
export type ReaderAct =
  | { readonly at: number; readonly verb: "send" | "redirect"; readonly text: string }
  | { readonly at: number; readonly verb: "stop" }
  | { readonly at: number; readonly verb: "enough"; readonly call: string };

/** A form or a list that fills from the answer, a button that acts on it, or what the kit has measured and noticed. */
export type Beside = "form" | "recipe" | "rows" | "deploy" | "latency" | "outcomes" | "usage" | "notices" | "requests";

export interface ProblemEnd {
  readonly status: "complete" | "revised" | "truncated";
  readonly cause?: Cause;
}

/** A problem whose story needs more than a client. */
export interface ProblemElsewhere {
  readonly id: string;
  readonly title: string;
  readonly why: string;
}
