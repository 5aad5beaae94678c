import type { AssistantMessage, Clock } from "@unsay/core";
import { countLetters, locateWords } from "./locate-words.js";
import { recordUse } from "./record-use.js";
import type { UseStore } from "./use-store.js";

export interface CopyFacts {
  readonly message: AssistantMessage;
  readonly store: UseStore;
  readonly clock: Clock;
}

/** Keeps which words of an answer a range on the page held, as copied. `element` is the one that the answer is drawn in. */
export function rememberCopy(range: Range, element: HTMLElement, { message, store, clock }: CopyFacts): void {
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
