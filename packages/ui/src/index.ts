export { Announcer, type AnnouncerProps } from "./announcer/announcer.js";
export { selectAnnouncements, selectReminders, type AnnouncedState, type AnnouncementWords } from "./announcer/announcements.js";
export { ApprovalBatch, type ApprovalBatchProps } from "./approval/approval-batch.js";
export { ApprovalDialog, type ApprovalDialogProps } from "./approval/approval-dialog.js";
export { ApprovalGate, ApprovalGatePreview, type ApprovalGateProps } from "./approval/approval-gate.js";
export { ApprovalSettingsContext, type ApprovalSettings, type Remembered } from "./approval/approval-settings.js";
export { ApprovalTray, type ApprovalTrayProps } from "./approval/approval-tray.js";
export { ApproveControl } from "./approval/approve-control.js";
export { ArgumentEditor, type ArgumentEditorProps } from "./approval/argument-editor.js";
export {
  DescribeCallContext,
  type CallDescription,
  type CallFact,
  type DescribeCall,
  type RememberOffer,
} from "./approval/describe-call.js";
export { describeCallPlainly } from "./approval/describe-plainly.js";
export { type Effect } from "./approval/effect.js";
export { EffectPreview, type EffectPreviewProps } from "./approval/effect-preview.js";
export { focusApproval } from "./approval/focus-approval.js";
export { ApprovalGateActions } from "./approval/gate-actions.js";
export { ApprovalGateExpiry } from "./approval/gate-expiry.js";
export { ApprovalGateFacts, ApprovalGateTitle, ApprovalGateWhy } from "./approval/gate-facts.js";
export { GrantList, type Grant, type GrantListProps } from "./approval/grant-list.js";
export { ScopePicker, type ScopePickerProps } from "./approval/scope-picker.js";
export { createFormingControl, createStaticControl } from "./approval/static-control.js";
export { Button, type ButtonProps } from "./button/button.js";
export { type UiComponent } from "./component.js";
export { Attachments, type AttachmentsProps } from "./composer/attachments.js";
export { Composer, type ComposerProps } from "./composer/composer.js";
export { EditMessage, type EditMessageProps } from "./composer/edit-message.js";
export { FollowUpMenu, type FollowUpMenuProps } from "./composer/follow-up-menu.js";
export { QuotedPartial, type QuotedPartialProps } from "./composer/quoted-partial.js";
export { ThreadEditsProvider } from "./composer/thread-edits.js";
export { ThreadComposer, type ThreadComposerProps } from "./composer/thread-composer.js";
export { UndoNotice, type UndoNoticeProps } from "./composer/undo-notice.js";
export { QueueTray, type QueueTrayProps } from "./composer/queue-tray.js";
export { StopButton, type StopButtonProps } from "./composer/stop-button.js";
export { ActionGuard, CopyAnswer, type ActionGuardProps, type CopyAnswerProps } from "./message/action-guard.js";
export { copyTextOf } from "./message/copy-text.js";
export { Legend, LegendList } from "./message/legend.js";
export { MessageVersions, type MessageVersionsProps } from "./message/message-versions.js";
export { UsedTextNotice, type UsedTextNoticeProps } from "./message/used-text-notice.js";
export { HealthPanel, type HealthPanelProps } from "./health/health-panel.js";
export { UsageReceipt, type UsageReceiptProps } from "./health/usage-receipt.js";
export {
  serializeAnswer,
  type AnswerFormat,
  type AnswerRecord,
  type RevisionRecord,
  type SerializeOptions,
} from "./export/serialize-answer.js";
export { AnswerFile, type AnswerFileProps } from "./file/answer-file.js";
export { type CodeHighlighter, type CodeToken, type CodeTokenKind } from "./markdown/code-highlight.js";
export {
  MarkdownProvider,
  type FenceRenderer,
  type MarkdownCodeProps,
  type MarkdownComponents,
  type MarkdownImageProps,
  type MarkdownLinkProps,
  type MarkdownOptions,
  type MarkdownProviderProps,
  type MathRenderer,
} from "./markdown/markdown-options.js";
export { preload, type PieceName } from "./on-demand/pieces.js";
export { AnswerText, type AnswerTextProps } from "./message/answer-text.js";
export { AnswerBody, type AnswerBodyProps } from "./message/answer-body.js";
export { Answer, type AnswerProps } from "./message/answer.js";
export { CorrectionStrip, type CorrectionStripProps } from "./message/correction-strip.js";
export { EndMark, type EndMarkProps } from "./message/end-mark.js";
export { Caret, Draft, Provisional, Retracted, Revised, Unverified, type MarkProps, type RevisedProps } from "./message/marks.js";
export { Removed, RevisionPeek, type RevisionPeekProps } from "./message/live-marks.js";
export { MessageActionsContext, type MessageActions } from "./message/message-actions.js";
export { Message, type MessageProps } from "./message/message.js";
export { ReasoningPart, type ReasoningPartProps } from "./message/reasoning-part.js";
export { RetractionNotice, type RetractionNoticeProps } from "./message/retraction-notice.js";
export { Seam, type SeamProps } from "./message/seam.js";
export { StatusLine, type StatusLineProps } from "./message/status-line.js";
export { Citation, Source, SourceList, type CitationProps, type SourceListProps, type SourceProps } from "./source/source.js";
export { StructuredPart, type StructuredPartProps } from "./structured/structured-part.js";
export { en, type StringOverrides, type Strings } from "./strings/en.js";
export { StringsProvider, type StringsProviderProps } from "./strings/strings.js";
export { useStrings } from "./strings/use-strings.js";
export { Chat, type ChatProps } from "./thread/chat.js";
export { ConnectionNotice, type ConnectionNoticeProps } from "./thread/connection-notice.js";
export { JumpToLatest, type JumpReason, type JumpToLatestProps } from "./thread/jump-to-latest.js";
export { Thread, type ThreadProps } from "./thread/thread.js";
export { MessageGroups, type MessageGroupsProps } from "./thread/message-groups.js";
export { Transcript, type TranscriptHandle, type TranscriptProps } from "./thread/transcript.js";
export { UnsayRoot, type UnsayRootProps } from "./thread/unsay-root.js";
export {
  Receipt,
  ReceiptActionsContext,
  ReceiptList,
  ReceiptLog,
  type ReceiptActions,
  type ReceiptListProps,
  type ReceiptLogProps,
  type ReceiptProps,
} from "./tool-call/receipt.js";
export { StopLedger, type StopLedgerProps } from "./tool-call/stop-ledger.js";
export { type AllowedBy } from "./tool-call/allowed-by.js";
export { ToolCall, type ToolCallProps } from "./tool-call/tool-call.js";
export { ToolProgress, type ToolProgressProps } from "./tool-call/tool-progress.js";
