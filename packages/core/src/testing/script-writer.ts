import { createArgsHash, type Effects, type EventPayload, type PartKind, type ToolEffect } from "../protocol/index.js";
import { inOrder, playAnswer, type ScriptStep } from "./script.js";

/** The call that the next `runTool`, `askApproval` or `receipt` speaks of. */
export interface WrittenCall {
  readonly call: string;
  readonly name: string;
  readonly args: unknown;
  readonly effect: ToolEffect;
}

/** Writes the steps of one script: keeps the time, the open part, and the ids that later moments refer to. */
export class ScriptWriter {
  readonly steps: ScriptStep[] = [];
  decisions: Record<"approve" | "reject", readonly ScriptStep[]> | null = null;
  lastCall: WrittenCall | null = null;
  at: number;
  readonly #before: readonly ScriptStep[];
  readonly #counts: Map<string, number>;
  #open: { readonly part: string; readonly kind: PartKind } | null = null;

  /** With `parent`, what follows a decision: its own time, but the ids and the calls that were there before. */
  constructor(parent?: ScriptWriter) {
    this.at = 0;
    this.#before = parent === undefined ? [] : [...parent.#before, ...parent.steps];
    this.#counts = new Map(parent === undefined ? [] : parent.#counts);
    this.lastCall = parent?.lastCall ?? null;
  }

  emit(event: EventPayload): void {
    this.steps.push({ at: this.at, event });
  }

  disconnect(): void {
    this.steps.push({ at: this.at, fault: "disconnect" });
  }

  wait(ms: number): void {
    this.at += ms;
  }

  /** `answer-1`, `answer-2`, …: readable in a failing test. */
  createId(kind: string): string {
    const next = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, next);
    return `${kind}-${next}`;
  }

  /** The part that words go into; another kind closes the one before. */
  openPart(kind: PartKind): string {
    if (this.#open?.kind === kind) return this.#open.part;
    this.closePart();
    const part = this.createId(kind);
    this.#open = { part, kind };
    this.emit({ type: "part.open", part, kind });
    return part;
  }

  closePart(): void {
    if (this.#open === null) return;
    this.emit({ type: "part.close", part: this.#open.part });
    this.#open = null;
  }

  get openPartId(): string | null {
    return this.#open?.part ?? null;
  }

  argsHashOf({ call, name, args }: WrittenCall): string {
    return createArgsHash(call, name, args);
  }

  /** What a truthful server says that the tools did by now. */
  get effects(): Effects {
    const steps = [...this.#before, ...inOrder(this.steps)].map((step, index) => ({ ...step, at: index }));
    return playAnswer({ id: "draft", title: "", prompt: "", steps }).effects;
  }
}
