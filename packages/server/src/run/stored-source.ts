import type { Clock } from "@unsay/core";
import type { RunPhase, UnsayEvent } from "@unsay/core/protocol";
import { cursorExpired } from "../http/cursor.js";
import { isTrimmed, type Store, type StoredRun } from "../stores/store.js";
import type { EventSource } from "./run-log.js";

/** How often a run that another process produces is looked at even when its store tells of no news: it may be orphaned. */
const POLL_MS = 500;

export interface StoredSourceOptions {
  readonly record: StoredRun;
  readonly store: Store;
  readonly clock: Clock;
  readonly refresh: (record: StoredRun) => Promise<StoredRun>;
}

/** A run that is not produced here: read from the store, and watched until it has ended there or is repaired. */
export class StoredSource implements EventSource {
  readonly #options: StoredSourceOptions;
  readonly #unwatch: () => void;
  #current: StoredRun;
  #phase: RunPhase | null = null;
  #announce: () => void = () => {};
  #news: Promise<void> = Promise.resolve();

  constructor(options: StoredSourceOptions) {
    this.#options = options;
    this.#current = options.record;
    this.#renew();
    this.#unwatch = options.store.watch(options.record.run, () => this.#tell());
  }

  /** Rejects when the log no longer has what the reader needs. */
  async after(seq: number): Promise<readonly UnsayEvent[]> {
    const { store, record, refresh } = this.#options;
    this.#current = await refresh((await store.getRun(record.run)) ?? this.#current);
    const events = await store.read(record.run, seq);
    if (isTrimmed(events, seq, this.#current.lastSeq)) throw cursorExpired(seq);
    this.#phase = phaseAmong(events) ?? this.#phase;
    return events;
  }

  isClosed(): boolean {
    return this.#current.end !== null;
  }

  changed(): Promise<void> {
    const cancel = this.#options.clock.after(POLL_MS, () => this.#tell());
    return this.#news.finally(cancel);
  }

  async phase(): Promise<RunPhase> {
    const { store, record } = this.#options;
    this.#phase ??= phaseAmong(await store.read(record.run, 0)) ?? "queued";
    return this.#phase;
  }

  close(): void {
    this.#unwatch();
  }

  #tell(): void {
    const announce = this.#announce;
    this.#renew();
    announce();
  }

  #renew(): void {
    this.#news = new Promise((resolve) => (this.#announce = resolve));
  }
}

function phaseAmong(events: readonly UnsayEvent[]): RunPhase | null {
  const event = events.findLast((candidate) => candidate.type === "run.phase");
  return event?.type === "run.phase" ? event.phase : null;
}
