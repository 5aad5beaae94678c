import type { Clock } from "@unsay/core";
import type { Cause, EventPayload, RunEnd, StopCommand, Upstream } from "@unsay/core/protocol";
import type { AgentEnd } from "../agents/agent.js";
import type { Trip } from "../guard/holdback.js";
import type { Log } from "../log.js";
import type { StoredRun } from "../stores/store.js";
import type { CallLedger } from "../tool-call/call-ledger.js";
import type { CallRunner } from "../tool-call/call-runner.js";
import type { UsageLedger } from "../usage/usage-ledger.js";
import { usageRowOf } from "../usage/usage-rows.js";
import type { AgentDriver } from "./agent-driver.js";
import { abortError } from "./run-errors.js";
import type { RunLog } from "./run-log.js";
import type { Steering } from "./steering.js";

/** How long a stop waits to see whether the agent obeys before it is acknowledged. */
const UPSTREAM_GRACE_MS = 250;

export interface RunEndingOptions {
  readonly record: StoredRun;
  readonly clock: Clock;
  readonly settleMs: number;
  readonly log: Log;
  readonly runLog: RunLog;
  readonly usage: UsageLedger;
  readonly ledger: CallLedger;
  readonly calls: CallRunner;
  readonly driver: AgentDriver;
  readonly steering: Steering;
  /** Tells the agent and its tools. */
  readonly abort: AbortController;
  readonly write: (payload: EventPayload) => void;
  readonly onEnded: () => void;
}

/** `by`: whose doing it is. Default: the user's. */
export interface StopRequest extends Pick<StopCommand, "id" | "client" | "intent"> {
  readonly painted?: StopCommand["painted"];
  readonly by?: "user" | "server";
}

type TruncatedEnding = Pick<StopRequest, "by"> & AgentEnd;

/**
 * Ends one run exactly once, whatever happens: the first of the agent's return or throw, an accepted stop, a guard that
 * says no, and the server's shutdown decides how.
 */
