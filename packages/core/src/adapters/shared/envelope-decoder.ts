import { parseEvent } from "../../protocol/codec.js";
import { NO_EFFECTS } from "../../protocol/events.js";
import { isLimit, lengthOf, limitsOf, messageTooLarge } from "../../protocol/limits.js";
import type { DecodeContext, EventOf, UnsayErrorData, UnsayEvent, WireDecoder } from "../../protocol/index.js";

/** Cuts bytes into the JSON texts of one event each. */
export interface EnvelopeFraming {
  push(bytes: Uint8Array): readonly string[];
  /** What is wrong with the body so far, apart from its events. */
  problem(): UnsayErrorData | null;
}

/**
 * Reads Unsay's own events, however they are framed. Types this version does not know are skipped and counted; an event
 * that can't be read ends the reading, since text may be in it.
 */
export function createEnvelopeDecoder(wire: string, context: DecodeContext, framing: EnvelopeFraming): WireDecoder {
  const unknownTypes = new Map<string, number>();
  let ended = false;
  let broken: UnsayErrorData | null = null;
  let length = 0;
  const limits = limitsOf(context.limits);

  function read(data: string): UnsayEvent | null {
    const parsed = parseEnvelope(data);
    if (parsed.ok) {
      length += lengthOf(parsed.event);
      if (length > limits.messageLength) return exceed();
      if (parsed.event.type === "unknown") countUnknown(parsed.event.name);
      ended ||= parsed.event.type === "run.end" && parsed.event.outcome !== "awaiting-approval";
      return parsed.event;
    }
    if (parsed.unknownType !== undefined) countUnknown(parsed.unknownType);
    else fail(`${parsed.message} Expected an event of Unsay; found ${JSON.stringify(data.slice(0, 60))}.`);
    return null;
  }

  function exceed(): null {
    broken = messageTooLarge(limits);
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
    wire,
    push(bytes) {
      const events: UnsayEvent[] = [];
      if (broken !== null) return events;
      for (const data of framing.push(bytes)) {
        const event = broken === null ? read(data) : null;
        if (event !== null) events.push(event);
      }
      return events;
    },
    end: () => (ended ? [] : [localEnd(context, broken ?? framing.problem())]),
  };
}

function parseEnvelope(data: string): ReturnType<typeof parseEvent> {
  try {
    return parseEvent(JSON.parse(data));
  } catch {
    return { ok: false, message: "An event is not JSON." };
  }
}

function causeOf(problem: UnsayErrorData | null): "disconnected" | "corrupt" | "failed" {
  if (problem === null) return "disconnected";
  return isLimit(problem) ? "failed" : "corrupt";
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
    cause: causeOf(problem),
    resumable: false,
    error: problem ?? { code: "stream-eof", message: "The body ended without a terminal event.", retryable: true },
    effects: NO_EFFECTS,
  };
}
