"use client";
import { memo, useMemo, type ReactNode } from "react";
import type { Block } from "../markdown/blocks.js";
import { createDocumentReader } from "../markdown/document-reader.js";
import { MarkdownBlock } from "../markdown/markdown-block.js";
import { useMarkdownOptions } from "../markdown/markdown-options.js";
import { BlockFrame, GhostBlock, tailOf, type BlockFacts, type BlocksProps } from "./block-frame.js";
import { useHeadingLevel } from "./heading-level.js";

/** Text read as Markdown. Loaded on demand, with the reader; while the text grows only the last block renders again. */
export function MarkdownText({ text, live, cut, ghost }: BlocksProps): ReactNode {
  const { math } = useMarkdownOptions();
  const syntax = useMemo(() => ({ math: math !== undefined }), [math]);
  // The reader only remembers work done before, so what it returns depends on the text alone.
  const read = useMemo(() => createDocumentReader(syntax), [syntax]);
  const blocks = read(text, !live);
  const last = blocks.findLastIndex(isShown);
  if (last === -1 && ghost !== undefined) return <GhostBlock>{ghost}</GhostBlock>;
  return blocks.map((block, index) =>
    isShown(block) ? (
      <MarkdownFrame
        key={index}
        block={block}
        live={live && (index === last || mayRelink(block))}
        provisional={live && index === last}
        isCut={cut && index === last}
        ghost={index === last ? ghost : undefined}
      />
    ) : null,
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

interface MarkdownFrameProps extends BlockFacts {
  readonly block: Block;
  readonly live: boolean;
  readonly ghost: ReactNode;
}

const MarkdownFrame = memo(function MarkdownFrame({ block, live, provisional, isCut, ghost }: MarkdownFrameProps) {
  const headingLevel = useHeadingLevel();
  return (
    <BlockFrame provisional={provisional} isCut={isCut}>
      <MarkdownBlock block={block} headingLevel={headingLevel} live={live} isCut={isCut} tail={tailOf(provisional, ghost)} />
    </BlockFrame>
  );
});
