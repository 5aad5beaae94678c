import type { ReactElement, ReactNode } from "react";
import { Caret } from "./marks.js";

export interface BlockFacts {
  readonly provisional: boolean;
  readonly isCut: boolean;
}

/** The text of one part, normalised, with the sentinels of its marks. */
export interface BlocksProps {
  readonly text: string;
  readonly live: boolean;
  readonly cut: boolean;
  readonly ghost: ReactNode;
}

/** One block of an answer, read as Markdown or not yet. Renders a `div`. */
export function BlockFrame({ provisional, isCut, children }: BlockFacts & { readonly children: ReactNode }): ReactElement {
  return (
    <div
      className="unsay-block"
      data-unsay="answer.block"
      dir="auto"
      data-mark={provisional ? "provisional" : undefined}
      data-settled={provisional ? undefined : ""}
      data-unfinished={isCut ? "" : undefined}
    >
      {children}
    </div>
  );
}

/** Words that may still be dropped, where no text stands before them. */
export function GhostBlock({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div className="unsay-block" dir="auto">
      {children}
    </div>
  );
}

const CARET: ReactNode = <Caret />;

/** What stands behind the last words of a block: words that may still be dropped, and the caret. */
export function tailOf(provisional: boolean, ghost: ReactNode): ReactNode {
  if (!provisional || ghost === undefined) return provisional ? CARET : ghost;
  return (
    <>
      {ghost}
      {CARET}
    </>
  );
}
