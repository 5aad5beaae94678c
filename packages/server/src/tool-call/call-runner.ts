import {
  bindArgs,
  createArgsHash,
  UnsayError,
  type DecideCommand,
  type EventPayload,
  type ToolEffect,
  type UnsayErrorData,
} from "@unsay/core/protocol";
import type { Clock } from "@unsay/core";
import type { Answer, Approvals } from "../approval/approvals.js";
import type { ApprovalSigner } from "../approval/signature.js";
import type { Log } from "../log.js";
import type { CallLedger } from "./call-ledger.js";
import { ToolFailure, type ToolDefinition, type ToolOutcome, type ToolReceipt, type ToolSet } from "./tool.js";

/** Larger outputs are cut in events; the agent still gets them whole. UTF-16 units of JSON. */
const MAX_OUTPUT_LENGTH = 256 * 1024;

export interface CallRunnerOptions {
  readonly thread: string;
  readonly run: string;
  readonly tools: ToolSet;
  readonly clock: Clock;
  readonly signer: ApprovalSigner;
  readonly approvals: Approvals;
  readonly ledger: CallLedger;
  readonly createId: () => string;
  readonly log: Log;
  readonly emit: (payload: EventPayload) => void;
  /** Stores what was emitted; `false` means that it is not on record. */
  readonly flush: () => Promise<boolean>;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly tool: ToolDefinition | undefined;
  readonly effect: ToolEffect;
  readonly abort: AbortController;
}

interface BoundCall extends Call {
  readonly tool: ToolDefinition;
  /** The very text that is hashed, shown and run. */
  readonly json: string;
  readonly args: unknown;
  readonly argsHash: string;
}

const CANCELLED: ToolOutcome = { result: "cancelled" };

/**
 * The only way to a tool. Whoever calls goes through the same steps: complete arguments, the tool's own check, an
 * approval where the effect demands one, a record that it starts, and a receipt on record before anyone sees the result.
 */
export class CallRunner {
  readonly #options: CallRunnerOptions;
  readonly #calls = new Map<string, Call>();
  readonly #claimed = new Set<string>();
  readonly #pending = new Set<Promise<unknown>>();
  #isShut = false;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /** Announces a call before its arguments are complete. */
  propose(name: string, id: string, args?: unknown): void {
    if (this.#isShut || this.#calls.has(id)) return;
    const tool = Object.hasOwn(this.#options.tools, name) ? this.#options.tools[name] : undefined;
    const effect = tool?.effect ?? "irreversible";
    const target = tool === undefined || args === undefined ? undefined : targetOf(tool, args);
    this.#calls.set(id, { id, name, tool, effect, abort: new AbortController() });
    this.#options.emit({
      type: "tool.propose",
      call: id,
      name,
      ...(tool?.title === undefined ? {} : { title: tool.title }),
      effect,
      ...(target === undefined ? {} : { target }),
      cancellable: tool?.cancellable !== false,
      undo: false,
      runsOn: "server",
    });
  }

