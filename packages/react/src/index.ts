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
export { useMessage } from "./message/use-message.js";
export { useApproval, type UseApprovalOptions } from "./approval/use-approval.js";
export { callsOf, openApprovalsOf } from "./approval/open-approvals.js";
export { riskOf, riskOfCalls } from "./approval/risk.js";
export type { ApprovalView, OpenApproval, RiskTier, UseApprovalResult, UseThreadResult } from "./types.js";
