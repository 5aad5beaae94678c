import type { RunWriter } from "./run-writer.js";

type TextKind = "answer" | "reasoning";

interface MessageText {
  readonly kind: TextKind;
  /** All that is shown of this message now. */
  text: string;
  /** Ids of what shows it: what a revision replaces. */
  spans: string[];
  /** Where the next text goes; `null` when the message was closed. */
  open: { readonly part: string; span: string } | null;
}

/** The texts of a stream by message id. Unlike the shared writer of parts it knows its spans, since this wire rewrites them. */
export class MessageTexts {
  readonly #run: RunWriter;
  readonly #texts = new Map<string, MessageText>();
  #parts = 0;
  #revisions = 0;

  constructor(run: RunWriter) {
    this.#run = run;
  }

  get hasAnswer(): boolean {
    return this.answers.length > 0;
  }

  /** Ids of the messages of which something is shown, reasoning apart. */
  get answers(): readonly string[] {
    return [...this.#texts].flatMap(([id, { kind, text }]) => (kind === "answer" && text !== "" ? [id] : []));
  }

  textOf(id: string): string {
    return this.#texts.get(id)?.text ?? "";
  }

  isOpen(id: string): boolean {
    return (this.#texts.get(id)?.open ?? null) !== null;
  }

  append(id: string, kind: TextKind, delta: string): void {
    if (delta === "") return;
    const text = this.#find(id, kind);
    this.#run.enterPhase(kind === "answer" ? "writing" : "thinking");
    const { part, span } = text.open ?? this.#openPart(text);
    text.text += delta;
    this.#run.write({ type: "span.append", part, span, text: delta });
  }

  close(id: string): void {
    const text = this.#texts.get(id);
    if (text === undefined || text.open === null) return;
    this.#run.write({ type: "part.close", part: text.open.part });
    text.open = null;
  }

  closeAll(): void {
    for (const id of this.#texts.keys()) this.close(id);
  }

  revise(id: string, whole: string, reason: string): void {
    const text = this.#texts.get(id);
    if (text === undefined) return;
    this.#revisions += 1;
    const span = `${this.#run.id}.v${this.#revisions}`;
    this.#run.write({ type: "span.revise", spans: text.spans, replacement: { span, text: whole }, reason, by: "server" });
    text.text = whole;
    text.spans = [span];
    if (text.open !== null) text.open.span = span;
  }

  retract(id: string, reason: string): void {
    const text = this.#texts.get(id);
    if (text === undefined) return;
    this.close(id);
    this.#run.write({ type: "span.retract", spans: text.spans, reason, expunge: false });
    text.text = "";
    text.spans = [];
  }

  #find(id: string, kind: TextKind): MessageText {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text: MessageText = { kind, text: "", spans: [], open: null };
    this.#texts.set(id, text);
    return text;
  }

  #openPart(text: MessageText): NonNullable<MessageText["open"]> {
    this.#parts += 1;
    const part = `${this.#run.id}.p${this.#parts}`;
    const span = `${part}.1`;
    this.#run.write({ type: "part.open", part, kind: text.kind });
    text.spans.push(span);
    text.open = { part, span };
    return text.open;
  }
}
