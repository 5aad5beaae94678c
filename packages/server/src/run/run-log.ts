import {
  createEventFactory,
  type Envelope,
  type EventFactory,
  type EventOf,
  type EventPayload,
  type RunEnd,
  type UnsayEvent,
} from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import type { Log } from "../log.js";
import type { Store, StoredRun } from "../stores/store.js";
import { expungeEvents } from "./expunge.js";

/** A run is stored at most this often; what must be on record before something happens is flushed at once. */
export const STORE_EVERY_MS = 100;

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
 * in batches. The end is the exception: readers see it only when the store has it, so no reload can contradict it.
 */
export class RunLog implements EventSource {
  readonly #options: RunLogOptions;
  readonly #factory: EventFactory;
  readonly #startedAt: number;
  readonly #events: UnsayEvent[] = [];
  #visible = 0;
  #saved = 0;
  #isFinishing = false;
  #isClosed = false;
  #saving: Promise<boolean> = Promise.resolve(true);
  #cancelTimer: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #announce: () => void = () => {};
  #news: Promise<void>;

  constructor(options: RunLogOptions) {
    this.#options = options;
    const { thread, run, message } = options.record;
    this.#factory = createEventFactory({ thread, run, message });
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
    if (!this.#isFinishing) this.#show();
    this.#cancelTimer ??= this.#options.clock.after(STORE_EVERY_MS, () => void this.flush());
    return event;
  }

  /** Stores everything written so far. `false`: it is not on record, so nothing may be done that relies on it. */
  flush(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  /** Writes the end; resolves when it is stored and readers have been told. */
  async finish(end: RunEnd): Promise<boolean> {
    this.#isFinishing = true;
    this.write(end);
    const isStored = await this.flush();
    this.#isFinishing = false;
    if (isStored) this.#show();
    this.close();
    return isStored;
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
    if (batch.length === 0) return true;
    try {
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
      return false;
    }
    this.#saved += batch.length;
    return true;
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
    onLost();
    return false;
  }

  #expunge(retract: EventOf<"span.retract">): void {
    const changed = expungeEvents(this.#events, retract);
    for (const event of changed) if (event.seq !== null) this.#events[event.seq - 1] = event;
    const { store, record, log } = this.#options;
    this.#saving = this.#saving.then(async (isStored) => {
      await store.rewrite(record.run, changed).catch((error: unknown) => {
        log({
          level: "error",
          event: "store.failed",
          run: record.run,
          message: "Withdrawn text could not be taken out of the store. Take it out by hand.",
          error,
        });
      });
      return isStored;
    });
  }

  #show(): void {
    this.#visible = this.#events.length;
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
