import type { PartKind } from "../../protocol/index.js";
import { bounded } from "./bounded.js";
import type { RunWriter } from "./run-writer.js";

type TextKind = "answer" | "reasoning" | "refusal";

interface OpenPart {
  readonly id: string;
  readonly span: string;
}

/** Opens a part at its first text, and knows what has been written under each key of the wire. */
export class PartWriter {
  readonly #run: RunWriter;
  readonly #open = new Map<string, OpenPart>();
  readonly #texts = new Map<string, string>();
  readonly #kinds = new Set<TextKind>();
  #count = 0;
  #stepCount = 0;
  #spansOfStep: string[] = [];

  constructor(run: RunWriter) {
    this.#run = run;
  }

  get hasAnswer(): boolean {
    return this.#kinds.has("answer");
  }

  get hasRefusal(): boolean {
    return this.#kinds.has("refusal");
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  textOf(key: string): string {
    return this.#texts.get(key) ?? "";
  }

  /** All text whose key begins so, in the order in which it began. */
  allOf(prefix: string): string {
    return [...this.#texts].flatMap(([key, text]) => (key.startsWith(prefix) ? [text] : [])).join("");
  }

  append(key: string, kind: TextKind, text: string): void {
    if (text === "") return;
    this.#run.enterPhase(kind === "reasoning" ? "thinking" : "writing");
    const part = this.#open.get(key) ?? this.#openPart(key, kind);
    this.#kinds.add(kind);
    this.#texts.set(key, this.textOf(key) + text);
    this.#run.write({ type: "span.append", part: part.id, span: part.span, text });
  }

  /** The wire says what the whole text under this key is: adds what is missing; false when what was written differs. */
  complete(key: string, kind: TextKind, whole: string): boolean {
    const written = this.textOf(key);
    if (!whole.startsWith(written)) return false;
    this.append(key, kind, whole.slice(written.length));
    return true;
  }

  close(key: string): void {
    const part = this.#open.get(key);
    if (part === undefined) return;
    this.#open.delete(key);
    this.#run.write({ type: "part.close", part: part.id });
  }

  closeAll(): void {
    for (const key of this.#open.keys()) this.close(key);
  }

  closeAllBut(key: string): void {
    for (const other of this.#open.keys()) if (other !== key) this.close(other);
  }

  writeValue(kind: "source" | "file" | "data", value: unknown): void {
    const id = this.#nextId();
    this.#run.write({ type: "part.open", part: id, kind, value: bounded(value, this.#run.limits.jsonDepth) });
    this.#run.write({ type: "part.close", part: id });
  }

  startStep(): void {
    this.#stepCount += 1;
    this.#spansOfStep = [];
  }

  /** Takes the text of the step back, with a reason for the reader. */
  retractStep(reason: string): void {
    this.closeAll();
    const spans = this.#spansOfStep;
    if (spans.length > 0) this.#run.write({ type: "span.retract", spans, reason, expunge: false });
    this.#spansOfStep = [];
  }

  #openPart(key: string, kind: PartKind & TextKind): OpenPart {
    const id = this.#nextId();
    const part = { id, span: `${id}.1` };
    this.#open.set(key, part);
    this.#spansOfStep.push(part.span);
    const step = this.#stepCount === 0 ? {} : { step: `${this.#run.id}.s${this.#stepCount}` };
    this.#run.write({ type: "part.open", part: id, kind, ...step });
    return part;
  }

  #nextId(): string {
    this.#count += 1;
    return `${this.#run.id}.p${this.#count}`;
  }
}
