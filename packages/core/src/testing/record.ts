import { UnsayError, type UnsayErrorData, type UnsayEvent } from "../protocol/index.js";
import { systemClock } from "../session/clock.js";
import type { Clock } from "../session/session.types.js";
import { networkError } from "../transport/http-problem.js";
import type { EventStream, Transport } from "../transport/transport.js";
import { bodyOf, chunksOf, requestOf, type TestFetch } from "./byte-stream.js";
import type { ByteLine, EventLine, RecordingHeader } from "./recording.js";

/** A recording in the making. */
export interface Recorder {
  /** One line of JSON each, the header first. */
  readonly lines: readonly string[];
  /** The `.jsonl` file. */
  readonly text: () => string;
}

export interface RecordOptions {
  readonly clock?: Clock;
  /** Told of each line as it is written, to append it to a file. */
  readonly onLine?: (line: string) => void;
}

export interface RecordTransportOptions extends RecordOptions {
  /** Changes an event before it is written: words, arguments, outputs. It must stay an event. `maskText` is one. */
  readonly redact?: (event: UnsayEvent) => UnsayEvent;
}

/**
 * The transport, and a recording of what came over it: events with their times, cuts, resumes. Commands, the stored
 * thread and what the user wrote are not recorded. **Answers are**: without `redact` a recording holds every word and
 * every argument that came, so treat the file as what it is, a conversation.
 */
export function record(transport: Transport, options: RecordTransportOptions = {}): Recorder & { readonly transport: Transport } {
  const tape = createTape<EventLine>({ of: "events", wire: transport.wire }, options);
  const redact = options.redact ?? ((event: UnsayEvent) => event);
  const keep = (stream: EventStream, connection: number): EventStream => ({
    ...(stream.run === undefined ? {} : { run: stream.run }),
    [Symbol.asyncIterator]: () => recordBatches(stream, (line) => tape.write(connection, line), redact),
  });
  const watched = async <Result>(connection: number, ask: () => Promise<Result>): Promise<Result> => {
    try {
      return await ask();
    } catch (error) {
      tape.write(connection, { type: "fail", error: dataOf(error) });
      throw error;
    }
  };
  const opened = (stream: EventStream, connection: number): EventStream => {
    tape.write(connection, { type: "open", ...(stream.run === undefined ? {} : { run: stream.run }) });
    return keep(stream, connection);
  };
  return {
    lines: tape.lines,
    text: tape.text,
    transport: {
      ...boundMembers(transport),
      async start(command, given) {
        const connection = tape.connect({ type: "start", thread: command.thread, message: command.answer });
        return opened(await watched(connection, () => transport.start(command, given)), connection);
      },
      ...(transport.resume === undefined
        ? {}
        : {
            async resume(request, given) {
              const connection = tape.connect({ type: "resume", ...request });
              const result = await watched(connection, async () => (await transport.resume?.(request, given)) ?? { type: "none" as const });
              if (result.type === "stream") return { type: "stream", stream: opened(result.stream, connection) };
              tape.write(connection, { type: result.type });
              return result;
            },
          }),
    },
  };
}

/** All but the streams, callable away from the transport. */
function boundMembers(transport: Transport): Omit<Transport, "start" | "resume"> {
  return {
    wire: transport.wire,
    ...(transport.idempotentStart === undefined ? {} : { idempotentStart: transport.idempotentStart }),
    ...(transport.active === undefined ? {} : { active: transport.active.bind(transport) }),
    ...(transport.history === undefined ? {} : { history: transport.history.bind(transport) }),
    ...(transport.command === undefined ? {} : { command: transport.command.bind(transport) }),
  };
}

