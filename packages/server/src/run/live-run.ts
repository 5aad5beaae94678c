import {
  UnsayError,
  type Cause,
  type DecidedItem,
  type DecideCommand,
  type EventPayload,
  type RunEnd,
  type RunPhase,
  type StopCommand,
  type UnsayErrorData,
  type Upstream,
} from "@unsay/core/protocol";
import { toTextMessages, type Clock, type Message } from "@unsay/core";
import { Approvals } from "../approval/approvals.js";
import type { ApprovalSigner } from "../approval/signature.js";
import type { Agent, AgentEnd, AgentEvent, AgentRun } from "../agents/agent.js";
import type { Log } from "../log.js";
import type { Store, StoredRun } from "../stores/store.js";
import { CallLedger } from "../tool-call/call-ledger.js";
import { CallRunner } from "../tool-call/call-runner.js";
import type { ToolOutcome, ToolSet } from "../tool-call/tool.js";
import { RunLog } from "./run-log.js";
import { Speech } from "./speech.js";

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
  readonly caps: { readonly resume: boolean; readonly cancelTool: boolean };
  readonly input: string;
  /** What was said before the input, oldest first. */
  readonly messages: readonly Message[];
  readonly partial: string;
  readonly onEnded: () => void;
}

type Ending = { readonly outcome: "complete" } | ({ readonly outcome: "truncated"; readonly by?: "user" | "server" } & AgentEnd);

const AFTER_END: ReadonlySet<EventPayload["type"]> = new Set(["receipt", "tool.result", "usage"]);

/**
 * Produces one run, whoever listens or not. Whatever happens, it ends exactly once: the first of the agent's return or
 * throw, an accepted stop, and the server's shutdown decides how.
 */
