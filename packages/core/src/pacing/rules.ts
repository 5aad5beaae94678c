import type { TextPart } from "../message/message.js";
import type { HoldReason, Isolation, PacingPolicy, PacingSettings, Reveal } from "./pacing.types.js";
import type { ScanLevel } from "./boundary-scanner.js";

export const DEFAULT_MAX_LAG_MS = 300;
export const DEFAULT_MAX_HOLD_MS = 1_200;
export const DEFAULT_MIN_TOOL_LEAD_MS = 800;

/** How one part is released. */
export interface PartRules {
  readonly level: ScanLevel;
  readonly isCode: boolean;
  /** Only text that the server has settled or verified. */
  readonly settledOnly: boolean;
  readonly holds: ((beginning: string) => boolean) | undefined;
  /** A cut doesn't release what was held: half a decision is worse than none. */
  readonly keepsBack: boolean;
  /** What text waits for that no boundary has released. */
  readonly waitsFor: HoldReason;
}

const ORDER: readonly Isolation[] = ["uncommitted", "sentence", "paragraph", "committed"];

export function strictest(a: Isolation, b: Isolation): Isolation {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

const REVEALS: Partial<Record<TextPart["kind"], Reveal>> = { table: "whole", structured: "whole" };
const LEVELS: Record<Isolation, ScanLevel> = { uncommitted: "any", sentence: "sentence", paragraph: "paragraph", committed: "sentence" };

/** A part that begins with one of these is read as a decision, whatever follows. */
const DECISION = /^[\s*_>#-]*(?:yes|no|not? yet|safe|unsafe|it(?:['’]s| is) (?:not )?safe|you (?:can|may)|approved?|denied|rejected?)\b/i;

export function beginsLikeDecision(text: string): boolean {
  return DECISION.test(text);
}

export function rulesFor(kind: TextPart["kind"], settings: PacingSettings, reducedMotion: boolean): PartRules {
  const isolation = isolationOf(kind, settings, reducedMotion);
  const level = levelOf(isolation, settings.reveal?.[kind] ?? REVEALS[kind] ?? "stream");
  const isVerdict = kind === "verdict";
  return {
    level,
    isCode: kind === "code" || kind === "structured",
    settledOnly: isolation === "committed",
    holds: settings.hold === "decision" && level === "sentence" ? beginsLikeDecision : undefined,
    keepsBack: isVerdict && level !== "any",
    waitsFor: isVerdict ? "decision" : level === "any" ? "sentence" : level,
  };
}

function isolationOf(kind: TextPart["kind"], { isolation, pacing }: PacingSettings, reducedMotion: boolean): Isolation {
  const given = typeof isolation === "object" ? isolation : { answer: isolation };
  const answer = given.answer ?? "sentence";
  const bySentence = reducedMotion || (pacing !== false && pacing?.unit === "sentence") ? strictest(answer, "sentence") : answer;
  return kind === "verdict" ? (("verdict" in given ? given.verdict : undefined) ?? strictest("paragraph", bySentence)) : bySentence;
}

function levelOf(isolation: Isolation, reveal: Reveal): ScanLevel {
  if (reveal === "whole") return "whole";
  const level = LEVELS[isolation];
  return reveal === "block" ? "paragraph" : level;
}

export function policyOf({ pacing }: PacingSettings): PacingPolicy | null {
  return pacing === false ? null : (pacing ?? {});
}
