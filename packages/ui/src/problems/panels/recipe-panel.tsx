"use client";
import { memo, useEffect, useRef, type ReactElement, type ReactNode } from "react";
import type { AssistantMessage, StructuredStream, TextPart } from "@unsay/core";
import { useField, useStructured } from "@unsay/react";
import { Panel } from "./panel.js";
import { structuredPartOf } from "./structured-part.js";

/** A recipe out of JSON in the making. The figures beside its fields say how often each has been drawn. */
export function RecipePanel({ answer }: { readonly answer: AssistantMessage }): ReactElement {
  const part = structuredPartOf(answer);
  return (
    <Panel title="Recipe" note="The figure beside a field says how often it was drawn.">
      {part === undefined ? <p className="problem-quiet">Waiting for the recipe…</p> : <Recipe part={part} />}
    </Panel>
  );
}

function Recipe({ part }: { readonly part: TextPart }): ReactElement {
  const { stream } = useStructured(part);
  return (
    <div className="problem-recipe">
      <TextField stream={stream} path="title" className="problem-recipe-title" />
      <TextField stream={stream} path="minutes" after=" minutes" className="problem-quiet" />
      <Ingredients stream={stream} />
      <TextField stream={stream} path="steps" />
    </div>
  );
}

interface FieldProps {
  readonly stream: StructuredStream;
  readonly path: string;
  readonly after?: string;
  readonly className?: string;
}

const TextField = memo(({ stream, path, after = "", className }: FieldProps): ReactNode => {
  const { value } = useField(stream, [path]);
  return (
    <Drawn name={path} isEmpty={value === undefined}>
      <p className={className}>
        <bdi>{String(value)}</bdi>
        {after}
      </p>
    </Drawn>
  );
});
TextField.displayName = "TextField";

const Ingredients = memo(({ stream }: Pick<FieldProps, "stream">): ReactNode => {
  const { value } = useField(stream, ["ingredients"]);
  const list = Array.isArray(value) ? value : [];
  return (
    <Drawn name="ingredients" isEmpty={list.length === 0}>
      <ul>
        {list.map((ingredient, index) => (
          <li key={index}>
            <bdi>{String(ingredient)}</bdi>
          </li>
        ))}
      </ul>
    </Drawn>
  );
});
Ingredients.displayName = "Ingredients";

interface DrawnProps {
  readonly name: string;
  readonly isEmpty: boolean;
  readonly children: ReactNode;
}

/** Counts how often what it holds was drawn, outside React's own bookkeeping: a count in state would be another drawing. */
function Drawn({ name, isEmpty, children }: DrawnProps): ReactNode {
  const figure = useRef<HTMLSpanElement>(null);
  const count = useRef(0);
  useEffect(() => {
    if (figure.current === null) return;
    count.current += 1;
    figure.current.textContent = String(count.current);
  });
  if (isEmpty) return null;
  return (
    <div className="problem-drawn" data-field={name}>
      {children}
      <small>
        <span className="unsay-visually-hidden">drawn </span>
        <span ref={figure} />
        <span aria-hidden="true">×</span>
        <span className="unsay-visually-hidden"> times</span>
      </small>
    </div>
  );
}
