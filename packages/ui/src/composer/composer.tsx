"use client";
import { useId, type FormHTMLAttributes, type ReactElement, type ReactNode, type Ref } from "react";
import { useComposer, type ComposerMode, type Refusal, type UseComposerOptions, type UseComposerResult } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { composeHandlers, flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { composerWords, type ComposerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";
import { AttachButton } from "./attachments.js";
import { ComposerChips } from "./composer-chips.js";
import { FollowUpMenu } from "./follow-up-menu.js";

export interface ComposerProps
  extends Omit<FormHTMLAttributes<HTMLFormElement>, "onSubmit" | "defaultValue" | "value">, UseComposerOptions {
  /** Stands beside the send buttons, always in the same place: the `StopButton`. */
  readonly stop?: ReactNode;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLTextAreaElement>;
  /** The request that the answer waited for has expired, and the server has not gone on. */
  readonly hasExpiredApproval?: boolean;
}

/** Where messages are written. Never disabled; its button says what Enter will do. Renders a `form`. */
export const Composer: UiComponent<HTMLFormElement, ComposerProps> = withRef("Composer", (props, ref) => {
  const [options, { stop, placeholder, inputRef, hasExpiredApproval = false, className, children, ...rest }] = takeOptions(props);
  const strings = useWords(composerWords);
  const composer = useComposer(options);
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
      <ComposerChips composer={composer} limits={options} />
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
        {composer.attachments.canAttach ? <AttachButton accept={options.accept} onAdd={composer.attachments.add} /> : null}
        {stop}
        <OtherButton mode={composer.other} onPress={composer.submit} />
        <span className="unsay-split">
          <Button type="submit" tone="primary" data-unsay="composer.submit">
            {strings.composer[composer.mode]}
          </Button>
          <FollowUpMenu modes={composer.followUps} mode={composer.mode} onSelect={composer.submit} />
        </span>
      </div>
      {children}
    </form>
  );
});

const OPTIONS = [
  "status",
  "hasOpenApproval",
  "followUp",
  "canSteer",
  "onSubmit",
  "quote",
  "value",
  "defaultValue",
  "onValueChange",
  "draft",
  "attachments",
  "draftStorage",
  "draftKey",
  "onEditQueued",
  "onUpload",
  "accept",
  "maxBytes",
  "maxFiles",
] as const satisfies readonly (keyof UseComposerOptions)[];

/** Parts what the composer does from the attributes of its form. */
function takeOptions(props: ComposerProps): readonly [UseComposerOptions, Omit<ComposerProps, (typeof OPTIONS)[number]>] {
  const isOption = (name: string): boolean => OPTIONS.some((option) => option === name);
  const pick = (wanted: boolean): object => Object.fromEntries(Object.entries(props).filter(([name]) => isOption(name) === wanted));
  return [pick(true) as UseComposerOptions, pick(false)];
}

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
