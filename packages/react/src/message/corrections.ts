import { isAnswerPart, type AssistantMessage, type Span, type TextPart } from "@unsay/core";

/** One stated correction that a reader can see. */
export interface Correction {
  /** 1 for the first of the message. */
  readonly revision: number;
  /** The spans whose place it took. */
  readonly replaces: readonly string[];
  /** The wording before it; `null` where that was expunged. */
  readonly earlier: string | null;
  readonly now: string;
  readonly reason: string;
  /** It stands in the first block of the answer, where whoever reads begins. */
  readonly isLeading: boolean;
}

const NO_CORRECTIONS: readonly Correction[] = [];

/** The corrections of an answer in reading order; none of an answer that was withdrawn. */
export function selectCorrections(message: AssistantMessage): readonly Correction[] {
  if (message.revisions === 0 || (message.status === "truncated" && message.cause === "withheld")) return NO_CORRECTIONS;
  const parts = message.parts.filter(isAnswerPart);
  return parts.flatMap((part) => correctionsOf(part, part === parts[0]));
}

function correctionsOf({ spans }: TextPart, isFirstPart: boolean): readonly Correction[] {
  let isFirstBlock = isFirstPart;
  return spans.flatMap((span) => {
    if (!isShown(span)) return [];
    const found = span.replaces === undefined ? [] : [correctionOf(span, spans, isFirstBlock)];
    isFirstBlock &&= !/\n\s*\n/.test(span.text);
    return found;
  });
}

function correctionOf(span: Span, spans: readonly Span[], isLeading: boolean): Correction {
  const { revision = 1, replaces = [], text: now, reason = "" } = span;
  return { revision, replaces, earlier: earlierWording(replaces, spans), now, reason, isLeading };
}

function earlierWording(replaces: readonly string[], spans: readonly Span[]): string | null {
  const before = spans.filter(({ id }) => replaces.includes(id));
  if (before.length === 0 || before.some(({ expunged, state }) => expunged === true || state === "retracted")) return null;
  return before.map(({ text }) => text).join("");
}

function isShown({ state }: Span): boolean {
  return state !== "replaced" && state !== "retracted" && state !== "dropped" && state !== "speculative";
}
