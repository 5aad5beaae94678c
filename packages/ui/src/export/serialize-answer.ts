import {
  isAnswerPart,
  isLive,
  shownParts,
  type AssistantMessage,
  type Receipt,
  type Span,
  type TextPart,
  type ValuePart,
} from "@unsay/core";
import { createDocumentReader } from "../markdown/document-reader.js";
import { normalizeText } from "../markdown/clean-text.js";
import { encloseLines } from "../markdown/sentinels.js";
import { copyNoteOf, copyTextOf } from "../message/copy-text.js";
import { readValue } from "../source/read-value.js";
import { exportWords, type ExportWords } from "../strings/english/export.js";

/** `copy`: what Copy gives away. `markdown`, `text`: with every mark in words. `json`: all that is known, for machines. */
export type AnswerFormat = "copy" | "markdown" | "text" | "json";

export interface SerializeOptions {
  /** Epoch ms; an unfinished copy says when it was made. */
  readonly now: number;
  readonly strings?: ExportWords;
  /** What was copied, quoted or run of this answer, for `json`. */
  readonly uses?: readonly unknown[];
  /** Epoch ms of a correction, where the app knows it. */
  readonly revisedAt?: (revision: number) => number | null;
}

/**
 * An answer outside of its screen. In no format are there drafts, reasoning, expunged words or text that came after
 * Stop, and in none does an answer look finished that is not.
 */
export function serializeAnswer(message: AssistantMessage, format: AnswerFormat, options: SerializeOptions): string {
  switch (format) {
    case "copy":
      return copyTextOf(message, options.strings ?? exportWords, options.now);
    case "markdown":
      return new Writer(message, options, MARKDOWN).write();
    case "text":
      return new Writer(message, options, PLAIN).write();
    case "json":
      return JSON.stringify(answerRecord(message, options.uses ?? []), null, 2);
  }
}

interface Notation {
  readonly revised: (earlier: string | null, now: string, revision: number, strings: ExportWords) => string;
  readonly source: (label: string, url: string | null) => string;
  readonly hasFootnotes: boolean;
}

const MARKDOWN: Notation = {
  revised: (earlier, now, revision) => {
    const words = now.trimEnd();
    const struck = earlier === null ? "" : `~~${inOneLine(earlier)}~~ `;
    return `${struck}${encloseLines(words, "**", "**")}[^r${revision}]${now.slice(words.length)}`;
  },
  source: (label, url) => (url === null ? `- ${label}` : `- [${escapeLabel(label)}](<${url.replace(/[<>\s]/g, encodeURIComponent)}>)`),
  hasFootnotes: true,
};

function escapeLabel(label: string): string {
  return label.replace(/[[\]\\]/g, "\\$&");
}

const PLAIN: Notation = {
  revised: (earlier, now, _revision, strings) => `${earlier === null ? "" : `[${strings.exported.earlier(inOneLine(earlier))}] `}${now}`,
  source: (label, url) => (url === null ? `- ${label}` : `- ${label} (${url})`),
  hasFootnotes: false,
};

function inOneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

class Writer {
  private readonly message: AssistantMessage;
  private readonly options: SerializeOptions;
  private readonly notation: Notation;
  private readonly strings: ExportWords;
  private readonly footnotes: string[] = [];

  constructor(message: AssistantMessage, options: SerializeOptions, notation: Notation) {
    this.message = message;
    this.options = options;
    this.notation = notation;
    this.strings = options.strings ?? exportWords;
  }

  write(): string {
    const { message } = this;
    const isWithheld = message.status === "truncated" && message.cause === "withheld";
    const parts = isWithheld ? [] : shownParts(message);
    const pieces = parts.map((part) => (part.type === "value" ? this.value(part) : isAnswerPart(part) ? this.text(part) : ""));
    const note = copyNoteOf(message, this.strings, this.options.now);
    const all = [...pieces, this.footnotes.join("\n"), isLive(message) ? `[${this.strings.status.chips.provisional}]` : ""];
    return [all.filter((piece) => piece.trim() !== "").join("\n\n"), ...(note === null ? [] : [note])]
      .filter((piece) => piece !== "")
      .join("\n");
  }

  private text(part: TextPart): string {
    const words = part.spans.map((span) => this.span(span, part)).join("");
    const { hasFootnotes: isMarkdown } = this.notation;
    if (isMarkdown && (part.kind === "code" || part.kind === "structured")) return fenced(words, part.language ?? "");
    return isMarkdown ? withClosedFence(words) : words.trimEnd();
  }

