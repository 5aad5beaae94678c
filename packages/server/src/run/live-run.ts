import type { DecideCommand, EventPayload, RunPhase, SteerCommand } from "@unsay/core/protocol";
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
import { AgentDriver } from "./agent-driver.js";
import { RunEnding, type StopRequest } from "./run-ending.js";
import { RunLog } from "./run-log.js";
import { Steering } from "./steering.js";

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

const AFTER_END: ReadonlySet<EventPayload["type"]> = new Set(["receipt", "tool.result", "usage"]);

/** Produces one run, whoever listens or not. What the server tells it goes through here. */
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
  readonly #ending: RunEnding;
  #phase: RunPhase = "queued";
  /** Resolves when nothing more can come of it: its end is stored, its usage known or given up, no tool on its way. */
  readonly settled: Promise<void>;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    const { record, clock, signer, createId, approvalExpiryMs: expiryMs, usageDeadlineMs: deadlineMs, pollUsage: poll } = options;
    this.log = new RunLog({ ...options, onLost: () => this.#ending.abandon() });
    const emit = (payload: EventPayload) => this.#write(payload);
    const ids = { thread: record.thread, run: record.run };
    this.#approvals = new Approvals({ ...ids, clock, expiryMs, signer, createId, emit });
    this.#steering = new Steering(emit, () => this.log.lastSeq);
    this.usage = new UsageLedger({ ...ids, clock, deadlineMs, ...(poll === undefined ? {} : { poll }), emit });
    this.#calls = this.#createCalls(emit);
    this.#driver = this.#createDriver(emit);
    this.#ending = this.#createEnding(emit);
    this.settled = this.done.then(() => this.usage.settled).then(() => this.#calls.idle());
  }

  get record(): StoredRun {
    return this.#options.record;
  }

  get phase(): RunPhase {
    return this.#phase;
  }

  get isEnded(): boolean {
    return this.#ending.isEnded;
  }

  /** A stop was accepted. */
  get isStopping(): boolean {
    return this.#ending.isStopping;
  }

  /** Resolves when the end is stored. */
  get done(): Promise<void> {
    return this.#ending.done;
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
    this.#ending.drive();
  }

  /** Accepts a stop: from this instant no tool starts and nothing the agent says is heard. Repeating it is no news. */
  stop(command: StopRequest): void {
    this.#ending.stop(command);
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
    return !this.#ending.isDecided && this.#calls.retry(call);
  }

  /** `false`: the agent takes no words while it answers, or the id was used for others. */
  steer(command: SteerCommand): boolean {
    return this.#options.agent.steer === true && !this.#ending.isDecided && this.#steering.add(command);
  }

  /** Throws an `HttpProblem` on a decision that is not one. */
  decide(command: DecideCommand): void {
    this.#calls.decide(command);
  }

  hasApproval(approval: string): boolean {
    return this.#approvals.has(approval);
  }

  /** The server ends the run by itself. Resolves when the end is stored, whoever decided it. */
  interrupt(end: AgentEnd, settleMs: number = this.#options.settleMs): Promise<void> {
    return this.#ending.interrupt(end, settleMs);
  }

  /** Says something about a run that may be over: receipts, results and usage. Resolves with whether it is on record. */
  addLate(payloads: readonly EventPayload[]): Promise<boolean> {
    for (const payload of payloads) this.#write(payload);
    return this.log.flush();
  }

  /** The same, only if nothing was said since `last`; of a run that goes on nobody else says anything. */
  addNext(payload: EventPayload, last: number): Promise<boolean> {
    return this.log.isShared ? this.log.writeNext(payload, last) : this.addLate([payload]);
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
    const onTrip = (trip: Trip) => void this.#ending.trip(trip);
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

  #createEnding(write: (payload: EventPayload) => void): RunEnding {
    return new RunEnding({
      ...this.#options,
      runLog: this.log,
      usage: this.usage,
      ledger: this.#ledger,
      calls: this.#calls,
      driver: this.#driver,
      steering: this.#steering,
      abort: this.#abort,
      write,
    });
  }

  #write(payload: EventPayload): void {
    const { isLost, isEnded } = this.#ending;
    if (isLost || (isEnded && !AFTER_END.has(payload.type))) return;
    if (payload.type === "run.phase") this.#phase = payload.phase;
    this.#ledger.apply(payload);
    this.log.write(payload);
  }
}
