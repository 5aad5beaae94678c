import {
  createEventFactory,
  type Envelope,
  type EventFactory,
  type EventOf,
  type EventPayload,
  type RunEnd,
  type UnsayErrorData,
  type UnsayEvent,
} from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import type { Log } from "../log.js";
import type { Store, StoredRun } from "../stores/store.js";
import { expungeEvents } from "./expunge.js";

/** A run is stored at most this often; what must be on record before something happens is flushed at once. */
export const STORE_EVERY_MS = 100;

/**
 * Stored at once, and told to readers only when it can't be lost any more: what was asked, what was decided, what was
 * done, and how it ended.
 */
const BINDING: ReadonlySet<string> = new Set(["approval.request", "approval.decision", "receipt", "stop.ack", "run.end"]);

/** How soon a store that failed is tried again. */
const RETRY_MS = 1_000;

export interface RunLogOptions {
  readonly record: StoredRun;
  readonly store: Store;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly log: Log;
  /** The store refused: another process has ended this run, so nothing more may be said. */
  readonly onLost: () => void;
}

/** What a reader of a run needs. */
export interface EventSource {
  /** Events with a greater `seq`, in order. */
  after(seq: number): Promise<readonly UnsayEvent[]> | readonly UnsayEvent[];
  /** Nothing more will come after what `after` returns. */
  isClosed(): boolean;
  /** Resolves when there may be news. */
  changed(): Promise<void>;
}

/**
 * The ordered log of one live run: numbers its events without holes, hands them to readers at once and to the store
 * in batches. What binds is the exception: readers see it only when the store has it, so no reload can contradict it.
 */
export class RunLog implements EventSource {
  readonly #options: RunLogOptions;
  #factory: EventFactory;
  readonly #startedAt: number;
  readonly #events: UnsayEvent[] = [];
  readonly #toRewrite: UnsayEvent[] = [];
  #visible = 0;
  #saved = 0;
  /** Index of the first event that no reader may see before it is stored. */
  #heldAt: number | null = null;
  #isClosed = false;
  /** From the end on others may write too: what comes behind it is shown once it is known to stand where it says. */
  #isEndWritten = false;
  #isEndStored = false;
  /** Nothing more is written: the run is another's, or its end was told without being stored. */
  #isLost = false;
  #saving: Promise<boolean> = Promise.resolve(true);
  #cancelTimer: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #announce: () => void = () => {};
  #news: Promise<void>;

  constructor(options: RunLogOptions) {
    this.#options = options;
    this.#factory = this.#createFactory(1);
    this.#startedAt = options.clock.now();
    this.#news = new Promise((resolve) => (this.#announce = resolve));
    this.#renew();
  }

  get lastSeq(): number {
    return this.#events.length;
  }

  get visibleSeq(): number {
    return this.#visible;
  }

  /** Everything written, also what is not stored or shown yet. */
  get events(): readonly UnsayEvent[] {
    return this.#events;
  }

