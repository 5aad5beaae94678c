import type { UnsayEvent } from "@unsay/core/protocol";
import type { StoredRun } from "../../stores/store.js";

/** What a client asked for. `unknown`: no answer came, so it was carried out or not. Times are of the test's one clock. */
export interface Operation {
  readonly kind: "start" | "stop" | "decide" | "undo";
  readonly client: string;
  readonly id: string;
  readonly askedAt: number;
  outcome: "ok" | "refused" | "unknown";
  answeredAt: number | null;
  run: string | null;
  /** Of a stop by a client that did not know the run yet. */
  readonly startKey?: string;
  /** Of a decision: about which question, and what was said. `forged`: about other arguments than were asked about. */
  readonly approval?: string;
  readonly choice?: "approve" | "reject" | "forged";
}

/** The numbered events that one reader got of one run, over all its connections, in the order in which they came. */
export interface View {
  readonly client: string;
  readonly run: string;
  /** What the reader asked for: events after this one. */
  readonly after: number;
  readonly events: UnsayEvent[];
}

/** One time that a tool was entered, and whether it did to the world what it does. */
export interface Deed {
  readonly run: string;
  readonly callKey: string;
  /** What is done, whichever answer does it: the same words must not be done twice. */
  readonly deed: string;
  readonly enteredAt: number;
  isDone: boolean;
}

export interface RunOnRecord {
  readonly record: StoredRun;
  readonly events: readonly UnsayEvent[];
}

/** All that was asked, heard and done, and what is on record in the end. */
export interface History {
  readonly operations: readonly Operation[];
  readonly views: readonly View[];
  readonly deeds: readonly Deed[];
  readonly runs: readonly RunOnRecord[];
  /** The text that the agent means to say in this run, whole. `null` where the run says less than all, as one that goes on does. */
  readonly wholeTextOf: (run: RunOnRecord) => string | null;
  /** When whoever produced the run, or the store, was first gone: only from then on can it become an orphan. */
  readonly disturbedAt: (run: RunOnRecord) => number | null;
  readonly leaseMs: number;
  /** How far apart the calendars of the processes are, at most. */
  readonly skewMs: number;
}
