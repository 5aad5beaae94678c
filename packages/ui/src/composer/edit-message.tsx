"use client";
import { useEffect, useId, useRef, useState, type FormHTMLAttributes, type KeyboardEvent } from "react";
import type { UserMessage } from "@unsay/core";
import { isComposing, matchesKey, useKeys } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { writingWords } from "../strings/english/writing.js";
import { useWords } from "../strings/strings.js";

export interface EditMessageProps extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit"> {
  readonly message: UserMessage;
  /** Messages after it, which will no longer count. */
  readonly later?: number;
  readonly onSubmit: (text: string) => void;
  readonly onCancel: () => void;
}

/** Changes a message that was sent, and says what follows from that. Renders a `form`. */
export const EditMessage: UiComponent<HTMLFormElement, EditMessageProps> = withRef("EditMessage", (props, ref) => {
  const { message, later = 0, onSubmit, onCancel, className, ...rest } = props;
  const { editMessage } = useWords(writingWords);
  const keys = useKeys();
  const [text, setText] = useState(message.text);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(text.length, text.length);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once: the caret goes behind the words that are there
  }, []);
  const submit = (): void => {
    if (text.trim() !== "") onSubmit(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    } else if (matchesKey(event, keys.send)) {
      event.preventDefault();
      if (!event.repeat) submit();
    }
  };
  return (
    <form
      {...rest}
      ref={ref}
      className={joinClasses("unsay-composer", "unsay-edit", className)}
      data-unsay="edit-message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label className="unsay-visually-hidden" htmlFor={id}>
        {editMessage.label}
      </label>
      <textarea
        ref={field}
        id={id}
        className="unsay-composer-input"
        data-unsay="edit-message.input"
        dir="auto"
        rows={1}
        value={text}
        aria-describedby={`${id}-effect`}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="unsay-composer-row">
        <p id={`${id}-effect`} className="unsay-composer-effect">
          {editMessage.effect(later)}
        </p>
        <Button onClick={onCancel}>{editMessage.cancel}</Button>
        <Button type="submit" tone="primary">
          {editMessage.submit}
        </Button>
      </div>
    </form>
  );
});
