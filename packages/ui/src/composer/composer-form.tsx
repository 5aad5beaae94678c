"use client";
import { useId, type FormHTMLAttributes, type ReactElement, type ReactNode, type Ref } from "react";
import type { AttachmentLimits, ComposerMode, Refusal, UseComposerResult } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { composeHandlers, flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { composerWords, type ComposerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";
import { AttachButton } from "./attach-button.js";
import { ComposerChips } from "./composer-chips.js";
import { FollowUpMenuSlot } from "./writing-slots.js";

export interface ComposerFormProps extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit" | "defaultValue" | "value"> {
  readonly composer: UseComposerResult;
  /** Which files are taken. */
  readonly limits?: AttachmentLimits;
  /** Stands beside the send buttons, always in the same place: the `StopButton`. */
  readonly stop?: ReactNode;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLTextAreaElement>;
  /** The request that the answer waited for has expired, and the server has not gone on. */
  readonly hasExpiredApproval?: boolean;
}

/** Where messages are written, whatever keeps the words. Renders a `form`. */
export const ComposerForm: UiComponent<HTMLFormElement, ComposerFormProps> = withRef("ComposerForm", (props, ref) => {
  const { composer, limits = {}, stop, placeholder, inputRef, hasExpiredApproval = false, className, children, ...rest } = props;
  const strings = useWords(composerWords);
  const form = composer.getFormProps();
  const id = useId();
  return (
    <form
      {...rest}
      ref={ref}
      className={joinClasses("unsay-composer", className)}
      data-unsay="composer"
      data-mode={composer.mode}
      data-composing={flag(composer.isComposing)}
      data-dropping={flag(composer.attachments.isDropping)}
      onSubmit={form.onSubmit}
      onDragOver={composeHandlers(rest.onDragOver, form.onDragOver)}
      onDragLeave={composeHandlers(rest.onDragLeave, form.onDragLeave)}
      onDrop={composeHandlers(rest.onDrop, form.onDrop)}
      onPaste={composeHandlers(rest.onPaste, form.onPaste)}
    >
      <ComposerChips composer={composer} limits={limits} />
      <label className="unsay-visually-hidden" htmlFor={`${id}-input`}>
        {strings.composer.label}
      </label>
      <textarea
        {...composer.getInputProps()}
        ref={inputRef}
        id={`${id}-input`}
        className="unsay-composer-input"
        data-unsay="composer.input"
        rows={1}
        // An empty field has no direction of its own; its placeholder reads as the page does.
        dir={composer.draft.value === "" ? undefined : "auto"}
        placeholder={placeholder ?? strings.composer.placeholder}
        aria-describedby={`${id}-effect`}
      />
      <div className="unsay-composer-row">
        <p id={`${id}-effect`} className="unsay-composer-effect" data-unsay="composer.effect">
          {selectEffect(composer, strings, hasExpiredApproval)}
        </p>
        {composer.attachments.canAttach ? <AttachButton accept={limits.accept} onAdd={composer.attachments.add} /> : null}
        {stop}
        <OtherButton mode={composer.other} onPress={composer.submit} />
        <span className="unsay-split">
          <Button type="submit" tone="primary" data-unsay="composer.submit">
            {strings.composer[composer.mode]}
          </Button>
          <FollowUpMenuSlot modes={composer.followUps} mode={composer.mode} onSelect={composer.submit} />
        </span>
      </div>
      {children}
    </form>
  );
});

/** One sentence: what Enter does, or why the newest press did nothing. */
function selectEffect({ refusal, isSending, mode }: UseComposerResult, strings: ComposerWords, hasExpired: boolean): string {
  if (isSending) return strings.composer.sending;
  if (refusal !== null) return selectRefusal(refusal, strings);
  return hasExpired ? `${strings.composer.expired} ${strings.composer.effect[mode]}` : strings.composer.effect[mode];
}

export function selectRefusal(refusal: Refusal, { composer }: ComposerWords): string {
  if (refusal.code === "uploading") return composer.uploading;
  if (refusal.code === "upload-failed") return composer.uploadFailed;
  const { error, mode } = refusal;
  const known: Partial<Record<string, string>> = mode === "steer" ? composer.steerRefused : {};
  const reason = error?.userMessage ?? (error === null ? undefined : known[error.code]);
  return reason === undefined ? composer.refused : composer.refusedBecause(reason);
}

interface OtherButtonProps {
  readonly mode: ComposerMode | null;
  readonly onPress: (mode: ComposerMode) => void;
}

function OtherButton({ mode, onPress }: OtherButtonProps): ReactElement | null {
  const { composer } = useWords(composerWords);
  if (mode === null) return null;
  return (
    <Button data-unsay="composer.other" onClick={() => onPress(mode)}>
      {composer[mode]}
    </Button>
  );
}
