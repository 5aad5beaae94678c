"use client";

import type { ToolCall } from "@unsay/core";
import { useMemo, useState } from "react";
import type { CallEdit } from "../types.js";
import {
  fieldsOf,
  isSameValue,
  parseField,
  problemOf,
  textOfField,
  valueAt,
  withValueAt,
  type ArgumentField,
  type FieldProblem,
  type JsonSchema,
} from "./argument-schema.js";

export interface EditedField extends ArgumentField {
  /** What its input shows. */
  readonly text: string;
  /** As the model asked. */
  readonly before: unknown;
  /** As it would be sent; that of before, while what is typed is no value. */
  readonly after: unknown;
  readonly isChanged: boolean;
  readonly problem: FieldProblem | null;
  readonly change: (text: string) => void;
  readonly reset: () => void;
}

export interface ArgumentEdits {
  readonly fields: readonly EditedField[];
  readonly edit: CallEdit;
  readonly resetAll: () => void;
}

type Typed = ReadonlyMap<string, string>;

/** A form over the arguments of a call. `onEdit` hears of every change, with the whole of the arguments. */
export function useArgumentEdits(call: ToolCall, schema: JsonSchema | undefined, onEdit: (edit: CallEdit | null) => void): ArgumentEdits {
  const [typed, setTyped] = useState<Typed>(new Map());
  const plain = useMemo(() => fieldsOf(schema, call.args), [schema, call.args]);
  const set = (next: Typed): void => {
    setTyped(next);
    const edit = editOf(call, plain, next);
    onEdit(edit.changes === 0 ? null : edit);
  };
  const fields = plain.map((field): EditedField => {
    const key = keyOf(field);
    return {
      ...stateOf(field, call.args, typed),
      change: (text) => set(new Map(typed).set(key, text)),
      reset: () => set(new Map([...typed].filter(([other]) => other !== key))),
    };
  });
  return { fields, edit: editOf(call, plain, typed), resetAll: () => set(new Map()) };
}

function keyOf({ path }: ArgumentField): string {
  return JSON.stringify(path);
}

function stateOf(field: ArgumentField, args: unknown, typed: Typed): Omit<EditedField, "change" | "reset"> {
  const before = valueAt(args, field.path);
  const text = typed.get(keyOf(field));
  if (text === undefined) return { ...field, before, after: before, isChanged: false, problem: null, text: textOfField(field, before) };
  const parsed = parseField(field, text);
  if ("problem" in parsed) return { ...field, before, after: before, isChanged: true, problem: parsed.problem, text };
  const after = before === undefined && parsed.value === "" ? undefined : parsed.value;
  return { ...field, before, after, isChanged: !isSameValue(before, after), problem: problemOf(field, after), text };
}

function editOf(call: ToolCall, fields: readonly ArgumentField[], typed: Typed): CallEdit {
  const changed = fields.map((field) => stateOf(field, call.args, typed)).filter(({ isChanged }) => isChanged);
  return {
    args: changed.reduce<unknown>((args, { path, after }) => withValueAt(args, path, after), call.args),
    changes: changed.length,
    isValid: changed.every(({ problem }) => problem === null),
  };
}
