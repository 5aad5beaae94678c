"use client";
import {
  useEffect,
  useId,
  useRef,
  useState,
  type FormEvent,
  type FormHTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from "react";
import type { ThreadStatus } from "@unsay/core";
import { Button } from "../button/button.js";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { isComposing } from "../thread/thread.js";
import { selectComposerMode, selectOtherMode, type ComposerMode, type FollowUp } from "./composer-mode.js";

/** `false`, or a promise of it, or a rejection: not accepted, and the draft stays. */
export type Acceptance = void | boolean | Promise<void | boolean>;

export interface ComposerProps extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit" | "defaultValue"> {
  readonly status: ThreadStatus;
  readonly hasOpenApproval?: boolean;
  /** What Enter does while the agent works; `redirect` by default. The other way is one key or button away. */
  readonly followUp?: FollowUp;
  /** Called with text that is not blank. The draft is cleared once it is accepted, never before. */
  readonly onSubmit: (text: string, mode: ComposerMode) => Acceptance;
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onValueChange?: (value: string) => void;
  /** Stands beside the send buttons, always in the same place: the `StopButton`. */
  readonly stop?: ReactNode;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLTextAreaElement>;
}

/** Where messages are written. Never disabled; its button says what Enter will do. Renders a `form`. */
export const Composer: UiComponent<HTMLFormElement, ComposerProps> = withRef("Composer", (props, ref) => {
  const {
    status,
    hasOpenApproval = false,
    followUp = "redirect",
    onSubmit,
    value,
    defaultValue = "",
    onValueChange,
    stop,
    placeholder,
    inputRef,
    className,
    ...rest
  } = props;
  const strings = useStrings();
  const draft = useDraft(value, defaultValue, onValueChange);
  const [refused, setRefused] = useState(false);
  const [composing, setComposing] = useState(false);
  const id = useId();
  const mode = selectComposerMode({ status, hasOpenApproval, followUp });
  const other = selectOtherMode(mode);

  const submit = async (by: ComposerMode): Promise<void> => {
    const text = draft.value;
    if (text.trim() === "") return;
    const accepted = await isAccepted(onSubmit, text.trim(), by);
    setRefused(!accepted);
    // What was typed meanwhile belongs to the next message.
    if (accepted) draft.clear(text);
  };
  const submitForm = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(mode);
  };
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || isComposing(event)) return;
    event.preventDefault();
    if (!event.repeat) void submit((event.metaKey || event.ctrlKey) && other !== null ? other : mode);
  };

  return (
    <form
      {...rest}
      ref={ref}
      className={joinClasses("unsay-composer", className)}
      data-unsay="composer"
      data-mode={mode}
      data-composing={flag(composing)}
      onSubmit={submitForm}
    >
      <label className="unsay-visually-hidden" htmlFor={`${id}-input`}>
        {strings.composer.label}
      </label>
      <textarea
        ref={inputRef}
        id={`${id}-input`}
        className="unsay-composer-input"
        data-unsay="composer.input"
        rows={1}
        dir="auto"
        value={draft.value}
        placeholder={placeholder ?? strings.composer.placeholder}
        aria-describedby={`${id}-effect`}
        onChange={(event) => draft.change(event.target.value)}
        onKeyDown={keys}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
      />
      <div className="unsay-composer-row">
        <p id={`${id}-effect`} className="unsay-composer-effect" data-unsay="composer.effect">
          {refused ? strings.composer.refused : strings.composer.effect[mode]}
        </p>
        {stop}
        <OtherButton mode={other} onPress={submit} />
        <Button type="submit" tone="primary" data-unsay="composer.submit">
          {strings.composer[mode]}
        </Button>
      </div>
    </form>
  );
});

function OtherButton({
  mode,
  onPress,
}: {
  readonly mode: ComposerMode | null;
  readonly onPress: (mode: ComposerMode) => Promise<void>;
}): ReactElement | null {
  const { composer } = useStrings();
  if (mode === null) return null;
  return (
    <Button data-unsay="composer.other" onClick={() => void onPress(mode)}>
      {composer[mode]}
    </Button>
  );
}

async function isAccepted(onSubmit: ComposerProps["onSubmit"], text: string, mode: ComposerMode): Promise<boolean> {
  try {
    return (await onSubmit(text, mode)) !== false;
  } catch {
    return false;
  }
}

interface Draft {
  readonly value: string;
  readonly change: (value: string) => void;
  /** Empties the draft unless it has become another. */
  readonly clear: (sent: string) => void;
}

function useDraft(value: string | undefined, initial: string, onChange: ((value: string) => void) | undefined): Draft {
  const [own, setOwn] = useState(initial);
  const current = value ?? own;
  const latest = useRef(current);
  useEffect(() => {
    latest.current = current;
  }, [current]);
  const change = (next: string): void => {
    latest.current = next;
    setOwn(next);
    onChange?.(next);
  };
  return {
    value: current,
    change,
    clear: (sent) => {
      if (latest.current === sent) change("");
    },
  };
}
