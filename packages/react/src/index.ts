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
export { useDiagnosticLog, type DiagnosticLog } from "./health/use-diagnostic-log.js";
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
export { useApproval, viewOfApproval, type UseApprovalOptions } from "./approval/use-approval.js";
export { callsOf, openApprovalsOf } from "./approval/open-approvals.js";
export { mechanismOf, riskOf, riskOfCalls, riskOfHints, type ToolHints } from "./approval/risk.js";
export { useArgumentEdits, type ArgumentEdits, type EditedField } from "./approval/use-argument-edits.js";
export type { ArgumentField, FieldKind, FieldPath, FieldProblem, JsonSchema } from "./approval/argument-schema.js";
export { BATCH_ROWS, splitBatch, useBatch, whyNotBatch, type UseBatchResult } from "./approval/use-batch.js";
export { useDecisionDialog, useTypingWatch, type DecisionDialog } from "./approval/use-decision-dialog.js";
export { embeddingOf, type Embedding } from "./approval/embedding.js";
export { useCallHandover, useGateLeft, type CallHandover } from "./tool-call/use-call-handover.js";
export { useHeldCountdown } from "./tool-call/use-held-countdown.js";
export type {
  ApprovalView,
  ApproveMechanism,
  ApproveStep,
  CallEdit,
  OpenApproval,
  RiskOf,
  RiskTier,
  UseApprovalResult,
  UseThreadResult,
} from "./types.js";
export { useUnsayMessages, type UseUnsayMessagesOptions } from "./bridge/use-unsay-messages.js";

export { newsOfUse, selectUsedNews, usedKinds, type UsedNews, type UsedRange, type UseKind, type UseNews } from "./guard/used-range.js";
export { createUseStore, parseUses, type UseStore, type UseStoreOptions, type UseStoreState } from "./guard/use-store.js";
export { UsesProvider, useUses, useUseStore, type UsesProviderProps } from "./guard/uses-context.js";
export { hashOfWords, recordUse, type UseFacts } from "./guard/record-use.js";
export { locateWords } from "./guard/locate-words.js";
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
export { createAnnouncementQueue, type Announcement, type AnnouncementQueue } from "./announcer/announcement-queue.js";
export { useAnnouncer, type UseAnnouncerOptions, type UseAnnouncerResult } from "./announcer/use-announcer.js";
export { useReminders, type Reminder } from "./announcer/use-reminders.js";
export { defaultKeys, isComposing, matchesKey, type KeyAction, type KeyBindings } from "./keys/key-bindings.js";
export { KeysProvider, useKeys, type KeysProviderProps } from "./keys/keys-context.js";
export { useThreadKeys, type UseThreadKeysOptions } from "./keys/use-thread-keys.js";
export { useFocusAfterStop } from "./keys/use-focus-after-stop.js";
export { ScrollHoldsContext, useScrollHold, type ScrollHolds } from "./scroll/scroll-holds.js";
export type { ScrollState } from "./scroll/thread-scroller.js";
export { useThreadScroll, type UseThreadScrollOptions, type UseThreadScrollResult } from "./scroll/use-thread-scroll.js";
export { selectCorrections, type Correction } from "./message/corrections.js";
export { useCorrectionStrip } from "./message/use-correction-strip.js";
export { useStruck } from "./message/use-struck.js";
export { useSeen } from "./message/use-seen.js";
export { otherReceipts, selectVersions, type VersionedMessage, type Versions } from "./message/versions.js";
export { useVersions, type UseVersionsResult } from "./message/use-versions.js";
export {
  selectComposerMode,
  selectFollowUps,
  selectOtherMode,
  type ComposerMode,
  type ComposerSituation,
  type FollowUp,
} from "./composer/composer-mode.js";
export {
  useComposer,
  type Acceptance,
  type Refusal,
  type Submission,
  type UseComposerOptions,
  type UseComposerResult,
} from "./composer/use-composer.js";
export { useDraft, type Draft, type UseDraftOptions } from "./composer/use-draft.js";
export {
  useAttachments,
  type Upload,
  type UploadOptions,
  type UseAttachmentsOptions,
  type UseAttachmentsResult,
} from "./composer/use-attachments.js";
export { readyAttachments, type AttachmentLimits, type AttachmentProblem, type DraftAttachment } from "./composer/attachments.js";
export { MAX_QUOTE_LENGTH, quotePartial } from "./composer/quote-partial.js";
export { useMenu, type UseMenuResult } from "./composer/use-menu.js";
export { UNDO_WINDOW_MS, useUndoWindow, type UndoWindow } from "./composer/use-undo-window.js";
export { useDiscard, type UseDiscardResult } from "./composer/use-discard.js";
export { useQueueEditing, type QueueEditing, type UseQueueEditingResult } from "./composer/use-queue-editing.js";
export { useInterruptNotes } from "./composer/use-interrupt-notes.js";
