"use client";
import { useId, type ReactElement, type ReactNode } from "react";

export interface PanelProps {
  readonly title: string;
  /** Stands under the title. */
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** The frame that all panels share. Renders a `section`. */
export function Panel({ title, note, children }: PanelProps): ReactElement {
  const id = useId();
  return (
    <section className="problem-panel" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {note === undefined ? null : <p className="problem-quiet">{note}</p>}
      {children}
    </section>
  );
}

export interface FactProps {
  readonly label: string;
  readonly children: ReactNode;
  /** A word beside the value: how certain it is, how it is counted. */
  readonly mark?: string | undefined;
  readonly tone?: "open" | "done" | "bad" | undefined;
}

/** One labelled value of a panel's list. Goes into a `dl`. */
export function Fact({ label, children, mark, tone }: FactProps): ReactElement {
  return (
    <div className="problem-fact" data-tone={tone}>
      <dt>{label}</dt>
      <dd>
        {children}
        {mark === undefined ? null : <small>{mark}</small>}
      </dd>
    </div>
  );
}
