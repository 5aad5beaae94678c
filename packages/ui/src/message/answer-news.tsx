"use client";
import { useLayoutEffect, useState, type ReactElement, type RefObject } from "react";
import type { AssistantMessage } from "@unsay/core";
import { CorrectionStrip } from "./correction-strip.js";
import { UsedTextNotice } from "./used-text-notice.js";

export interface AnswerNewsProps {
  readonly message: AssistantMessage;
  /** The answer as the reader first had it: what came after that is news to them. */
  readonly since: AssistantMessage;
  readonly container: RefObject<HTMLElement | null>;
}

/** What became of an answer since it was shown, above its text. Renders one element for each of the two things to say. */
export function AnswerNews({ message, since, container }: AnswerNewsProps): ReactElement {
  const [hasBegun, setBegun] = useState(false);
  // The strip tells what comes while it stands there, so it has to stand there before.
  // oxlint-disable-next-line react/set-state-in-effect
  useLayoutEffect(() => setBegun(true), []);
  return (
    <>
      <UsedTextNotice message={message} container={container} />
      <CorrectionStrip message={hasBegun ? message : since} container={container} />
    </>
  );
}
