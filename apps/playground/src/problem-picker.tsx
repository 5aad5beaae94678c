import { problems, problemsElsewhere, type Problem } from "@unsay/core/testing";
import { useEffect, useRef, type MouseEvent, type ReactNode } from "react";
import { addressOf } from "./thread-address.ts";

export interface ProblemPickerProps {
  /** The one on show. */
  readonly current: Problem | undefined;
  readonly onPick: (problem: Problem) => void;
}

/** The problems of streamed answers that the page can play by itself, and those that it can't. */
export function ProblemPicker({ current, onPick }: ProblemPickerProps): ReactNode {
  const menu = useRef<HTMLUListElement>(null);
  useEffect(() => {
    menu.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <>
      <p className="playground-note">
        What goes wrong with streamed answers, and what you see here. Played in this page, without the server.
      </p>
      <ul className="playground-scenarios" ref={menu}>
        {problems.map((problem) => (
          <li key={problem.id}>
            <a
              href={addressOf({ problem })}
              data-problem={problem.id}
              aria-current={problem === current ? "page" : undefined}
              onClick={(event) => pickHere(event, () => onPick(problem))}
            >
              <strong>{problem.title}</strong>
              <span>{problem.id}</span>
            </a>
          </li>
        ))}
      </ul>
      <details className="playground-elsewhere">
        <summary>{problemsElsewhere.length} more that a page can’t show</summary>
        <dl>
          {problemsElsewhere.map(({ id, title, why }) => (
            <div key={id}>
              <dt>
                {title} <span>{id}</span>
              </dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

/** A click that asks for a new tab gets one. */
function pickHere(event: MouseEvent, pick: () => void): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  pick();
}
