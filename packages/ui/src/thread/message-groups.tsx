"use client";
import { memo, useRef, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import type { Message } from "@unsay/core";
import type { ThreadGroup, ThreadGroups, ThreadItem, ThreadSection } from "@unsay/react/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";

export interface MessageGroupsProps extends Omit<HTMLAttributes<HTMLDivElement>, "children"> {
  readonly groups: ThreadGroups;
  /** Id of the oldest group that is drawn, as `useFromEnd` gives it; all of them without it. */
  readonly from?: number;
  /** Draws what stands in a group. Keep its identity, or every group is drawn again. */
  readonly children: (group: ThreadGroup) => ReactNode;
}

/** So many groups at the end are laid out wherever the reader is: the way to the end leads to what was measured. */
const ALWAYS_LAID_OUT = 2;

/**
 * The messages of a transcript. What is out of view is neither styled nor laid out; the browser's search, a selection and
 * assistive technology find it all the same. A change draws its own group again and no other. Renders a `div`.
 */
export const MessageGroups: UiComponent<HTMLDivElement, MessageGroupsProps> = withRef("MessageGroups", (props, ref) => {
  const { groups, from = Number.NEGATIVE_INFINITY, children, className, ...rest } = props;
  const { sections } = groups;
  const contained = (sections.at(-1)?.groups.at(-1)?.id ?? 0) - ALWAYS_LAID_OUT;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-groups", className)} data-unsay="transcript.messages">
      {sections.map((section) => (
        <Section key={section.id} section={section} draw={children} {...boundsIn(section, from, contained)} />
      ))}
    </div>
  );
});

interface Bounds {
  readonly from: number;
  readonly contained: number;
}

/** The same numbers for as long as they mean the same here, so that a section far from both ends is not asked. */
function boundsIn({ groups }: ThreadSection, from: number, contained: number): Bounds {
  const [first, last] = [groups[0]?.id ?? 0, groups.at(-1)?.id ?? 0];
  return { from: Math.max(from, first), contained: Math.min(contained, last) };
}

interface SectionProps extends Bounds {
  readonly section: ThreadSection;
  readonly draw: MessageGroupsProps["children"];
}

const Section = memo(function Section({ section, from, contained, draw }: SectionProps): ReactElement {
  return (
    <div className="unsay-groups" data-unsay="transcript.section">
      {section.groups.map((group) =>
        group.id < from ? null : <Group key={group.id} group={group} isContained={group.id <= contained} draw={draw} />,
      )}
    </div>
  );
});

interface GroupProps extends Pick<SectionProps, "draw"> {
  readonly group: ThreadGroup;
  readonly isContained: boolean;
}

const Group = memo(function Group({ group, isContained, draw }: GroupProps): ReactElement {
  // A guess for while nobody has seen it; after that, browsers remember its height.
  const guess = useRef(0);
  guess.current ||= guessBlockSize(group.items);
  return (
    <div
      className="unsay-groups unsay-group"
      style={{ containIntrinsicBlockSize: `auto ${guess.current}px` }}
      data-unsay="transcript.group"
      data-contained={isContained ? "" : undefined}
    >
      {draw(group)}
    </div>
  );
});

const LINE_LENGTH = 70;
const LINE_PX = 24;
/** Its heading, status line and actions, and the gap behind it. */
const AROUND_PX = 72;

function guessBlockSize(items: readonly ThreadItem[]): number {
  return items.reduce((sum, { message }) => sum + AROUND_PX + Math.ceil(lengthOf(message) / LINE_LENGTH) * LINE_PX, 0);
}

function lengthOf(message: Message): number {
  if (message.role === "user") return message.text.length;
  return message.parts.reduce(
    (sum, part) => (part.type === "text" ? part.spans.reduce((all, { text }) => all + text.length, sum) : sum),
    0,
  );
}
