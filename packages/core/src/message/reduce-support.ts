import type { Draft } from "./draft.js";
import type { Span, TextPart, ToolCall } from "./message.js";

export type Unsupported = NonNullable<Span["why"]>;

/** The outcomes of calls are also those of the text that rests on them: without its source it is shown as unsupported. */
export function reviewSupport(draft: Draft, ...changed: readonly string[]): void {
  const calls = new Set(changed);
  const resting = draft.fields.parts.filter(
    (part): part is TextPart => part.type === "text" && part.spans.some((span) => restsOn(span, calls)),
  );
  for (const part of resting) reviewPart(draft, part, calls);
  if (resting.length > 0) noteUnsupported(draft);
}

function reviewPart(draft: Draft, part: TextPart, calls: ReadonlySet<string>): void {
  const spans = draft.writableSpans(part);
  for (const [index, span] of spans.entries()) if (restsOn(span, calls)) spans[index] = supportSpan(draft, span);
}

function restsOn(span: Span, calls: ReadonlySet<string>): boolean {
  return span.dependsOn?.some((call) => calls.has(call)) === true;
}

/** As far as the calls it rests on allow. Text that was verified, corrected or taken back has been judged otherwise. */
export function supportSpan(draft: Draft, span: Span): Span {
  if (span.state !== "provisional" && span.state !== "unsupported") return span;
  const missing = missingSource(draft, span.dependsOn ?? []);
  if (missing !== null)
    return { ...span, state: "unsupported", why: missing.why, ...(missing.reason === undefined ? {} : { reason: missing.reason }) };
  if (span.state !== "unsupported" || span.why === "contradicted") return span;
  const { why: _why, reason: _reason, ...rest } = span;
  return { ...rest, state: draft.status.status === "complete" || draft.status.status === "revised" ? "settled" : "provisional" };
}

function missingSource(draft: Draft, calls: readonly string[]): { readonly why: Unsupported; readonly reason: string | undefined } | null {
  for (const id of calls) {
    const call = draft.findCall(id);
    const why = call === undefined ? null : whyNoSource(call);
    if (call !== undefined && why !== null) return { why, reason: call.error?.userMessage ?? call.reason };
  }
  return null;
}

/** "No rows" is not a failure, and not knowing is neither. */
function whyNoSource(call: ToolCall): Unsupported | null {
  switch (call.status) {
    case "failed":
    case "rejected":
    case "expired":
    case "cancelled":
      return "failed";
    case "unknown":
      return "unknown";
    case "succeeded":
      return call.empty === true ? "empty" : null;
    default:
      return null;
  }
}

/** A whole answer with such text is never plainly "complete". */
export function noteUnsupported(draft: Draft): void {
  const notes = draft.fields.notes.filter((note) => note !== "unsupported");
  const isAny = draft.fields.parts.some((part) => part.type === "text" && part.spans.some((span) => span.state === "unsupported"));
  if (isAny || notes.length !== draft.fields.notes.length) draft.fields.notes = isAny ? [...notes, "unsupported"] : notes;
}