  appendArgs(id: string, delta: string): void {
    if (!this.#isShut && this.#calls.has(id)) this.#options.emit({ type: "tool.args", call: id, delta });
  }

  /** The arguments of a proposed call can't be used, as the caller found: it never runs. */
  refuse(id: string, error: UnsayErrorData): ToolOutcome {
    if (this.#isShut) return CANCELLED;
    this.#options.emit({ type: "tool.result", call: id, result: "error", error, effect: "none" });
    return { result: "error", error };
  }

  /** Resolves with what became of the call; never rejects because of the tool. */
  call(name: string, args: unknown, id: string): Promise<ToolOutcome> {
    const outcome = this.#run(name, args, id);
    this.#pending.add(outcome);
    const forget = () => this.#pending.delete(outcome);
    outcome.then(forget, forget);
    return outcome;
  }

  /** Resolves when no call is on its way. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** Nothing starts from here on. Open questions are withdrawn, undispatched calls cancelled, running ones told. */
  shut(by: string): readonly string[] {
    this.#isShut = true;
    const { approvals, ledger, emit } = this.#options;
    approvals.shut(by);
    for (const call of ledger.undispatched) emit({ type: "tool.result", call, result: "cancelled" });
    for (const call of ledger.executing) this.#abort(call);
    return ledger.executing;
  }

  /** Cancels one call; `false` when there is none that could be cancelled. */
  cancel(id: string, by: string): boolean {
    const { approvals, ledger, emit } = this.#options;
    if (ledger.executing.includes(id)) return this.#abort(id);
    if (!ledger.undispatched.includes(id)) return false;
    this.#calls.get(id)?.abort.abort();
    approvals.cancel(id, by);
    if (ledger.undispatched.includes(id)) emit({ type: "tool.result", call: id, result: "cancelled" });
    return true;
  }

  /** Waits until the running calls have reported, `ms` at most; the others become unknown. */
  async settle(ms: number): Promise<void> {
    const { clock, ledger, emit } = this.#options;
    if (ledger.executing.length > 0) {
      let cancel: () => void = () => {};
      const timeout = new Promise<void>((resolve) => (cancel = clock.after(ms, resolve)));
      await Promise.race([this.idle(), timeout]);
      cancel();
    }
    for (const call of ledger.executing) emit({ type: "tool.result", call, result: "unknown", error: NOT_CONFIRMED });
  }

  decide(command: DecideCommand): void {
    this.#options.approvals.decide(command);
  }

  #abort(id: string): boolean {
    const call = this.#calls.get(id);
    if (call === undefined || call.tool?.cancellable === false) return false;
    call.abort.abort(new DOMException("The user stopped the run.", "AbortError"));
    return true;
  }

  async #run(name: string, args: unknown, id: string): Promise<ToolOutcome> {
    if (this.#isShut) return CANCELLED;
    if (this.#claimed.has(id)) return { result: "error", error: reused(id) };
    this.#claimed.add(id);
    const isKnown = this.#calls.has(id);
    this.propose(name, id, args);
    const call = this.#calls.get(id);
    if (call?.name !== name) return this.refuse(id, reused(id));
    if (!isKnown) this.appendArgs(id, jsonOf(args));
    const bound = this.#bind(call, args);
    if ("result" in bound) return bound;
    const refusal = await this.#pass(bound);
    return refusal ?? this.#execute(bound);
  }

  /** Checks the arguments, and fixes what will be shown, hashed and run. */
  #bind(call: Call, args: unknown): BoundCall | ToolOutcome {
    const { emit } = this.#options;
    if (call.tool === undefined) return this.refuse(call.id, unknownTool(call.name, this.#options.tools));
    try {
      const json = jsonOf(call.tool.parse === undefined ? args : call.tool.parse(args));
      const bound = bindArgs(call.id, call.name, JSON.parse(json));
      if (!bound.ok) return this.refuse(call.id, bound.error);
      emit({ type: "tool.ready", call: call.id, args: bound.args, argsHash: bound.argsHash });
      return { ...call, tool: call.tool, json, args: bound.args, argsHash: bound.argsHash };
    } catch (error) {
      return this.refuse(call.id, invalidArguments(call.name, error));
    }
  }

  /** The gate: `null` lets the call through. */
  async #pass(call: BoundCall): Promise<ToolOutcome | null> {
    if (!needsApproval(call)) return null;
    const { approvals, emit } = this.#options;
    emit({ type: "run.phase", phase: "waiting", call: call.id });
    const answer = await approvals.ask([{ call: call.id, argsHash: call.argsHash }]);
    const decided = answer.items.find((item) => item.call === call.id);
    switch (decided?.decision) {
      case "approved":
        return (await this.#isBound(call, answer)) ? null : this.refuse(call.id, changedArguments(call.name));
      case "rejected":
        emit({ type: "tool.result", call: call.id, result: "rejected" });
        return { result: "rejected", ...(decided.reason === undefined ? {} : { reason: decided.reason }) };
      case "expired":
        return { result: "expired" };
      default:
        return this.#cancelled(call);
    }
  }

  /** Recomputes what was approved from what is about to run. */
  async #isBound(call: BoundCall, answer: Answer): Promise<boolean> {
    if (answer.subject === null || answer.sig === null) return false;
    const argsHash = createArgsHash(call.id, call.name, JSON.parse(call.json));
    const subject = { ...answer.subject, items: [{ call: call.id, argsHash }] };
    return this.#options.signer.verify(subject, answer.sig);
  }

  #cancelled(call: BoundCall): ToolOutcome {
    if (this.#options.ledger.undispatched.includes(call.id))
      this.#options.emit({ type: "tool.result", call: call.id, result: "cancelled" });
    return CANCELLED;
  }

  async #execute(call: BoundCall): Promise<ToolOutcome> {
    const { emit, flush, ledger, run } = this.#options;
    if (this.#isShut || call.abort.signal.aborted) return this.#cancelled(call);
    const callKey = `${run}:${call.id}`;
    emit({ type: "tool.start", call: call.id, attempt: 1, callKey });
    emit({ type: "run.phase", phase: "tool", call: call.id, label: call.tool.title ?? call.name });
    // On record before it acts, so that a crash can only leave the call "unknown", never "cancelled".
    const isRecorded = await flush();
    if (this.#isShut || call.abort.signal.aborted || !isRecorded) {
      if (ledger.executing.includes(call.id)) emit({ type: "tool.result", call: call.id, result: "cancelled", effect: "none" });
      return CANCELLED;
    }
    try {
      return await this.#succeed(call, await this.#invoke(call, callKey));
    } catch (error) {
      return this.#fail(call, callKey, error);
    }
  }

  async #invoke(call: BoundCall, callKey: string): Promise<unknown> {
    const { thread, run, emit } = this.#options;
    return call.tool.execute(JSON.parse(call.json), {
      signal: call.abort.signal,
      callKey,
      call: call.id,
      run,
      thread,
      progress: (progress) => emit({ ...progress, type: "tool.progress", call: call.id }),
    });
  }

  async #succeed(call: BoundCall, output: unknown): Promise<ToolOutcome> {
    const { emit, flush } = this.#options;
    if (call.effect !== "read") {
      this.#writeReceipt(call, "succeeded", receiptOf(call, output, this.#options.log));
      await flush();
    }
    const shown = outputFields(output);
    emit({ type: "tool.result", call: call.id, result: isEmptyOutput(output) ? "empty" : "ok", ...shown });
    return isEmptyOutput(output) ? { result: "empty" } : { result: "ok", output };
  }