export class LiveRun {
  readonly log: RunLog;
  readonly #options: LiveRunOptions;
  readonly #abort = new AbortController();
  readonly #ledger = new CallLedger();
  readonly #approvals: Approvals;
  readonly #calls: CallRunner;
  readonly #speech: Speech;
  readonly #relayed: Promise<unknown>[] = [];
  readonly #adopted = new Set<string>();
  #phase: RunPhase = "queued";
  #ids = 0;
  /** Set at the one instant that decides how the run ends. */
  #isEnding = false;
  #isStopping = false;
  #isEnded = false;
  #isRelaying = false;
  #planned: Ending | null = null;
  #intent: StopCommand["intent"] = "stop";
  #agentDone: Promise<void> = Promise.resolve();
  #isAgentDone = false;
  #ended: () => void = () => {};
  /** Resolves when the end is stored. */
  readonly done: Promise<void> = new Promise((resolve) => (this.#ended = resolve));

  constructor(options: LiveRunOptions) {
    this.#options = options;
    const { record, store, clock, leaseMs, log, signer, createId, approvalExpiryMs: expiryMs, tools } = options;
    this.log = new RunLog({ record, store, clock, leaseMs, log, onLost: () => this.#abandon() });
    const emit = (payload: EventPayload) => this.#write(payload);
    const ids = { thread: record.thread, run: record.run };
    this.#approvals = new Approvals({ ...ids, clock, expiryMs, signer, createId, emit });
    this.#calls = new CallRunner({
      ...ids,
      tools,
      clock,
      signer,
      createId,
      log,
      emit,
      approvals: this.#approvals,
      ledger: this.#ledger,
      flush: () => this.log.flush(),
    });
    this.#speech = new Speech(emit, (kind) => this.#createPartId(kind));
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
    const { record, heartbeatMs, caps } = this.#options;
    this.#write({
      type: "run.open",
      client: record.client,
      startKey: record.startKey,
      ...(Object.keys(record.labels).length === 0 ? {} : { labels: record.labels }),
      caps: { resume: caps.resume, stop: "command", continue: true, cancelTool: caps.cancelTool, usage: true },
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
  stop(command: Pick<StopCommand, "id" | "client" | "intent">): void {
    if (command.intent === "redirect") this.#intent = "redirect";
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#isStopping = true;
    void this.#endByStop(command);
  }

  cancelCall(call: string): boolean {
    return this.#calls.cancel(call, "user");
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
      this.#isEnding = true;
      await this.#endTruncated({ outcome: "truncated", by: "server", ...end }, settleMs);
    }
    await this.done;
  }

  // ── the agent ────────────────────────────────────────────────────────────────────────────────

  async #drive(): Promise<void> {
    let ending: Ending;
    try {
      await this.#runAgent();
      ending = this.#planned ?? { outcome: "complete" };
    } catch (error) {
      ending = this.#planned ?? this.#failedBy(error);
    }
    this.#isAgentDone = true;
    if (ending.outcome === "complete") await this.#calls.idle();
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (ending.outcome === "complete") await this.#endComplete();
    else await this.#endTruncated(ending, this.#options.settleMs);
  }

  async #runAgent(): Promise<void> {
    const answer = this.#options.agent(this.#createAgentRun());
    if (!(Symbol.asyncIterator in answer)) await answer;
    else
      for await (const event of answer) {
        if (this.#isEnding || this.#planned !== null) break;
        this.#say(event);
      }
    while (this.#relayed.length > 0 && !this.#isEnding) await this.#relayed.pop();
    // A foreign stream that never said how it ended was cut, however quietly its agent returned.
    if (this.#isRelaying) this.#planned ??= { outcome: "truncated", cause: "disconnected", error: NO_END };
  }

  #failedBy(error: unknown): Ending {
    const { log, record } = this.#options;
    if (!this.#isEnding)
      log({
        level: "error",
        event: "agent.failed",
        run: record.run,
        thread: record.thread,
        message: "The agent threw, so the run ends as failed.",
        error,
      });
    return { outcome: "truncated", cause: "failed", error: errorOfAgent(error) };
  }

  #createAgentRun(): AgentRun {
    const { record, input, messages, partial, tools } = this.#options;
    return {
      thread: record.thread,
      run: record.run,
      message: record.message,
      mode: record.mode,
      input,
      messages,
      history: toTextMessages(messages),
      partial,
      labels: record.labels,
      tools,
      signal: this.#abort.signal,
      createId: (kind) => this.#createPartId(kind),
      emit: (event) => this.#say(event),
      text: (delta) => this.#whileSpeaking(() => this.#speech.write("answer", delta)),
      reasoning: (delta) => this.#whileSpeaking(() => this.#speech.write("reasoning", delta)),
      closePart: () => this.#whileSpeaking(() => this.#speech.closePart()),
      proposeCall: (name, call) => this.#whileSpeaking(() => this.#calls.propose(name, call)),
      appendArgs: (call, delta) => this.#whileSpeaking(() => this.#calls.appendArgs(call, delta)),
      refuseCall: (call, error) => this.#whileSpeaking(() => void this.#calls.refuse(call, error)),
      callTool: (name, args, options) => this.#callTool(name, args, options?.call),
      end: (end) => void (this.#planned ??= { outcome: "truncated", ...end }),
      relay: (event) => this.#relay(event),
    };
  }

  #whileSpeaking(speak: () => void): void {
    if (!this.#isEnding && this.#planned === null) speak();
  }

  #say(event: AgentEvent): void {
    this.#whileSpeaking(() => this.#check(() => this.#speech.say(event)));
  }

  /** An agent that says what it may not ends the run, even if it catches the error. */
  #check(speak: () => void): void {
    try {
      speak();
    } catch (error) {
      this.#planned = this.#failedBy(error);
      throw error;
    }
  }

  #callTool(name: string, args: unknown, call?: string): Promise<ToolOutcome> {
    const { signal } = this.#abort;
    const outcome = new Promise<ToolOutcome>((resolve, reject) => {
      const stop = () => reject(abortError());
      if (signal.aborted || this.#isEnding) return stop();
      signal.addEventListener("abort", stop, { once: true });
      this.#speech.closePart();
      this.#speech.forgetPhase();
      this.#calls
        .call(name, args, call ?? this.#createPartId("call"))
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", stop));
    });
    // An agent that does not wait for a call must not bring the process down when the run is stopped.
    outcome.catch(() => {});
    return outcome;
  }

  #relay(event: EventPayload): void {
    this.#isRelaying = true;
    this.#whileSpeaking(() => this.#check(() => this.#passOn(event)));
  }

  #passOn(event: EventPayload): void {
    switch (event.type) {
      case "run.open":
      case "run.heartbeat":
      case "run.goaway":
        return;
      case "run.end":
        return this.#relayEnd(event);
      case "approval.request":
        return this.#relayApproval(event);
      case "approval.decision":
        this.#adopted.add(event.approval);
        return this.#approvals.adopt(event.approval, event.items, event.by);
      default:
        return this.#speech.say(event, "relay");
    }
  }

  #relayEnd(end: RunEnd): void {
    if (end.outcome === "awaiting-approval") {
      if (this.#relayed.length === 0) this.#planned = { outcome: "truncated", cause: "failed", error: RESULTS_MISSING };
      return;
    }
    if (end.outcome === "complete") {
      this.#planned = { outcome: "complete" };
      return;
    }
    const { cause, resumable, error } = end;
    this.#planned = { outcome: "truncated", cause, resumable, ...(error === undefined ? {} : { error }) };
  }

