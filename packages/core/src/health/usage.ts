import { isLive, type AssistantMessage, type Usage } from "../message/index.js";

/** Who counted the tokens when nobody did: what a server says after its deadline, and this client after its own. */
export const UNREPORTED = "unreported";

/** Tokens of the run that spoke last. `null` is "nobody said", never 0. */
export interface UsageView {
  /** Output tokens the model made, stated by the server or the wire. */
  readonly generated: number | null;
  /** Output tokens of the answer up to what the reader had seen; without reasoning. */
  readonly painted: number | null;
  /** Output tokens that were billed, reasoning included. Never computed here. */
  readonly billed: number | null;
  readonly billedReasoning: number | null;
  /** Billed, and neither reasoning nor ever seen. */
  readonly overrun: number | null;
  /** `pending`: may still come. `estimated`: stated, but not as the last word. `unreported`: nobody will say. */
  readonly status: "pending" | "estimated" | "final" | "unreported";
  /** Who counted, in the server's words; `null` before anyone did. */
  readonly source: string | null;
}

export function usageOf(message: AssistantMessage): UsageView {
  const { usage } = message;
  if (usage === null) return { ...NOTHING, status: promisesUsage(message) ? "pending" : "unreported" };
  const { generated, billed, billedReasoning, source, painted = null } = usage;
  return { generated, painted, billed, billedReasoning, overrun: overrunOf(message, usage), status: statusOf(usage), source };
}

const NOTHING = { generated: null, painted: null, billed: null, billedReasoning: null, overrun: null, source: null } as const;

/** A live run may still report; an ended one only if its server said that it would. */
function promisesUsage(message: AssistantMessage): boolean {
  return isLive(message) || message.run?.caps.usage === true;
}

function statusOf({ final, billed, source }: Usage): UsageView["status"] {
  if (source === UNREPORTED || (final && billed === null)) return "unreported";
  return final ? "final" : "estimated";
}

/** Reasoning that was shown but not counted apart leaves the rest unknown. */
function overrunOf(message: AssistantMessage, { billed, billedReasoning, painted = null }: Usage): number | null {
  if (billed === null || painted === null) return null;
  if (billedReasoning === null && message.parts.some((part) => part.type === "text" && part.kind === "reasoning")) return null;
  return billed - (billedReasoning ?? 0) - painted;
}