  async #fail(call: BoundCall, callKey: string, thrown: unknown): Promise<ToolOutcome> {
    const { emit, flush, log, run, thread } = this.#options;
    const error = errorOfTool(call.name, thrown);
    const isHarmless = call.effect === "read" || (thrown instanceof ToolFailure && thrown.effect === "none");
    log({ level: "warn", event: "tool.failed", run, thread, message: `The tool ${call.name} failed.`, error: thrown });
    if (call.effect !== "read") {
      this.#writeReceipt(call, isHarmless ? "failed" : "unknown", {
        summary: isHarmless
          ? `${titleOf(call)} failed; nothing was done.`
          : `We could not confirm whether ${titleOf(call)} was carried out.`,
      });
      await flush();
    }
    if (isHarmless) {
      const isStopped = call.abort.signal.aborted && call.effect === "read";
      emit({ type: "tool.result", call: call.id, result: isStopped ? "cancelled" : "error", error, effect: "none" });
      return isStopped ? CANCELLED : { result: "error", error };
    }
    emit({ type: "tool.result", call: call.id, result: "unknown", error });
    return { result: "unknown", error, callKey };
  }

  #writeReceipt(call: BoundCall, outcome: "succeeded" | "failed" | "unknown", receipt: ToolReceipt): void {
    const { emit, createId, clock } = this.#options;
    const target = receipt.target ?? targetOf(call.tool, call.args);
    emit({
      type: "receipt",
      receipt: createId(),
      call: call.id,
      outcome,
      summary: receipt.summary,
      ...(target === undefined ? {} : { target }),
      ...(receipt.ref === undefined ? {} : { ref: receipt.ref }),
      doneAt: clock.epoch(),
    });
  }
}

