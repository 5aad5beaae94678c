"use client";
import { useCallback, useRef, type ReactElement, type Ref } from "react";
import { findLive, type StorageLike, type UndoneRedirect } from "@unsay/core/base";
import {
  quotePartial,
  useAnswerable,
  useComposerAround,
  useDraft,
  useInterruptNotes,
  useQueueEditing,
  useUndoWindow,
  type ComposerMode,
  type FollowUp,
  type Submission,
  type UseAttachmentsOptions,
  type UseThreadResult,
} from "@unsay/react/base";
import { mergeRefs } from "../component.js";
import { useHeldAttachments } from "./attachments-slot.js";
import { ComposerForm } from "./composer-form.js";
import { StopButton } from "./stop-button.js";
import { UndoNotice } from "./undo-notice.js";
import { QueueTraySlot } from "./writing-slots.js";

export interface ThreadComposerProps extends UseAttachmentsOptions {
  readonly thread: UseThreadResult;
  readonly followUp?: FollowUp | undefined;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLTextAreaElement>;
  /** Where the draft survives a reload. */
  readonly draftStorage?: StorageLike | undefined;
  /** What the next redirect is about, instead of the end of the answer. While it stands, Enter redirects. */
  readonly redirectQuote?: string | undefined;
  /** Something was sent, or waits to be. */
  readonly onSent?: (mode: ComposerMode) => void;
}

/** The composer of a thread, with its queue, Stop and the way back from a redirect. Renders them one after the other. */
export function ThreadComposer(props: ThreadComposerProps): ReactElement {
  const { thread, followUp, placeholder, inputRef, draftStorage, redirectQuote, onSent, ...files } = props;
  const { session } = thread;
  const live = findLive(thread.pages);
  const input = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft({ storage: draftStorage, storageKey: thread.id });
  const editing = useQueueEditing(thread.queued, draft.restore);
  const undo = useUndoWindow<"redirected">();
  const hasOpenApproval = useAnswerable(thread.approvals).length > 0;
  const waitsForServer = thread.approvals.length > 0 && !hasOpenApproval;
  const { attachments, host } = useHeldAttachments(files);
  useInterruptNotes(session, live, draft.peek);
  const submit = (text: string, mode: ComposerMode, submission: Submission): Promise<void> | void => {
    const sent = sendBy(thread, mode, text, submission);
    if (mode === "redirect" && live !== undefined) undo.open("redirected");
    onSent?.(mode);
    return sent;
  };
  const takeBack = useCallback(
    (undone: UndoneRedirect | null) => {
      undo.close();
      if (undone !== null) draft.restore(undone.text);
      if (undone !== null) attachments.restore(undone.attachments);
      input.current?.focus({ preventScroll: true });
    },
    [draft, undo, attachments],
  );
  const composer = useComposerAround({
    status: thread.status,
    hasOpenApproval,
    followUp: redirectQuote === undefined ? followUp : "redirect",
    canSteer: live?.run?.caps.steer === true && !waitsForServer,
    quote: redirectQuote ?? (live === undefined ? undefined : quotePartial(session.paintedText(live.id))),
    draft,
    attachments,
    onEditQueued: editing.editLast,
    onSubmit: submit,
  });
  return (
    <>
      <UndoNotice what={undo.subject} onUndo={() => takeBack(thread.undoRedirect())} />
      <QueueTraySlot
        queued={thread.queued}
        paused={thread.queuePaused}
        editing={editing.editing}
        onEditingChange={(next) => {
          editing.setEditing(next);
          if (next === null) input.current?.focus({ preventScroll: true });
        }}
        onEdit={thread.editQueued}
        onMove={thread.moveQueued}
        onRedirect={(id) => {
          thread.redirectQueued(id);
          if (live !== undefined) undo.open("redirected");
        }}
        onRemove={thread.removeQueued}
        onResume={thread.resumeQueue}
      />
      {host}
      <ComposerForm
        composer={composer}
        limits={files}
        hasExpiredApproval={waitsForServer}
        inputRef={mergeRefs(input, inputRef)}
        stop={<StopButton status={thread.status} stop={live?.stop ?? null} onStop={thread.stop} />}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
    </>
  );
}

/** A steer is accepted when the model was told; everything else when it stands in the thread or in the queue. */
function sendBy(thread: UseThreadResult, mode: ComposerMode, text: string, { attachments, quote }: Submission): Promise<void> | void {
  const options = { ...(attachments.length === 0 ? {} : { attachments }), ...(quote === undefined ? {} : { quote }) };
  switch (mode) {
    case "send":
      return thread.sendMessage(text, options);
    case "redirect":
      return thread.redirect(text, options);
    case "queue":
    case "held":
      return thread.queue(text, options);
    case "steer":
      return thread.steer(text);
  }
}
