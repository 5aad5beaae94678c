import { NO_EFFECTS, UnsayError, type UnsayEvent } from "../protocol/index.js";
import { systemClock } from "../session/clock.js";
import type { Clock } from "../session/session.types.js";
import type { EventStream, ResumeResult, Transport } from "../transport/transport.js";
import { createUnsayTransport } from "../transport/unsay-transport.js";
import { bodyOf, chunksOf, requestOf, signalOf, type TestFetch } from "./byte-stream.js";
import { ConnectionReset, type AnswerFault, type EventFault, type Fault, type FaultTools, type UnitFault } from "./fault.js";
import { concat, createFrameSplitter } from "./frames.js";
import { createRandom } from "./random.js";

export interface FaultOptions {
  /** Times the stalls. The machine's own by default. */
  readonly clock?: Clock;
  /** Picks where a `share` strikes; 1 by default. */
  readonly seed?: number;
}

/**
 * The transport, with faults between it and the session. They are applied in the order given, from the backend to the
 * reader; each strikes the first connection unless `always`, `onConnection` or `fromConnection` says otherwise, where a
 * connection is a `start` or a `resume`. Commands and the stored thread pass untouched, but for `everything`.
 */
export function withFaults(transport: Transport, faults: readonly EventFault[], options: FaultOptions = {}): Transport {
  const schedule = createSchedule(faults);
  const tools = createTools(options, damageEvent);
  const spoil = (stream: EventStream, active: readonly EventFault[], signal: AbortSignal): EventStream => ({
    ...(stream.run === undefined ? {} : { run: stream.run }),
    [Symbol.asyncIterator]: () => endQuietly(applyUnitFaults(stream, active, { ...tools, signal })),
  });
  const beside = () => readingAnswer(schedule.beside()) ?? transport;
  return {
    wire: transport.wire,
    ...(transport.idempotentStart === undefined ? {} : { idempotentStart: transport.idempotentStart }),
    async start(command, { signal }) {
      const active = schedule.next();
      const stream = await (readingAnswer(active) ?? transport).start(command, { signal });
      return spoil(stream, active, signal);
    },
    ...(transport.resume && {
      async resume(request, { signal }): Promise<ResumeResult> {
        const active = schedule.next();
        const result = (await (readingAnswer(active) ?? transport).resume?.(request, { signal })) ?? { type: "none" };
        return result.type === "stream" ? { type: "stream", stream: spoil(result.stream, active, signal) } : result;
      },
    }),
    ...(transport.active && { active: async (...given) => (await beside().active?.(...given)) ?? null }),
    ...(transport.history && { history: async (...given) => (await beside().history?.(...given)) ?? [] }),
    ...(transport.command && { command: async (command) => beside().command?.(command) }),
  };
}

export interface FaultyFetchOptions extends FaultOptions {
  /**
   * Which requests count as connections; all others pass untouched, but for `everything`. By default every POST but commands, and every GET
   * of a run's events: what `createFetchTransport` and `createUnsayTransport` open for an answer.
   */
  readonly match?: (request: { readonly method: string; readonly path: string }) => boolean;
}

/**
 * The `fetch`, with faults between the network and the app: give it to the app's real transport, and its framing and
 * its adapter meet the fault too. Order and connections are as in `withFaults`; events are counted as frames of the
 * wire (server-sent events or NDJSON lines), and on other bodies as chunks.
 */
export function faultyFetch(fetch: TestFetch, faults: readonly Fault[], options: FaultyFetchOptions = {}): TestFetch {
  const schedule = createSchedule(faults);
  const tools = createTools(options, damageFrame);
  const match = options.match ?? isForAnswer;
  return async (input, init) => {
    const active = match(requestOf(input, init)) ? schedule.next() : schedule.beside();
    const response = await (findAnswer(active)?.respond() ?? fetch(input, init));
    return spoilBody(response, active, { ...tools, signal: signalOf(input, init) });
  };
}

