"use client";
import { memo, useMemo, type ReactNode } from "react";
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
  const blocks = read(text, !live);
  const last = blocks.findLastIndex(isShown);
  if (last === -1 && ghost !== undefined) return <GhostBlock>{ghost}</GhostBlock>;
  const tail = blocks[last]?.kind === "code" || !/\s/u.test(text.slice(-1)) ? ghost : withSpace(ghost);
  return inGroups(blocks).map((group, index) => (
    <FrameGroup key={index} blocks={group} last={last - index * IN_GROUP} live={live} cut={cut} ghost={tail} />
  ));
}

/** Markdown drops the white space at the end of a block. */
function withSpace(ghost: ReactNode): ReactNode {
  return ghost === undefined ? undefined : <> {ghost}</>;
}

const IN_GROUP = 16;

/** So that a commit looks at the blocks of one group and not at all of them. */
function inGroups(blocks: readonly Block[]): readonly (readonly Block[])[] {
  return Array.from({ length: Math.ceil(blocks.length / IN_GROUP) }, (_group, index) =>
    blocks.slice(index * IN_GROUP, (index + 1) * IN_GROUP),
  );
}

interface FrameGroupProps extends Omit<BlocksProps, "text"> {
  readonly blocks: readonly Block[];
  /** Where in the group the last block stands that is shown; beyond its end while it stands in a later one. */
  readonly last: number;
}

const FrameGroup = memo(
  function FrameGroup({ blocks, last, live, cut, ghost }: FrameGroupProps): ReactNode {
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
  },
  (before, after) =>
    isPast(before) && isPast(after) && before.live === after.live && before.blocks.every((block, index) => block === after.blocks[index]),
);

/** What is shown last stands below it. */
function isPast({ blocks, last }: FrameGroupProps): boolean {
  return blocks.length === IN_GROUP && last >= IN_GROUP;
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
  const frame = useBlockFrame({ provisional, isCut });
  return <div {...frame}>{drawBlock({ block, headingLevel, live, isCut, tail: tailOf(provisional, ghost) })}</div>;
});
