export * from "./message.js";
export * from "./selectors.js";
export { createPendingMessage, createUserMessage, type PendingMessageIds } from "./create.js";
export { foldEvents, type FoldOptions, type FoldResult } from "./reducer.js";
export { livenessOf, nextLivenessChange, tickMessage, SILENT_GAP_MS, SLOW_GAP_MS, STALLED_GAP_MS } from "./liveness.js";
export { continueMessage, markReconnecting, markStopUnconfirmed, reopenMessage, requestStop, revealTail } from "./local.js";
export {
  expireHold,
  markBusy,
  markCallRequest,
  markDeciding,
  markDecisionFailed,
  markLooping,
  markReceiptRequest,
  markReconnected,
  markRepeatedFailure,
  markSteer,
  markUsageUnreported,
} from "./run-marks.js";
