import type { Clock } from "@unsay/core";
import type { EventPayload, UnsayErrorData } from "@unsay/core/protocol";
import type { Log } from "../log.js";
import { targetOf, titleOf, type BoundCall } from "./bound-call.js";
import { ProgressWriter } from "./progress-writer.js";
import { isEmptyOutput, outputFields } from "./shown-output.js";
import { isStream, OutputStream, type Streamed } from "./streamed-output.js";
import { errorOfTool } from "./tool-errors.js";
import { ToolFailure, type ToolOutcome, type ToolReceipt } from "./tool.js";

const MAX_RETRIES = 2;
const FIRST_BACKOFF_MS = 500;

export interface ExecutionOptions {
  readonly thread: string;
  readonly run: string;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly log: Log;
  readonly emit: (payload: EventPayload) => void;
  /** Stores what was emitted; `false` means that it is not on record. */
  readonly flush: () => Promise<boolean>;
  /** Still to be run, as far as stops and the gate go. Asked right before each attempt. */
  readonly mayStart: () => boolean;
}

type Attempt =
  | { readonly kind: "done"; readonly outcome: ToolOutcome }
  | { readonly kind: "harmless"; readonly error: UnsayErrorData }
  | { readonly kind: "not-started" };

/**
 * One call that runs: a record that it starts, the tool, and a receipt on record before anyone sees the result. It can be
 * tried again under its own key.
 */
export class CallExecution {
  readonly call: BoundCall;
  readonly callKey: string;
  readonly #options: ExecutionOptions;
  #attempts = 0;
  #stream: OutputStream | null = null;
  #hasEnough = false;

