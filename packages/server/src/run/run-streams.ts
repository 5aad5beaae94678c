import { createEventFactory, type EventPayload, type UnsayEvent } from "@unsay/core/protocol";
import type { Limits } from "../access/limits.js";
import type { Settings } from "../settings.js";
import type { StoredRun } from "../stores/store.js";
import type { EventSource } from "./run-log.js";
import { createWireWriter, HEADERS_OF_WIRE, UNSAY_WRITER, wireOf, type Wire, type WireWriter } from "./wires.js";
import { createEventBody, type EventBodyOptions } from "./event-body.js";
import { LiveRun } from "./live-run.js";
import type { Records } from "./records.js";
import { StoredSource } from "./stored-source.js";

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

interface Reader {
  readonly request: Request;
  readonly wire: Wire;
  readonly after: number;
  readonly release: () => void;
}

type Body = Pick<EventBodyOptions, "source" | "beat"> & { readonly onClose: () => void };

/** Streams runs to their readers, and ends those that nobody reads where that is asked for. */
export class RunStreams {
  readonly #settings: Settings;
  readonly #records: Records;
  readonly #limits: Limits;
  readonly #readers = new Map<LiveRun, number>();
  readonly #sendAway = new AbortController();

  constructor(settings: Settings, records: Records, limits: Limits) {
    this.#settings = settings;
    this.#records = records;
    this.#limits = limits;
  }

  get isSendingAway(): boolean {
    return this.#sendAway.signal.aborted;
  }

  /** Asks everyone who reads a run here that can be resumed to go on reading elsewhere. */
  sendAway(): void {
    this.#sendAway.abort();
  }

  /** Everything after `after`, then what comes, to who sent `request`. Throws an `HttpProblem` when too many are open. */
  open(run: LiveRun | StoredRun, after: number, request: Request, wire: Wire = wireOf(request)): Response {
    const record = recordOf(run);
    const release = this.#limits.takeStream(this.#limits.keyOf(request, record.thread));
    const reader = { request, wire, after, release };
    return run instanceof LiveRun ? this.#openLive(run, reader) : this.#openStored(run, reader);
  }

  #openLive(run: LiveRun, reader: Reader): Response {
    this.#count(run, 1);
    return this.#respond(run.record, reader, {
      source: run.log,
      beat: (last) => run.log.unnumbered({ type: "run.heartbeat", last, phase: run.phase }),
      onClose: () => this.#count(run, -1),
    });
  }

  #openStored(run: StoredRun, reader: Reader): Response {
    const { store, clock } = this.#settings;
    const source = new StoredSource({ record: run, store, clock, refresh: (current) => this.#records.refresh(current) });
    return this.#respond(run, reader, {
      source,
      beat: async (last) => unnumberedOf(run, { type: "run.heartbeat", last, phase: await source.phase() }),
      onClose: () => source.close(),
    });
  }

  #respond(record: StoredRun, { request, wire, after, release }: Reader, { source, beat, onClose }: Body): Response {
    const { clock, heartbeatMs, authorize, recheckMs } = this.#settings;
    const carrier = this.#carry(wire, record, source);
    const context = { threadId: record.thread, runId: record.run, action: "read" } as const;
    const stream = createEventBody({
      ...carrier,
      after: carrier.isWhole ? 0 : after,
      beat,
      clock,
      heartbeatMs,
      recheckMs,
      isAllowed: async () => authorize(request, context),
      goaway: { signal: this.#sendAway.signal, event: unnumberedOf(record, { type: "run.goaway", retryAfterMs: 0 }) },
      onClose: () => {
        release();
        onClose();
      },
    });
    return new Response(stream, {
      status: 200,
      headers: { ...STREAM_HEADERS, ...HEADERS_OF_WIRE[wire], "x-unsay-run": record.run },
    });
  }

  /** Carriers begin at the beginning, and know what was said before it. */
  #carry(wire: Wire, record: StoredRun, source: EventSource): { source: EventSource; writer: () => WireWriter; isWhole: boolean } {
    if (wire === "unsay") return { source, writer: () => UNSAY_WRITER, isWhole: false };
    let writer: WireWriter | null = null;
    const prepare = async () => (writer ??= createWireWriter(wire, record, await this.#records.withEvents(record.thread)));
    return {
      source: {
        isClosed: () => source.isClosed(),
        changed: () => source.changed(),
        after: async (seq) => (await prepare(), source.after(seq)),
      },
      writer: () => writer ?? UNSAY_WRITER,
      isWhole: true,
    };
  }

  #count(run: LiveRun, change: 1 | -1): void {
    const count = (this.#readers.get(run) ?? 0) + change;
    if (run.isEnded) return void this.#readers.delete(run);
    this.#readers.set(run, count);
    const { onDisconnect, clock } = this.#settings;
    if (count > 0 || onDisconnect === "continue") return;
    clock.after(onDisconnect.cancelAfterMs, () => {
      if (this.#readers.get(run) === 0) void run.interrupt(NOBODY_LISTENS);
    });
  }

  /** The run is over, so nobody is counted any more. */
  forget(run: LiveRun): void {
    this.#readers.delete(run);
  }
}

export function recordOf(run: LiveRun | StoredRun): StoredRun {
  return run instanceof LiveRun ? run.record : run;
}

function unnumberedOf({ thread, run, message }: StoredRun, payload: EventPayload): UnsayEvent {
  return createEventFactory({ thread, run, message }).peek(payload);
}

const NOBODY_LISTENS = {
  cause: "disconnected",
  resumable: false,
  error: {
    code: "stream-eof",
    message: "Nobody listened to this answer any more, so the server ended it.",
    retryable: true,
  },
} as const;
