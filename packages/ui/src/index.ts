export { Announcer, type AnnouncerProps } from "./announcer/announcer.js";
export { selectAnnouncements, type AnnouncedState, type Announcement } from "./announcer/announcements.js";
export {
  ApprovalGate,
  ApprovalGateActions,
  ApprovalGateExpiry,
  ApprovalGateFacts,
  ApprovalGatePreview,
  ApprovalGateTitle,
  type ApprovalGateProps,
} from "./approval/approval-gate.js";
export { ApprovalTray, focusApproval, type ApprovalTrayProps } from "./approval/approval-tray.js";
export {
  DescribeCallContext,
  describeCallPlainly,
  type CallDescription,
  type CallFact,
  type DescribeCall,
} from "./approval/describe-call.js";
export { createFormingControl, createStaticControl } from "./approval/static-control.js";
export { Button, type ButtonProps } from "./button/button.js";
export { type UiComponent } from "./component.js";
export { type ComposerMode, type FollowUp } from "./composer/composer-mode.js";
export { Composer, type Acceptance, type ComposerProps } from "./composer/composer.js";
export { QueueTray, type QueueTrayProps } from "./composer/queue-tray.js";
export { StopButton, type StopButtonProps } from "./composer/stop-button.js";
export { AnswerBody, type AnswerBodyProps } from "./message/answer-body.js";
export { Answer, type AnswerProps } from "./message/answer.js";
export { CorrectionStrip, type CorrectionStripProps } from "./message/correction-strip.js";
export { EndMark, type EndMarkProps } from "./message/end-mark.js";
export {
  Caret,
  Provisional,
  Removed,
  Retracted,
  Revised,
  RevisionPeek,
  Unverified,
  type MarkProps,
  type RevisionPeekProps,
} from "./message/marks.js";
export { MessageActionsContext, type MessageActions } from "./message/message-actions.js";
export { Message, type MessageProps } from "./message/message.js";
export { ReasoningPart, type ReasoningPartProps } from "./message/reasoning-part.js";
export { RetractionNotice, type RetractionNoticeProps } from "./message/retraction-notice.js";
export { Seam, type SeamProps } from "./message/seam.js";
export { StatusLine, type StatusLineProps } from "./message/status-line.js";
export { en, type StringOverrides, type Strings } from "./strings/en.js";
export { StringsProvider, useStrings, type StringsProviderProps } from "./strings/strings.js";
export { Chat, type ChatProps } from "./thread/chat.js";
export { ConnectionNotice, type ConnectionNoticeProps } from "./thread/connection-notice.js";
export { JumpToLatest, type JumpReason, type JumpToLatestProps } from "./thread/jump-to-latest.js";
export { Thread, type ThreadProps } from "./thread/thread.js";
export { Transcript, type TranscriptHandle, type TranscriptProps } from "./thread/transcript.js";
export { UnsayRoot, type UnsayRootProps } from "./thread/unsay-root.js";
export {
  Receipt,
  ReceiptActionsContext,
  ReceiptList,
  type ReceiptActions,
  type ReceiptListProps,
  type ReceiptProps,
} from "./tool-call/receipt.js";
export { StopLedger, type StopLedgerProps } from "./tool-call/stop-ledger.js";
export { ToolCall, type ToolCallProps } from "./tool-call/tool-call.js";
