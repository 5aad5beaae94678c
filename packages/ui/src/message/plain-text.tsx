"use client";
import { memo, type ReactNode } from "react";
import { cleanProse } from "../markdown/clean-text.js";
import { MarkedWords } from "../markdown/marked-words.js";
import { GhostBlock, tailOf, useBlockFrame, type BlockFacts, type BlocksProps } from "./block-frame.js";

/** Text as it was written, its marks drawn and nothing interpreted: what stands there until Markdown can be read. */
export function PlainText({ text, live, cut, ghost }: BlocksProps): ReactNode {
  const paragraphs = text.split(/\n(?:[ \t]*\n)+/).filter((paragraph) => paragraph.trim() !== "");
  const last = paragraphs.length - 1;
  if (last === -1 && ghost !== undefined) return <GhostBlock>{ghost}</GhostBlock>;
  return paragraphs.map((paragraph, index) => (
    <Paragraph
      key={index}
      text={paragraph}
      provisional={live && index === last}
      isCut={cut && index === last}
      ghost={index === last ? ghost : undefined}
    />
  ));
}

interface ParagraphProps extends BlockFacts {
  readonly text: string;
  readonly ghost: ReactNode;
}

const Paragraph = memo(function Paragraph({ text, provisional, isCut, ghost }: ParagraphProps) {
  return (
    <div {...useBlockFrame({ provisional, isCut })}>
      <div className="unsay-plain">
        <MarkedWords text={text} clean={cleanProse} />
        {tailOf(provisional, ghost)}
      </div>
    </div>
  );
});
