import type { Approval, AssistantMessage, CutPoint, Message, Part, Span, TextPart, ToolCall } from "./message.js";

/** Kinds whose text is the answer itself: not its reasoning, and not a refusal to give one. */
const ANSWER_KINDS: ReadonlySet<TextPart["kind"]> = new Set([
  "answer",
  "verdict",
  "preamble",
  "restatement",
  "structured",
  "code",
  "table",
]);

/** It may still grow: the server has not ended it and this client has not given up on it. */
export function isLive(message: Message): boolean {
  return message.status === "pending" || message.status === "streaming";
}

/** No longer expected to change. A truncated answer is not settled, it is only over. */
export function isSettled(message: Message): boolean {
  return message.status === "complete" || message.status === "revised";
}

export function isAnswerPart(part: Part): part is TextPart {
  return part.type === "text" && ANSWER_KINDS.has(part.kind);
}

/** The words of a span that stand in the text: nothing of drafts, of what was dropped, replaced or taken back. */
export function shownTextOfSpan(span: Span): string {
  switch (span.state) {
    case "speculative":
    case "dropped":
    case "replaced":
    case "retracted":
      return "";
    case "provisional":
    case "verified":
    case "settled":
    case "unsupported":
      return span.text;
  }
}

export function textOfPart(part: TextPart): string {
  return part.spans.map(shownTextOfSpan).join("");
}

/** The answer as shown, without reasoning and refusals. What arrived after a stop is not shown, so not in here. */
export function textOf(message: Message): string {
  if (message.role === "user") return message.text;
  return shownParts(message).filter(isAnswerPart).map(textOfPart).join("");
}

/** The parts a reader sees: without drafts, and without what arrived after this client's Stop was pressed. */
export function shownParts(message: AssistantMessage): readonly Part[] {
  const at = message.stop === null || showsTail(message) ? null : message.stop.at;
  const parts = at === null ? message.parts : partsUpTo(message.parts, at);
  return parts.map(withoutDrafts);
}

/** A run that another device stopped has no press here to freeze at. */
function showsTail(message: AssistantMessage): boolean {
  return message.stop?.command === null || message.stop?.revealed === true;
}

function withoutDrafts(part: Part): Part {
  if (part.type !== "text" || !part.spans.some(isDraft)) return part;
  return { ...part, spans: part.spans.filter((span) => !isDraft(span)) };
}

function isDraft(span: Span): boolean {
  return span.state === "speculative" || span.state === "dropped";
}

function partsUpTo(parts: readonly Part[], at: CutPoint): readonly Part[] {
  const last = at.part === null ? -1 : parts.findIndex((part) => part.id === at.part);
  return parts.flatMap((part, index) => {
    if (part.type === "call" || index < last) return [part];
    if (index > last) return [];
    return part.type === "text" && at.offset !== null ? [cutPart(part, at.offset)] : [part];
  });
}

/** Offsets count stored text, so that a later revision of frozen text does not move the cut. */
function cutPart(part: TextPart, offset: number): TextPart {
  let left = offset;
  const spans: Span[] = [];
  for (const span of part.spans) {
    if (span.replaces !== undefined) {
      spans.push(span);
      continue;
    }
    if (left <= 0) break;
    spans.push(span.text.length <= left ? span : { ...span, text: span.text.slice(0, left) });
    left -= span.text.length;
  }
  return { ...part, spans };
}

/** Where the text stands now: what a press of Stop freezes at. */
export function cutPointOf(message: AssistantMessage): CutPoint {
  const part = message.parts.findLast((candidate) => candidate.type !== "call");
  const length =
    part?.type === "text" ? part.spans.reduce((sum, span) => sum + (span.replaces === undefined ? span.text.length : 0), 0) : null;
  return { seq: message.run?.lastSeq ?? 0, part: part?.id ?? null, offset: length };
}

/** Words that arrived after Stop was pressed and are kept back. */
export function hiddenWordCount(message: AssistantMessage): number {
  if (message.stop === null) return 0;
  const all = message.parts.filter(isAnswerPart).map(textOfPart).join("");
  return countWords(all) - countWords(textOf(message));
}

export function countWords(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}

export function selectCall(message: AssistantMessage, callId: string): ToolCall | undefined {
  return message.calls.findLast((call) => call.id === callId);
}

export function selectOpenApprovals(message: AssistantMessage): readonly Approval[] {
  return message.approvals.filter((approval) => approval.status === "open" || approval.status === "deciding");
}

/** Nothing a reader could see has come: no text, no value, no call. */
export function isEmpty(message: AssistantMessage): boolean {
  return !message.parts.some((part) => part.type !== "text" || part.spans.length > 0);
}
