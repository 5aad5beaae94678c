"use client";
import { memo, useMemo, type ReactNode } from "react";
import type { Block } from "../markdown/blocks.js";
import { createDocumentReader } from "../markdown/document-reader.js";
import { MarkdownBlock } from "../markdown/markdown-block.js";
import { useMarkdownOptions } from "../markdown/markdown-options.js";
import { MarkRendererContext } from "../markdown/marked-words.js";
import { normalizeText } from "../markdown/parser.js";
import { stripMarkup } from "../markdown/sentinels.js";
import { Caret, MarksProvider, markRenderer } from "./marks.js";
import type { MarkedText, TextMark } from "./marked-text.js";
import { useHeadingLevel } from "./heading-level.js";

export interface AnswerTextProps extends Pick<MarkedText, "text"> {
  /** The marks whose numbers stand in the text. None without. */
  readonly marks?: readonly TextMark[];
  /** The last block may still change: provisional tone and caret, and nothing in it leads anywhere yet. */
  readonly live?: boolean;
  /** The message ended inside this text: what it left open says so. */
  readonly cut?: boolean;
}

const NO_MARKS: readonly TextMark[] = [];

/** Markdown of one part as blocks. Renders one `div` a block; while the text grows only the last one renders again. */
export function AnswerText({ text, marks = NO_MARKS, live = false, cut = false }: AnswerTextProps): ReactNode {
  const { math, unsafeRenderMarkdown } = useMarkdownOptions();
  const syntax = useMemo(() => ({ math: math !== undefined }), [math]);
  // The reader only remembers work done before, so what it returns depends on the text alone.
  const read = useMemo(() => createDocumentReader(syntax), [syntax]);
  const stableMarks = useStableMarks(marks);
  if (unsafeRenderMarkdown !== undefined) return unsafeRenderMarkdown({ text: stripMarkup(text), live });
  const blocks = read(normalizeText(text), !live);
  const last = blocks.findLastIndex(isShown);
  return (
    <MarksProvider marks={stableMarks}>
      <MarkRendererContext.Provider value={markRenderer}>
        {blocks.map((block, index) =>
          isShown(block) ? (
            <BlockFrame
              key={index}
              block={block}
              live={live && (index === last || mayRelink(block))}
              provisional={live && index === last}
              isCut={cut && index === last}
            />
          ) : null,
        )}
      </MarkRendererContext.Provider>
    </MarksProvider>
  );
}

/** Empty lines and definitions make no element. */
function isShown(block: Block): boolean {
  return block.kind === "code" || block.kind === "plain" || block.segments.some(({ tokens }) => tokens.length > 0);
}

/** Blocks that stay the same to the end are not told when it has come. */
function mayRelink(block: Block): boolean {
  return block.kind !== "code" && block.kind !== "plain" && block.segments.some((segment) => segment.mayRelink);
}

/** Marks are selected anew from every snapshot; equal ones must not wake the readers of the context. */
function useStableMarks(marks: readonly TextMark[]): readonly TextMark[] {
  const key = marks.length === 0 ? "" : JSON.stringify(marks);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is the value of the marks
  return useMemo(() => (key === "" ? NO_MARKS : marks), [key]);
}

interface BlockFrameProps {
  readonly block: Block;
  readonly live: boolean;
  readonly provisional: boolean;
  readonly isCut: boolean;
}

const BlockFrame = memo(function BlockFrame({ block, live, provisional, isCut }: BlockFrameProps) {
  const headingLevel = useHeadingLevel();
  return (
    <div
      className="unsay-block"
      data-unsay="answer.block"
      data-mark={provisional ? "provisional" : undefined}
      data-settled={provisional ? undefined : ""}
      data-unfinished={isCut ? "" : undefined}
      dir="auto"
    >
      <MarkdownBlock block={block} headingLevel={headingLevel} live={live} isCut={isCut} tail={provisional ? CARET : undefined} />
    </div>
  );
});

const CARET: ReactNode = <Caret />;