  /** A foreign stream waits for a decision. It is asked here, and whatever the answer, nothing here can run the call. */
  #relayApproval(event: Extract<EventPayload, { type: "approval.request" }>): void {
    const items = event.items.filter((item) => this.#ledger.undispatched.includes(item.call));
    if (items.length === 0 || this.#approvals.has(event.approval)) return;
    this.#relayed.push(this.#approvals.relay(event.approval, items).then((decided) => this.#endRelayedCalls(event.approval, decided)));
  }

  #endRelayedCalls(approval: string, items: readonly DecidedItem[]): void {
    if (this.#isEnding || this.#adopted.has(approval)) return;
    for (const { call, decision } of items) {
      if (decision === "rejected") this.#write({ type: "tool.result", call, result: "rejected" });
      if (decision === "approved") this.#write({ type: "tool.result", call, result: "error", error: NOT_OURS, effect: "none" });
    }
    this.#planned ??= { outcome: "truncated", cause: "failed", error: RESULTS_MISSING };
  }

  #createPartId(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.#options.record.run.slice(0, 8)}-${this.#ids}`;
  }

  // ── the end ──────────────────────────────────────────────────────────────────────────────────

  async #endComplete(): Promise<void> {
    this.#speech.closeAll();
    await this.#finish({ type: "run.end", outcome: "complete", effects: this.#ledger.effects() });
  }

  async #endByStop(command: Pick<StopCommand, "id" | "client">): Promise<void> {
    const atSeq = this.log.lastSeq;
    const settling = this.#shut("user");
    const upstream = await this.#upstream();
    this.#write({ type: "stop.ack", command: command.id, client: command.client, atSeq, upstream, settling });
    await this.#calls.settle(this.#options.settleMs);
    const cause: Cause = this.#intent === "redirect" ? "redirected" : "stopped";
    await this.#finish(this.#truncatedEnd({ outcome: "truncated", cause, by: "user" }));
  }

  async #endTruncated(ending: Extract<Ending, { outcome: "truncated" }>, settleMs: number): Promise<void> {
    this.#shut("server");
    await this.#calls.settle(settleMs);
    await this.#finish(this.#truncatedEnd(ending));
  }

  #shut(by: string): readonly string[] {
    this.#abort.abort(abortError());
    return this.#calls.shut(by);
  }

  /** Whether the model was really stopped is known only of an agent that gives up when told. */
  async #upstream(): Promise<Upstream> {
    if (this.#isAgentDone) return "already-finished";
    let cancel: () => void = () => {};
    const grace = new Promise<void>((resolve) => (cancel = this.#options.clock.after(UPSTREAM_GRACE_MS, resolve)));
    await Promise.race([this.#agentDone, grace]);
    cancel();
    return this.#isAgentDone ? "aborted" : "unknown";
  }

  #truncatedEnd(ending: Extract<Ending, { outcome: "truncated" }>): RunEnd {
    const { cause, resumable, error, by } = ending;
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
    this.#ended();
    onEnded();
  }

  /** The run belongs to somebody else now: be silent and let go. */
  #abandon(): void {
    this.#isEnding = true;
    this.#isEnded = true;
    this.#shut("server");
    this.log.close();
    this.#ended();
    this.#options.onEnded();
  }

  #write(payload: EventPayload): void {
    if (this.#isEnded && !AFTER_END.has(payload.type)) return;
    if (payload.type === "run.phase") this.#phase = payload.phase;
    this.#ledger.apply(payload);
    this.log.write(payload);
  }
}

function describeEnd(end: RunEnd): string {
  return end.outcome === "truncated" ? `truncated, ${end.cause}` : end.outcome;
}

function abortError(): DOMException {
  return new DOMException("The run was stopped.", "AbortError");
}

function errorOfAgent(error: unknown): UnsayErrorData {
  if (error instanceof UnsayError) return error.toJSON();
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    code: "agent-failed",
    message: `The agent threw (${kind}) before its answer was whole. The server's log has the details.`,
    retryable: true,
    userMessage: "Something went wrong while answering.",
  };
}

const NOT_OURS: UnsayErrorData = {
  code: "tool-not-ready",
  message: "This call was passed on from another stream. No tool here can run it, so nothing was done.",
  retryable: false,
  userMessage: "This call belongs to a recording and was not run.",
};

const NO_END: UnsayErrorData = {
  code: "stream-eof",
  message: "The stream that was passed on ended without saying how the answer ended.",
  retryable: true,
  userMessage: "The connection to the model ended before the answer did.",
};

const RESULTS_MISSING: UnsayErrorData = {
  code: "tool-results-missing",
  message: "The stream that was passed on waits for the result of a call that nothing here can run.",
  retryable: false,
  userMessage: "The answer waits for tool results that nobody sends.",
};
