export {
  SessionProvider,
  useClock,
  useOptionalSessionContext,
  useSession,
  type SessionContextValue,
  type SessionProviderProps,
} from "./session/context.js";
export { useThread, type UseThreadOptions } from "./session/use-thread.js";
export { useNow } from "./session/use-now.js";
export { useField, type UseFieldResult } from "./structured/use-field.js";
export { useStructured, type UseStructuredResult } from "./structured/use-structured.js";
export { useStreamMetrics } from "./health/use-stream-metrics.js";
export { useUsage } from "./health/use-usage.js";
export type { PaintSettings } from "./pacing/paint-settings.js";
export { usePacedAnswer, usePacedMessage, usePacedText, type PacedAnswer } from "./pacing/use-paced-message.js";
export { useSettled, type UseSettledOptions, type UseSettledResult } from "./pacing/use-settled.js";
export { useActWhenSettled, type UseActWhenSettledResult } from "./pacing/use-act-when-settled.js";
export { useSpokenText, type UseSpokenTextResult } from "./pacing/use-spoken-text.js";
export { useToolLead } from "./pacing/use-tool-lead.js";
export { useMessage } from "./message/use-message.js";
export { useToolCall, type UseToolCallResult } from "./tool-call/use-tool-call.js";
export { useReceipt, type UseReceiptResult } from "./tool-call/use-receipt.js";
export { useApproval, type UseApprovalOptions } from "./approval/use-approval.js";
export { callsOf, openApprovalsOf } from "./approval/open-approvals.js";
export { riskOf, riskOfCalls } from "./approval/risk.js";
export type { ApprovalView, OpenApproval, RiskTier, UseApprovalResult, UseThreadResult } from "./types.js";
export { useUnsayMessages, type UseUnsayMessagesOptions } from "./bridge/use-unsay-messages.js";
