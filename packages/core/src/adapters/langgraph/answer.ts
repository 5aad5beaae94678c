import { COMPLETE, FINISH_REASON_MISSING, TOOL_RESULTS_MISSING, unknownReason } from "../shared/endings.js";
import { countOf, listOf, objectOf, stringOf, type JsonObject } from "../shared/fields.js";
import { MessageTexts } from "../shared/message-texts.js";
import type { Ending, RunWriter } from "../shared/run-writer.js";
import type { WireOutput } from "../shared/wire-decoder.js";
import { endingOfModel, ROLLED_BACK, type RunVerdict } from "./ending.js";
import { Interrupts } from "./interrupts.js";
import { stopReasonOf, textOfMessage, type MessageDict, type MessageSource } from "./message-dicts.js";
import { LangGraphTools, resultOfMessage } from "./tools.js";

/** The first words a reader of withdrawn or changed text sees. */
const REVISED = "The service replaced this text.";
const RETRACTED = "The service took this text back.";

export const ROOT: MessageSource = { namespace: [], node: undefined, tags: [] };

/** The answer that the messages of a graph amount to, whichever of LangGraph's wires tells of them. */
export class Answer {
  readonly run: RunWriter;
  readonly tools: LangGraphTools;
  readonly interrupts: Interrupts;
  readonly #texts: MessageTexts;
  readonly #isAnswer: (source: MessageSource) => boolean;
  readonly #kinds = new Map<string, "answer" | "reasoning">();
  /** Ids of messages that are told of under another one than they were streamed under. */
  readonly #aliases = new Map<string, string>();
  readonly #generated = new Map<string, number>();
  #reported = 0;
  /** The latest message of a model at the root, and why that model stopped. */
  #latest: string | undefined;
  #stopReason: string | undefined;

  constructor({ run, calls }: WireOutput, isAnswer: (source: MessageSource) => boolean) {
    this.run = run;
    this.tools = new LangGraphTools(calls);
    this.interrupts = new Interrupts(run, this.tools);
    this.#texts = new MessageTexts(run);
    this.#isAnswer = isAnswer;
  }

  /** The latest model is still speaking, as far as anybody has said. */
  get isSpeaking(): boolean {
    return this.#latest !== undefined && (this.#texts.isOpen(this.#latest) || this.#texts.isOpen(reasoningKey(this.#latest)));
  }

  /** True when something of this message has been told before. */
  knows(id: string): boolean {
    return this.#kinds.has(id) || this.#aliases.has(id);
  }

