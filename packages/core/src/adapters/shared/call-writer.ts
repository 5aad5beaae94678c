import {
  bindArgs,
  parseArgs,
  refuseLong,
  type DecodeContext,
  type Effects,
  type EventPayload,
  type ParsedArgs,
  type ToolEffect,
  type ToolResult,
  type ToolResultKind,
  type UnsayErrorData,
} from "../../protocol/index.js";
import { bounded } from "./bounded.js";
import { BadEvent } from "./fields.js";
import type { RunWriter } from "./run-writer.js";

/** A tool call as this wire has told it so far. */
export interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly effect: ToolEffect;
  readonly runsOn: "client" | "server";
  argsText: string;
  argsHash: string | null;
  /** More arguments came than are read: it can never become ready. */
  isTooLong: boolean;
  result: ToolResultKind | null;
  /** The model got something back for it, as far as this wire shows. */
  isAnswered: boolean;
  /** Somebody was asked about it and has not said yes, so it cannot be running. */
  isAsked: boolean;
  /** Somebody decided about exactly these arguments. */
  isDecided: boolean;
  readonly step: number;
}

export interface Proposal {
  /** The wire's id; made unique, since a decision must never meet another call. */
  readonly id: string | undefined;
  readonly name: string;
  readonly runsOn: "client" | "server";
  /** When the host does not know the tool. */
  readonly effect?: ToolEffect;
  readonly title?: string;
}

export class CallWriter {
  readonly #run: RunWriter;
  readonly #effectOf: DecodeContext["effectOf"];
  readonly #calls = new Map<string, WireCall>();
  /** How often a wished id came again. */
  readonly #repeats = new Map<string, number>();
  #step = 0;
  #isServerDone = false;

  constructor(run: RunWriter, context: DecodeContext) {
    this.#run = run;
    this.#effectOf = context.effectOf;
  }

  find(id: string): WireCall | undefined {
    return this.#calls.get(id);
  }

