"use client";
import { useContext } from "react";
import { useClock } from "@unsay/react/base";
import { copyNoteOf } from "../message/copy-text.js";
import { guardWords } from "../strings/english/guard.js";
import { useWords } from "../strings/strings.js";
import { CopiedAnswerContext } from "./copied-answer.js";

/** What is added to a copy of something unfinished; `null` adds nothing. Asked at the press. */
export function useCopyNote(): () => string | null {
  const answerOf = useContext(CopiedAnswerContext);
  const words = useWords(guardWords);
  const clock = useClock();
  return () => {
    const message = answerOf();
    return message === null ? null : copyNoteOf(message, words, clock.epoch());
  };
}
