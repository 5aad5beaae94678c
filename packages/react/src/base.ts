/** What a chat needs at once. The rest of the package (gates, the query of the stored thread, structured values) is fetched after it. */
export {
  SessionProvider,
  useClock,
  useOptionalSessionContext,
  useSession,
  type SessionContextValue,
  type SessionProviderProps,
} from "./session/context.js";
export { useNow } from "./session/use-now.js";
export type { PaintSettings } from "./pacing/paint-settings.js";
export { usePacedBy, type PacedAnswer } from "./pacing/use-paced-by.js";
export { callsOf, openApprovalsOf } from "./approval/open-approvals.js";
export { useAnswerable } from "./approval/use-answerable.js";
export { mechanismOf, riskOf, riskOfCalls, riskOfHints, type ToolHints } from "./approval/risk.js";
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
export { newsOfUse, selectUsedNews, usedKinds, type UsedNews, type UsedRange, type UseKind, type UseNews } from "./guard/used-range.js";
export { createUseStore, parseUses, type UseStore, type UseStoreOptions, type UseStoreState } from "./guard/use-store.js";
export { UsesProvider, useUses, useUseStore, type UsesProviderProps } from "./guard/uses-context.js";
export { useCopiedRange } from "./guard/use-copied-range.js";
export { createAnnouncementQueue, type Announcement, type AnnouncementQueue } from "./announcer/announcement-queue.js";
export { useAnnouncer, type UseAnnouncerOptions, type UseAnnouncerResult } from "./announcer/use-announcer.js";
export { useReminders, type Reminder } from "./announcer/use-reminders.js";
export { defaultKeys, isComposing, matchesKey, type KeyAction, type KeyBindings } from "./keys/key-bindings.js";
export { KeysProvider, useKeys, type KeysProviderProps } from "./keys/keys-context.js";
export { useThreadKeys, type UseThreadKeysOptions } from "./keys/use-thread-keys.js";
export { useFocusAfterStop } from "./keys/use-focus-after-stop.js";
export { focusStop } from "./approval/focus-stop.js";
export { ScrollHoldsContext, useScrollHold, type ScrollHolds } from "./scroll/scroll-holds.js";
export type { ScrollState } from "./scroll/thread-scroller.js";
export { useThreadScroll, type UseThreadScrollOptions, type UseThreadScrollResult } from "./scroll/use-thread-scroll.js";
export { otherReceipts, selectVersions, type VersionedMessage, type Versions } from "./message/versions.js";
export { perPage } from "./thread/per-page.js";
export {
  groupThread,
  type ChosenVersions,
  type ThreadGroup,
  type ThreadGroups,
  type ThreadItem,
  type ThreadSection,
} from "./thread/thread-groups.js";
export { useFromEnd } from "./thread/use-from-end.js";
export { useThreadGroups, type UseThreadGroupsResult } from "./thread/use-thread-groups.js";
export {
  selectComposerMode,
  selectFollowUps,
  selectOtherMode,
  type ComposerMode,
  type ComposerSituation,
  type FollowUp,
} from "./composer/composer-mode.js";
export { useComposer } from "./composer/use-composer.js";
export {
  useComposerAround,
  type Acceptance,
  type ComposerParts,
  type Refusal,
  type Submission,
  type UseComposerOptions,
  type UseComposerResult,
} from "./composer/use-composer-around.js";
export { useDraft, type Draft, type UseDraftOptions } from "./composer/use-draft.js";
export {
  useAttachments,
  type Upload,
  type UploadOptions,
  type UseAttachmentsOptions,
  type UseAttachmentsResult,
} from "./composer/use-attachments.js";
export type { AttachmentLimits, AttachmentProblem, DraftAttachment } from "./composer/attachments.js";
export { createDropProps, type DropProps } from "./composer/drop-props.js";
export { readyAttachments } from "./composer/ready-attachments.js";
export { MAX_QUOTE_LENGTH, quotePartial } from "./composer/quote-partial.js";
export { useMenu, type UseMenuResult } from "./composer/use-menu.js";
export { UNDO_WINDOW_MS, useUndoWindow, type UndoWindow } from "./composer/use-undo-window.js";
export { useDiscard, type UseDiscardResult } from "./composer/use-discard.js";
export { useQueueEditing, type QueueEditing, type UseQueueEditingResult } from "./composer/use-queue-editing.js";
export { useInterruptNotes } from "./composer/use-interrupt-notes.js";
export { useGateLeft } from "./tool-call/use-gate-left.js";
export { useThreadOf, type UseThreadOptions } from "./session/use-thread-of.js";
export { useTypingWatch } from "./approval/use-typing-watch.js";
export type { UseApprovalOptions } from "./approval/use-approval.js";
export type { ArgumentField, FieldKind, FieldPath, FieldProblem, JsonSchema } from "./approval/argument-schema.js";