function isForAnswer({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "POST" ? !path.endsWith("/commands") : path.endsWith("/events");
}

interface Schedule<F> {
  /** The faults of a new connection. */
  next(): readonly F[];
  /** The faults of a request that opens none. */
  beside(): readonly F[];
}

function createSchedule<F extends Fault>(faults: readonly F[]): Schedule<F> {
  let connection = 0;
  return {
    next() {
      connection += 1;
      return faults.filter((fault) => fault.strikes(connection));
    },
    beside: () => faults.filter((fault) => fault.everything === true && fault.strikes(connection + 1)),
  };
}

function createTools<Unit>(options: FaultOptions, corrupt: FaultTools<Unit>["corrupt"]): Omit<FaultTools<Unit>, "signal"> {
  return { clock: options.clock ?? systemClock, random: createRandom(options.seed ?? 1), corrupt };
}

function findAnswer(active: readonly Fault[]): AnswerFault | undefined {
  return active.find((fault) => fault.level === "answer");
}

/** Another answer than the backend's is read as a real transport reads it. */
function readingAnswer(active: readonly Fault[]): Transport | undefined {
  const fault = findAnswer(active);
  return fault && createUnsayTransport({ url: "", fetch: () => fault.respond() });
}

function applyUnitFaults<Unit>(
  batches: AsyncIterable<readonly Unit[]>,
  active: readonly Fault[],
  tools: FaultTools<Unit>,
): AsyncIterable<readonly Unit[]> {
  return active.filter(isUnitFault).reduce((stream, fault) => fault.transform(stream, tools), batches);
}

function isUnitFault(fault: Fault): fault is UnitFault {
  return fault.level === "units";
}

/** A transport's streams do not reject for a connection that broke: it ends them like a close. */
async function* endQuietly(batches: AsyncIterable<readonly UnsayEvent[]>): AsyncGenerator<readonly UnsayEvent[]> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
  }
}

/** What an adapter says when it meets what it can't read: the end, unstated, and nothing after it. */
function damageEvent({ v, thread, run, message }: UnsayEvent): { readonly unit: UnsayEvent; readonly isLast: boolean } {
  const error = new UnsayError({ code: "stream-corrupt", message: "A fault made an event unreadable.", retryable: true }).toJSON();
  const envelope = { v, thread, run, message, seq: null, t: null, local: true } as const;
  const unit = {
    ...envelope,
    type: "run.end",
    outcome: "truncated",
    cause: "corrupt",
    resumable: false,
    error,
    effects: NO_EFFECTS,
  } as const;
  return { unit, isLast: true };
}

/** The last character before the line ends becomes a byte that no UTF-8 has, so no JSON and no text is read as before. */
function damageFrame(frame: Uint8Array): { readonly unit: Uint8Array; readonly isLast: boolean } {
  const damaged = frame.slice();
  const last = damaged.findLastIndex((byte) => byte !== 10 && byte !== 13);
  if (last !== -1) damaged[last] = 0xff;
  return { unit: damaged, isLast: false };
}

function spoilBody(response: Response, active: readonly Fault[], tools: FaultTools<Uint8Array>): Response {
  const inBody = active.filter((fault) => fault.level !== "answer");
  if (inBody.length === 0 || response.body === null) return response;
  const type = response.headers.get("content-type");
  const chunks = inBody.reduce<AsyncGenerator<Uint8Array>>(
    (source, fault) => (fault.level === "bytes" ? fault.transform(source, tools) : inFrames(source, fault, type, tools)),
    chunksOf(response.body),
  );
  const { status, statusText, headers } = response;
  return new Response(bodyOf(chunks), { status, statusText, headers });
}

async function* inFrames(
  chunks: AsyncIterable<Uint8Array>,
  fault: UnitFault,
  contentType: string | null,
  tools: FaultTools<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const frames of fault.transform(framesOf(chunks, contentType), tools)) yield concat(...frames);
}

async function* framesOf(chunks: AsyncIterable<Uint8Array>, contentType: string | null): AsyncGenerator<readonly Uint8Array[]> {
  const splitter = createFrameSplitter(contentType);
  for await (const chunk of chunks) {
    const frames = splitter.push(chunk);
    if (frames.length > 0) yield frames;
  }
  const rest = splitter.rest();
  if (rest.length > 0) yield rest;
}
