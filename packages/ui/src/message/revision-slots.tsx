"use client";
import { useContext, useState, type ReactElement, type ReactNode, type RefObject } from "react";
import type { AssistantMessage } from "@unsay/core";
import { useClock, useCopiedRange, useUseStore } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { withPiece } from "../on-demand/on-demand.js";
import { PiecesContext, usePiece } from "../on-demand/pieces.js";
import { answerWords } from "../strings/english/answer.js";
import { useWording } from "../strings/strings.js";
import type { AnswerNewsProps } from "./answer-news.js";
import type { MessageVersionsProps } from "./message-versions.js";

/** Where something has become of the answer. Until it is told here, the marks in the text and the status line say it. */
export function AnswerNewsSlot(props: AnswerNewsProps): ReactNode {
  const { module } = usePiece("revisions");
  return module === null ? null : <module.AnswerNews {...props} />;
}

export function MessageVersionsSlot(props: MessageVersionsProps): ReactNode {
  const { module } = usePiece("revisions");
  return module === null ? null : <module.MessageVersions {...props} />;
}

export function LegendSlot(): ReactNode {
  const { module } = usePiece("revisions");
  return module === null ? null : <module.Legend />;
}

/** Remembers what readers copy by the browser's own means. */
export function useRememberedCopies(container: RefObject<HTMLElement | null>, message: AssistantMessage): void {
  const { revisions } = useContext(PiecesContext);
  const store = useUseStore();
  const clock = useClock();
  useCopiedRange(container, (range, element) =>
    withPiece(revisions, ({ rememberCopy }) => rememberCopy(range, element, { message, store, clock })),
  );
}

/** Copies what is shown at the press. What is not finished says so in the copy. Renders a `button`. */
export function CopyButton({ message }: { readonly message: AssistantMessage }): ReactElement {
  const { revisions } = useContext(PiecesContext);
  const wording = useWording();
  const { action } = wording(answerWords);
  const store = useUseStore();
  const clock = useClock();
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const copy = async (): Promise<void> => {
    setState("busy");
    const piece = await revisions.load();
    await piece.copyAnswer({ message, store, clock }, wording);
    setState("done");
  };
  return (
    <Button
      data-action="copy"
      aria-busy={state === "busy" || undefined}
      onBlur={() => setState("ready")}
      onClick={() => void copy().catch(() => setState("ready"))}
    >
      {state === "done" ? action.copied : action.copy}
    </Button>
  );
}
