"use client";
import { useContext, type ReactNode } from "react";
import type { MarkRenderer } from "../markdown/marked-words.js";
import { usePiece } from "../on-demand/pieces.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import type { MarkWordsProps } from "./live-marks.js";
import type { TextMark } from "./marked-text.js";
import { MarksContext } from "./marks-state.js";
import { Retracted, Revised } from "./marks.js";

/** Draws the sentinels of the markdown walker. One for all texts: what a number means comes from `MarksContext`. */
export const markRenderer: MarkRenderer = {
  point: (mark) => <PointSlot index={mark} />,
  text: (mark, words, first) => (
    <WordsSlot index={mark} first={first}>
      {words}
    </WordsSlot>
  ),
  end: (mark) => <EndSlot index={mark} />,
};

/** Each mark asks for what can be done with it. Until that is there, marked words are marked and nothing can be opened. */
function PointSlot({ index }: { readonly index: number }): ReactNode {
  const { module } = usePiece("revisions");
  const mark = useMark(index);
  if (module !== null) return <module.MarkPoint index={index} />;
  return mark?.kind === "retracted" ? <Retracted reason={mark.reason} /> : null;
}

function WordsSlot(props: MarkWordsProps): ReactNode {
  const { module } = usePiece("revisions");
  const mark = useMark(props.index);
  if (module !== null) return <module.MarkWords {...props} />;
  if (mark?.kind !== "revised") return <span data-mark={mark?.kind}>{props.children}</span>;
  return (
    <Revised revision={mark.revision} announced={props.first}>
      {props.children}
    </Revised>
  );
}

function EndSlot({ index }: { readonly index: number }): ReactNode {
  const { module } = usePiece("revisions");
  const { correction } = useWords(answerWords);
  const mark = useMark(index);
  if (module !== null) return <module.MarkEnd index={index} />;
  return mark?.kind === "unverified" ? ` ${correction.unverified}` : null;
}

function useMark(index: number): TextMark | undefined {
  return useContext(MarksContext).marks[index];
}
