import type { UnsayEvent } from "../protocol/index.js";

/** What the shape of an event needs; every other word in it may be somebody's. */
const STRUCTURE = new Set(
  (
    "v thread run message seq t local type outcome cause resumable by effects succeeded failed unknown cancelled checkpoint " +
    "parent client startKey labels caps resume stop steer continue editArguments cancelTool usage verifier holdback phase call " +
    "part kind step continues span spans to state dependsOn replacement why name effect runsOn argsHash callKey result cut " +
    "approval approvals items options sig decision receipt undo undoes source upstream settling command code"
  ).split(" "),
);
/** Values of unknown shape, and JSON in pieces, can't be masked inside. */
const DROPPED = new Set(["args", "output", "value", "preview", "edited"]);

/**
 * A `redact` for `record` that keeps the shape and the rhythm of an answer and none of its words: letters and digits of
 * every text become x, arguments and outputs are emptied. Ids, tool names and causes stay.
 */
export function maskText(event: UnsayEvent): UnsayEvent {
  // Only strings change and no required member goes, so it is still the same kind of event.
  return maskObject(event) as UnsayEvent;
}

function maskObject(source: object): object {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, maskMember(key, value)]));
}

function maskMember(key: string, value: unknown): unknown {
  if (DROPPED.has(key)) return {};
  if (key === "delta") return "";
  if (typeof value === "string") return STRUCTURE.has(key) ? value : value.replace(/[\p{L}\p{N}]/gu, "x");
  if (Array.isArray(value)) return value.map((each) => maskMember(key, each));
  return typeof value === "object" && value !== null ? maskObject(value) : value;
}
