import { isDeeperThan } from "./depth.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { CAUSES, type EventType, type UnsayEvent } from "./events.js";
import { firstMismatch, isBoolean, isNumber, isString, listOf, oneOf, optional, orNull, shape, type Check } from "./shape.js";

const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** JSON of any shape; what nests too deeply crashes whatever stores or shows it. */
const isShallow: Check = (value) => !isDeeperThan(value, DEFAULT_LIMITS.jsonDepth);

const strings = listOf(isString);
const errorShape = shape({ code: isString, message: isString, retryable: isBoolean });
const effects = shape({ succeeded: strings, failed: strings, unknown: strings, cancelled: strings });
const causes = oneOf(...CAUSES);
const phases = oneOf("queued", "thinking", "tool", "checking", "writing", "waiting");
const kinds = oneOf(
  "answer",
  "verdict",
  "reasoning",
  "preamble",
  "restatement",
  "refusal",
  "structured",
  "code",
  "table",
  "source",
  "file",
  "data",
);

/** What each event must carry to be applied. Optional members are checked where a wrong type could do harm. */
const FIELDS: Record<EventType, Record<string, Check>> = {
  "run.open": {
    caps: isObject,
    heartbeatMs: orNull(isNumber),
    ttlMs: orNull(isNumber),
    parent: optional(isString),
    startKey: optional(isString),
    model: optional(isString),
  },
  "run.phase": { phase: phases, label: optional(isString), call: optional(isString) },
  "run.heartbeat": { last: isNumber, phase: phases },
  "run.checkpoint": { checkpoint: isString },
  "run.goaway": { retryAfterMs: isNumber },
  "run.end": { outcome: oneOf("complete", "awaiting-approval", "truncated"), effects },
  "part.open": {
    part: isString,
    kind: kinds,
    step: optional(isString),
    continues: optional(isString),
    language: optional(isString),
    value: isShallow,
  },
  "part.close": { part: isString },
  "span.append": {
    part: isString,
    span: isString,
    text: isString,
    state: optional(oneOf("provisional", "speculative", "verified")),
    dependsOn: optional(strings),
  },
  "span.settle": { spans: strings, to: oneOf("provisional", "verified"), by: isString },
  "span.drop": { spans: strings },
  "span.revise": { spans: strings, replacement: shape({ span: isString, text: isString }), reason: isString, by: isString },
  "span.retract": { spans: (value) => value === "all" || strings(value), reason: isString, expunge: isBoolean },
  hold: { part: isString, why: oneOf("guardrail", "dependency", "decision"), maxMs: isNumber },
  "tool.propose": {
    call: isString,
    name: isString,
    title: optional(isString),
    effect: oneOf("read", "write", "irreversible"),
    target: optional(isString),
    cancellable: isBoolean,
    runsOn: optional(oneOf("client", "server")),
  },
  "tool.args": { call: isString, delta: isString },
  "tool.ready": { call: isString, args: isShallow, argsHash: isString },
  "tool.hold": { call: isString, ms: isNumber },
  "tool.start": { call: isString, attempt: isNumber, callKey: isString },
  "tool.progress": {
    call: isString,
    delta: optional(isString),
    count: optional(isNumber),
    total: optional(isNumber),
    bytes: optional(isNumber),
    preview: isShallow,
  },
  "tool.result": {
    call: isString,
    result: oneOf("ok", "empty", "error", "rejected", "cancelled", "unknown"),
    partial: optional(isBoolean),
    cut: optional(shape({ by: oneOf("user", "limit") })),
    error: optional(errorShape),
    effect: optional(oneOf("none")),
    output: isShallow,
  },
  "approval.request": {
    approval: isString,
    items: listOf(shape({ call: isString, argsHash: isString })),
    options: listOf(oneOf("once", "scoped")),
    editable: isBoolean,
    expiresInMs: orNull(isNumber),
    sig: optional(isString),
  },
  "approval.decision": {
    approval: isString,
    items: listOf(
      shape({
        call: isString,
        argsHash: isString,
        decision: oneOf("approved", "rejected", "expired", "cancelled"),
        reason: optional(isString),
        edited: isShallow,
      }),
    ),
    by: isString,
  },
  receipt: {
    receipt: isString,
    call: isString,
    outcome: oneOf("succeeded", "failed", "unknown", "undoing", "undone", "undo-failed"),
    summary: isString,
    doneAt: isNumber,
    target: optional(isString),
    ref: optional(isString),
    undo: optional(shape({ untilAt: isNumber })),
    undoes: optional(isString),
  },
  usage: {
    generated: orNull(isNumber),
    billed: orNull(isNumber),
    billedReasoning: orNull(isNumber),
    painted: optional(orNull(isNumber)),
    source: isString,
    final: isBoolean,
  },
  "stop.ack": {
    command: isString,
    client: isString,
    atSeq: isNumber,
    upstream: oneOf("aborted", "unsupported", "already-finished", "unknown"),
    settling: strings,
  },
  "steer.outcome": { command: isString, delivered: isBoolean, reason: optional(isString), atSeq: optional(isNumber) },
  claim: { span: isString, key: isString, stance: isString },
};

