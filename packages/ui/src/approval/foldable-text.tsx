"use client";
import { useEffect, useId, useState, type ReactElement } from "react";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useOptionalGate } from "./gate-context.js";
import { maskSecret } from "./mask-secret.js";
import { ScrollBox } from "./scroll-box.js";
import { clampText, makeVisible } from "./visible-text.js";

/** Longer values are folded, with the count of what is not shown. */
export const FIELD_CHARACTERS = 512;

/** Tells the gate around it that something is folded away, for as long as it is. */
export function useFold(isFolded: boolean): void {
  const fold = useOptionalGate()?.control.fold;
  const id = useId();
  useEffect(() => {
    fold?.(id, isFolded);
    return () => fold?.(id, false);
  }, [fold, id, isFolded]);
}

export interface FoldableTextProps {
  readonly text: string;
  readonly label?: string | undefined;
  readonly isSecret?: boolean;
}

/** Text from arguments: what is unseen in it is written out, what is too long is folded, what is secret is masked. */
export function FoldableText({ text, label, isSecret = false }: FoldableTextProps): ReactElement {
  const { action, approval } = useWords(toolWords);
  const [isOpen, setOpen] = useState(false);
  const [isShown, setShown] = useState(false);
  const [isRead, setRead] = useState(false);
  const whole = makeVisible(isSecret && !isShown ? maskSecret(text, approval.masked) : text);
  const short = clampText(whole, FIELD_CHARACTERS);
  useFold(short.hidden > 0 && !isRead);
  return (
    <>
      {isOpen ? (
        <ScrollBox label={label} onEnd={() => setRead(true)}>
          {whole}
        </ScrollBox>
      ) : (
        short.text
      )}
      {isOpen || short.hidden === 0 ? null : <span className="unsay-approval-more"> {approval.moreCharacters(short.hidden)} </span>}
      {short.hidden > 0 ? (
        <button type="button" className="unsay-link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? action.showLess : action.showAll}
        </button>
      ) : null}
      {isSecret ? " " : null}
      {isSecret ? (
        <button type="button" className="unsay-link-button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? approval.hide : approval.show}
        </button>
      ) : null}
    </>
  );
}
