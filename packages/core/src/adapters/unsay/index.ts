import {
  NO_EFFECTS,
  parseEvent,
  SseFramer,
  type DecodeContext,
  type EventOf,
  type SseFrame,
  type UnsayErrorData,
  type UnsayEvent,
  type WireDecoder,
} from "../../protocol/index.js";

/**
 * Unsay's own wire: server-sent events whose data is one event each.
 *
 * Terminal: `run.end`, whatever its outcome. Not terminal: the end of the body, silence, a closed part. Events of types
 * this version does not know are skipped and counted; one that can't be read ends the reading, since text may be in it.
 */
export function decodeUnsay(context: DecodeContext = {}): WireDecoder {
  const framer = new SseFramer();
  const unknownTypes = new Map<string, number>();
  let ended = false;
  let broken: UnsayErrorData | null = null;

  function read(frame: SseFrame): UnsayEvent | null {
    const parsed = parseFrame(frame.data);
    if (parsed.ok) {
      ended ||= parsed.event.type === "run.end" && parsed.event.outcome !== "awaiting-approval";
      return parsed.event;
    }
    if (parsed.unknownType === undefined) fail(parsed.message);
    else countUnknown(parsed.unknownType);
    return null;
  }

  function fail(message: string): void {
    context.onDiagnostic?.({ code: "protocol.invalid-event", message });
    broken ??= { code: "stream-corrupt", message: `${message} Nothing after it was read; load the thread again.`, retryable: true };
  }

  function countUnknown(type: string): void {
    const count = (unknownTypes.get(type) ?? 0) + 1;
    unknownTypes.set(type, count);
    context.onDiagnostic?.({ code: "protocol.unknown-event", type, count });
  }

  return {
    wire: "unsay",
    push(bytes) {
      const events: UnsayEvent[] = [];
      if (broken !== null) return events;
      for (const frame of framer.push(bytes)) {
        const event = broken === null ? read(frame) : null;
        if (event !== null) events.push(event);
      }
      return events;
    },
    end: () => (ended ? [] : [localEnd(context, broken ?? problemOf(framer))]),
  };
}

function parseFrame(data: string): ReturnType<typeof parseEvent> {
  try {
    return parseEvent(JSON.parse(data));
  } catch {
    return { ok: false, message: `An event is not JSON (${JSON.stringify(data.slice(0, 60))}).` };
  }
}

function problemOf(framer: SseFramer): UnsayErrorData | null {
  if (framer.overflowed) {
    return {
      code: "stream-corrupt",
      message: "One event exceeded 1 MiB, so the rest was not read. Send smaller events.",
      retryable: false,
    };
  }
  if (!framer.foreign) return null;
  return {
    code: "stream-corrupt",
    message: "The body holds lines that no event stream has, such as a proxy's error page. They are not shown.",
    retryable: true,
  };
}

function localEnd(context: DecodeContext, problem: UnsayErrorData | null): EventOf<"run.end"> {
  return {
    v: 1,
    thread: context.thread ?? "",
    run: context.run ?? "",
    message: context.message ?? "",
    seq: null,
    t: null,
    local: true,
    type: "run.end",
    outcome: "truncated",
    cause: problem === null ? "disconnected" : "corrupt",
    resumable: false,
    error: problem ?? { code: "stream-eof", message: "The body ended without a terminal event.", retryable: true },
    effects: NO_EFFECTS,
  };
}
