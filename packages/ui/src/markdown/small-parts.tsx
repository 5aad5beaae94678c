"use client";
import type { ReactElement, ReactNode } from "react";
import { markdownWords } from "../strings/english/markdown.js";
import { useWords } from "../strings/strings.js";
import { cleanCode, cleanProse } from "./clean-text.js";
import { useMarkdownOptions } from "./markdown-options.js";

/** A table that scrolls by itself, and can be reached to scroll it with keys. Renders a `div`. */
export function TableFrame({ children }: { readonly children: ReactNode }): ReactElement {
  const { markdown } = useWords(markdownWords);
  return (
    <div className="unsay-table" role="group" aria-label={markdown.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}

/** Says what the answer says; there is nothing to press. Renders an `input`. */
export function TaskBox({ isDone }: { readonly isDone: boolean }): ReactElement {
  const { markdown } = useWords(markdownWords);
  return <input type="checkbox" disabled checked={isDone} readOnly aria-label={isDone ? markdown.taskDone : markdown.taskOpen} />;
}

export function FootnoteMark({ label }: { readonly label: string }): ReactElement {
  const { markdown } = useWords(markdownWords);
  return (
    <sup className="unsay-footnote-mark">
      <span className="unsay-visually-hidden">{markdown.footnote(cleanProse(label))}</span>
      <span aria-hidden="true">{cleanProse(label)}</span>
    </sup>
  );
}

/** A note where the model wrote it, under its own label. Renders a `div`. */
export function Footnote({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="unsay-footnote" data-unsay="answer.footnote">
      <FootnoteMark label={label} />
      <div>{children}</div>
    </div>
  );
}

export interface MathWordsProps {
  readonly source: string;
  readonly display: boolean;
  readonly isPending: boolean;
}

/** Drawn by the plug-in once nothing of it can change; until then, and without one, as it was written. */
export function MathWords({ source, display, isPending }: MathWordsProps): ReactNode {
  const { math } = useMarkdownOptions();
  if (math !== undefined && !isPending) return math({ source, display });
  return (
    <code dir="ltr" data-unsay="answer.math">
      {cleanCode(source)}
    </code>
  );
}