  constructor(call: BoundCall, options: ExecutionOptions) {
    this.call = call;
    this.callKey = `${options.run}:${call.id}`;
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<ToolOutcome> {
    const { maxRetries = MAX_RETRIES } = this.call.tool;
    for (let retries = 0; ; retries += 1) {
      const attempt = await this.#attempt();
      if (attempt.kind === "done") return attempt.outcome;
      if (attempt.kind === "not-started") return { result: "cancelled" };
      const mayRetry = attempt.error.retryable && retries < maxRetries && this.#options.mayStart();
      if (!mayRetry || !(await this.#backOff(attempt.error, retries))) return this.#failHarmlessly(attempt.error);
    }
  }

  /** The reader has seen enough: what came is the result. `false` where nothing comes in pieces. */
  enough(): boolean {
    if (this.#stream === null) return false;
    this.#hasEnough = true;
    this.#stream.close("user");
    return true;
  }

  async #attempt(): Promise<Attempt> {
    const { emit, flush, mayStart } = this.#options;
    const { call, callKey } = this;
    if (!mayStart()) return { kind: "not-started" };
    this.#attempts += 1;
    emit({ type: "tool.start", call: call.id, attempt: this.#attempts, callKey });
    emit({ type: "run.phase", phase: "tool", call: call.id, label: titleOf(call) });
    // On record before it acts, so that a crash can only leave the call "unknown", never "cancelled".
    const isRecorded = await flush();
    if (!mayStart() || !isRecorded) {
      emit({ type: "tool.result", call: call.id, result: "cancelled", effect: "none" });
      return { kind: "not-started" };
    }
    const progress = new ProgressWriter(call.id, this.#options.clock, emit);
    try {
      const streamed = await this.#invoke(progress);
      progress.close();
      return { kind: "done", outcome: await this.#succeed(streamed) };
    } catch (error) {
      progress.close();
      return this.#fail(error);
    } finally {
      this.#stream = null;
    }
  }

  async #invoke(progress: ProgressWriter): Promise<Streamed> {
    const { thread, run } = this.#options;
    const { call, callKey } = this;
    const output = await call.tool.execute(JSON.parse(call.json), {
      signal: call.abort.signal,
      callKey,
      call: call.id,
      run,
      thread,
      progress: (fields) => progress.note(fields),
    });
    if (!isStream(output)) return { output, cut: null };
    this.#stream = new OutputStream(output, progress);
    return this.#stream.read();
  }

  async #succeed({ output, cut }: Streamed): Promise<ToolOutcome> {
    const { emit, flush } = this.#options;
    const { call } = this;
    if (call.effect !== "read") {
      this.#writeReceipt("succeeded", this.#receiptOf(output));
      await flush();
    }
    const early = cut === null ? {} : { partial: true as const, cut: { by: cut } };
    emit({ type: "tool.result", call: call.id, result: isEmptyOutput(output) ? "empty" : "ok", ...outputFields(output), ...early });
    return isEmptyOutput(output) && cut === null ? { result: "empty" } : { result: "ok", output, ...early };
  }

  async #fail(thrown: unknown): Promise<Attempt> {
    const { emit, flush, log, run, thread } = this.#options;
    const { call, callKey } = this;
    const error = errorOfTool(call.name, thrown);
    log({ level: "warn", event: "tool.failed", run, thread, message: `The tool ${call.name} failed.`, error: thrown });
    if (call.effect === "read" || (thrown instanceof ToolFailure && thrown.effect === "none")) return { kind: "harmless", error };
    this.#writeReceipt("unknown", { summary: `We could not confirm whether ${titleOf(call)} was carried out.` });
    await flush();
    emit({ type: "tool.result", call: call.id, result: "unknown", error });
    return { kind: "done", outcome: { result: "unknown", error, callKey } };
  }

  async #failHarmlessly(error: UnsayErrorData): Promise<ToolOutcome> {
    const { emit, flush } = this.#options;
    const { call } = this;
    if (call.effect !== "read") {
      this.#writeReceipt("failed", { summary: `${titleOf(call)} failed; nothing was done.` });
      await flush();
    }
    const isStopped = call.abort.signal.aborted && call.effect === "read";
    emit({ type: "tool.result", call: call.id, result: isStopped ? "cancelled" : "error", error, effect: "none" });
    return isStopped ? { result: "cancelled" } : { result: "error", error };
  }

  /** `false`: it was told to stop while it waited. */
  async #backOff({ retryAfterMs = 0 }: UnsayErrorData, retries: number): Promise<boolean> {
    await pause(this.#options.clock, Math.max(retryAfterMs, FIRST_BACKOFF_MS * 2 ** retries), this.call.abort.signal);
    return this.#options.mayStart();
  }

  #writeReceipt(outcome: "succeeded" | "failed" | "unknown", receipt: ToolReceipt): void {
    const { emit, createId, clock } = this.#options;
    const { call } = this;
    const target = receipt.target ?? targetOf(call.tool, call.args);
    const doneAt = clock.epoch();
    emit({
      type: "receipt",
      receipt: createId(),
      call: call.id,
      outcome,
      summary: receipt.summary,
      ...(target === undefined ? {} : { target }),
      ...(receipt.ref === undefined ? {} : { ref: receipt.ref }),
      doneAt,
      ...(outcome === "succeeded" && call.tool.undo?.withinMs !== undefined ? { undo: { untilAt: doneAt + call.tool.undo.withinMs } } : {}),
    });
  }

  /** The deed is done: a faulty receipt function may not turn it into a failure. */
  #receiptOf(output: unknown): ToolReceipt {
    const { call } = this;
    const plain = { summary: `${titleOf(call)}: ${this.#hasEnough ? "ended early by the user" : "done"}` };
    try {
      return call.tool.receipt?.(output, call.args) ?? plain;
    } catch (error) {
      this.#options.log({
        level: "error",
        event: "tool.receipt-failed",
        message: `The receipt function of ${call.name} threw; a plain receipt was written.`,
        error,
      });
      return plain;
    }
  }
}

/** Resolves after `ms`, or as soon as it is aborted: `false` then. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (isWhole: boolean) => {
      cancel();
      signal.removeEventListener("abort", abort);
      resolve(isWhole);
    };
    const abort = () => end(false);
    const cancel = clock.after(ms, () => end(true));
    signal.addEventListener("abort", abort, { once: true });
  });
}
