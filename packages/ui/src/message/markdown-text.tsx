"use client";
import { memo, useMemo, type ReactNode } from "react";
import { createBlockGrouper } from "../markdown/block-groups.js";
import type { Block } from "../markdown/blocks.js";
import { createDocumentReader } from "../markdown/document-reader.js";
import { drawBlock } from "../markdown/markdown-block.js";
import { useMarkdownOptions } from "../markdown/markdown-options.js";
import { GhostBlock, tailOf, useBlockFrame, type BlockFacts, type BlocksProps } from "./block-frame.js";
import { useHeadingLevel } from "./heading-level.js";

/** Text read as Markdown. Loaded on demand, with the reader; while the text grows only the last block renders again. */
export function MarkdownText({ text, live, cut, ghost }: BlocksProps): ReactNode {
  const { math } = useMarkdownOptions();
  const syntax = useMemo(() => ({ math: math !== undefined }), [math]);
  // The reader only remembers work done before, so what it returns depends on the text alone.
  const read = useMemo(() => createDocumentReader(syntax), [syntax]);
  const group = useMemo(() => createBlockGrouper(), []);
  const groups = group(read(text, !live));
  const last = groups.at(-1)?.blocks.at(-1);
  if (last === undefined) return ghost === undefined ? null : <GhostBlock>{ghost}</GhostBlock>;
  const tail = last.kind === "code" || !/\s/u.test(text.slice(-1)) ? ghost : withSpace(ghost);
  return groups.map(({ blocks }, index) => (
    <BlockGroup key={index} blocks={blocks} isLast={index === groups.length - 1} live={live} cut={cut} ghost={tail} />
  ));
}

/** Markdown drops the white space at the end of a block. */
function withSpace(ghost: ReactNode): ReactNode {
  return ghost === undefined ? undefined : <> {ghost}</>;
}

interface BlockGroupProps extends Omit<BlocksProps, "text"> {
  readonly blocks: readonly Block[];
  /** The last block of the text is in it. */
  readonly isLast: boolean;
}

const BlockGroup = memo(
  function BlockGroup({ blocks, isLast, live, cut, ghost }: BlockGroupProps): ReactNode {
    const frames = blocks.map((block, index) => {
      const isEnd = isLast && index === blocks.length - 1;
      return (
        <MarkdownFrame
          key={index}
          block={block}
          live={live && (isEnd || mayRelink(block))}
          provisional={live && isEnd}
          isCut={cut && isEnd}
          ghost={isEnd ? ghost : undefined}
        />
      );
    });
    return <div className="unsay-blocks">{frames}</div>;
  },
  (before, after) => !before.isLast && !after.isLast && before.live === after.live && before.blocks === after.blocks,
);

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
  const frame = useBlockFrame({ provisional, isCut });
  return <div {...frame}>{drawBlock({ block, headingLevel, live, isCut, tail: tailOf(provisional, ghost) })}</div>;
});
