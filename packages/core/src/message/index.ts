export * from "./message.js";
export * from "./selectors.js";
export { createPendingMessage, createUserMessage, type PendingMessageIds } from "./create.js";
export { foldEvents, tickMessage, type FoldOptions, type FoldResult } from "./reducer.js";
export { livenessOf, nextLivenessChange, SILENT_GAP_MS, SLOW_GAP_MS, STALLED_GAP_MS } from "./liveness.js";
export {
  continueMessage,
  expireHold,
  markBusy,
  markCallRequest,
  markDeciding,
  markDecisionFailed,
  markLooping,
  markReconnected,
  markReceiptRequest,
  markReconnecting,
  markSteer,
  markRepeatedFailure,
  markStopUnconfirmed,
  markUsageUnreported,
  reopenMessage,
  requestStop,
  revealTail,
} from "./local.js";
