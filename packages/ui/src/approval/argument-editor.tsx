"use client";
import { useEffect, useId, useRef, type ChangeEvent, type HTMLAttributes, type ReactElement } from "react";
import type { ToolCall } from "@unsay/core";
import { useArgumentEdits, type CallEdit, type EditedField, type FieldProblem, type JsonSchema } from "@unsay/react";
import { joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { textOfValue } from "./describe-plainly.js";
import { clampText, makeVisible } from "./visible-text.js";

export interface ArgumentEditorProps extends Omit<HTMLAttributes<HTMLDivElement>, "onChange"> {
  readonly call: ToolCall;
  /** JSON Schema of the arguments. Without one the fields are made from the arguments themselves. */
  readonly schema?: JsonSchema | undefined;
  /** Hears of every change with the whole of the arguments; `null` when nothing is changed any more. */
  readonly onEdit: (edit: CallEdit | null) => void;
  /** Takes the focus when it opens, since the reader asked for it. */
  readonly autoFocus?: boolean;
}

/** The arguments of a call as a form. Each change shows what was and what is, and can be taken back. Renders a `div`. */
export const ArgumentEditor: UiComponent<HTMLDivElement, ArgumentEditorProps> = withRef("ArgumentEditor", (props, ref) => {
  const { call, schema, onEdit, autoFocus = false, className, ...rest } = props;
  const { edit: words } = useWords(toolWords);
  const own = useRef<HTMLDivElement>(null);
  const { fields } = useArgumentEdits(call, schema, onEdit);
  useEffect(() => {
    if (autoFocus) own.current?.querySelector<HTMLElement>("input, textarea, select")?.focus({ preventScroll: true });
  }, [autoFocus]);
  return (
    <div
      role="group"
      aria-label={words.label}
      {...rest}
      ref={mergeRefs(own, ref)}
      className={joinClasses("unsay-editor", className)}
      data-unsay="argument-editor"
    >
      {fields.map((field) => (
        <EditorField key={field.path.join("\n")} field={field} />
      ))}
    </div>
  );
});

function EditorField({ field }: { readonly field: EditedField }): ReactElement {
  const { edit: words } = useWords(toolWords);
  const id = useId();
  const label = field.label === "" ? words.wholeValue : makeVisible(field.label);
  const hint = field.description ?? (field.kind === "list" ? words.oneALine : undefined);
  const described = [hint === undefined ? "" : `${id}-hint`, field.problem === null ? "" : `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="unsay-editor-field" data-unsay="argument-editor.field" data-field={field.path.join(".")}>
      <label htmlFor={id}>{label}</label>
      <FieldInput field={field} id={id} describedBy={described} />
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="unsay-approval-more">
          {makeVisible(hint)}
        </span>
      )}
      {field.problem === null ? null : (
        <span id={`${id}-problem`} className="unsay-approval-warning" data-unsay="argument-editor.problem">
          {textOfProblem(field.problem, words)}
        </span>
      )}
      {field.isChanged ? <Suggestion field={field} label={label} /> : null}
    </div>
  );
}

function textOfProblem({ code, limit = 0 }: FieldProblem, { problem }: ToolWords["edit"]): string {
  return problem[code](limit);
}

interface InputProps {
  readonly field: EditedField;
  readonly id: string;
  readonly describedBy: string;
}

/** Enter in a field approves nothing: there is no form around it to send. */
function FieldInput({ field, id, describedBy }: InputProps): ReactElement {
  const { edit: words } = useWords(toolWords);
  const shared = {
    id,
    className: "unsay-field",
    "aria-invalid": field.problem === null ? undefined : true,
    "aria-required": field.isRequired || undefined,
    "aria-describedby": describedBy === "" ? undefined : describedBy,
    value: field.text,
    onChange: ({ target }: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) => field.change(target.value),
  } as const;
  switch (field.kind) {
    case "choice":
      return <Choice {...shared} options={field.schema.enum?.map(String) ?? []} />;
    case "boolean":
      return <Choice {...shared} options={["true", "false"]} names={{ true: words.yes, false: words.no }} />;
    case "long-text":
      return <textarea {...shared} rows={4} dir="auto" />;
    case "list":
      return <textarea {...shared} rows={3} dir="auto" />;
    case "json":
      return <textarea {...shared} rows={5} dir="ltr" spellCheck={false} data-kind="json" />;
    case "number":
    case "integer":
      return <input {...shared} type="text" inputMode={field.kind === "integer" ? "numeric" : "decimal"} dir="ltr" />;
    case "text":
      return <input {...shared} type="text" dir="auto" />;
  }
}

function Choice({
  options,
  names = {},
  ...rest
}: HTMLAttributes<HTMLSelectElement> & {
  readonly value: string;
  readonly options: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
}): ReactElement {
  return (
    <select {...rest}>
      {options.includes(rest.value) ? null : <option value={rest.value}>{makeVisible(rest.value)}</option>}
      {options.map((option) => (
        <option key={option} value={option}>
          {names[option] ?? makeVisible(option)}
        </option>
      ))}
    </select>
  );
}

/** Shown values are cut at this many characters: the whole stands in the field. */
const VALUE_CHARACTERS = 120;

function Suggestion({ field, label }: { readonly field: EditedField; readonly label: string }): ReactElement {
  const { edit: words } = useWords(toolWords);
  const show = (value: unknown): string =>
    value === undefined || value === "" ? words.empty : clampText(makeVisible(textOfValue(value)), VALUE_CHARACTERS).text;
  return (
    <span className="unsay-editor-change">
      <span role="suggestion" aria-label={label}>
        <del role="deletion">
          <span className="unsay-visually-hidden">{words.from}</span>
          {show(field.before)}
        </del>{" "}
        {field.problem === null ? (
          <ins role="insertion">
            <span className="unsay-visually-hidden">{words.to}</span>
            {show(field.after)}
          </ins>
        ) : null}
      </span>{" "}
      <button type="button" className="unsay-link-button" aria-label={words.resetField(label)} onClick={field.reset}>
        {words.reset}
      </button>
    </span>
  );
}
