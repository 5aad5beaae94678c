import { UnsayError, type UnsayEvent } from "../protocol/index.js";
import { systemClock } from "../session/clock.js";
import type { Clock } from "../session/session.types.js";
import type { EventStream, ResumeResult, Transport } from "../transport/transport.js";
import { bodyOf, signalOf, waitFor, type TestFetch } from "./byte-stream.js";
import { ConnectionReset } from "./fault.js";
import { parseByteRecording, parseEventRecording, type ByteLine, type EventLine } from "./recording.js";

export interface PlayOptions {
  readonly clock?: Clock;
  /** `recorded` keeps the times, `instant` waits for nothing, a number is how many times faster. `recorded` by default. */
  readonly pace?: "recorded" | "instant" | number;
}

/**
 * A transport that plays a recording of `record`: the first start gets what the first start got, and so on, with the
 * ids of the session that asks now. A resume gets what was recorded for that run, or, when more are asked for than were
 * recorded (because a fault was added), the recorded events after its cursor. It takes no commands: Stop closes the
 * connection. Throws an `UnsayError` with code `invalid-recording` that says line and reason.
 */
export function play(source: string | readonly string[], options: PlayOptions = {}): Transport {
  const { header, lines } = parseEventRecording(source);
  const connections = groupByConnection(lines);
  const starts = connections.filter((connection) => connection[0]?.type === "start");
  const resumes = connections.filter((connection) => connection[0]?.type === "resume");
  const wait = createWait(options);
  const threads = new Map<string, Ids>();
  return {
    wire: header.wire,
    async start(command, { signal }) {
      const taken = starts.shift();
      if (taken?.[0] === undefined) throw new UnsayError(usedUp("start"));
      const ids = { thread: command.thread, message: command.answer };
      for (const run of runsIn(taken)) threads.set(run, ids);
      const result = await open(taken, ids, wait, signal);
      if (result.type !== "stream") throw new UnsayError(usedUp("start"));
      return result.stream;
    },
    async resume(request, { signal }) {
      const ids = threads.get(request.run) ?? request;
      const place = resumes.findIndex(([first]) => first?.type === "resume" && first.run === request.run);
      const taken = resumes.splice(place, place === -1 ? 0 : 1)[0];
      return taken === undefined ? replay(lines, request.run, request.after, ids) : open(taken, ids, wait, signal);
    },
  };
}

interface Ids {
  readonly thread: string;
  readonly message: string;
}

type Wait = (from: number, to: number, signal: AbortSignal) => Promise<boolean>;

function createWait({ clock = systemClock, pace = "recorded" }: PlayOptions): Wait {
  const speed = pace === "recorded" ? 1 : pace === "instant" ? Number.POSITIVE_INFINITY : pace;
  return async (from, to, signal) => {
    const ms = (to - from) / speed;
    return ms > 0 ? waitFor(ms, clock, signal) : !signal.aborted;
  };
}

function groupByConnection<Line extends { readonly connection: number }>(lines: readonly Line[]): readonly Line[][] {
  const groups = new Map<number, Line[]>();
  for (const line of lines) {
    const group = groups.get(line.connection);
    if (group === undefined) groups.set(line.connection, [line]);
    else group.push(line);
  }
  return [...groups.values()];
}

function runsIn(lines: readonly EventLine[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => (line.type === "events" ? line.events.map((event) => event.run) : [])));
}

/** Up to the recorded answer to the request; what came over the connection afterwards is the stream. */
async function open(lines: readonly EventLine[], ids: Ids, wait: Wait, signal: AbortSignal): Promise<ResumeResult> {
  const [asked, answered, ...rest] = lines;
  if (asked === undefined || answered === undefined) return { type: "none" };
  await wait(asked.at, answered.at, signal);
  if (answered.type === "fail") throw new UnsayError(answered.error);
  if (answered.type === "none" || answered.type === "gone") return { type: answered.type };
  const run = answered.type === "open" ? answered.run : undefined;
  const stream: EventStream = {
    ...(run === undefined ? {} : { run }),
    [Symbol.asyncIterator]: () => playLines(answered.at, rest, ids, wait, signal),
  };
  return { type: "stream", stream };
}

async function* playLines(
  from: number,
  lines: readonly EventLine[],
  ids: Ids,
  wait: Wait,
  signal: AbortSignal,
): AsyncGenerator<readonly UnsayEvent[]> {
  let now = from;
  for (const line of lines) {
    if (!(await wait(now, line.at, signal))) return;
    now = line.at;
    if (line.type === "events") yield line.events.map((event) => ({ ...event, ...ids }));
    else if (line.type === "fail") throw new UnsayError(line.error);
    else return;
  }
}

function replay(lines: readonly EventLine[], run: string, after: number, ids: Ids): ResumeResult {
  const events = lines.flatMap((line) => (line.type === "events" ? line.events : []));
  const log = new Map(events.flatMap((event) => (event.run === run && event.seq !== null ? [[event.seq, event]] : [])));
  const missed = [...log.values()].filter((event) => (event.seq ?? 0) > after).toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  if (missed.length === 0) return { type: "none" };
  const stream: EventStream = {
    async *[Symbol.asyncIterator]() {
      yield missed.map((event) => ({ ...event, ...ids }));
    },
  };
  return { type: "stream", stream };
}

function usedUp(what: string): ConstructorParameters<typeof UnsayError>[0] {
  return {
    code: "recording-ended",
    message: `The recording holds no further ${what}. Record a longer one, or play it again for the next question.`,
    retryable: false,
  };
}

/**
 * A `fetch` that plays a recording of `recordFetch`: each request gets what the request in its place got, whatever its
 * URL. For foreign wires; the bytes of Unsay's own wire carry the ids of their thread, so record the transport there.
 * Throws as `play` does.
 */
export function playFetch(source: string | readonly string[], options: PlayOptions = {}): TestFetch {
  const connections = [...groupByConnection(parseByteRecording(source).lines)];
  const wait = createWait(options);
  return async (input, init) => {
    const [asked, answered, ...rest] = connections.shift() ?? [];
    if (asked === undefined) throw new TypeError(usedUp("request").message);
    const signal = signalOf(input, init);
    if (answered !== undefined) await wait(asked.at, answered.at, signal);
    if (answered?.type !== "response") throw new TypeError("The recorded request failed.");
    const body = isBodiless(answered.status) ? null : bodyOf(playChunks(answered.at, rest, wait, signal));
    return new Response(body, { status: answered.status, headers: answered.headers });
  };
}

/** `Response` takes no body for these. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

async function* playChunks(from: number, lines: readonly ByteLine[], wait: Wait, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let now = from;
  for (const line of lines) {
    if (!(await wait(now, line.at, signal))) return;
    now = line.at;
    if (line.type === "chunk") yield decodeChunk(line);
    else if (line.type === "reset") throw new ConnectionReset();
  }
}

function decodeChunk(line: { readonly text: string } | { readonly base64: string }): Uint8Array {
  if ("text" in line) return new TextEncoder().encode(line.text);
  return Uint8Array.from(atob(line.base64), (character) => character.charCodeAt(0));
}
