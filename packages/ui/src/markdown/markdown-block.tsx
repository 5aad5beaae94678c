"use client";
import { memo, useContext, useMemo, type ReactElement, type ReactNode } from "react";
import { markdownWords } from "../strings/english/markdown.js";
import { useWords } from "../strings/strings.js";
import type { Block, CodeBlock as Code, ListBlock, PlainBlock, Segment, TableBlock } from "./blocks.js";
import { useCiting } from "./citations.js";
import { cleanProse } from "./clean-text.js";
import { CodeBlock } from "./code-block.js";
import { MarkRendererContext, MarkedWords } from "./marked-words.js";
import { renderTokens } from "./render-tokens.js";
import { TableFrame } from "./small-parts.js";

/** Cells of one table. The rows beyond are shown as they were written. */
const MAX_CELLS = 2_000;

export interface BlockToDraw {
  readonly block: Block;
  readonly headingLevel: number;
  /** More text may come: what is not final leads nowhere yet. */
  readonly live: boolean;
  /** The message ended inside this block. */
  readonly isCut: boolean;
  /** Stands behind the last words. */
  readonly tail?: ReactNode;
}

/** Draws one block; no component, as it would be drawn with each word. Items and rows that keep their identity are not drawn again. */
export function drawBlock(drawn: BlockToDraw): ReactElement {
  const { block } = drawn;
  switch (block.kind) {
    case "code":
      return codeLines(block, drawn);
    case "list":
      return listItems(block, drawn);
    case "table":
      return <TableRows {...drawn} block={block} />;
    case "plain":
      return <PlainText block={block} tail={drawn.tail} />;
    case "flow":
      return <SegmentView {...partOf(drawn, block.segments[0], true)} />;
  }
}

function codeLines(block: Code, { isCut, tail }: BlockToDraw): ReactElement {
  const { groups, line, fence, isClosed, isFinal } = block;
  return <CodeBlock groups={groups} line={line} info={fence.info} isClosed={isClosed} isCut={isCut} isFinal={isFinal} tail={tail} />;
}

interface SegmentProps {
  readonly segment: Segment;
  readonly headingLevel: number;
  readonly isPending: boolean;
  readonly isCut: boolean;
  readonly isLoose?: boolean | undefined;
  readonly tail?: ReactNode;
  /** What the segment stands in, where that allows only certain elements. */
  readonly within?: "list" | "table" | undefined;
}

/** Only the last segment of a block can still change. */
function partOf({ block, headingLevel, live, isCut, tail }: BlockToDraw, segment: Segment, isLast: boolean): SegmentProps {
  const isOpen = isLast && !block.isFinal;
  const isPending = live && (isOpen || segment.mayRelink);
  return { segment, headingLevel, isPending, isCut: isCut && isLast, tail: isLast ? tail : undefined };
}

/** What is drawn of a long segment stays while only its unparsed end grows. */
const SegmentView = memo(function SegmentView(props: SegmentProps): ReactElement {
  const { segment, tail, within, headingLevel, isPending, isCut, isLoose } = props;
  const { tokens, rest } = segment;
  const marks = useContext(MarkRendererContext);
  const citing = useCiting();
  const tailInside = rest === "" ? tail : undefined;
  const parsed = useMemo(
    () => renderTokens(tokens, { marks, headingLevel, isPending, isCut, citing, isLoose, tail: tailInside }),
    [tokens, marks, headingLevel, isPending, isCut, citing, isLoose, tailInside],
  );
  return (
    <>
      {parsed}
      {rest === "" ? null : (
        <Unparsed within={within}>
          <MarkedWords text={rest} clean={cleanProse} />
          {tail}
        </Unparsed>
      )}
    </>
  );
});

function Unparsed({ within, children }: { readonly within: SegmentProps["within"]; readonly children: ReactNode }): ReactElement {
  if (within === "list") return <li className="unsay-plain">{children}</li>;
  if (within !== "table") return <span className="unsay-plain">{children}</span>;
  return (
    <tr>
      <td className="unsay-plain">{children}</td>
    </tr>
  );
}

interface SegmentGroupProps extends Omit<BlockToDraw, "block"> {
  readonly block: ListBlock | TableBlock;
  readonly segments: readonly Segment[];
  /** The last segment of the block is in it. */
  readonly isLast: boolean;
}

/** Items or rows in groups, so that a commit looks at some tens of them and not at all. */
const SegmentGroup = memo(
  function SegmentGroup({ segments, isLast, ...props }: SegmentGroupProps): ReactElement {
    const { block } = props;
    const isLoose = block.kind === "list" ? block.isLoose : undefined;
    return (
      <>
        {segments.map((segment, index) => (
          <SegmentView
            key={index}
            {...partOf(props, segment, isLast && index === segments.length - 1)}
            within={block.kind}
            isLoose={isLoose}
          />
        ))}
      </>
    );
  },
  (before, after) =>
    !after.isLast &&
    !before.isLast &&
    before.live === after.live &&
    before.headingLevel === after.headingLevel &&
    (before.block.kind !== "list" || after.block.kind !== "list" || before.block.isLoose === after.block.isLoose) &&
    before.segments.length === after.segments.length &&
    before.segments.every((segment, index) => segment === after.segments[index]),
);

const IN_GROUP = 32;

function inGroups({ segments, ...props }: Omit<SegmentGroupProps, "isLast">): readonly ReactElement[] {
  return Array.from({ length: Math.ceil(segments.length / IN_GROUP) }, (_group, index) => {
    const to = (index + 1) * IN_GROUP;
    const isLast = to >= segments.length && segments.at(-1) === props.block.segments.at(-1);
    return <SegmentGroup key={index} {...props} segments={segments.slice(index * IN_GROUP, to)} isLast={isLast} />;
  });
}

function listItems(block: ListBlock, drawn: BlockToDraw): ReactElement {
  const { segments, start, marker } = block;
  const items = inGroups({ ...drawn, block, segments });
  return /[.)]/.test(marker) ? <ol {...(start === null || !Number.isSafeInteger(start) ? {} : { start })}>{items}</ol> : <ul>{items}</ul>;
}

function TableRows(props: BlockToDraw & { readonly block: TableBlock }): ReactElement {
  const { markdown } = useWords(markdownWords);
  const { head, segments } = props.block;
  const columns = Math.max(1, head.tokens.filter((token) => token.type === "th_open").length);
  const shown = segments.slice(0, Math.max(1, Math.floor(MAX_CELLS / columns)));
  const hidden = segments.slice(shown.length);
  return (
    <>
      <TableFrame>
        <SegmentView {...partOf(props, head, false)} />
        <tbody>{inGroups({ ...props, segments: shown })}</tbody>
      </TableFrame>
      {hidden.length === 0 ? null : (
        <div className="unsay-plain" role="group" aria-label={markdown.moreRows(hidden.length)} tabIndex={0}>
          <p>{markdown.moreRows(hidden.length)}</p>
          <MarkedWords text={hidden.map(({ source }) => source).join("")} clean={cleanProse} />
          {props.tail}
        </div>
      )}
      {props.isCut ? (
        <p className="unsay-cut-note" data-unsay="answer.note">
          {markdown.tableUnfinished}
        </p>
      ) : null}
    </>
  );
}

function PlainText({ block, tail }: { readonly block: PlainBlock; readonly tail: ReactNode }): ReactElement {
  const { markdown } = useWords(markdownWords);
  return (
    <div className="unsay-plain">
      <p>{markdown.asText}</p>
      <MarkedWords text={block.source} clean={cleanProse} />
      {tail}
    </div>
  );
}
