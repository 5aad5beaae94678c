"use client";
import { useState, type CSSProperties, type HTMLAttributes } from "react";
import type { Message } from "@unsay/core";
import type { ThreadItem } from "@unsay/react/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";

export interface MessageGroupProps extends HTMLAttributes<HTMLDivElement> {
  /** What stands in it, for a guess of its height while nobody has seen it. */
  readonly items: readonly ThreadItem[];
}

/** Neighbours of a transcript. Out of view they are neither styled nor laid out, and found, read and selected all the same. Renders a `div`. */
export const MessageGroup: UiComponent<HTMLDivElement, MessageGroupProps> = withRef("MessageGroup", (props, ref) => {
  const { items, className, style, ...rest } = props;
  // Once it was seen, browsers remember its real height.
  const [blockSize] = useState(() => guessBlockSize(items));
  const guess: CSSProperties = { containIntrinsicBlockSize: `auto ${blockSize}px` };
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-group", className)}
      style={{ ...guess, ...style }}
      data-unsay="transcript.group"
    />
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