function needsApproval(call: BoundCall): boolean {
  return call.effect === "irreversible" || call.tool.approval === true;
}

function titleOf(call: Call): string {
  return call.tool?.title ?? call.name;
}

/** Arguments may be anything yet, so what the tool makes of them is no reason to fail. */
function targetOf(tool: ToolDefinition, args: unknown): string | undefined {
  try {
    return tool.target?.(args);
  } catch {
    return undefined;
  }
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value ?? {}) ?? "{}";
}

function isEmptyOutput(output: unknown): boolean {
  return output === undefined || output === null || (Array.isArray(output) && output.length === 0);
}

/** What travels of an output: JSON of a bearable size, or a note that it was cut. */
function outputFields(output: unknown): { output?: unknown; partial?: true; cut?: { by: "limit" } } {
  if (output === undefined) return {};
  const json = safeJson(output);
  if (json === null) return { output: "[an output that is not JSON]", partial: true };
  if (json.length <= MAX_OUTPUT_LENGTH) return { output: JSON.parse(json) };
  return { output: json.slice(0, 4_096), partial: true, cut: { by: "limit" } };
}

function safeJson(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}

/** The deed is done: a faulty receipt function may not turn it into a failure. */
function receiptOf(call: BoundCall, output: unknown, log: Log): ToolReceipt {
  const plain = { summary: `${titleOf(call)}: done` };
  try {
    return call.tool.receipt?.(output, call.args) ?? plain;
  } catch (error) {
    log({
      level: "error",
      event: "tool.receipt-failed",
      message: `The receipt function of ${call.name} threw; a plain receipt was written.`,
      error,
    });
    return plain;
  }
}

function errorOfTool(name: string, thrown: unknown): UnsayErrorData {
  if (thrown instanceof ToolFailure) return thrown.data;
  if (thrown instanceof UnsayError) return thrown.toJSON();
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return {
    code: "tool-failed",
    message: `The tool ${name} threw (${kind}); the server's log has the details. It said nothing about what it had done.`,
    retryable: false,
  };
}

const NOT_CONFIRMED: UnsayErrorData = {
  code: "tool-timeout",
  message: "The tool was still running when the run ended, and did not report in time. It may have acted; a late receipt would say so.",
  retryable: false,
  userMessage: "We could not confirm whether this was carried out.",
};

function unknownTool(name: string, tools: ToolSet): UnsayErrorData {
  return {
    code: "tool-not-ready",
    message: `There is no tool "${name}". The tools are: ${Object.keys(tools).join(", ") || "none"}.`,
    retryable: false,
  };
}

function reused(id: string): UnsayErrorData {
  return {
    code: "invalid-arguments",
    message: `The call id ${id} was used before in this run. Give each call its own id.`,
    retryable: false,
  };
}

function invalidArguments(name: string, thrown: unknown): UnsayErrorData {
  const hint = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: "invalid-arguments",
    message: `The arguments of ${name} do not fit, so it was not run. See the hint, and call it again.`,
    retryable: false,
    hint,
  };
}

function changedArguments(name: string): UnsayErrorData {
  return {
    code: "approval-args-mismatch",
    message: `What was approved is not what ${name} was about to run, so it was not run.`,
    retryable: false,
  };
}
