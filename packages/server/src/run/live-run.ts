import type { Cause, DecideCommand, EventPayload, RunEnd, RunPhase, SteerCommand, StopCommand, Upstream } from "@unsay/core/protocol";
import type { Clock, Message } from "@unsay/core";
import type { Agent, AgentEnd } from "../agents/agent.js";
import { Approvals } from "../approval/approvals.js";
import type { Policy } from "../approval/policy.js";
import type { ApprovalSigner } from "../approval/signature.js";
import { Holdback, type GuardSettings, type Trip } from "../guard/holdback.js";
import type { Log } from "../log.js";
import type { Store, StoredRun } from "../stores/store.js";
import { CallGate } from "../tool-call/call-gate.js";
import { CallLedger } from "../tool-call/call-ledger.js";
import { CallRunner } from "../tool-call/call-runner.js";
import { CommittedCalls } from "../tool-call/committed-calls.js";
import type { ToolSet } from "../tool-call/tool.js";
import { UsageLedger, type PollUsage } from "../usage/usage-ledger.js";
import { usageRowOf } from "../usage/usage-rows.js";
import { AgentDriver } from "./agent-driver.js";
import { abortError } from "./run-errors.js";
import { RunLog } from "./run-log.js";
import { Steering } from "./steering.js";

/** How long a stop waits to see whether the agent obeys before it is acknowledged. */
const UPSTREAM_GRACE_MS = 250;

export interface LiveRunOptions {
  readonly record: StoredRun;
  readonly store: Store;
  readonly agent: Agent;
  readonly tools: ToolSet;
  readonly clock: Clock;
  readonly signer: ApprovalSigner;
  readonly log: Log;
  readonly createId: () => string;
  readonly heartbeatMs: number;
  readonly settleMs: number;
  readonly approvalExpiryMs: number;
  readonly leaseMs: number;
  readonly undoWindowMs: number;
  readonly minToolLeadMs: number;
  readonly usageDeadlineMs: number;
  readonly policy?: Policy;
  readonly guard?: GuardSettings;
  readonly pollUsage?: PollUsage;
  readonly caps: { readonly resume: boolean; readonly cancelTool: boolean };
  readonly input: string;
  /** All that the model is to be told, the input included, oldest first. */
  readonly messages: readonly Message[];
  /** Earlier answers to the same message: what they did is not done again. */
  readonly earlier: readonly Message[];
  readonly partial: string;
  readonly onEnded: () => void;
}

type TruncatedEnding = { readonly by?: "user" | "server" } & AgentEnd;

const AFTER_END: ReadonlySet<EventPayload["type"]> = new Set(["receipt", "tool.result", "usage"]);

/**
 * Produces one run, whoever listens or not. Whatever happens, it ends exactly once: the first of the agent's return or
 * throw, an accepted stop, a guard that says no, and the server's shutdown decides how.
 */
