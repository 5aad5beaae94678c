import type { AssistantMessage } from "../message/message.js";
import type { PacedView } from "./pacing.types.js";

/** All of a message at once. */
export function wholeView(message: AssistantMessage): PacedView {
  return { message, holding: null, keptBack: [], selfCorrections: [], drafts: [], painted: new Map(), nextAt: null };
}
