import type { Clock } from "@unsay/core";
import type { DecideCommand, EventPayload, UnsayErrorData } from "@unsay/core/protocol";
import type { Approvals } from "../approval/approvals.js";
import type { Log } from "../log.js";
import { bindCall, jsonOf, targetOf, type BoundCall, type Call } from "./bound-call.js";
import { CallExecution, pause } from "./call-execution.js";
import type { CallGate, Passage, Verdict } from "./call-gate.js";
import type { CallLedger } from "./call-ledger.js";
import type { CommittedCalls } from "./committed-calls.js";
import { outputFields } from "./shown-output.js";
import { NOT_CONFIRMED, reused, unknownTool } from "./tool-errors.js";
import type { ToolOutcome, ToolSet } from "./tool.js";

export interface CallRunnerOptions {
  readonly thread: string;
  readonly run: string;
  readonly tools: ToolSet;
  readonly clock: Clock;
  readonly gate: CallGate;
  readonly approvals: Approvals;
  readonly ledger: CallLedger;
  readonly committed: CommittedCalls;
  /** How long a write that nobody was asked about can still be cancelled, in ms. */
  readonly undoWindowMs: number;
  /** How long a call that changes something can be seen before it runs, in ms. */
  readonly minToolLeadMs: number;
  readonly createId: () => string;
  readonly log: Log;
  readonly emit: (payload: EventPayload) => void;
  /** Stores what was emitted; `false` means that it is not on record. */
  readonly flush: () => Promise<boolean>;
}

/** One call to make. */
export interface CallRequest {
  readonly name: string;
  readonly args: unknown;
  readonly id: string;
}

/** A call on its way: bound, or over before it began. */
type Prepared = { readonly bound: BoundCall } | { readonly outcome: ToolOutcome };

const CANCELLED: ToolOutcome = { result: "cancelled" };

/**
 * The only way to a tool. Whoever calls goes through the same steps: complete arguments, the tool's own check, the gate,
 * a time in which it can be seen and cancelled, a record that it starts, and a receipt before anyone sees the result.
 */
export class CallRunner {
  readonly #options: CallRunnerOptions;
  readonly #calls = new Map<string, Call>();
  readonly #claimed = new Set<string>();
  readonly #executions = new Map<string, { readonly execution: CallExecution; readonly passage: Passage }>();
  readonly #failed = new Map<string, UnsayErrorData>();
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
      undo: tool?.undo !== undefined,
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
  async call(name: string, args: unknown, id: string): Promise<ToolOutcome> {
    const [outcome = CANCELLED] = await this.callAll([{ name, args, id }]);
    return outcome;
  }

  /** Several calls at once: those that need an approval are asked about together. Outcomes in the same order. */
  callAll(requests: readonly CallRequest[]): Promise<readonly ToolOutcome[]> {
    return this.#track(this.#runAll(requests));
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
    const { undispatched, executing } = ledger;
    for (const call of undispatched) emit({ type: "tool.result", call, result: "cancelled" });
    for (const call of undispatched) this.#calls.get(call)?.abort.abort(stopped());
    for (const call of executing) this.#abort(call);
    return executing;
  }

  /** Cancels one call; `false` when there is none that could be cancelled. */
  cancel(id: string, by: string): boolean {
    const { approvals, ledger, emit } = this.#options;
    if (ledger.executing.includes(id)) return this.#abort(id);
    if (!ledger.undispatched.includes(id)) return false;
    approvals.cancel(id, by);
    if (ledger.undispatched.includes(id)) emit({ type: "tool.result", call: id, result: "cancelled" });
    this.#calls.get(id)?.abort.abort(stopped());
    return true;
  }