  /** Calls of the client for which the model waits. */
  get hasUnanswered(): boolean {
    return [...this.#calls.values()].some((call) => call.runsOn === "client" && !call.isAnswered);
  }

  /** Calls that may still be running, or were never announced whole. */
  get hasOpen(): boolean {
    return [...this.#calls.values()].some((call) => call.result === null);
  }

  propose(proposal: Proposal): WireCall {
    const effect = this.#effectOf?.(proposal.name) ?? proposal.effect ?? "irreversible";
    const id = this.#uniqueId(proposal.id);
    const { name, runsOn } = proposal;
    const call: WireCall = {
      id,
      name,
      effect,
      runsOn,
      argsText: "",
      argsHash: null,
      isTooLong: false,
      result: null,
      isAnswered: false,
      isAsked: false,
      isDecided: false,
      step: this.#step,
    };
    this.#calls.set(id, call);
    this.#run.enterPhase("tool", id);
    const title = proposal.title === undefined ? {} : { title: proposal.title };
    this.#run.write({ type: "tool.propose", call: id, name, effect, cancellable: false, runsOn, ...title });
    return call;
  }

  appendArgs(call: WireCall, delta: string): void {
    if (delta === "" || call.argsHash !== null || call.result !== null) return;
    if (call.isTooLong || call.argsText.length + delta.length > this.#run.limits.argsLength) return this.#stopReading(call);
    call.argsText += delta;
    this.#run.write({ type: "tool.args", call: call.id, delta });
  }

  #stopReading(call: WireCall): void {
    call.isTooLong = true;
    this.refuse(call, refuseLong(call.name, this.#run.limits).error);
  }

  /** The wire says that the arguments are whole: those given, else those that were streamed. */
  finishText(call: WireCall, whole?: string): void {
    if (whole?.startsWith(call.argsText) === true) this.appendArgs(call, whole.slice(call.argsText.length));
    this.#finish(call, parseArgs(call.id, call.name, whole ?? call.argsText, this.#run.limits));
  }

  finishValue(call: WireCall, args: unknown): void {
    this.#finish(call, bindArgs(call.id, call.name, args, this.#run.limits));
  }

  #finish(call: WireCall, parsed: ParsedArgs): void {
    if (call.result !== null || call.isTooLong) return;
    if (!parsed.ok) return this.refuse(call, parsed.error);
    if (parsed.argsHash === call.argsHash) return;
    if (call.isDecided) throw new BadEvent(`The arguments of ${call.name} changed after they had been decided about.`);
    call.argsHash = parsed.argsHash;
    this.#run.write({ type: "tool.ready", call: call.id, args: parsed.args, argsHash: parsed.argsHash });
  }

  /** Arguments nobody can run. A call of the client was not run then; what a server does with one is its own to say. */
  refuse(call: WireCall, error: UnsayErrorData): void {
    if (call.runsOn === "client") this.#writeResult(call, { result: "error", error, effect: "none" });
  }

  finish(call: WireCall, result: Omit<ToolResult, "type" | "call">): void {
    call.isAnswered = true;
    this.#writeResult(call, result);
  }

  #writeResult(call: WireCall, result: Omit<ToolResult, "type" | "call">): void {
    if (call.result !== null) return;
    call.result = result.result;
    const output = result.output === undefined ? {} : { output: bounded(result.output, this.#run.limits.jsonDepth) };
    this.#run.write({ type: "tool.result", call: call.id, ...result, ...output });
  }

  progress(call: WireCall, preview: unknown): void {
    if (call.result === null)
      this.#run.write({ type: "tool.progress", call: call.id, preview: bounded(preview, this.#run.limits.jsonDepth) });
  }

  /** The conversation went on, so somebody has answered the open calls; this wire does not say what with. */
  passUnanswered(): void {
    for (const call of this.#calls.values()) {
      if (call.runsOn === "client") this.finish(call, { result: "unknown" });
    }
  }

  /** The server says that it waits for no tool of its own any more: what has no result was not run there. */
  markServerDone(): void {
    this.#isServerDone = true;
  }

  /** What is left to say at a stated end: a call that may be running elsewhere has an outcome nobody here knows. */
  lastWords(): readonly EventPayload[] {
    return [...this.#calls.values()]
      .filter((call) => call.effect !== "read" && this.#mayBeRunning(call))
      .map((call) => ({ type: "tool.result", call: call.id, result: "unknown" }));
  }

  #mayBeRunning(call: WireCall): boolean {
    return call.result === null && call.runsOn === "server" && !call.isAsked && !this.#isServerDone;
  }

  startStep(): void {
    this.#step += 1;
  }

  cancelStep(): void {
    for (const call of this.#calls.values()) {
      if (call.step === this.#step) this.finish(call, { result: "cancelled" });
    }
  }

  effects(): Effects {
    const effects = { succeeded: [] as string[], failed: [] as string[], unknown: [] as string[], cancelled: [] as string[] };
    for (const call of this.#calls.values()) effects[effectOn(call, this.#mayBeRunning(call))].push(call.id);
    return effects;
  }

  #uniqueId(wished: string | undefined): string {
    const base = wished === undefined || wished === "" ? `${this.#run.id}.call` : wished;
    if (!this.#calls.has(base)) return base;
    let count = this.#repeats.get(base) ?? 1;
    do count += 1;
    while (this.#calls.has(`${base}#${count}`));
    this.#repeats.set(base, count);
    return `${base}#${count}`;
  }
}

/** Without receipts, what a call did to the world is known only where it can have done nothing. */
function effectOn(call: WireCall, mayBeRunning: boolean): keyof Effects {
  switch (call.result) {
    case "ok":
    case "empty":
      return call.effect === "read" ? "succeeded" : "unknown";
    case "error":
      return call.effect === "read" || call.runsOn === "client" ? "failed" : "unknown";
    case "rejected":
    case "cancelled":
      return "cancelled";
    case "unknown":
      return "unknown";
    case null:
      return mayBeRunning ? "unknown" : "cancelled";
  }
}