  /** A model begins to speak, or goes on. */
  enter(id: string, source: MessageSource): void {
    if (!this.#kinds.has(id)) this.#kinds.set(id, this.#isAnswer(source) ? "answer" : "reasoning");
    if (source.namespace.length > 0 || this.#latest === id) return;
    this.#latest = id;
    this.#stopReason = undefined;
  }

  append(id: string, kind: "answer" | "reasoning", delta: string): void {
    if (delta === "") return;
    this.#goOn();
    if (kind === "reasoning") return this.#texts.append(reasoningKey(id), "reasoning", delta);
    this.#texts.close(reasoningKey(id));
    this.#texts.append(id, this.#kinds.get(id) ?? "answer", delta);
  }

  /** The wire says what the whole text of this message is. Reasoning is told in too many ways to be held to its words. */
  reconcile(id: string, whole: { readonly answer: string; readonly reasoning: string }): void {
    const shown = this.#texts.textOf(reasoningKey(id));
    if (whole.reasoning.startsWith(shown)) this.#texts.append(reasoningKey(id), "reasoning", whole.reasoning.slice(shown.length));
    this.#reconcileAnswer(id, whole.answer);
  }

  #reconcileAnswer(id: string, whole: string): void {
    const shown = this.#texts.textOf(id);
    if (whole === shown) return;
    if (whole === "") return this.#texts.retract(id, RETRACTED);
    if (!whole.startsWith(shown)) return this.#texts.revise(id, whole, REVISED);
    this.#texts.close(reasoningKey(id));
    this.#texts.append(id, this.#kinds.get(id) ?? "answer", whole.slice(shown.length));
  }

  /** A piece of a message: its text and its arguments continue what came before. */
  readChunk(id: string, { fields }: MessageDict, source: MessageSource): void {
    this.enter(id, source);
    const { answer, reasoning } = textOfMessage(fields);
    this.append(id, "reasoning", reasoning);
    this.append(id, "answer", answer);
    const pieces = listOf(fields["tool_call_chunks"]);
    if (pieces.length > 0) this.#goOn();
    for (const piece of pieces) this.tools.readPiece(id, piece, "append");
    this.noteUsage(id, objectOf(fields["usage_metadata"]), "add");
    this.#noteStop(id, stopReasonOf(fields), fields["chunk_position"] === "last");
  }

  /** A message as far as it has come: everything in it replaces what was told before. */
  readGrown(id: string, { fields }: MessageDict, source: MessageSource): void {
    this.enter(id, source);
    if (this.run.planned?.outcome === "complete") this.#goOn();
    this.reconcile(id, textOfMessage(fields));
    for (const piece of listOf(fields["tool_call_chunks"])) this.tools.readPiece(id, piece, "replace");
    this.noteUsage(id, objectOf(fields["usage_metadata"]), "set");
    this.#noteStop(id, stopReasonOf(fields), false);
  }

  /** A whole message, such as the state of the graph holds. */
  readWhole(told: string, { fields }: MessageDict, source: MessageSource): void {
    const text = textOfMessage(fields);
    const id = this.#aliases.get(told) ?? this.#sameAs(told, text.answer);
    this.enter(id, source);
    this.reconcile(id, text);
    for (const call of listOf(fields["tool_calls"])) this.tools.readWhole(id, call);
    this.noteUsage(id, objectOf(fields["usage_metadata"]), "set");
    this.#noteStop(id, stopReasonOf(fields), false);
    this.close(id);
  }

  readResult({ fields }: MessageDict): void {
    const id = stringOf(fields["tool_call_id"]);
    if (id !== undefined) this.tools.finish(id, resultOfMessage(fields));
  }

  close(id: string): void {
    this.#texts.close(reasoningKey(id));
    this.#texts.close(id);
  }

  /** The service starts again: what was said until now is withdrawn where the reader sees it. */
  retractAll(): void {
    for (const id of this.#texts.answers) this.#texts.retract(id, RETRACTED);
  }

  retract(id: string): void {
    this.#texts.retract(id, RETRACTED);
  }

  noteStop(id: string, reason: string | undefined): void {
    this.#noteStop(id, reason, true);
  }

  noteUsage(id: string, usage: JsonObject, mode: "add" | "set"): void {
    const generated = countOf(usage["output_tokens"]);
    if (generated !== null) this.#generated.set(id, (mode === "add" ? (this.#generated.get(id) ?? 0) : 0) + generated);
  }

  /** What a stated end of the run amounts to for this answer. */
  endingOf(verdict: RunVerdict, raw: string): Ending {
    if (typeof verdict === "object") return verdict;
    if (this.interrupts.open.length > 0 && verdict !== "unknown") return { outcome: "awaiting-approval", approvals: this.interrupts.open };
    if (verdict === "interrupted") return { outcome: "truncated", cause: "stopped" };
    if (verdict === "bare") return FINISH_REASON_MISSING;
    if (verdict === "success") return this.#endingOfSuccess();
    this.run.reportReason(raw, "failed");
    return unknownReason(raw);
  }

  end(ending: Ending): void {
    this.#prepare(ending);
    this.run.end(ending);
  }

  /** Stated, and true once the body ends. */
  plan(ending: Ending): void {
    this.#prepare(ending);
    this.run.plan(ending);
  }

  #prepare(ending: Ending): void {
    if (ending === ROLLED_BACK) this.retractAll();
    if (ending.outcome !== "truncated") this.#texts.closeAll();
    this.#writeUsage();
  }

  #endingOfSuccess(): Ending {
    const cut = endingOfModel(this.#stopReason, this.#texts.hasAnswer);
    if (cut !== undefined) return cut;
    return this.#latest !== undefined && this.tools.isUnanswered(this.#latest) ? TOOL_RESULTS_MISSING : COMPLETE;
  }

  /** More is said after an end that was only planned. An open question stays open while another branch goes on. */
  #goOn(): void {
    const { planned } = this.run;
    if (planned !== null && planned.outcome !== "awaiting-approval") this.run.unplan();
  }

  #noteStop(id: string, reason: string | undefined, isLast: boolean): void {
    if (reason !== undefined && id === this.#latest) this.#stopReason = reason;
    const isCut = endingOfModel(reason, true) !== undefined;
    if ((reason !== undefined || isLast) && !isCut) this.tools.end(id);
    if (reason !== undefined || isLast) this.close(id);
  }

  /** Some models have no ids while they stream, or another one than the state of the graph gives them. */
  #sameAs(told: string, text: string): string {
    if (this.#kinds.has(told) || text === "") return told;
    const claimed = new Set(this.#aliases.values());
    const same = [...this.#kinds.keys()].findLast((id) => !claimed.has(id) && this.#texts.textOf(id) === text);
    if (same !== undefined) this.#aliases.set(told, same);
    return same ?? told;
  }

  #writeUsage(): void {
    const generated = [...this.#generated.values()].reduce((total, count) => total + count, 0);
    if (generated === this.#reported) return;
    this.#reported = generated;
    this.run.write({ type: "usage", generated, billed: null, billedReasoning: null, source: this.run.wire, final: true });
  }
}

function reasoningKey(id: string): string {
  return `reasoning:${id}`;
}
