import type { Block } from "./blocks.js";

/** Blocks that stand together in one element. */
export interface BlockGroup {
  readonly blocks: readonly Block[];
  /** How many blocks of the text end with it, those that show nothing included. */
  readonly end: number;
}

/** Cuts blocks into groups of those that show something; what they are depends on the blocks alone. */
export type BlockGrouper = (blocks: readonly Block[]) => readonly BlockGroup[];

const IN_GROUP = 8;

/**
 * So that React looks at the blocks of one group for a commit, and the browser at the groups for a frame, and neither at
 * all blocks. Remembers the last call: a full group keeps its identity while its blocks keep theirs.
 */
export function createBlockGrouper(): BlockGrouper {
  let before: readonly Block[] = [];
  let groups: readonly BlockGroup[] = [];
  return (blocks) => {
    const same = countSame(before, blocks);
    const kept = groups.filter((group) => group.blocks.length === IN_GROUP && group.end <= same);
    groups = [...kept, ...groupFrom(blocks, kept.at(-1)?.end ?? 0)];
    before = blocks;
    return groups;
  };
}

function countSame(before: readonly Block[], blocks: readonly Block[]): number {
  const both = Math.min(before.length, blocks.length);
  let same = 0;
  while (same < both && before[same] === blocks[same]) same += 1;
  return same;
}

function groupFrom(blocks: readonly Block[], from: number): readonly BlockGroup[] {
  const groups: BlockGroup[] = [];
  let together: Block[] = [];
  for (let index = from; index < blocks.length; index += 1) {
    const block = blocks[index];
    if (block === undefined || !isShown(block)) continue;
    together.push(block);
    if (together.length < IN_GROUP) continue;
    groups.push({ blocks: together, end: index + 1 });
    together = [];
  }
  return together.length === 0 ? groups : [...groups, { blocks: together, end: blocks.length }];
}

/** Empty lines and definitions make no element. */
function isShown(block: Block): boolean {
  return block.kind === "code" || block.kind === "plain" || block.segments.some(({ tokens }) => tokens.length > 0);
}
