"use client";
import { useId, useState, type HTMLAttributes, type ReactElement } from "react";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { revisionWords, type RevisionWords } from "../strings/english/revision.js";
import { useWords } from "../strings/strings.js";

/** The lines of an answer, each drawn as the answer itself draws it. */
const LINES: readonly (readonly [name: keyof RevisionWords["legend"], attributes: Record<`data-${string}`, string>])[] = [
  ["pending", { "data-status": "pending" }],
  ["provisional", { "data-status": "streaming" }],
  ["cut", { "data-status": "truncated", "data-cause": "length" }],
  ["changed", { "data-status": "revised" }],
  ["withdrawn", { "data-status": "truncated", "data-cause": "withheld" }],
];

/** What the marks mean, as a list. Renders a `ul`. */
export const LegendList: UiComponent<HTMLUListElement, HTMLAttributes<HTMLUListElement>> = withRef("LegendList", (props, ref) => {
  const { legend } = useWords(revisionWords);
  return (
    <ul {...props} ref={ref} className={joinClasses("unsay-legend-list", props.className)} data-unsay="legend.list">
      {LINES.map(([name, attributes]) => (
        <li key={name} className="unsay-answer" {...attributes}>
          {legend[name]}
        </li>
      ))}
      <li className="unsay-answer" data-status="complete">
        <span data-mark="unverified">{legend.doubted}</span>
      </li>
      <li className="unsay-answer" data-status="complete">
        {legend.complete}
      </li>
    </ul>
  );
});

/** The key to the marks, behind a button; open in print. Renders a `div`. */
export const Legend: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef("Legend", (props, ref): ReactElement => {
  const { className, ...rest } = props;
  const { legend } = useWords(revisionWords);
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-legend", className)}
      data-unsay="legend"
      data-open={flag(open)}
      onKeyDown={(event) => {
        rest.onKeyDown?.(event);
        if (event.key !== "Escape" || !open || event.defaultPrevented) return;
        event.preventDefault();
        setOpen(false);
      }}
    >
      <button type="button" className="unsay-disclosure" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {legend.label}
      </button>
      <LegendList id={id} />
    </div>
  );
});