export class LiveRun {
  readonly log: RunLog;
  readonly usage: UsageLedger;
  readonly #options: LiveRunOptions;
  readonly #abort = new AbortController();
  readonly #ledger = new CallLedger();
  readonly #approvals: Approvals;
  readonly #calls: CallRunner;
  readonly #steering: Steering;
  readonly #driver: AgentDriver;
  #phase: RunPhase = "queued";
  /** Set at the one instant that decides how the run ends. */
  #isEnding = false;
  #isStopping = false;
  #isEnded = false;
  #isLost = false;
  #intent: StopCommand["intent"] = "stop";
  #agentDone: Promise<void> = Promise.resolve();
  #ended: () => void = () => {};
  /** Resolves when the end is stored. */
  readonly done: Promise<void> = new Promise((resolve) => (this.#ended = resolve));
  /** Resolves when nothing more can come of it: its end is stored, its usage known or given up, no tool on its way. */
  readonly settled: Promise<void>;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    const { record, clock, signer, createId, approvalExpiryMs: expiryMs, usageDeadlineMs: deadlineMs, pollUsage: poll } = options;
    this.log = new RunLog({ ...options, onLost: () => this.#abandon() });
    const emit = (payload: EventPayload) => this.#write(payload);
    const ids = { thread: record.thread, run: record.run };
    this.#approvals = new Approvals({ ...ids, clock, expiryMs, signer, createId, emit });
    this.#steering = new Steering(emit, () => this.log.lastSeq);
    this.usage = new UsageLedger({ ...ids, clock, deadlineMs, ...(poll === undefined ? {} : { poll }), emit });
    this.#calls = this.#createCalls(emit);
    this.#driver = this.#createDriver(emit);
    this.settled = this.done.then(() => this.usage.settled).then(() => this.#calls.idle());
  }

  get record(): StoredRun {
    return this.#options.record;
  }

  get phase(): RunPhase {
    return this.#phase;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** A stop was accepted. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get hasOpenApproval(): boolean {
    return this.#approvals.hasOpen;
  }

  /** Says that the run is open and puts it on record, before the agent says a word. */
  async open(): Promise<void> {
    const { record, heartbeatMs, caps, agent, guard } = this.#options;
    this.#write({
      type: "run.open",
      client: record.client,
      startKey: record.startKey,
      ...(Object.keys(record.labels).length === 0 ? {} : { labels: record.labels }),
      caps: {
        resume: caps.resume,
        stop: "command",
        continue: true,
        cancelTool: caps.cancelTool,
        usage: true,
        editArguments: true,
        ...(agent.steer === true ? { steer: true } : {}),
        ...(guard === undefined ? {} : { holdback: true }),
      },
      heartbeatMs,
      ttlMs: null,
    });
    this.#write({ type: "run.phase", phase: "thinking" });
    await this.log.flush();
  }

  start(): void {
    if (this.#isEnding) return;
    this.#agentDone = this.#drive();
  }

  /** Accepts a stop: from this instant no tool starts and nothing the agent says is heard. Repeating it is no news. */
  stop(command: Pick<StopCommand, "id" | "client" | "intent"> & { readonly painted?: StopCommand["painted"] }): void {
    if (command.intent === "redirect") this.#intent = "redirect";
    if (this.#isEnding) return;
    this.#isStopping = true;
    if (command.painted !== undefined) this.usage.noteStop(command.painted);
    this.#decideEnd();
    void this.#endByStop(command);
  }

  cancelCall(call: string): boolean {
    return this.#calls.cancel(call, "user");
  }

  /** The reader has seen enough of one call; the run goes on with what came. `false`: it does not come in pieces. */
  hasEnough(call: string): boolean {
    return this.#calls.enough(call);
  }

  /** Tries one failed call again under its own key. `false` where that can't be. */
  retryCall(call: string): boolean {
    return !this.#isEnding && this.#calls.retry(call);
  }

  /** `false`: the agent takes no words while it answers, or the id was used for others. */
  steer(command: SteerCommand): boolean {
    return this.#options.agent.steer === true && !this.#isEnding && this.#steering.add(command);
  }

  /** Throws an `HttpProblem` on a decision that is not one. */
  decide(command: DecideCommand): void {
    this.#calls.decide(command);
  }

  hasApproval(approval: string): boolean {
    return this.#approvals.has(approval);
  }

  /** The server ends the run by itself. */
  async interrupt(end: AgentEnd, settleMs: number = this.#options.settleMs): Promise<void> {
    if (!this.#isEnding) {
      this.#decideEnd();
      await this.#endTruncated({ by: "server", ...end }, settleMs);
    }
    await this.done;
  }

  /** Says something about a run that may be over: receipts, results and usage. Resolves with whether it is on record. */
  addLate(payloads: readonly EventPayload[]): Promise<boolean> {
    for (const payload of payloads) this.#write(payload);
    return this.log.flush();
  }

  /** The same, only if nothing was said since `last`; of a run that goes on nobody else says anything. */
  addNext(payload: EventPayload, last: number): Promise<boolean> {
    return this.log.isClosed() ? this.log.writeNext(payload, last) : this.addLate([payload]);
  }

  /** The server stops: what nobody has counted by now is unreported. */
  async settleUsage(): Promise<void> {
    this.usage.giveUp();
    await this.log.flush();
  }

  #createCalls(emit: (payload: EventPayload) => void): CallRunner {
    const { record, earlier } = this.#options;
    const shared = { ...this.#options, thread: record.thread, run: record.run, approvals: this.#approvals, emit };
    return new CallRunner({
      ...shared,
      gate: new CallGate(shared),
      ledger: this.#ledger,
      committed: new CommittedCalls(earlier),
      flush: () => this.log.flush(),
    });
  }

  #createDriver(write: (payload: EventPayload) => void): AgentDriver {
    const { guard, clock, record } = this.#options;
    const ids = { thread: record.thread, run: record.run };
    const onTrip = (trip: Trip) => void this.#endByTrip(trip);
    return new AgentDriver({
      ...this.#options,
      signal: this.#abort.signal,
      approvals: this.#approvals,
      ledger: this.#ledger,
      calls: this.#calls,
      steering: this.#steering,
      write,
      holdback: guard === undefined ? null : new Holdback({ ...ids, guard, clock, write, onTrip }),
      onUsage: (report) => this.usage.report(report),
      onSaid: (payload, tokens) => this.usage.noteSaid(payload, tokens),
    });
  }

  // ── the end ──────────────────────────────────────────────────────────────────────────────────

  async #drive(): Promise<void> {
    const end = await this.#driver.drive();
    if (this.#isEnding) return;
    if (end.outcome === "complete") await this.#waitForAll();
    if (this.#isEnding) return;
    this.#decideEnd();
    if (end.outcome === "complete") await this.#finish({ type: "run.end", outcome: "complete", effects: this.#ledger.effects() });
    else await this.#endTruncated(end, this.#options.settleMs);
  }

  /** Nothing is complete while something of it is kept back or on its way. */
  async #waitForAll(): Promise<void> {
    await this.#driver.closeParts();
    await this.#calls.idle();
  }

  #decideEnd(): void {
    this.#isEnding = true;
    this.#driver.silence();
  }

  async #endByStop(command: Pick<StopCommand, "id" | "client">): Promise<void> {
    const atSeq = this.log.lastSeq;
    const settling = this.#shut("user");
    const upstream = await this.#upstream();
    this.#write({ type: "stop.ack", command: command.id, client: command.client, atSeq, upstream, settling });
    await this.#calls.settle(this.#options.settleMs);
    const cause: Cause = this.#intent === "redirect" ? "redirected" : "stopped";
    await this.#finish(this.#truncatedEnd({ cause, by: "user" }));
  }

  async #endTruncated(ending: TruncatedEnding, settleMs: number): Promise<void> {
    this.#shut("server");
    await this.#calls.settle(settleMs);
    await this.#finish(this.#truncatedEnd(ending));
  }

