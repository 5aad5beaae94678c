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
  | { readonly kind: "unverified"; readonly reason: string };

/** The text of a part with sentinels around its marks, and the marks by number. */
export interface MarkedText {
  readonly text: string;
  readonly marks: readonly TextMark[];
}

/** What a part shows: no drafts, nothing replaced or dropped; corrections, withdrawals and doubts marked. */
export function selectMarkedText(part: TextPart): MarkedText {
  const marks: TextMark[] = [];
  let text = "";
  for (const span of part.spans) {
    const atLineStart = text === "" || text.endsWith("\n");
    text += textOfSpan(span, part.spans, marks, atLineStart);
  }
  return { text, marks };
}

function textOfSpan(span: Span, spans: readonly Span[], marks: TextMark[], atLineStart: boolean): string {
  const words = stripMarkup(span.text);
  switch (span.state) {
    case "speculative":
    case "dropped":
    case "replaced":
      return "";
    case "retracted":
      marks.push({ kind: "retracted", reason: span.reason ?? "", earlier: span.expunged === true ? null : words });
      return replaceByMark(words, marks.length - 1, atLineStart);
    case "unsupported":
      marks.push({ kind: "unverified", reason: span.reason ?? "" });
      return encloseInMark(words, marks.length - 1, atLineStart);
    case "provisional":
    case "settled":
    case "verified":
      if (span.replaces === undefined) return words;
      marks.push(revisedMark(span, spans, words));
      return encloseInMark(words, marks.length - 1, atLineStart);
  }
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

/** The corrections of a message in reading order, for its strip and counts. */
export function selectRevisedMarks(parts: readonly TextPart[]): readonly Extract<TextMark, { kind: "revised" }>[] {
  return parts.flatMap((part) => selectMarkedText(part).marks).filter((mark) => mark.kind === "revised");
}
