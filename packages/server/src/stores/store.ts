import type { RunEnd, StartCommand, StopIntent, UnsayEvent, UserInput } from "@unsay/core/protocol";

/** What a stop command said, kept so that a reload shows the answer frozen at the same place. */
export interface StoredStop {
  readonly command: string;
  readonly client: string;
  readonly intent: StopIntent;
  readonly ackSeq: number;
  readonly painted: { readonly span: string; readonly offset: number } | null;
}

/** A run as it begins. Times are epoch milliseconds. */
export interface NewRun {
  readonly run: string;
  readonly thread: string;
  /** Id of the assistant message it speaks into. */
  readonly message: string;
  readonly startKey: string;
  readonly client: string;
  readonly mode: StartCommand["mode"];
  /** The user's message that came with it. */
  readonly user: UserInput | null;
  /** Id of the user message that is answered. */
  readonly parent: string | null;
  /** Id of the assistant message it redirects from. */
  readonly redirects: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** The process that produces it; only the owner may append. */
  readonly owner: string;
  readonly leaseUntil: number;
}

export interface StoredRun extends NewRun {
  readonly lastSeq: number;
  readonly end: RunEnd | null;
  readonly stop: StoredStop | null;
}

/**
 * The record of threads, runs and their events: short calls only, so nothing is held while a model is waited for.
 *
 * Every call is atomic. Calls reject only when the storage itself fails.
 */
export interface Store {
  /** Creates the run, or finds the one that has the same thread and `startKey`. */
  createRun(run: NewRun): Promise<{ readonly run: StoredRun; readonly created: boolean }>;
  getRun(run: string): Promise<StoredRun | null>;
  findRun(thread: string, startKey: string): Promise<StoredRun | null>;
  /** In the order in which they were created. */
  listRuns(thread: string): Promise<readonly StoredRun[]>;
  /**
   * Adds events that follow the last one without a hole, and renews the lease. `false`, and nothing is written, when
   * the owner has lost the run or the numbers do not fit. A `run.end` among them becomes the run's end.
   */
  append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean>;
  renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean>;
  /** Events with a greater `seq` than `after`, in order. */
  read(run: string, after: number): Promise<readonly UnsayEvent[]>;
  /** Replaces stored events by `seq`: text that must not remain anywhere is taken out of the record. */
  rewrite(run: string, events: readonly UnsayEvent[]): Promise<void>;
  /** Ends a run whose lease had expired at `now`; `false` when somebody else was faster, or the producer lives. */
  repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean>;
  saveStop(run: string, stop: StoredStop): Promise<void>;
  /** Remembers an accepted command, so that its repetition after a lost reply is known. */
  saveCommand(run: string, id: string, fingerprint: string): Promise<void>;
  findCommand(run: string, id: string): Promise<string | null>;
  close(): Promise<void>;
}

/** Shared by the stores: whether `events` continue a log that ends at `lastSeq`. */
export function isContiguous(lastSeq: number, events: readonly UnsayEvent[]): boolean {
  return events.every((event, index) => event.seq === lastSeq + 1 + index);
}

/** The last `run.end` among them. */
export function endAmong(events: readonly UnsayEvent[]): RunEnd | null {
  const end = events.findLast((event) => event.type === "run.end");
  return end?.type === "run.end" ? end : null;
}
