"use client";
import { useComposer, type UseComposerOptions } from "@unsay/react/base";
import { withRef, type UiComponent } from "../component.js";
import { ComposerForm, type ComposerFormProps } from "./composer-form.js";

export interface ComposerProps extends Omit<ComposerFormProps, "composer" | "limits">, UseComposerOptions {}

/** Where messages are written. Never disabled; its button says what Enter will do. Renders a `form`. */
export const Composer: UiComponent<HTMLFormElement, ComposerProps> = withRef("Composer", (props, ref) => {
  const [options, rest] = takeOptions(props);
  return <ComposerForm {...rest} ref={ref} composer={useComposer(options)} limits={options} />;
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