  /** What was let through before goes too, and the record with it. */
  async #endByTrip({ code, reason }: Trip): Promise<void> {
    if (this.#isEnding) return;
    this.#decideEnd();
    const spans = [...new Set(this.log.events.flatMap((event) => (event.type === "span.append" ? [event.span] : [])))];
    if (spans.length > 0) this.#write({ type: "span.retract", spans, reason, expunge: true });
    const error = { code, message: `The answer was withheld: ${reason}`, retryable: code === "guard-timeout", userMessage: reason };
    await this.#endTruncated({ cause: "withheld", by: "server", error }, this.#options.settleMs);
  }

  #shut(by: string): readonly string[] {
    this.#abort.abort(abortError());
    return this.#calls.shut(by);
  }

  /** Whether the model was really stopped is known only of an agent that gives up when told, or that knows its provider. */
  async #upstream(): Promise<Upstream> {
    if (this.#driver.isDone) return "already-finished";
    let cancel: () => void = () => {};
    const grace = new Promise<void>((resolve) => (cancel = this.#options.clock.after(UPSTREAM_GRACE_MS, resolve)));
    await Promise.race([this.#agentDone, grace]);
    cancel();
    const said = this.#driver.upstream ?? "aborted";
    return said === "aborted" && !this.#driver.isDone ? "unknown" : said;
  }

  #truncatedEnd({ cause, resumable, error, by }: TruncatedEnding): RunEnd {
    return {
      type: "run.end",
      outcome: "truncated",
      cause,
      resumable: resumable === true,
      ...(error === undefined ? {} : { error }),
      ...(by === undefined ? {} : { by }),
      effects: this.#ledger.effects(),
    };
  }

  async #finish(end: RunEnd): Promise<void> {
    this.#steering.end("the answer ended before the model could be told");
    this.#isEnded = true;
    const isStored = await this.log.finish(end);
    const { log, record, onEnded } = this.#options;
    log({
      level: isStored ? "info" : "error",
      event: "run.end",
      run: record.run,
      thread: record.thread,
      message: isStored ? describeEnd(end) : `The end (${describeEnd(end)}) could not be stored, so no reader was told of it.`,
      details: { outcome: end.outcome, ...(end.outcome === "truncated" ? { cause: end.cause } : {}), durationMs: this.log.elapsedMs },
    });
    this.usage.end();
    void this.usage.settled.then(() => this.#reconcile(end));
    this.#ended();
    onEnded();
  }

  /** One line a run: what was made, seen and billed. */
  #reconcile(end: RunEnd): void {
    const { log, record } = this.#options;
    const row = usageRowOf({ ...record, end }, this.log.events);
    log({
      level: "info",
      event: "usage.reconciled",
      run: record.run,
      thread: record.thread,
      message: `Usage is ${row.status}.`,
      details: { ...row },
    });
  }

  /** The run belongs to somebody else now: be silent and let go. */
  #abandon(): void {
    this.#isLost = true;
    this.#decideEnd();
    this.#isEnded = true;
    this.#shut("server");
    this.log.close();
    this.usage.giveUp();
    this.#ended();
    this.#options.onEnded();
  }

  #write(payload: EventPayload): void {
    if (this.#isLost || (this.#isEnded && !AFTER_END.has(payload.type))) return;
    if (payload.type === "run.phase") this.#phase = payload.phase;
    this.#ledger.apply(payload);
    this.log.write(payload);
  }
}

function describeEnd(end: RunEnd): string {
  return end.outcome === "truncated" ? `truncated, ${end.cause}` : end.outcome;
}
