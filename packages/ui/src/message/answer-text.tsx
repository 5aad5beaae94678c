"use client";
import type { ReactNode } from "react";
import { normalizeText } from "../markdown/clean-text.js";
import { useMarkdownOptions } from "../markdown/markdown-options.js";
import { MarkRendererContext } from "../markdown/marked-words.js";
import { stripMarkup } from "../markdown/sentinels.js";
import { usePiece } from "../on-demand/pieces.js";
import { markRenderer } from "./mark-slots.js";
import { MarksContext, useMarksState } from "./marks-state.js";
import type { MarkedText, TextMark } from "./marked-text.js";
import { PlainText } from "./plain-text.js";

export interface AnswerTextProps extends Pick<MarkedText, "text"> {
  /** The marks whose numbers stand in the text. None without. */
  readonly marks?: readonly TextMark[];
  /** The last block may still change: provisional tone and caret, and nothing in it leads anywhere yet. */
  readonly live?: boolean;
  /** The message ended inside this text: what it left open says so. */
  readonly cut?: boolean;
  /** Stands behind the last words of text that grows. */
  readonly ghost?: ReactNode;
}

const NO_MARKS: readonly TextMark[] = [];

/**
 * Markdown of one part as blocks. Renders one `div` a block; while the text grows only the last one renders again. Until
 * the reader of Markdown has been fetched the text stands there as it was written: see `preload`.
 */
export function AnswerText({ text, marks = NO_MARKS, live = false, cut = false, ghost }: AnswerTextProps): ReactNode {
  const { unsafeRenderMarkdown } = useMarkdownOptions();
  const { module } = usePiece("markdown", unsafeRenderMarkdown === undefined);
  const marksState = useMarksState(marks);
  if (unsafeRenderMarkdown !== undefined)
    return (
      <>
        {unsafeRenderMarkdown({ text: stripMarkup(text), live })}
        {ghost}
      </>
    );
  const Text = module === null ? PlainText : module.MarkdownText;
  return (
    <MarksContext.Provider value={marksState}>
      <MarkRendererContext.Provider value={markRenderer}>
        <Text text={normalizeText(text)} live={live} cut={cut} ghost={ghost} />
      </MarkRendererContext.Provider>
    </MarksContext.Provider>
  );
}
