import { Fragment, createContext, useContext, type Context, type ReactNode } from "react";
import { readSentinels, stripMarkup } from "./sentinels.js";
import { inStretches } from "./stretches.js";

/** What draws the marks that the sentinels stand for. Called with the number of the mark. */
export interface MarkRenderer {
  /** Before the first words of a mark, or in place of its words. */
  readonly point: (mark: number) => ReactNode;
  /** A run of marked words; `first` once per mark and block. */
  readonly text: (mark: number, words: ReactNode, first: boolean) => ReactNode;
  /** After the last words of a mark. */
  readonly end: (mark: number) => ReactNode;
}

const NO_MARKS: MarkRenderer = { point: () => null, text: (_mark, words) => words, end: () => null };

/** Who draws the marks below. Without one their words stand there unmarked. */
export const MarkRendererContext: Context<MarkRenderer> = createContext<MarkRenderer>(NO_MARKS);

/** Which mark is open, and which have begun, along the leaves of one block. */
export interface MarkProgress {
  active: number | null;
  readonly begun: Set<number>;
}

export function startMarks(): MarkProgress {
  return { active: null, begun: new Set() };
}

/** Marks are applied to runs of text, so that one may begin in one emphasis and end in the next. */
export function wordsOf(text: string, marks: MarkRenderer, progress: MarkProgress, clean: (text: string) => string): ReactNode {
  const pieces = readSentinels(text);
  const [only] = pieces;
  if (pieces.length === 1 && only?.type === "text" && progress.active === null) return inStretches(clean(stripMarkup(only.text)));
  return pieces.map((sentinel, index) => {
    switch (sentinel.type) {
      case "point":
        return <Fragment key={index}>{marks.point(sentinel.mark)}</Fragment>;
      case "end":
        return <Fragment key={index}>{marks.end(sentinel.mark)}</Fragment>;
      case "open":
        progress.active = sentinel.mark;
        return null;
      case "close":
        progress.active = null;
        return null;
      case "text":
        return <Fragment key={index}>{marked(clean(stripMarkup(sentinel.text)), marks, progress)}</Fragment>;
    }
  });
}

function marked(text: string, marks: MarkRenderer, { active, begun }: MarkProgress): ReactNode {
  const words = inStretches(text);
  if (active === null) return words;
  const first = !begun.has(active);
  begun.add(active);
  return marks.text(active, words, first);
}

/** Text outside of Markdown that may carry marks: the lines of a code block. */
export function MarkedWords({ text, clean }: { readonly text: string; readonly clean: (text: string) => string }): ReactNode {
  const marks = useContext(MarkRendererContext);
  return wordsOf(text, marks, startMarks(), clean);
}
