"use client";

import type { AssistantMessage, Clock } from "@unsay/core";
import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { useClock } from "../session/context.js";
import { countLetters, locateWords } from "./locate-words.js";
import { recordUse } from "./record-use.js";
import type { UseStore } from "./use-store.js";
import { useUseStore } from "./uses-context.js";

interface Watched {
  readonly element: HTMLElement;
  readonly facts: () => { readonly message: AssistantMessage; readonly store: UseStore; readonly clock: Clock };
}

/** One listener for all answers of the page: a selection may reach over several. */
const watched = new Set<Watched>();

/** Remembers what is copied by the browser's own means from the element of an answer. The clipboard is never touched. */
export function useNativeCopy(body: RefObject<HTMLElement | null>, message: AssistantMessage): void {
  const store = useUseStore();
  const clock = useClock();
  const facts = useRef({ message, store, clock });
  // Not an effect of its own after the paint: that would be one more task for each word.
  useLayoutEffect(() => {
    facts.current = { message, store, clock };
  });
  useEffect(() => {
    if (body.current === null) return;
    const entry: Watched = { element: body.current, facts: () => facts.current };
    if (watched.size === 0) document.addEventListener("copy", onCopy);
    watched.add(entry);
    return () => {
      watched.delete(entry);
      if (watched.size === 0) document.removeEventListener("copy", onCopy);
    };
  }, [body]);
}

function onCopy(): void {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  for (const { element, facts } of watched) if (range.intersectsNode(element)) remember(range, element, facts());
}

function remember(range: Range, element: HTMLElement, { message, store, clock }: ReturnType<Watched["facts"]>): void {
  const { text, lettersBefore } = readSelected(range, element);
  const spans = locateWords(message, text, lettersBefore);
  if (spans.length > 0) store.add(recordUse(message, { kind: "copied", spans, text }, clock));
}

/** Words of the kit between the words of the answer: hidden prefixes, references, earlier wordings, notes. */
const NOT_ANSWER = ".unsay-visually-hidden, button, del, [aria-hidden='true'], [data-unsay='answer.note'], [data-unsay='answer.reasoning']";

function readSelected(range: Range, element: HTMLElement): { readonly text: string; readonly lettersBefore: number } {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let text = "";
  let lettersBefore = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement?.closest(NOT_ANSWER) != null) continue;
    const selected = selectedOf(range, node);
    if (selected !== null) text += (node.nodeValue ?? "").slice(...selected);
    if (text === "") lettersBefore += countLetters((node.nodeValue ?? "").slice(0, selected?.[0]));
  }
  return { text, lettersBefore };
}

function selectedOf(range: Range, node: Node): readonly [from: number, to: number] | null {
  if (!range.intersectsNode(node)) return null;
  const length = node.nodeValue?.length ?? 0;
  return [range.startContainer === node ? range.startOffset : 0, range.endContainer === node ? range.endOffset : length];
}