  /** The rows that came are the result, and the source is closed. `false` for what does not come in rows, or does not run. */
  enough(id: string): boolean {
    const execution = this.#executions.get(id)?.execution;
    if (execution === undefined || !this.#options.ledger.executing.includes(id) || !execution.enough()) return false;
    // A read may wait in the middle of a step; a write is left to end its own.
    if (execution.call.effect === "read") this.#abort(id);
    return true;
  }

  /** Tries one failed call again under its own key, in the background. `false` where it did not fail, or must not be. */
  retry(id: string): boolean {
    const known = this.#executions.get(id);
    if (this.#isShut || known === undefined || this.#failed.get(id)?.retryable !== true) return false;
    this.#failed.delete(id);
    void this.#track(this.#execute(known.passage, known.execution));
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

  /** Throws an `HttpProblem` on a decision that is not one. */
  decide(command: DecideCommand): void {
    this.#options.approvals.decide(command);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    const forget = () => this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }

  #abort(id: string): boolean {
    const call = this.#calls.get(id);
    if (call === undefined || call.tool?.cancellable === false) return false;
    call.abort.abort(stopped());
    return true;
  }

  async #runAll(requests: readonly CallRequest[]): Promise<readonly ToolOutcome[]> {
    const prepared = requests.map((request) => this.#prepare(request));
    const bound = prepared.flatMap((one) => ("bound" in one ? [one.bound] : []));
    const verdicts = await this.#options.gate.pass(bound, (asked) => this.#sayWaiting(asked));
    const outcomes = await Promise.all(bound.map((call, at) => this.#follow(call, verdicts[at] ?? { kind: "cancelled" })));
    return prepared.map((one) => ("bound" in one ? (outcomes[bound.indexOf(one.bound)] ?? CANCELLED) : one.outcome));
  }

  #sayWaiting([first, second]: readonly BoundCall[]): void {
    const about = first === undefined || second !== undefined ? {} : { call: first.id };
    this.#options.emit({ type: "run.phase", phase: "waiting", ...about });
  }

  #prepare({ name, args, id }: CallRequest): Prepared {
    if (this.#isShut) return { outcome: CANCELLED };
    if (this.#claimed.has(id)) return { outcome: { result: "error", error: reused(id) } };
    this.#claimed.add(id);
    const isKnown = this.#calls.has(id);
    this.propose(name, id, args);
    const call = this.#calls.get(id);
    if (call?.name !== name) return { outcome: this.refuse(id, reused(id)) };
    if (!isKnown) this.appendArgs(id, jsonOf(args));
    return this.#bind(call, args);
  }

  #bind(call: Call, args: unknown): Prepared {
    const { emit, clock, tools, committed } = this.#options;
    if (call.tool === undefined) return { outcome: this.refuse(call.id, unknownTool(call.name, tools)) };
    const bound = bindCall({ ...call, tool: call.tool }, args, clock.now());
    if (!bound.ok) return { outcome: this.refuse(call.id, bound.error) };
    emit({ type: "tool.ready", call: call.id, args: bound.call.args, argsHash: bound.call.argsHash });
    const earlier = committed.find(call.name, bound.call.args);
    return earlier === undefined ? { bound: bound.call } : { outcome: this.#repeat(call, earlier) };
  }

  /** It was done before for the same message: what came of it is said again, and nothing is done. */
  #repeat(call: Call, outcome: ToolOutcome): ToolOutcome {
    const { emit } = this.#options;
    if (outcome.result === "ok") emit({ type: "tool.result", call: call.id, result: "ok", ...outputFields(outcome.output) });
    else if (outcome.result === "unknown") emit({ type: "tool.result", call: call.id, result: "unknown", error: outcome.error });
    else emit({ type: "tool.result", call: call.id, result: "empty" });
    return outcome;
  }

  async #follow(call: BoundCall, verdict: Verdict): Promise<ToolOutcome> {
    switch (verdict.kind) {
      case "pass":
        return this.#hold(verdict.passage);
      case "refused":
        return this.refuse(call.id, verdict.error);
      case "rejected":
        this.#options.emit({ type: "tool.result", call: call.id, result: "rejected" });
        return { result: "rejected", ...(verdict.reason === undefined ? {} : { reason: verdict.reason }) };
      case "expired":
        return { result: "expired" };
      case "cancelled":
        return this.#cancelled(call);
    }
  }

  /** What changes something can be seen, and cancelled, before it does. */
  async #hold(passage: Passage): Promise<ToolOutcome> {
    const { call, by } = passage;
    if (call.effect !== "read") {
      const windowMs = by === "decision" ? 0 : (call.tool.undoWindowMs ?? this.#options.undoWindowMs);
      const isLeft = (windowMs <= 0 || (await this.#holdFor(call, windowMs))) && (await this.#awaitLead(call));
      if (!isLeft) return this.#cancelled(call);
    }
    return this.#execute(passage, new CallExecution(call, { ...this.#options, mayStart: () => this.#mayStart(call) }));
  }

  #holdFor(call: BoundCall, ms: number): Promise<boolean> {
    if (!this.#mayStart(call)) return Promise.resolve(false);
    this.#options.emit({ type: "tool.hold", call: call.id, ms });
    this.#options.emit({ type: "run.phase", phase: "waiting", call: call.id });
    return pause(this.#options.clock, ms, call.abort.signal);
  }

  #awaitLead(call: BoundCall): Promise<boolean> {
    const leadMs = this.#options.minToolLeadMs - (this.#options.clock.now() - call.shownAt);
    return leadMs <= 0 ? Promise.resolve(true) : pause(this.#options.clock, leadMs, call.abort.signal);
  }

  /** Everything that let the call pass is looked at again, in the moment before it acts. */
  async #execute(passage: Passage, execution: CallExecution): Promise<ToolOutcome> {
    const { call } = passage;
    const objection = await passage.check();
    if (!this.#mayStart(call)) return this.#cancelled(call);
    if (objection !== null) return this.refuse(call.id, objection);
    this.#executions.set(call.id, { execution, passage });
    const outcome = await execution.run();
    if (outcome.result === "error") this.#failed.set(call.id, outcome.error);
    return outcome.result === "cancelled" ? this.#cancelled(call) : outcome;
  }

  #mayStart(call: BoundCall): boolean {
    return !this.#isShut && !call.abort.signal.aborted;
  }

  #cancelled(call: BoundCall): ToolOutcome {
    if (this.#options.ledger.undispatched.includes(call.id))
      this.#options.emit({ type: "tool.result", call: call.id, result: "cancelled" });
    return CANCELLED;
  }
}

function stopped(): DOMException {
  return new DOMException("The user stopped the run.", "AbortError");
}