  /** Milliseconds since the run began. */
  get elapsedMs(): number {
    return Math.max(0, Math.round(this.#options.clock.now() - this.#startedAt));
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  /** Its end is on its way to the store, or there: other processes may write too, whether this one has heard back or not. */
  get isShared(): boolean {
    return this.#isEndWritten;
  }

  after(seq: number): readonly UnsayEvent[] {
    return this.#events.slice(Math.max(0, seq), this.#visible);
  }

  changed(): Promise<void> {
    return this.#news;
  }

  /** An event that is sent but never stored, such as a heartbeat. */
  unnumbered(payload: EventPayload): UnsayEvent {
    return this.#factory.peek(payload, { t: this.elapsedMs });
  }

  write(payload: EventPayload): UnsayEvent {
    const event = this.#factory.make(withoutEnvelope(payload), { t: this.elapsedMs });
    this.#events.push(event);
    if (event.type === "span.retract" && event.expunge) this.#expunge(event);
    if (BINDING.has(event.type) || this.#isEndWritten) this.#heldAt ??= this.#events.length - 1;
    this.#isEndWritten ||= event.type === "run.end";
    this.#show();
    if (BINDING.has(event.type)) void this.flush();
    else this.#cancelTimer ??= this.#options.clock.after(STORE_EVERY_MS, () => void this.flush());
    return event;
  }

  /** Stores everything written so far. `false`: it is not on record, so nothing may be done that relies on it. */
  flush(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  /**
   * Writes the end; resolves when it is stored and readers have been told. `false`: it could not be stored as long as
   * the lease runs, and readers were told that instead.
   */
  async finish(end: RunEnd): Promise<boolean> {
    this.write(end);
    const isStored = await this.#flushWhileLeased();
    if (!isStored && !this.#isLost) this.#showUnstored(end);
    this.close();
    return isStored;
  }

  async #flushWhileLeased(): Promise<boolean> {
    const { clock, leaseMs } = this.#options;
    const giveUpAt = clock.now() + leaseMs;
    for (;;) {
      if (await this.flush()) return true;
      if (this.#isLost || clock.now() >= giveUpAt) return false;
      await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
    }
  }

  /** Whoever reads now is not told what a reload could contradict: whole or not, nobody knows whether the answer is on record. */
  #showUnstored({ effects }: RunEnd): void {
    this.#isLost = true;
    const end: RunEnd = {
      type: "run.end",
      outcome: "truncated",
      cause: "failed",
      resumable: false,
      error: UNSTORED,
      by: "server",
      effects,
    };
    // What binds and waited for the store goes with the end that did: it is on no record either.
    const at = this.#heldAt ?? this.#events.length - 1;
    this.#events.splice(at, this.#events.length, this.#createFactory(at + 1).make(end, { t: this.elapsedMs }));
    this.#heldAt = null;
    this.#show();
  }

  /** No reader waits any longer. Late receipts may still be written. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRenewal?.();
    this.#cancelRenewal = null;
    this.#notify();
  }

  async #save(): Promise<boolean> {
    const { store, record, log } = this.#options;
    const batch = this.#events.slice(this.#saved);
    if (this.#isLost) return false;
    try {
      await this.#rewrite();
      if (batch.length === 0) return true;
      if (this.#isEndStored) return (await this.#saveLate()) || this.#lose();
      const isOwner = await store.append(record.run, record.owner, batch, this.#leaseUntil());
      if (!isOwner) return this.#lose();
    } catch (error) {
      log({
        level: "error",
        event: "store.failed",
        run: record.run,
        thread: record.thread,
        message: "Events of this run could not be stored. They are tried again with the next ones.",
        error,
      });
      this.#cancelTimer ??= this.#options.clock.after(RETRY_MS, () => void this.flush());
      return false;
    }
    this.#saved += batch.length;
    this.#isEndStored ||= batch.some(({ type }) => type === "run.end");
    this.#release();
    return true;
  }

  /**
   * Other processes may write about a run that has ended, such as that something is undone. What they wrote first stays,
   * and ours comes after it.
   */
  async #saveLate(): Promise<boolean> {
    const { store, record } = this.#options;
    while (this.#saved < this.#events.length) {
      const batch = this.#events.slice(this.#saved);
      if (!(await store.append(record.run, record.owner, batch, this.#leaseUntil()))) return false;
      const stored = await store.read(record.run, this.#saved);
      this.#adopt(stored.length === 0 ? batch : stored);
    }
    return true;
  }

  /** All that is on record of a run that has ended, whoever wrote it, and what is still to be stored. */
  async reread(): Promise<readonly UnsayEvent[]> {
    await this.flush();
    await this.#inTurn(async () => this.#isLost || this.#adopt(await this.#options.store.read(this.#options.record.run, this.#saved)));
    return [...this.#events];
  }

  /** Writes this about a run that has ended, if its record still ends with `last`. `false`: somebody has written since. */
  writeNext(payload: EventPayload, last: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const { store, record } = this.#options;
      if (this.#isLost || this.#saved !== last) return false;
      const event = this.#createFactory(last + 1).make(withoutEnvelope(payload), { t: this.elapsedMs });
      if (!(await store.append(record.run, record.owner, [event], this.#leaseUntil()))) return false;
      const stored = await store.read(record.run, last);
      this.#adopt(stored);
      return JSON.stringify(stored[0]) === JSON.stringify(event);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#saving.then(work);
    this.#saving = done.then(
      () => true,
      () => false,
    );
    return done;
  }

  /** Takes over what is stored; what is not stored yet is numbered anew. */
  #adopt(stored: readonly UnsayEvent[]): void {
    const isStored = new Set(stored.map((event) => JSON.stringify(event)));
    const missing = this.#events.slice(this.#saved).filter((event) => !isStored.has(JSON.stringify(event)));
    this.#saved += stored.length;
    this.#factory = this.#createFactory(this.#saved + 1);
    const moved = missing.map((event) => this.#factory.make(withoutEnvelope(event as EventPayload), { t: event.t }));
    this.#events.splice(this.#saved - stored.length, this.#events.length, ...stored, ...moved);
    this.#release();
  }

  #createFactory(next: number): EventFactory {
    const { thread, run, message } = this.#options.record;
    return createEventFactory({ thread, run, message }, next);
  }

  /** Text that was withdrawn goes from the store too, however often that has to be tried. */
  async #rewrite(): Promise<void> {
    const changed = this.#toRewrite.slice();
    if (changed.length === 0) return;
    await this.#options.store.rewrite(this.#options.record.run, changed);
    this.#toRewrite.splice(0, changed.length);
  }

  #lose(): false {
    const { record, log, onLost } = this.#options;
    log({
      level: "warn",
      event: "lease.lost",
      run: record.run,
      thread: record.thread,
      message: "Another process has ended this run, so its producer stops without a word.",
    });
    this.#isLost = true;
    onLost();
    return false;
  }

  #expunge(retract: EventOf<"span.retract">): void {
    const changed = expungeEvents(this.#events, retract);
    for (const event of changed) if (event.seq !== null) this.#events[event.seq - 1] = event;
    this.#toRewrite.push(...changed);
    this.#saving = this.#saving.then(() => this.#save());
  }

  /** What is stored now may be seen, and what stands behind it up to the next that is not. */
  #release(): void {
    if (this.#heldAt !== null && this.#heldAt < this.#saved) this.#heldAt = this.#nextHeld();
    this.#show();
  }

  #nextHeld(): number | null {
    if (this.#isEndStored) return this.#saved < this.#events.length ? this.#saved : null;
    const next = this.#events.findIndex((event, index) => index >= this.#saved && BINDING.has(event.type));
    return next === -1 ? null : next;
  }

  #show(): void {
    this.#visible = this.#heldAt ?? this.#events.length;
    this.#notify();
  }

  #notify(): void {
    const announce = this.#announce;
    this.#news = new Promise((resolve) => (this.#announce = resolve));
    announce();
  }

  #leaseUntil(): number {
    return this.#options.clock.epoch() + this.#options.leaseMs;
  }

  #renew(): void {
    const { clock, leaseMs, store, record } = this.#options;
    this.#cancelRenewal = clock.after(leaseMs / 3, () => {
      this.#renew();
      store.renewLease(record.run, record.owner, this.#leaseUntil()).then(
        (isOwner) => isOwner || this.#isClosed || this.#lose(),
        () => {},
      );
    });
  }
}

/** Whoever says something can't say which run, place or time it belongs to. */
function withoutEnvelope(payload: EventPayload): EventPayload {
  const {
    v: _v,
    thread: _thread,
    run: _run,
    message: _message,
    seq: _seq,
    t: _t,
    local: _local,
    ...rest
  } = payload as EventPayload & Partial<Envelope>;
  return rest;
}

const UNSTORED: UnsayErrorData = {
  code: "store-unavailable",
  message:
    "The server's storage failed or did not reply, so it is not known whether the end of this answer is on record. After a reload you may see less of it, or how it ended.",
  retryable: true,
  userMessage: "This answer could not be saved.",
};
