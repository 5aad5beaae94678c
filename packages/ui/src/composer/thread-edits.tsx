"use client";
import { createContext, useContext, useMemo, useState, type Context, type ReactElement, type ReactNode } from "react";
import { selectSuperseded, type AssistantMessage, type Session, type ThreadShape, type UserMessage } from "@unsay/core/base";
import { useDiscard, type UseDiscardResult, type UseThreadResult } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { usePiece } from "../on-demand/pieces.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";
import { ReceiptListSlot } from "../tool-call/tool-call-slot.js";
import { UndoNotice } from "./undo-notice.js";

interface ThreadEdits extends UseDiscardResult {
  readonly edit: (message: UserMessage, text: string) => void;
  /** How many messages stand behind one. */
  readonly countAfter: (messageId: string) => number;
  readonly superseded: ReadonlySet<string>;
}

const ThreadEditsContext: Context<ThreadEdits | null> = createContext<ThreadEdits | null>(null);

/** Which message stands in for which is decided when it is sent, and then the shape of the thread is another: words that are added change neither. */
function supersededIn(session: Session, _shape: ThreadShape): string {
  return [...selectSuperseded(session.store.getState().messages)].join("\n");
}

/** Lets sent messages be edited and stopped answers be put away below it. Wakes nothing while an answer is written. Renders no element. */
export function ThreadEditsProvider({
  thread,
  children,
}: {
  readonly thread: UseThreadResult;
  readonly children: ReactNode;
}): ReactElement {
  const { session, pages } = thread;
  const { shape } = pages;
  const { discarded, discard, undoable, undo } = useDiscard({ session });
  const superseded = useMemo(() => supersededIn(session, shape), [session, shape]);
  const value = useMemo(
    () => ({
      discarded,
      discard,
      undoable,
      undo,
      superseded: new Set(superseded.split("\n")),
      edit: (message: UserMessage, text: string) => session.edit(message.id, text, optionsOf(message)),
      countAfter: (messageId: string) => {
        const all = session.store.getState().messages;
        return all.length - 1 - all.findIndex(({ id }) => id === messageId);
      },
    }),
    [discarded, discard, undoable, undo, superseded, session],
  );
  return <ThreadEditsContext.Provider value={value}>{children}</ThreadEditsContext.Provider>;
}

/** What the message carried besides its words goes with the new one. */
function optionsOf({ attachments, quote }: UserMessage): Pick<UserMessage, "attachments" | "quote"> {
  return { ...(attachments === undefined ? {} : { attachments }), ...(quote === undefined ? {} : { quote }) };
}

/** A user message with what it carries, and the way to change it where there is one. */
export function EditableMessage({ message, children }: { readonly message: UserMessage; readonly children: ReactNode }): ReactElement {
  const edits = useContext(ThreadEditsContext);
  const [isEditing, setEditing] = useState(false);
  const { editMessage } = useWords(threadWords);
  const { module } = usePiece("writing", isEditing);
  if (edits?.superseded.has(message.id) === true) return <Superseded>{children}</Superseded>;
  if (isEditing && edits !== null && module !== null) {
    const submit = (text: string): void => {
      setEditing(false);
      edits.edit(message, text);
    };
    const later = edits.countAfter(message.id);
    return <module.EditMessage message={message} later={later} onSubmit={submit} onCancel={() => setEditing(false)} />;
  }
  return (
    <>
      <Carried message={message} />
      {edits === null || message.delivery === "failed" ? (
        children
      ) : (
        <div className="unsay-user-row">
          {children}
          <Button
            className="unsay-quiet unsay-edit-open"
            data-unsay="message.edit"
            aria-label={editMessage.open}
            title={editMessage.open}
            aria-busy={isEditing || undefined}
            onClick={() => setEditing(true)}
          >
            {PENCIL}
          </Button>
        </div>
      )}
      {message.edits === undefined ? null : (
        <p className="unsay-user-note" data-unsay="message.edited" data-ink="subtle">
          {editMessage.edited}
        </p>
      )}
    </>
  );
}

const PENCIL: ReactElement = (
  <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d="M3 17l1-4L13.5 3.5a1.8 1.8 0 0 1 2.6 0l.4.4a1.8 1.8 0 0 1 0 2.6L7 16zm8.5-11.5 3 3" />
  </svg>
);

function Carried({ message: { quote, attachments = [] } }: { readonly message: UserMessage }): ReactElement | null {
  const strings = useWords(threadWords);
  if (quote === undefined && attachments.length === 0) return null;
  return (
    <div className="unsay-carried" data-unsay="message.carried">
      {quote === undefined ? null : (
        <blockquote className="unsay-chip unsay-quote" dir="auto">
          {quote}
        </blockquote>
      )}
      {attachments.map(({ id, name, size }) => (
        <span key={id} className="unsay-chip" data-unsay="message.file">
          <span dir="auto">{name}</span>
          <span className="unsay-file-state">{size === undefined ? null : strings.attachments.size(size)}</span>
        </span>
      ))}
    </div>
  );
}

/** It may be read and is no longer part of the talk. What its tools did has happened all the same, and stands open. */
function Superseded({ message, children }: { readonly message?: AssistantMessage; readonly children: ReactNode }): ReactElement {
  const { editMessage } = useWords(threadWords);
  return (
    <>
      <details className="unsay-superseded" data-unsay="message.superseded">
        <summary>{editMessage.superseded}</summary>
        {children}
      </details>
      {message === undefined ? null : <ReceiptListSlot message={message} />}
    </>
  );
}

/** An answer that can be put away after it was stopped. Its receipts never are. */
export function DiscardableAnswer({
  message,
  children,
}: {
  readonly message: AssistantMessage;
  readonly children: ReactNode;
}): ReactElement {
  const edits = useContext(ThreadEditsContext);
  const { undo } = useWords(threadWords);
  if (edits === null) return <>{children}</>;
  if (edits.superseded.has(message.id)) return <Superseded message={message}>{children}</Superseded>;
  if (edits.discarded.has(message.id)) {
    return (
      <>
        {edits.undoable === message.id ? (
          <UndoNotice what="discarded" onUndo={edits.undo} />
        ) : (
          <p className="unsay-notice" data-unsay="message.discarded">
            {undo.discarded}
          </p>
        )}
        <ReceiptListSlot message={message} />
      </>
    );
  }
  return (
    <>
      {children}
      {message.status === "truncated" && message.cause === "stopped" ? (
        <div className="unsay-discard" data-unsay="message.discard">
          <Button className="unsay-quiet" onClick={() => edits.discard(message.id)}>
            {undo.discard}
          </Button>
        </div>
      ) : null}
    </>
  );
}
