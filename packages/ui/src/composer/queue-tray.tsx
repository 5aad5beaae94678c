"use client";
import { useEffect, useId, useRef, type HTMLAttributes, type KeyboardEvent, type ReactElement, type RefObject } from "react";
import type { QueuedMessage, QueuePauseReason } from "@unsay/core";
import { isComposing, matchesKey, useKeys, type QueueEditing } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { writingWords } from "../strings/english/writing.js";
import { useWords } from "../strings/strings.js";

export interface QueueTrayProps extends HTMLAttributes<HTMLDivElement> {
  readonly queued: readonly QueuedMessage[];
  /** Why nothing is sent from it by itself; `null` while it runs. */
  readonly paused?: QueuePauseReason | null;
  readonly onRemove?: (id: string) => void;
  readonly onResume?: () => void;
  /** The message whose words are being changed, as `useQueueEditing` keeps it. */
  readonly editing?: QueueEditing | null;
  readonly onEditingChange?: (editing: QueueEditing | null) => void;
  readonly onEdit?: (id: string, text: string) => void;
  /** By places; negative is towards the front. */
  readonly onMove?: (id: string, by: number) => void;
  readonly onRedirect?: (id: string) => void;
}

/** Messages that wait their turn, and why. Renders a `div`, or nothing where none waits. */
export const QueueTray: UiComponent<HTMLDivElement, QueueTrayProps> = withRef("QueueTray", (props, ref) => {
  const {
    queued,
    paused = null,
    editing = null,
    onResume,
    onRemove,
    onEditingChange,
    onEdit,
    onMove,
    onRedirect,
    className,
    ...rest
  } = props;
  const handlers = { onRemove, onEditingChange, onEdit, onMove, onRedirect };
  const { queue } = useWords(writingWords);
  if (queued.length === 0) return null;
  return (
    <div
      {...rest}
      ref={ref}
      role="group"
      aria-label={queue.label}
      className={joinClasses("unsay-queue", className)}
      data-unsay="queue-tray"
      data-paused={flag(paused !== null)}
      data-pause-reason={paused ?? undefined}
    >
      <div className="unsay-queue-head">
        <span>
          <strong>{queue.waiting(queued.length)}</strong> {paused === null ? null : queue.paused[paused]}
        </span>
        {paused === null || paused === "approval" || onResume === undefined ? null : <Button onClick={onResume}>{queue.resume}</Button>}
      </div>
      <ol>
        {queued.map((message, place) => (
          <li key={message.id} data-unsay="queue-tray.item">
            {editing?.id === message.id ? (
              <QueueEditor editing={editing} {...handlers} />
            ) : (
              <QueueItem message={message} place={place} last={queued.length - 1} {...handlers} />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
});

type ItemHandlers = { readonly [Name in "onRemove" | "onEditingChange" | "onEdit" | "onMove" | "onRedirect"]: QueueTrayProps[Name] };

interface QueueItemProps extends ItemHandlers {
  readonly message: QueuedMessage;
  readonly place: number;
  readonly last: number;
}

function QueueItem({ message, place, last, onRemove, onEditingChange, onEdit, onMove, onRedirect }: QueueItemProps): ReactElement {
  const { queue } = useWords(writingWords);
  const { id, text, attachments = [] } = message;
  const canEdit = onEdit !== undefined && onEditingChange !== undefined;
  return (
    <>
      <span className="unsay-queue-text" dir="auto">
        {text}
        {attachments.length === 0 ? null : <small> {queue.files(attachments.length)}</small>}
      </span>
      <span className="unsay-queue-actions">
        {canEdit ? (
          <Button aria-label={queue.editItem(text)} onClick={() => onEditingChange({ id, text })}>
            {queue.edit}
          </Button>
        ) : null}
        {onMove === undefined || last === 0 ? null : (
          <>
            <Button aria-label={queue.up(text)} aria-disabled={place === 0 || undefined} onClick={() => onMove(id, -1)}>
              <span aria-hidden="true">↑</span>
            </Button>
            <Button aria-label={queue.down(text)} aria-disabled={place === last || undefined} onClick={() => onMove(id, 1)}>
              <span aria-hidden="true">↓</span>
            </Button>
          </>
        )}
        {onRedirect === undefined ? null : (
          <Button aria-label={queue.redirectItem(text)} onClick={() => onRedirect(id)}>
            {queue.redirect}
          </Button>
        )}
        {onRemove === undefined ? null : (
          <Button aria-label={queue.removeItem(text)} onClick={() => onRemove(id)}>
            {queue.remove}
          </Button>
        )}
      </span>
    </>
  );
}

function QueueEditor({ editing, onEditingChange, onEdit }: ItemHandlers & { readonly editing: QueueEditing }): ReactElement {
  const { queue } = useWords(writingWords);
  const keys = useKeys();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  useFocusWhileEditing(field);
  const save = (): void => {
    onEdit?.(editing.id, editing.text);
    onEditingChange?.(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onEditingChange?.(null);
    } else if (matchesKey(event, keys.send)) {
      event.preventDefault();
      save();
    }
  };
  return (
    <>
      <label className="unsay-visually-hidden" htmlFor={id}>
        {queue.editLabel}
      </label>
      <textarea
        ref={field}
        id={id}
        className="unsay-field"
        data-unsay="queue-tray.input"
        dir="auto"
        rows={1}
        value={editing.text}
        onChange={(event) => onEditingChange?.({ ...editing, text: event.target.value })}
        onKeyDown={onKeyDown}
      />
      <span className="unsay-queue-actions">
        <Button onClick={() => onEditingChange?.(null)}>{queue.cancel}</Button>
        <Button tone="primary" onClick={save}>
          {queue.save}
        </Button>
      </span>
    </>
  );
}

/** The caret stands behind the words; afterwards the focus is where it was, or on the message that was edited. */
function useFocusWhileEditing(field: RefObject<HTMLTextAreaElement | null>): void {
  const origin = useRef<Element | null>(null);
  useEffect(() => {
    const editor = field.current;
    const item = editor?.closest("li");
    origin.current ??= document.activeElement;
    editor?.focus();
    editor?.setSelectionRange(editor.value.length, editor.value.length);
    return () => {
      if (document.activeElement !== document.body) return;
      const back = origin.current?.isConnected === true ? origin.current : item?.querySelector("button");
      if (back instanceof HTMLElement) back.focus();
    };
  }, [field]);
}