const TRUNCATED_FIELDS = { cause: causes, resumable: isBoolean, error: optional(errorShape), by: optional(isString) };
const AWAITING_FIELDS = { approvals: strings };
const ENVELOPE = { v: oneOfNumber(1), thread: isString, run: isString, message: isString, t: orNull(isNumber) };

function oneOfNumber(expected: number): Check {
  return (value) => value === expected;
}

/** `unknownType`: of a newer protocol, and without a place in the log that could be kept. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: UnsayEvent }
  | { readonly ok: false; readonly message: string; readonly unknownType?: string };

/** Reads one event out of decoded JSON. Never throws; a type of a newer protocol is told apart from a broken event. */
export function parseEvent(value: unknown): ParsedEvent {
  if (!isObject(value)) return { ok: false, message: `An event must be a JSON object; found ${kindOf(value)}.` };
  const source = value as Record<string, unknown>;
  const type = source["type"];
  if (typeof type !== "string") return { ok: false, message: "The event has no `type`." };
  if (!Object.hasOwn(FIELDS, type)) return parseUnknown(source, type);
  const bad =
    firstMismatch(source, ENVELOPE) ??
    (isSeq(type, source["seq"]) ? undefined : "seq") ??
    firstMismatch(source, FIELDS[type as EventType]) ??
    (type === "run.end" ? firstMismatch(source, endFields(source["outcome"])) : undefined);
  if (bad !== undefined) {
    return { ok: false, message: `The event ${type} has no valid \`${bad}\` (found ${kindOf(source[bad])}).` };
  }
  // Only this client's own events are local; one from a wire that says so would pass by the numbering of the log.
  const { local: _local, ...event } = source;
  return { ok: true, event: event as unknown as UnsayEvent };
}

/** Of a type nobody here knows only the envelope counts. */
function parseUnknown(source: Record<string, unknown>, name: string): ParsedEvent {
  const { v, thread, run, message, seq, t } = source;
  const isPlaced = firstMismatch(source, ENVELOPE) === undefined && (seq === null || isSeq(name, seq));
  if (!isPlaced) return { ok: false, message: `There is no event of type ${name}.`, unknownType: name };
  // The checks above are what the envelope's type asks for.
  return { ok: true, event: { v, thread, run, message, seq, t, type: "unknown", name } as UnsayEvent };
}

function endFields(outcome: unknown): Record<string, Check> {
  if (outcome === "truncated") return TRUNCATED_FIELDS;
  return outcome === "awaiting-approval" ? AWAITING_FIELDS : {};
}

function isSeq(type: string, seq: unknown): boolean {
  if (type === "run.heartbeat" || type === "run.goaway") return seq === null;
  return typeof seq === "number" && Number.isSafeInteger(seq) && seq >= 1;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

export function encodeEvent(event: UnsayEvent): string {
  return JSON.stringify(event);
}
