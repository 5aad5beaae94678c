import type {
  ReadyToolCall,
  Approval,
  AssistantMessage,
  CutPoint,
  Message,
  Part,
  Span,
  TextPart,
  ToolCall,
  Painted,
  UserMessage,
} from "./message.js";

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

/**
 * Messages that a later, edited message stands in for: the one that was edited and all that came between them. They may
 * be read, and are no longer part of the talk.
 */
export function selectSuperseded(messages: readonly Message[]): ReadonlySet<string> {
  const superseded = new Set<string>();
  for (const [end, message] of messages.entries()) {
    const start = message.role === "user" && message.edits !== undefined ? messages.findIndex(({ id }) => id === message.edits) : -1;
    if (start !== -1) for (const { id } of messages.slice(start, end)) superseded.add(id);
  }
  return superseded;
}

/** All that a user message says, in words: what it is about, its text, and the names of its files. */
export function saidBy({ text, quote, attachments = [] }: Pick<UserMessage, "text" | "quote" | "attachments">): string {
  const about = quote === undefined ? [] : [quote.replace(/^/gm, "> ")];
  const files = attachments.map(({ name, mediaType }) => `[attached: ${name}, ${mediaType}]`);
  return [...about, text, ...files].filter((piece) => piece.trim() !== "").join("\n\n");
}

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

/** The words of the answer that stand before the reader's eyes: all that is shown, and at most `lengths` where a view has counted. */
export function paintedTextOf(message: AssistantMessage, lengths: ReadonlyMap<string, number> | null): string {
  if (lengths === null) return textOf(message);
  return paintedParts(shownParts(message), paintedOf(message, lengths)).filter(isAnswerPart).map(textOfPart).join("");
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

/** What the reader of this message has before their eyes; at most `lengths` of each span, where a view has counted. */
export function paintedOf(message: AssistantMessage, lengths: ReadonlyMap<string, number> | null = null): Painted {
  const parts = shownParts(message).filter((part) => part.type !== "call");
  const all = parts.map((part) => ({ part, spans: part.type === "text" ? paintedSpans(part, lengths) : [] }));
  const seen = all.filter(({ part, spans }) => lengths === null || part.type !== "text" || spans.length > 0);
  return { parts: seen.map(({ part }) => part.id), spans: seen.flatMap(({ spans }) => spans) };
}

function paintedSpans(part: TextPart, lengths: ReadonlyMap<string, number> | null): Painted["spans"] {
  const spans = part.spans.map(({ id, text }) => [id, Math.min(text.length, lengths?.get(id) ?? text.length)] as const);
  return lengths === null ? spans : spans.filter(([id]) => lengths.has(id));
}

/**
 * The end of what was painted without a hole, as a place in a span. What stands behind words that were kept back does
 * not count: whoever reads the place takes everything before it as seen.
 */
export function endOfPainted(message: AssistantMessage, painted: Painted): { readonly span: string; readonly offset: number } | null {
  const lengths = new Map(painted.spans);
  let end: { readonly span: string; readonly offset: number } | null = null;
  for (const part of message.parts) {
    if (part.type !== "text") continue;
    for (const span of part.spans) {
      const length = lengths.get(span.id) ?? 0;
      if (length > 0) end = { span: span.id, offset: length };
      if (length < span.text.length && shownTextOfSpan(span) !== "") return end;
    }
  }
  return end;
}

/** What a listener had heard who was told the answer up to a place in it; nothing where the place is `null` or unknown. */
export function heardOf(message: AssistantMessage, upTo: { readonly span: string; readonly offset: number } | null): Painted {
  const all = paintedOf(message);
  const last = all.spans.findIndex(([span]) => span === upTo?.span);
  const spans = all.spans.slice(0, last + 1).map(([span, length], index) => [span, index === last ? (upTo?.offset ?? 0) : length] as const);
  return { parts: all.parts, spans };
}

/** Where the text ends now. */
export function cutPointOf(message: Pick<AssistantMessage, "parts" | "run">): CutPoint {
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

/** Whether there are arguments to ask about or to run: not before `tool.ready`, whatever has streamed. */
export function isReadyCall(call: ToolCall): call is ReadyToolCall {
  return call.status !== "proposed" && call.argsHash !== undefined;
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
export function isEmpty(message: Pick<AssistantMessage, "parts">): boolean {
  return !message.parts.some((part) => part.type !== "text" || part.spans.length > 0);
}
