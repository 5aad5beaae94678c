import type { StoredGrant } from "../approval/grants.js";
import type { RunEnd, StartCommand, StopIntent, UnsayEvent, UserInput } from "@unsay/core/protocol";

/** What a stop command said, kept so that a reload shows the answer frozen at the same place. */
export interface StoredStop {
  readonly command: string;
  readonly client: string;
  readonly intent: StopIntent;
  readonly ackSeq: number;
  readonly painted: { readonly span: string; readonly offset: number } | null;
  /** Where a voice read the answer aloud: the end of what it had said. */
  readonly heardUpTo?: { readonly span: string; readonly offset: number } | null;
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
  /** JSON of the message as this run left it, once its log is no longer kept. */
  readonly archived: string | null;
}

export interface CreatedRun {
  readonly run: StoredRun;
  readonly created: boolean;
}

/** A command for a run that another process produces. */
export interface PostedCommand {
  readonly run: string;
  readonly id: string;
  /** JSON of the command. */
  readonly body: string;
}

/**
 * The record of threads, runs and their events: short calls only, so nothing is held while a model is waited for.
 *
 * Every call is atomic. Calls reject only when the storage itself fails, and may then have been carried out or not:
 * each can be repeated.
 */
export interface Store {
  /**
   * Creates the run, or finds the one that has the same thread and `startKey`. `null`, and nothing is created: its thread has other than
   * `known` runs, so that somebody else has begun one since they were counted.
   */
  createRun(run: NewRun, known?: number): Promise<CreatedRun | null>;
  getRun(run: string): Promise<StoredRun | null>;
  findRun(thread: string, startKey: string): Promise<StoredRun | null>;
  /** In the order in which they were created. */
  listRuns(thread: string): Promise<readonly StoredRun[]>;
  /**
   * Adds events that follow the last one without a hole, and renews the lease; those that are there already are passed
   * over. `false`, and nothing is written, when the owner has lost the run or the numbers do not fit. A `run.end` among
   * them becomes the run's end.
   */
  append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean>;
  renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean>;
  /** Events with a greater `seq` than `after`, in order. The first ones are missing where the log was trimmed. */
  read(run: string, after: number): Promise<readonly UnsayEvent[]>;
  /** Replaces stored events by `seq`: text that must not remain anywhere is taken out of the record. */
  rewrite(run: string, events: readonly UnsayEvent[]): Promise<void>;
  /** Ends a run whose lease had expired at `now`; `false` when somebody else was faster, or the producer lives. */
  repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean>;
  saveStop(run: string, stop: StoredStop): Promise<void>;
  /** Keeps a stop that came before its run, as JSON. */
  saveEarlyStop(thread: string, startKey: string, stop: string): Promise<void>;
  findEarlyStop(thread: string, startKey: string): Promise<string | null>;
  /** Remembers an accepted command, so that its repetition after a lost reply is known. */
  saveCommand(run: string, id: string, fingerprint: string): Promise<void>;
  findCommand(run: string, id: string): Promise<string | null>;
  /** Leaves a command for the run's owner, and tells the owner, also of a repetition. Gives what is kept under this id: of two different ones the first. */
  postCommand(command: PostedCommand): Promise<string>;
  /** Commands for this owner's runs that have no answer yet, oldest first. */
  listCommands(owner: string): Promise<readonly PostedCommand[]>;
  answerCommand(run: string, id: string, answer: string): Promise<void>;
  findAnswer(run: string, id: string): Promise<string | null>;
  saveGrant(grant: StoredGrant): Promise<void>;
  listGrants(thread: string): Promise<readonly StoredGrant[]>;
  /** `false`: there is no such permission in this thread. */
  revokeGrant(thread: string, grant: string): Promise<boolean>;
  /** Runs that ended before this time, in epoch milliseconds, and whose log is still kept; oldest first. */
  listEnded(before: number, limit: number): Promise<readonly string[]>;
  /** Drops the log of a run that has ended and keeps the message that came of it. */
  archive(run: string, message: string): Promise<void>;
  /**
   * Calls `onNews` when there may be news under a name: events and answers under a run's, commands under an owner's.
   * It may call too often, and too late where the storage can't tell; what must be noticed is also asked for.
   */
  watch(name: string, onNews: () => void): () => void;
  close(): Promise<void>;
}

/** What of `events` a log that ends at `lastSeq` does not have yet; `null` when they leave a hole. */
export function newAmong(lastSeq: number, events: readonly UnsayEvent[]): readonly UnsayEvent[] | null {
  const first = events[0]?.seq ?? lastSeq + 1;
  const isWhole = events.every((event, index) => event.seq === first + index);
  return isWhole && first <= lastSeq + 1 ? events.slice(lastSeq + 1 - first) : null;
}

/** Whether a log that ends at `lastSeq` has lost events that a reader who has `after` still needs. */
export function isTrimmed(events: readonly UnsayEvent[], after: number, lastSeq: number): boolean {
  return after < lastSeq && events[0]?.seq !== after + 1;
}

/** The last `run.end` among them. */
export function endAmong(events: readonly UnsayEvent[]): RunEnd | null {
  const end = events.findLast((event) => event.type === "run.end");
  return end?.type === "run.end" ? end : null;
}

/** When a run that began at `createdAt` ended, in epoch milliseconds, or `null` when none of `events` ends it. */
export function endedAt(createdAt: number, events: readonly UnsayEvent[]): number | null {
  const end = events.findLast((event) => event.type === "run.end");
  return end === undefined ? null : createdAt + (end.t ?? 0);
}
