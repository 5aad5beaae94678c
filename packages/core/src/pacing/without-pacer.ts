import type { AssistantMessage, Part } from "../message/message.js";
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
  const parts = isWhole ? message.parts : message.parts.filter((part) => !isPaced(part) || shown?.parts.includes(part) === true);
  const held = message.parts.filter((part) => part.type === "text" && part.spans.length > 0 && !parts.includes(part));
  const [first] = held;
  const view = first === undefined ? message : { ...message, parts, seams: message.seams.filter(({ part }) => parts.some(({ id }) => id === part)) };
  return {
    ...wholeView(view),
    holding: first === undefined || !isLive(message) ? null : { part: first.id, why: "sentence" },
    keptBack: isLive(message) ? [] : held.map((part) => ({ part: part.id, why: "sentence", text: part.type === "text" ? textOfPart(part) : "" })),
    painted: lengthsOf(parts),
  };
}

function isPaced(part: Part): boolean {
  return part.type === "text" && part.kind !== "reasoning";
}

function lengthsOf(parts: readonly Part[]): ReadonlyMap<string, number> {
  return new Map(parts.flatMap((part) => (part.type === "text" ? part.spans.map(({ id, text }) => [id, text.length] as const) : [])));
}
