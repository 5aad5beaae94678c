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
export { MessagePacer } from "./message-pacer.js";
export { wholeView } from "./whole-view.js";
export { DEFAULT_MAX_HOLD_MS, DEFAULT_MAX_LAG_MS, DEFAULT_MIN_TOOL_LEAD_MS } from "./rules.js";
export { unresolvedCalls } from "./unresolved-calls.js";
export { doubtAbout, settledRanges, type Doubt, type Requirement, type SettledRange } from "./settlement.js";
export { SpokenText, type HeardUpTo, type SpokenItem } from "./spoken-text.js";
export { leadLeftMs } from "./tool-lead.js";
