"use client";
import type { ReactElement } from "react";
import type { PacedView } from "@unsay/core";
import { Button } from "../button/button.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";

/** Says what the text waits for. It never stands for text: what is held is not here. Renders a `p`. */
export function HoldNotice({ holding }: { readonly holding: NonNullable<PacedView["holding"]> }): ReactElement {
  const { hold } = useWords(answerWords);
  return (
    <p className="unsay-hold" data-unsay="answer.hold" data-why={holding.why}>
      {hold.waiting[holding.why]}
    </p>
  );
}

/** Stands for text that a cut left unfinished: half a decision is shown only to who asks for it. Renders a `p`. */
export function HeldText({ words, onShow }: { readonly words: number; readonly onShow: () => void }): ReactElement {
  const { hold } = useWords(answerWords);
  return (
    <p className="unsay-hold" data-unsay="answer.kept">
      {hold.keptBack} <Button onClick={onShow}>{hold.showKept(words)}</Button>
    </p>
  );
}
