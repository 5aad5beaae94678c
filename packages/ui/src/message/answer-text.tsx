"use client";
import { memo, useMemo, useState, type ReactNode } from "react";
import { createBlockCutter } from "../markdown/block-cutter.js";
import { normalizeText, parseMarkdown } from "../markdown/parser.js";
import { renderTokens } from "../markdown/render-tokens.js";
import { useStrings } from "../strings/strings.js";
import { Caret, MarksProvider, markRenderer } from "./marks.js";
import type { MarkedText, TextMark } from "./marked-text.js";
import { useHeadingLevel } from "./heading-level.js";

export interface AnswerTextProps extends MarkedText {
  /** The last block may still change: provisional tone and caret. */
  readonly live?: boolean;
}

const NO_MARKS: readonly TextMark[] = [];

/** Markdown of one part as blocks. Renders one `div` a block; while the text grows only the last one renders again. */
export function AnswerText({ text, marks, live = false }: AnswerTextProps): ReactNode {
  // The cutter only remembers work done before, so what it returns depends on the text alone.
  const [cut] = useState(createBlockCutter);
  const blocks = cut(normalizeText(text));
  const last = blocks.length - 1;
  return (
    <MarksProvider marks={useStableMarks(marks)}>
      {blocks.map((block, index) => (
        <Block key={index} text={block} provisional={live && index === last} />
      ))}
    </MarksProvider>
  );
}

/** Marks are selected anew from every snapshot; equal ones must not wake the readers of the context. */
function useStableMarks(marks: readonly TextMark[]): readonly TextMark[] {
  const key = marks.length === 0 ? "" : JSON.stringify(marks);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is the value of the marks
  return useMemo(() => (key === "" ? NO_MARKS : marks), [key]);
}

interface BlockProps {
  readonly text: string;
  readonly provisional: boolean;
}

const Block = memo(function Block({ text, provisional }: BlockProps) {
  const strings = useStrings();
  const headingLevel = useHeadingLevel();
  const tokens = useMemo(() => parseMarkdown(text), [text]);
  const tail = provisional ? <Caret /> : null;
  return (
    <div
      className="unsay-block"
      data-unsay="answer.block"
      data-mark={provisional ? "provisional" : undefined}
      data-settled={provisional ? undefined : ""}
      dir="auto"
    >
      {renderTokens(tokens, { strings, marks: markRenderer, headingLevel, tail })}
    </div>
  );
});
