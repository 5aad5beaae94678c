import type { Approval, AssistantMessage, CutPoint, Message, Part, Span, TextPart, ToolCall, Painted } from "./message.js";

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
  const painted = message.stop?.revealed === true ? null : (message.stop?.painted ?? null);
  const parts = painted === null ? message.parts : paintedParts(message.parts, painted);
  return parts.map(withoutDrafts);
}

function withoutDrafts(part: Part): Part {
  if (part.type !== "text" || !part.spans.some(isDraft)) return part;
  return { ...part, spans: part.spans.filter((span) => !isDraft(span)) };
}

function isDraft(span: Span): boolean {
  return span.state === "speculative" || span.state === "dropped";
}

/** What a tool did is shown whenever it was done. */
function paintedParts(parts: readonly Part[], painted: Painted): readonly Part[] {
  const known = new Set(painted.parts);
  const lengths = new Map(painted.spans);
  return parts
    .filter((part) => part.type === "call" || known.has(part.id))
    .map((part) => (part.type === "text" ? paintedText(part, lengths) : part));
}

function paintedText(part: TextPart, lengths: ReadonlyMap<string, number>): TextPart {
  const visible = new Set(lengths.keys());
  const spans = part.spans.flatMap((span) => paintedSpan(span, lengths, visible));
  return spans.length === part.spans.length && spans.every((span, index) => span === part.spans[index]) ? part : { ...part, spans };
}

/** A correction of text that was seen is shown, however late it came. */
function paintedSpan(span: Span, lengths: ReadonlyMap<string, number>, visible: Set<string>): readonly Span[] {
  const length = lengths.get(span.id);
  if (length !== undefined) return [span.text.length <= length ? span : { ...span, text: span.text.slice(0, length) }];
  if (span.replaces?.some((id) => visible.has(id)) !== true) return [];
  visible.add(span.id);
  return [span];
}

/** What the reader of this message has before their eyes. */
export function paintedOf(message: AssistantMessage): Painted {
  const parts = shownParts(message).filter((part) => part.type !== "call");
  return {
    parts: parts.map((part) => part.id),
    spans: parts.flatMap((part) => (part.type === "text" ? part.spans.map((span) => [span.id, span.text.length] as const) : [])),
  };
}

/** Where the text ends now. */
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

/** The model said that it will not answer: nothing was taken back, and its words are for the reader. */
export function isRefused(message: AssistantMessage): boolean {
  if (message.status !== "truncated" || (message.cause !== "withheld" && message.cause !== "filtered")) return false;
  return message.parts.some((part) => part.type === "text" && part.kind === "refusal" && textOfPart(part) !== "");
}

/** Nothing a reader could see has come: no text, no value, no call. */
export function isEmpty(message: AssistantMessage): boolean {
  return !message.parts.some((part) => part.type !== "text" || part.spans.length > 0);
}
