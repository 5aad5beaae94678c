import { isBoolean, isNumber, isString, listOf, oneOf, optional, orNull, ownMember, shape, type Check } from "../protocol/shape.js";
import { isAttachment } from "./attachment-shape.js";

/** Whether stored JSON has the shape of a message, in so far as reading and showing it relies on that. */

const strings = listOf(isString);
const error = shape({ code: isString, message: isString, retryable: isBoolean, userMessage: optional(isString) });

const span = shape({
  id: isString,
  text: isString,
  state: isString,
  reason: optional(isString),
  dependsOn: optional(strings),
  replaces: optional(strings),
  replacedBy: optional(isString),
});

const PARTS: Readonly<Record<string, Check>> = {
  text: shape({ id: isString, kind: isString, status: isString, spans: listOf(span) }),
  value: shape({ id: isString, kind: isString, status: isString }),
  call: shape({ id: isString, call: isString }),
};

const part: Check = (value) => {
  const type = typeof value === "object" && value !== null ? ownMember(value, "type") : undefined;
  return typeof type === "string" && Object.hasOwn(PARTS, type) && PARTS[type]?.(value) === true;
};

const call = shape({
  id: isString,
  name: isString,
  title: optional(isString),
  target: optional(isString),
  effect: isString,
  status: isString,
  argsText: isString,
  argsHash: optional(isString),
  reason: optional(isString),
  error: optional(error),
});

const approval = shape({
  id: isString,
  run: isString,
  status: isString,
  items: listOf(shape({ call: isString, argsHash: isString })),
  options: strings,
  expiresInMs: orNull(isNumber),
  decided: optional(listOf(shape({ call: isString, argsHash: isString, decision: isString, reason: optional(isString) }))),
});

const receipt = shape({ id: isString, call: isString, outcome: isString, summary: isString, target: optional(isString) });
const seam = shape({ run: isString, part: orNull(isString), offset: orNull(isNumber), why: isString });
const run = shape({ id: isString, lastSeq: isNumber, caps: shape({}), state: isString });
const paintedSpan: Check = (value) => Array.isArray(value) && isString(value[0]) && isNumber(value[1]);

/** It says what was painted, or that nobody here pressed: showing more than was seen is not for a reader to guess. */
const stop = shape({
  intent: isString,
  phase: isString,
  painted: orNull(shape({ parts: strings, spans: listOf(paintedSpan) })),
});

const assistant = shape({
  id: isString,
  thread: isString,
  parent: orNull(isString),
  parts: listOf(part),
  calls: listOf(call),
  approvals: listOf(approval),
  receipts: listOf(receipt),
  seams: listOf(seam),
  runs: strings,
  notes: strings,
  effects: shape({ succeeded: strings, failed: strings, unknown: strings, cancelled: strings }),
  usage: orNull(shape({})),
  run: orNull(run),
  stop: orNull(stop),
  revisions: isNumber,
  stated: isBoolean,
});

const truncated = shape({ cause: isString, resumable: isBoolean, error: optional(error), at: shape({ seq: isNumber }) });
const user = shape({
  id: isString,
  thread: isString,
  text: isString,
  status: oneOf("complete"),
  redirects: optional(isString),
  attachments: optional(listOf(isAttachment)),
  quote: optional(isString),
  edits: optional(isString),
});

export function isStoredMessage(value: unknown): boolean {
  const role = typeof value === "object" && value !== null ? ownMember(value, "role") : undefined;
  if (role === "user") return user(value);
  return role === "assistant" && assistant(value) && isKnownStatus(value as object);
}

function isKnownStatus(message: object): boolean {
  const status = ownMember(message, "status");
  if (status === "truncated") return truncated(message);
  return oneOf("pending", "streaming", "complete", "revised")(status);
}
