import { parseErrorData, parseEvent, UnsayError, type UnsayErrorData, type UnsayEvent } from "../protocol/index.js";

/**
 * A recording is lines of JSON. The first says what it is; each other line is one thing that happened, `at` milliseconds
 * after the recording began, on one connection.
 */
export interface RecordingHeader {
  readonly unsay: "recording";
  readonly version: 1;
  /** `events` of a transport, or `bytes` of a fetch. */
  readonly of: "events" | "bytes";
  readonly wire: string;
}

interface LineBase {
  /** Milliseconds since the recording began. */
  readonly at: number;
  /** Counted from 1 in the order they were opened. */
  readonly connection: number;
}

/** What happened between a session and its transport. */
export type EventLine = LineBase &
  (
    | { readonly type: "start"; readonly thread: string; readonly message: string }
    | { readonly type: "resume"; readonly thread: string; readonly message: string; readonly run: string; readonly after: number }
    | { readonly type: "open"; readonly run?: string }
    | { readonly type: "none" | "gone" }
    | { readonly type: "events"; readonly events: readonly UnsayEvent[] }
    | { readonly type: "end" }
    | { readonly type: "fail"; readonly error: UnsayErrorData }
  );

/** What happened between a transport and the network. Text where a chunk is whole UTF-8, else base64. */
export type ByteLine = LineBase &
  (
    | { readonly type: "request"; readonly method: string; readonly path: string }
    | { readonly type: "response"; readonly status: number; readonly headers: Readonly<Record<string, string>> }
    | { readonly type: "chunk"; readonly text: string }
    | { readonly type: "chunk"; readonly base64: string }
    | { readonly type: "end" | "reset" }
  );

export type RecordingLine = EventLine | ByteLine;

const VERSION = 1;

type Check = (line: Record<string, unknown>) => string | null;

const fields =
  (types: Readonly<Record<string, "string" | "number" | "object">>): Check =>
  (line) => {
    const wrong = Object.keys(types).find((name) => typeof line[name] !== types[name] || line[name] === null);
    return wrong === undefined ? null : `a line of type ${String(line["type"])} needs \`${wrong}\` as ${types[wrong]}`;
  };
const nothing: Check = () => null;

const EVENT_LINES: Readonly<Record<string, Check>> = {
  start: fields({ thread: "string", message: "string" }),
  resume: fields({ thread: "string", message: "string", run: "string", after: "number" }),
  open: nothing,
  none: nothing,
  gone: nothing,
  events: checkEvents,
  end: nothing,
  fail: ({ error }) => (parseErrorData(error) === undefined ? "a line of type fail needs an `error` with code and message" : null),
};

const BYTE_LINES: Readonly<Record<string, Check>> = {
  request: fields({ method: "string", path: "string" }),
  response: fields({ status: "number", headers: "object" }),
  chunk: checkChunk,
  end: nothing,
  reset: nothing,
};

function checkEvents({ events }: Record<string, unknown>): string | null {
  if (!Array.isArray(events)) return "a line of type events needs `events` as a list";
  return events.map(problemOfEvent).find((problem) => problem !== null) ?? null;
}

/** An event of a newer protocol is recorded as `unknown`; any other name that nobody knows is a slip of the pen. */
function problemOfEvent(event: unknown): string | null {
  const parsed = parseEvent(local(event));
  if (!parsed.ok) return parsed.message;
  if (parsed.event.type !== "unknown" || parsed.event.name === "unknown") return null;
  return `There is no event of type ${parsed.event.name}.`;
}

/** Ends that an adapter inferred carry no number; all else about them is checked like the rest. */
function local(event: unknown): unknown {
  const isLocal = typeof event === "object" && event !== null && "local" in event && event.local === true;
  return isLocal && "seq" in event && event.seq === null ? { ...event, seq: 1 } : event;
}

function checkChunk({ text, base64 }: Record<string, unknown>): string | null {
  if (typeof text === "string") return null;
  const isBase64 = typeof base64 === "string" && base64.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/u.test(base64);
  return isBase64 ? null : "a line of type chunk needs `text`, or `base64` that is base64";
}

export interface Recording<Line extends RecordingLine> {
  readonly header: RecordingHeader;
  readonly lines: readonly Line[];
}

/** Reads a recording of events. Throws an `UnsayError` with code `invalid-recording` that names the line and the reason. */
export function parseEventRecording(source: string | readonly string[]): Recording<EventLine> {
  return parseRecording(source, "events", EVENT_LINES) as Recording<EventLine>;
}

/** Reads a recording of bytes. Throws as `parseEventRecording` does. */
export function parseByteRecording(source: string | readonly string[]): Recording<ByteLine> {
  return parseRecording(source, "bytes", BYTE_LINES) as Recording<ByteLine>;
}

function parseRecording(
  source: string | readonly string[],
  of: RecordingHeader["of"],
  checks: Readonly<Record<string, Check>>,
): { readonly header: RecordingHeader; readonly lines: readonly unknown[] } {
  const [first = "", ...rest] = typeof source === "string" ? source.split("\n") : source;
  const header = parseHeader(first, of);
  const lines = rest.flatMap((text, index) => (text.trim() === "" ? [] : [parseLine(text, index + 2, checks)]));
  return { header, lines };
}

function parseHeader(text: string, of: RecordingHeader["of"]): RecordingHeader {
  const header = parseObject(text, 1);
  if (header["unsay"] !== "recording") throw unreadable(1, `it must begin a recording ({"unsay":"recording",…})`);
  if (header["version"] !== VERSION) {
    throw unreadable(1, `version ${JSON.stringify(header["version"])} is not one this kit reads (${VERSION}); record it again`);
  }
  if (header["of"] !== of) throw unreadable(1, `it holds ${String(header["of"])} where ${of} were expected; ${OTHER_PLAYER[of]}`);
  if (typeof header["wire"] !== "string") throw unreadable(1, "it names no wire");
  return { unsay: "recording", version: VERSION, of, wire: header["wire"] };
}

const OTHER_PLAYER = { events: "play bytes with playFetch", bytes: "play events with play" } as const;

function parseLine(text: string, number: number, checks: Readonly<Record<string, Check>>): unknown {
  const line = parseObject(text, number);
  const { at, connection, type } = line;
  if (typeof at !== "number" || !Number.isFinite(at) || at < 0) throw unreadable(number, "it has no time `at` in milliseconds");
  if (typeof connection !== "number" || !Number.isSafeInteger(connection) || connection < 1) {
    throw unreadable(number, "it has no `connection`, counted from 1");
  }
  if (typeof type !== "string" || !Object.hasOwn(checks, type)) throw unreadable(number, `its type ${JSON.stringify(type)} is not known`);
  const problem = checks[type]?.(line) ?? null;
  if (problem !== null) throw unreadable(number, problem);
  return line;
}

function parseObject(text: string, number: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(number, `it is not JSON (${JSON.stringify(text.slice(0, 40))})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(number, "it is not a JSON object");
  return value as Record<string, unknown>;
}

function unreadable(line: number, reason: string): UnsayError {
  return new UnsayError({
    code: "invalid-recording",
    message: `Line ${line} of the recording can't be read: ${reason}.`,
    retryable: false,
    field: `line ${line}`,
  });
}
