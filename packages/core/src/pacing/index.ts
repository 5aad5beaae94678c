export type {
  DraftText,
  HoldReason,
  Isolation,
  KeptBack,
  PacedView,
  PacingMoment,
  PacingPolicy,
  PacingSettings,
  Reveal,
  SelfCorrection,
} from "./pacing.types.js";
export { MessagePacer, wholeView } from "./message-pacer.js";
export { DEFAULT_MAX_HOLD_MS, DEFAULT_MAX_LAG_MS, DEFAULT_MIN_TOOL_LEAD_MS, unresolvedCalls } from "./rules.js";
export { doubtAbout, settledRanges, type Doubt, type Requirement, type SettledRange } from "./settlement.js";
export { SpokenText, type HeardUpTo, type SpokenItem } from "./spoken-text.js";
export { leadLeftMs } from "./tool-lead.js";