async function* recordBatches(
  stream: EventStream,
  write: (line: NewLine<EventLine>) => void,
  redact: (event: UnsayEvent) => UnsayEvent,
): AsyncGenerator<readonly UnsayEvent[]> {
  let error: unknown = null;
  try {
    for await (const batch of stream) {
      write({ type: "events", events: batch.map(redact) });
      yield batch;
    }
  } catch (caught) {
    error = caught;
    throw caught;
  } finally {
    write(error === null ? { type: "end" } : { type: "fail", error: dataOf(error) });
  }
}

function dataOf(error: unknown): UnsayErrorData {
  return (error instanceof UnsayError ? error : networkError(error)).toJSON();
}

export interface RecordFetchOptions extends RecordOptions {
  /** Names the wire in the header; nothing depends on it. */
  readonly wire?: string;
  /** Changes a chunk before it is written. */
  readonly redact?: (chunk: Uint8Array) => Uint8Array;
}

/** Headers that say how a body is read. Others may name a person or carry a key, and are not written. */
const KEPT_HEADERS = ["content-type", "retry-after", "x-unsay-run", "x-vercel-ai-ui-message-stream"];

/**
 * The `fetch`, and a recording of what came over it, byte for byte and chunk by chunk. Of requests only the method and
 * the path are written, never a query, a header or a body. **Answers are written whole** unless `redact` changes them.
 */
export function recordFetch(fetch: TestFetch, options: RecordFetchOptions = {}): Recorder & { readonly fetch: TestFetch } {
  const tape = createTape<ByteLine>({ of: "bytes", wire: options.wire ?? "unknown" }, options);
  const redact = options.redact ?? ((chunk: Uint8Array) => chunk);
  return {
    lines: tape.lines,
    text: tape.text,
    async fetch(input, init) {
      const connection = tape.connect({ type: "request", ...requestOf(input, init) });
      let response: Response;
      try {
        response = await fetch(input, init);
      } catch (error) {
        tape.write(connection, { type: "reset" });
        throw error;
      }
      const { status, statusText, headers } = response;
      tape.write(connection, { type: "response", status, headers: keptHeaders(headers) });
      const body = response.body === null ? null : bodyOf(recordChunks(response.body, (line) => tape.write(connection, line), redact));
      if (body === null) tape.write(connection, { type: "end" });
      return new Response(body, { status, statusText, headers });
    },
  };
}

function keptHeaders(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries(KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : [])));
}

async function* recordChunks(
  body: ReadableStream<Uint8Array>,
  write: (line: NewLine<ByteLine>) => void,
  redact: (chunk: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  let how: "end" | "reset" = "end";
  try {
    for await (const chunk of chunksOf(body)) {
      write({ type: "chunk", ...encodeChunk(redact(chunk)) });
      yield chunk;
    }
  } catch (error) {
    how = "reset";
    throw error;
  } finally {
    write({ type: how });
  }
}

function encodeChunk(chunk: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(chunk) };
  } catch {
    return { base64: btoa(Array.from(chunk, (byte) => String.fromCharCode(byte)).join("")) };
  }
}

type NewLine<Line> = Line extends unknown ? Omit<Line, "at" | "connection"> : never;

interface Tape<Line> {
  readonly lines: readonly string[];
  readonly text: () => string;
  /** Writes the first line of a new connection and returns its number. */
  connect(line: NewLine<Line>): number;
  write(connection: number, line: NewLine<Line>): void;
}

function createTape<Line>(header: Pick<RecordingHeader, "of" | "wire">, options: RecordOptions): Tape<Line> {
  const clock = options.clock ?? systemClock;
  const began = clock.now();
  const lines: string[] = [];
  let connections = 0;
  const add = (line: object) => {
    const text = JSON.stringify(line);
    lines.push(text);
    options.onLine?.(text);
  };
  const write: Tape<Line>["write"] = (connection, line) => add({ at: Math.round(clock.now() - began), connection, ...line });
  add({ unsay: "recording", version: 1, ...header });
  return {
    lines,
    text: () => `${lines.join("\n")}\n`,
    write,
    connect(line) {
      connections += 1;
      write(connections, line);
      return connections;
    },
  };
}
