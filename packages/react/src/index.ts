export * from "./base.js";
export { useThread } from "./session/use-thread.js";
export { useLiveThread } from "./session/use-live-thread.js";
export { usePacedAnswer, usePacedMessage, usePacedText } from "./pacing/use-paced-message.js";
export { useField, type UseFieldResult } from "./structured/use-field.js";
export { useStructured, type UseStructuredResult } from "./structured/use-structured.js";
export { useStreamMetrics } from "./health/use-stream-metrics.js";
export { useDiagnosticLog, type DiagnosticLog } from "./health/use-diagnostic-log.js";
export { useUsage } from "./health/use-usage.js";
export { useSettled, type UseSettledOptions, type UseSettledResult } from "./pacing/use-settled.js";
export { useActWhenSettled, type UseActWhenSettledResult } from "./pacing/use-act-when-settled.js";
export { useSpokenText, type UseSpokenTextResult } from "./pacing/use-spoken-text.js";
export { useToolLead } from "./pacing/use-tool-lead.js";
export { useMessage } from "./message/use-message.js";
export { useToolCall, type UseToolCallResult } from "./tool-call/use-tool-call.js";
export { useReceipt, type UseReceiptResult } from "./tool-call/use-receipt.js";
export { useApproval, viewOfApproval } from "./approval/use-approval.js";
export { useArgumentEdits, type ArgumentEdits, type EditedField } from "./approval/use-argument-edits.js";
export { BATCH_ROWS, splitBatch, useBatch, whyNotBatch, type UseBatchResult } from "./approval/use-batch.js";
export { useDecisionDialog, type DecisionDialog } from "./approval/use-decision-dialog.js";
export { embeddingOf, type Embedding } from "./approval/embedding.js";
export { useCallHandover, type CallHandover } from "./tool-call/use-call-handover.js";
export { useHeldCountdown } from "./tool-call/use-held-countdown.js";
export { useBridgedSession, type UseBridgedSessionOptions } from "./bridge/use-bridged-session.js";
export { useUnsayMessages, type UseUnsayMessagesOptions } from "./bridge/use-unsay-messages.js";
export { useStoredThread } from "./session/use-stored-thread.js";
export { hashOfWords, recordUse, type UseFacts } from "./guard/record-use.js";
export { locateWords, wholePlaces } from "./guard/locate-words.js";
export { rememberCopy, type CopyFacts } from "./guard/remember-copy.js";
export { useNativeCopy } from "./guard/use-native-copy.js";
export {
  selectGuardBlock,
  useActionGuard,
  type GuardBlock,
  type GuardedAct,
  type GuardPolicy,
  type SettleLevel,
  type UseActionGuardOptions,
  type UseActionGuardResult,
} from "./guard/use-action-guard.js";
export { selectCorrections, type Correction } from "./message/corrections.js";
export { useCorrectionStrip } from "./message/use-correction-strip.js";
export { useStruck } from "./message/use-struck.js";
export { useSeen } from "./message/use-seen.js";
