"use client";
import { memo, useMemo, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import type { StructuredPath, StructuredSchema, StructuredStream, TextPart } from "@unsay/core";
import { useField, useStructured } from "@unsay/react";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { cleanProse } from "../markdown/clean-text.js";
import { Caret } from "../message/marks.js";
import { structuredWords, type StructuredWords } from "../strings/english/structured.js";
import { useWords } from "../strings/strings.js";
import { humanizeName } from "../tool-call/humanize-name.js";
import { expectedFields } from "./expected-fields.js";

export interface StructuredPartProps extends Omit<HTMLAttributes<HTMLDivElement>, "part"> {
  /** A part of JSON, while it grows or when it is whole. */
  readonly part: TextPart;
  /** What is expected: its fields have their rows from the beginning, in its order. */
  readonly schema?: StructuredSchema;
  /** Names of fields for readers, by their path with dots, as `address.city`; made of the key without. */
  readonly labels?: Readonly<Record<string, string>>;
}

const ROOT: StructuredPath = [];
/** Objects and lists in each other beyond this are shown as JSON. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 200;

/** The fields of an object in the making: what is closed stands plain, what is open still changes, what is missing says so. Renders a `div`. */
export const StructuredPart: UiComponent<HTMLDivElement, StructuredPartProps> = withRef("StructuredPart", (props, ref) => {
  const { part, schema, labels, className, ...rest } = props;
  const { stream } = useStructured(part, schema);
  const isLive = part.status === "open";
  const shared = useMemo(() => ({ stream, schema, labels, isLive }), [stream, schema, labels, isLive]);
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-structured", className)} data-unsay="answer.structured">
      <Value {...shared} path={ROOT} />
    </div>
  );
});

interface Shared {
  readonly schema: StructuredSchema | undefined;
  readonly labels: StructuredPartProps["labels"] | undefined;
  readonly stream: StructuredStream;
  readonly isLive: boolean;
}

interface ValueProps extends Shared {
  readonly path: StructuredPath;
}

function Value(props: ValueProps): ReactNode {
  const { stream, path, schema } = props;
  const { value, isClosed } = useField(stream, path);
  if (isRecord(value) || (value === undefined && expectedFields(schema, path).length > 0)) {
    return path.length >= MAX_DEPTH ? <Json value={value} /> : <Fields {...props} value={isRecord(value) ? value : {}} />;
  }
  if (Array.isArray(value)) return path.length >= MAX_DEPTH ? <Json value={value} /> : <Entries {...props} amount={value.length} />;
  return <Leaf value={value} isClosed={isClosed} isLive={props.isLive} />;
}

function Fields({ value, ...shared }: ValueProps & { readonly value: Readonly<Record<string, unknown>> }): ReactElement {
  const names = [...new Set([...expectedFields(shared.schema, shared.path), ...Object.keys(value)])];
  return (
    <dl>
      {names.slice(0, MAX_ENTRIES).map((name) => (
        <Field key={name} {...shared} name={name} />
      ))}
    </dl>
  );
}

const Field = memo(function Field({ name, ...shared }: ValueProps & { readonly name: string }): ReactElement {
  const path = useMemo(() => [...shared.path, name], [shared.path, name]);
  const dotted = path.join(".");
  const { isClosed } = useField(shared.stream, path);
  return (
    <div data-path={dotted} data-settled={flag(isClosed)}>
      <dt>{shared.labels?.[dotted] ?? cleanProse(humanizeName(name))}</dt>
      <dd>
        <Value {...shared} path={path} />
      </dd>
    </div>
  );
});

function Entries({ amount, ...shared }: ValueProps & { readonly amount: number }): ReactElement {
  const { effect } = useWords(structuredWords);
  const shown = Math.min(amount, MAX_ENTRIES);
  return (
    <>
      <ol>
        {Array.from({ length: shown }, (_entry, index) => (
          <Entry key={index} {...shared} index={index} />
        ))}
      </ol>
      {amount > shown ? <span className="unsay-value-kind">{effect.sampleOf(shown, amount)}</span> : null}
    </>
  );
}

const Entry = memo(function Entry({ index, ...shared }: ValueProps & { readonly index: number }): ReactElement {
  const path = useMemo(() => [...shared.path, index], [shared.path, index]);
  const { isClosed } = useField(shared.stream, path);
  return (
    <li data-path={path.join(".")} data-settled={flag(isClosed)}>
      <Value {...shared} path={path} />
    </li>
  );
});

interface LeafProps {
  readonly value: unknown;
  readonly isClosed: boolean;
  readonly isLive: boolean;
}

function Leaf({ value, isClosed, isLive }: LeafProps): ReactElement {
  const strings = useWords(structuredWords);
  const { structured } = strings;
  if (value === undefined) return <span className="unsay-value-kind">{isLive ? structured.notYet : structured.missing}</span>;
  const words = <bdi>{wordsOf(value, strings)}</bdi>;
  if (isClosed) return words;
  if (!isLive) {
    return (
      <>
        {words} <span className="unsay-cut-note">{structured.cut}</span>
      </>
    );
  }
  return (
    <span data-mark="provisional">
      {words}
      <Caret />
    </span>
  );
}

function wordsOf(value: unknown, { edit, number }: StructuredWords): string {
  if (typeof value === "string") return cleanProse(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? edit.yes : edit.no;
  return edit.empty;
}

function Json({ value }: { readonly value: unknown }): ReactElement {
  return <code dir="ltr">{cleanProse(JSON.stringify(value) ?? "")}</code>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