export class RunEnding {
  readonly #options: RunEndingOptions;
  /** Set at the one instant that decides how the run ends. */
  #isDecided = false;
  #isStopping = false;
  #isEnded = false;
  #isLost = false;
  #intent: StopCommand["intent"] = "stop";
  #agentDone: Promise<void> = Promise.resolve();
  #ended: () => void = () => {};
  /** Resolves when the end is stored. */
  readonly done: Promise<void> = new Promise((resolve) => (this.#ended = resolve));

  constructor(options: RunEndingOptions) {
    this.#options = options;
  }

  get isDecided(): boolean {
    return this.#isDecided;
  }

  /** A stop was accepted. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The run is another process's. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Lets the agent speak. The run ends when it is done, unless something else has decided that by then. */
  drive(): void {
    if (!this.#isDecided) this.#agentDone = this.#drive();
  }

  stop(command: StopRequest): void {
    if (command.intent === "redirect") this.#intent = "redirect";
    if (this.#isDecided) return;
    this.#isStopping = true;
    if (command.painted !== undefined) this.#options.usage.noteStop(command.painted);
    this.#decideEnd();
    void this.#endByStop(command);
  }

  async interrupt(end: AgentEnd, settleMs: number): Promise<void> {
    if (!this.#isDecided) {
      this.#decideEnd();
      await this.#endTruncated({ by: "server", ...end }, settleMs);
    }
    await this.done;
  }

  /** What was let through before goes too, and the record with it. */
  async trip({ code, reason }: Trip): Promise<void> {
    if (this.#isDecided) return;
    this.#decideEnd();
    const { runLog, write, settleMs } = this.#options;
    const spans = [...new Set(runLog.events.flatMap((event) => (event.type === "span.append" ? [event.span] : [])))];
    if (spans.length > 0) write({ type: "span.retract", spans, reason, expunge: true });
    const error = { code, message: `The answer was withheld: ${reason}`, retryable: code === "guard-timeout", userMessage: reason };
    await this.#endTruncated({ cause: "withheld", by: "server", error }, settleMs);
  }

  /** The run belongs to somebody else now: be silent and let go. */
  abandon(): void {
    this.#isLost = true;
    this.#decideEnd();
    this.#isEnded = true;
    this.#shut("server");
    const { runLog, usage, onEnded } = this.#options;
    runLog.close();
    usage.giveUp();
    this.#ended();
    onEnded();
  }

  async #drive(): Promise<void> {
    const { driver, ledger, settleMs } = this.#options;
    const end = await driver.drive();
    if (this.#isDecided) return;
    if (end.outcome === "complete") await this.#waitForAll();
    if (this.#isDecided) return;
    this.#decideEnd();
    if (end.outcome === "complete") await this.#finish({ type: "run.end", outcome: "complete", effects: ledger.effects() });
    else await this.#endTruncated(end, settleMs);
  }

  /** Nothing is complete while something of it is kept back or on its way. */
  async #waitForAll(): Promise<void> {
    await this.#options.driver.closeParts();
    await this.#options.calls.idle();
  }

  #decideEnd(): void {
    this.#isDecided = true;
    this.#options.driver.silence();
  }

  async #endByStop({ id, client, by = "user" }: StopRequest): Promise<void> {
    const { runLog, calls, write, settleMs } = this.#options;
    const atSeq = runLog.lastSeq;
    const settling = this.#shut(by);
    const upstream = await this.#upstream();
    write({ type: "stop.ack", command: id, client, atSeq, upstream, settling });
    await calls.settle(settleMs);
    const cause: Cause = this.#intent === "redirect" ? "redirected" : "stopped";
    await this.#finish(this.#truncatedEnd({ cause, by: cause === "redirected" ? "user" : by }));
  }

  async #endTruncated(ending: TruncatedEnding, settleMs: number): Promise<void> {
    this.#shut("server");
    await this.#options.calls.settle(settleMs);
    await this.#finish(this.#truncatedEnd(ending));
  }

  #shut(by: string): readonly string[] {
    this.#options.abort.abort(abortError());
    return this.#options.calls.shut(by);
  }

  /** Whether the model was really stopped is known only of an agent that gives up when told, or that knows its provider. */
  async #upstream(): Promise<Upstream> {
    const { driver, clock } = this.#options;
    if (driver.isDone) return "already-finished";
    let cancel: () => void = () => {};
    const grace = new Promise<void>((resolve) => (cancel = clock.after(UPSTREAM_GRACE_MS, resolve)));
    await Promise.race([this.#agentDone, grace]);
    cancel();
    const said = driver.upstream ?? "aborted";
    return said === "aborted" && !driver.isDone ? "unknown" : said;
  }

  #truncatedEnd({ cause, resumable, error, by }: TruncatedEnding): RunEnd {
    return {
      type: "run.end",
      outcome: "truncated",
      cause,
      resumable: resumable === true,
      ...(error === undefined ? {} : { error }),
      ...(by === undefined ? {} : { by }),
      effects: this.#options.ledger.effects(),
    };
  }

  async #finish(end: RunEnd): Promise<void> {
    const { steering, runLog, usage, onEnded } = this.#options;
    steering.end("the answer ended before the model could be told");
    this.#isEnded = true;
    this.#note(end, await runLog.finish(end));
    usage.end();
    void usage.settled.then(() => this.#reconcile(end));
    this.#ended();
    onEnded();
  }

  #note(end: RunEnd, isStored: boolean): void {
    const { log, record, runLog } = this.#options;
    log({
      level: isStored ? "info" : "error",
      event: "run.end",
      run: record.run,
      thread: record.thread,
      message: isStored ? describeEnd(end) : `The end (${describeEnd(end)}) could not be stored, so no reader was told of it.`,
      details: { outcome: end.outcome, ...(end.outcome === "truncated" ? { cause: end.cause } : {}), durationMs: runLog.elapsedMs },
    });
  }

  /** One line a run: what was made, seen and billed. */
  #reconcile(end: RunEnd): void {
    const { log, record, runLog } = this.#options;
    const row = usageRowOf({ ...record, end }, runLog.events);
    log({
      level: "info",
      event: "usage.reconciled",
      run: record.run,
      thread: record.thread,
      message: `Usage is ${row.status}.`,
      details: { ...row },
    });
  }
}

function describeEnd(end: RunEnd): string {
  return end.outcome === "truncated" ? `truncated, ${end.cause}` : end.outcome;
}
