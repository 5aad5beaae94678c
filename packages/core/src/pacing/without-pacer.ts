import type { AssistantMessage, Part, TextPart } from "../message/message.js";
import { isLive, textOfPart } from "../message/selectors.js";
import type { PacedView, PacingSettings } from "./pacing.types.js";
import { wholeView } from "./whole-view.js";

/** Whether a pacer could show less of this answer than all that is there. `false` is certain; `true` is not. */
export function needsPacer(message: AssistantMessage, settings: PacingSettings): boolean {
  // Stop has frozen the answer where it was painted, and the message knows where that is.
  if (message.stop?.painted != null) return false;
  return isLive(message) || canHold(settings) || message.parts.some(isHoldable);
}

/** Of answers that have ended. */
function canHold({ isolation, hold, pacing }: PacingSettings): boolean {
  const levels = typeof isolation === "object" ? Object.values(isolation) : [isolation];
  const showsPreambles = pacing === false || (pacing?.preamble ?? "model") === "model";
  return hold === "decision" || levels.includes("committed") || !showsPreambles;
}

function isHoldable(part: Part): boolean {
  if (part.type !== "text") return false;
  return part.kind === "verdict" || part.status === "open" || part.spans.some(({ state }) => state === "speculative");
}

/**
 * An answer as it is painted while there is no pacer: no words that one might hold, and all that were shown before
 * (`shown`). What stays back of an ended answer can be asked for, as after a cut.
 */
export function viewWithoutPacer(message: AssistantMessage, settings: PacingSettings, shown: AssistantMessage | null): PacedView {
  const isWhole = !needsPacer(message, settings);
  const isPainted = (part: Part) => isWhole || !isPaced(part) || shown?.parts.includes(part) === true;
  const parts = message.parts.filter((part) => hasPlace(part) && isPainted(part));
  const held = message.parts.flatMap((part) => (isPaced(part) && hasPlace(part) && !isPainted(part) ? [part] : []));
  const [first] = held;
  return {
    ...wholeView(parts.length === message.parts.length ? message : { ...message, parts, seams: seamsIn(message, parts) }),
    holding: first !== undefined && isLive(message) ? { part: first.id, why: "sentence" } : null,
    keptBack: isLive(message) ? [] : held.map((part) => ({ part: part.id, why: "sentence", text: textOfPart(part) })),
    painted: lengthsOf(parts),
  };
}

function isPaced(part: Part): part is TextPart {
  return part.type === "text" && part.kind !== "reasoning";
}

function hasPlace(part: Part): boolean {
  return !isPaced(part) || part.status === "withdrawn" || part.spans.some(({ state }) => state !== "dropped");
}

function seamsIn({ seams }: AssistantMessage, parts: readonly Part[]): AssistantMessage["seams"] {
  return seams.filter(({ part }) => parts.some(({ id }) => id === part));
}

function lengthsOf(parts: readonly Part[]): ReadonlyMap<string, number> {
  return new Map(parts.flatMap((part) => (part.type === "text" ? part.spans.map(({ id, text }) => [id, text.length] as const) : [])));
}