  private span(span: Span, part: TextPart): string {
    switch (span.state) {
      case "speculative":
      case "dropped":
      case "replaced":
        return "";
      case "retracted":
        return `[${this.strings.retraction.chip(span.reason ?? "")}]`;
      case "unsupported":
        return `${span.text.trimEnd()} ${this.strings.correction.unverified}${/\s*$/.exec(span.text)?.[0] ?? ""}`;
      case "provisional":
      case "settled":
      case "verified":
        return span.replaces === undefined ? span.text : this.revised(span, part);
    }
  }

  private revised(span: Span, part: TextPart): string {
    const revision = span.revision ?? 1;
    if (this.notation.hasFootnotes) this.footnotes.push(`[^r${revision}]: ${this.footnote(revision, span.reason ?? "")}`);
    return this.notation.revised(earlierWords(span, part), span.text, revision, this.strings);
  }

  private footnote(revision: number, reason: string): string {
    const at = this.options.revisedAt?.(revision) ?? null;
    const said = at === null ? this.strings.exported.revised : this.strings.exported.revisedAt(this.strings.time(at));
    return reason === "" ? said : `${said} ${asSentence(inOneLine(reason))}`;
  }

  private value(part: ValuePart): string {
    const { label, url } = readValue(part.value);
    return label === null && url === null ? "" : this.notation.source(inOneLine(label ?? url ?? ""), url);
  }
}

function asSentence(text: string): string {
  const begun = text.slice(0, 1).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** The wording it took the place of, unless that was taken back or expunged. */
function earlierWords(span: Span, part: TextPart): string | null {
  const replaced = part.spans.filter((other) => span.replaces?.includes(other.id));
  if (replaced.some((other) => other.expunged === true || other.state === "retracted")) return null;
  const words = replaced.map(({ text }) => text).join("");
  return words.trim() === "" ? null : words;
}

function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...Array.from(code.matchAll(/`+/g), (match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code.trimEnd()}\n${fence}`;
}

/** A fence that the cut left open would swallow what is said of the cut. */
function withClosedFence(text: string): string {
  const last = createDocumentReader()(normalizeText(text), true).at(-1);
  if (last?.kind !== "code" || last.isClosed) return text.trimEnd();
  return `${text.trimEnd()}\n${last.fence.mark.repeat(last.fence.length)}`;
}

/** What `json` holds. Words that were expunged are gone in it too. */
export interface AnswerRecord {
  readonly id: string;
  readonly thread: string;
  /** `complete` and `revised` only where the server said so. */
  readonly status: AssistantMessage["status"];
  readonly cause?: string;
  readonly stated: boolean;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly text: string;
  readonly revisions: readonly RevisionRecord[];
  readonly uses: readonly unknown[];
  readonly receipts: readonly Receipt[];
}

export interface RevisionRecord {
  readonly kind: "revised" | "withdrawn";
  readonly part: string;
  readonly span: string;
  readonly revision: number | null;
  readonly reason: string;
  /** `null` where it was expunged or taken back. */
  readonly earlier: string | null;
  readonly now: string | null;
}

function answerRecord(message: AssistantMessage, uses: readonly unknown[]): AnswerRecord {
  const isWithheld = message.status === "truncated" && message.cause === "withheld";
  const parts = isWithheld ? [] : shownParts(message).filter(isAnswerPart);
  return {
    id: message.id,
    thread: message.thread,
    ...endingOf(message),
    stated: message.stated,
    startedAt: message.startedAt,
    endedAt: message.endedAt,
    text: parts.map(({ spans }) => spans.map(shownWords).join("")).join("\n\n"),
    revisions: parts.flatMap(revisionsOf),
    uses,
    receipts: message.receipts,
  };
}

/** An end that nobody stated is no completion, whatever a store may have made of it. */
function endingOf(message: AssistantMessage): Pick<AnswerRecord, "status" | "cause"> {
  if (message.status === "truncated") return { status: "truncated", cause: message.cause };
  const isUnstated = !isLive(message) && !message.stated;
  return isUnstated ? { status: "truncated", cause: "unverified" } : { status: message.status };
}

function shownWords(span: Span): string {
  const isShown = span.state === "provisional" || span.state === "settled" || span.state === "verified" || span.state === "unsupported";
  return isShown ? span.text : "";
}

function revisionsOf(part: TextPart): readonly RevisionRecord[] {
  return part.spans.flatMap((span): readonly RevisionRecord[] => {
    const facts = { part: part.id, span: span.id, revision: span.revision ?? null, reason: span.reason ?? "" };
    if (span.state === "retracted") return [{ kind: "withdrawn", ...facts, earlier: null, now: null }];
    if (span.replaces === undefined || shownWords(span) === "") return [];
    return [{ kind: "revised", ...facts, earlier: earlierWords(span, part), now: span.text }];
  });
}
