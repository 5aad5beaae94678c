import type { Span, TextPart } from "@unsay/core";
import { encloseInMark, replaceByMark, stripMarkup } from "../markdown/sentinels.js";

/** One change or doubt inside a text, as the reader sees it. */
export type TextMark =
  | {
      readonly kind: "revised";
      readonly revision: number;
      readonly reason: string;
      /** The wording it took the place of; `null` when it was expunged. */
      readonly earlier: string | null;
      readonly now: string;
    }
  | { readonly kind: "retracted"; readonly reason: string; readonly earlier: string | null }
  | { readonly kind: "unverified"; readonly reason: string; readonly why?: NonNullable<Span["why"]> }
  | { readonly kind: "waiting"; readonly tool: string }
  | { readonly kind: "inferred" };

/** The text of a part with sentinels around its marks, and the marks by number. */
export interface MarkedText {
  readonly text: string;
  readonly marks: readonly TextMark[];
}

/** What is known of the spans of a part from elsewhere in its message. */
export interface SpanFacts {
  /** The name of the tool that a span waits for; `null` when it waits for none. */
  readonly waitsFor?: (span: Span) => string | null;
  /** Sentences in which the model seems to take something back. */
  readonly selfCorrections?: readonly { readonly span: string; readonly offset: number }[];
}

/** What a part shows: no drafts, nothing replaced or dropped; corrections, withdrawals and doubts marked. */
export function selectMarkedText(part: TextPart, facts: SpanFacts = {}): MarkedText {
  const marks: TextMark[] = [];
  let text = "";
  for (const span of part.spans) {
    const atLineStart = text === "" || text.endsWith("\n");
    text += textOfSpan(span, part.spans, marks, atLineStart, facts);
  }
  return { text, marks };
}

function textOfSpan(span: Span, spans: readonly Span[], marks: TextMark[], atLineStart: boolean, facts: SpanFacts): string {
  switch (span.state) {
    case "speculative":
    case "dropped":
    case "replaced":
      return "";
    case "retracted": {
      const words = stripMarkup(span.text);
      marks.push({ kind: "retracted", reason: span.reason ?? "", earlier: span.expunged === true ? null : words });
      return replaceByMark(words, marks.length - 1, atLineStart);
    }
    case "unsupported":
      marks.push({ kind: "unverified", reason: span.reason ?? "", ...(span.why === undefined ? {} : { why: span.why }) });
      return encloseInMark(stripMarkup(span.text), marks.length - 1, atLineStart);
    case "provisional":
    case "settled":
    case "verified":
      if (span.replaces === undefined) return unsettledWords(span, marks, atLineStart, facts);
      marks.push(revisedMark(span, spans, stripMarkup(span.text)));
      return encloseInMark(stripMarkup(span.text), marks.length - 1, atLineStart);
  }
}

function unsettledWords(span: Span, marks: TextMark[], atLineStart: boolean, facts: SpanFacts): string {
  const tool = facts.waitsFor?.(span) ?? null;
  if (tool === null) return withNotes(span, marks, facts);
  marks.push({ kind: "waiting", tool });
  return encloseInMark(stripMarkup(span.text), marks.length - 1, atLineStart);
}

/** A note stands before the sentence that it is about. */
function withNotes({ id, text }: Span, marks: TextMark[], { selfCorrections = [] }: SpanFacts): string {
  const offsets = selfCorrections.flatMap(({ span, offset }) => (span === id && offset < text.length ? [offset] : []));
  const pieces = [0, ...offsets].map((from, index) => stripMarkup(text.slice(from, offsets[index])));
  return pieces.reduce((before, piece) => {
    marks.push({ kind: "inferred" });
    return before + encloseInMark("", marks.length - 1, false) + piece;
  });
}

function revisedMark(span: Span, spans: readonly Span[], now: string): TextMark {
  return { kind: "revised", revision: span.revision ?? 1, reason: span.reason ?? "", earlier: earlierWording(span, spans), now };
}

/** The wording that stood there just before, whatever replaced what before that. */
function earlierWording(span: Span, spans: readonly Span[]): string | null {
  const replaced = spans.filter((other) => span.replaces?.includes(other.id));
  if (replaced.length === 0 || replaced.some((other) => other.expunged === true || other.state === "retracted")) return null;
  return replaced.map((other) => stripMarkup(other.text)).join("");
}
