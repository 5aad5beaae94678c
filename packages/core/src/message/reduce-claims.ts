import type { EventOf } from "../protocol/index.js";
import type { Draft } from "./draft.js";
import { placeOf } from "./id-index.js";
import type { Span } from "./message.js";
import { noteUnsupported } from "./reduce-support.js";

/** Enough for any answer, and a bound for a stream that makes them without end. */
const MAX_CLAIMS = 256;

/** The server says what a span claims. Of two claims that can't both be true the first loses its support; which is right is not judged here. */
export function noteClaim(draft: Draft, { span, key, stance }: EventOf<"claim">): void {
  const claims = draft.fields.claims ?? [];
  const before = claims.find((claim) => claim.key === key);
  if (before !== undefined && before.stance !== stance && before.span !== span) contradict(draft, before.span);
  draft.fields.claims = [...claims.filter((claim) => claim !== before), { span, key, stance }].slice(-MAX_CLAIMS);
}

function contradict(draft: Draft, id: string): void {
  for (const part of draft.homesOf(id)) {
    const spans = draft.writableSpans(part);
    const place = placeOf(spans, id);
    const span = spans[place];
    if (span !== undefined) spans[place] = withoutSupport(span);
  }
  noteUnsupported(draft);
}

/** What a verifier has confirmed, or a correction has taken back, has been judged otherwise. */
function withoutSupport(span: Span): Span {
  return span.state === "provisional" || span.state === "unsupported" ? { ...span, state: "unsupported", why: "contradicted" } : span;
}
