"use client";
import { useState, type ReactElement } from "react";
import type { AssistantMessage, JsonSchema, TextPart } from "@unsay/core";
import { useField, useStructured } from "@unsay/react";
import { Button } from "../../button/button.js";
import { Fact, Panel } from "./panel.js";
import { structuredPartOf } from "./structured-part.js";

const ACTIONS = { Delete: "Delete", DeleteIfEmpty: "Delete, if empty", Archive: "Archive" } as const;

const CLEAN_UP: JsonSchema = {
  type: "object",
  properties: {
    action: { enum: Object.keys(ACTIONS) },
    folder: { type: "string" },
    olderThanDays: { type: "number" },
    notifyOwner: { type: "boolean" },
    note: { type: "string" },
  },
  required: ["action", "folder", "olderThanDays", "notifyOwner", "note"],
};

const FIELDS = [
  ["action", "Action"],
  ["folder", "Folder"],
  ["olderThanDays", "Older than, in days"],
  ["notifyOwner", "Tell the owner"],
  ["note", "Note"],
] as const;

/** A form that fills from JSON in the making: nothing is shown as chosen before it is. */
export function FormPanel({ answer }: { readonly answer: AssistantMessage }): ReactElement {
  const part = structuredPartOf(answer);
  return (
    <Panel title="Clean up folders" note="Filled from the JSON of the answer while it is written.">
      {part === undefined ? <p className="problem-quiet">Waiting for the form…</p> : <Form part={part} />}
    </Panel>
  );
}

function Form({ part }: { readonly part: TextPart }): ReactElement {
  const { stream, isComplete, error } = useStructured(part, CLEAN_UP);
  const [isApplied, setIsApplied] = useState(false);
  return (
    <>
      <dl className="problem-facts" data-complete={isComplete || undefined}>
        {FIELDS.map(([name, label]) => (
          <Field key={name} stream={stream} name={name} label={label} />
        ))}
      </dl>
      {error === null ? null : <p role="note">{error.message}</p>}
      <div className="problem-row">
        <Button data-tone="primary" aria-disabled={!isComplete} onClick={() => setIsApplied(isComplete)}>
          Apply
        </Button>
        <span className="problem-quiet" role="status">
          {wordsFor(isComplete, isApplied)}
        </span>
      </div>
    </>
  );
}

function wordsFor(isComplete: boolean, isApplied: boolean): string {
  if (isApplied) return "Applied, with exactly what stands above.";
  return isComplete ? "The form is whole and fits its schema." : "Opens when the form is whole.";
}

interface FieldProps {
  readonly stream: Parameters<typeof useField>[0];
  readonly name: (typeof FIELDS)[number][0];
  readonly label: string;
}

function Field({ stream, name, label }: FieldProps): ReactElement {
  const { value, isClosed } = useField(stream, [name]);
  if (value === undefined) return <Fact label={label}>…</Fact>;
  return (
    <Fact label={label} tone={isClosed ? "done" : "open"} mark={isClosed ? "final" : "being written"}>
      <bdi>{shown(name, value)}</bdi>
    </Fact>
  );
}

function shown(name: FieldProps["name"], value: unknown): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return new Intl.NumberFormat("en").format(value);
  const text = String(value);
  return name === "action" && isAction(text) ? ACTIONS[text] : text;
}

function isAction(text: string): text is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, text);
}
