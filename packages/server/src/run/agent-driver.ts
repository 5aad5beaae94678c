import type { EventPayload, Upstream } from "@unsay/core/protocol";
import { toTextMessages, type Message } from "@unsay/core";
import type { Agent, AgentEnd, AgentEvent, AgentRun, UsageReport } from "../agents/agent.js";
import type { Approvals } from "../approval/approvals.js";
import type { Holdback } from "../guard/holdback.js";
import type { Log } from "../log.js";
import type { StoredRun } from "../stores/store.js";
import type { CallLedger } from "../tool-call/call-ledger.js";
import type { CallRequest, CallRunner } from "../tool-call/call-runner.js";
import type { ToolOutcome, ToolSet } from "../tool-call/tool.js";
import { RelayedStream, type PlannedEnd } from "./relayed-stream.js";
import { abortError, errorOfAgent } from "./run-errors.js";
import { Speech } from "./speech.js";
import type { SteerInbox } from "./steering.js";

export interface AgentDriverOptions {
  readonly record: StoredRun;
  readonly agent: Agent;
  readonly tools: ToolSet;
  readonly input: string;
  /** All that the model is to be told, the input included, oldest first. */
  readonly messages: readonly Message[];
  readonly partial: string;
  readonly signal: AbortSignal;
  readonly approvals: Approvals;
  readonly ledger: CallLedger;
  readonly calls: CallRunner;
  readonly steering: SteerInbox;
  readonly log: Log;
  readonly write: (payload: EventPayload) => void;
  /** Keeps what the agent says until it has been checked. */
  readonly holdback: Holdback | null;
  readonly onUsage: (report: UsageReport) => void;
  /** What it says, before anything is kept back; `tokens` where the agent counted them. */
  readonly onSaid: (payload: EventPayload, tokens?: number) => void;
}

/** Runs the agent of one run, and lets it say what it may: until it is silenced, or has said how the answer ends. */
export class AgentDriver {
  readonly #options: AgentDriverOptions;
  readonly #speech: Speech;
  readonly #relayed: RelayedStream;
  #ids = 0;
  #isSilent = false;
  #planned: PlannedEnd | null = null;
  #isDone = false;
  #upstream: Upstream | null = null;

  constructor(options: AgentDriverOptions) {
    this.#options = options;
    this.#speech = new Speech(
      (payload, tokens) => this.#write(payload, tokens),
      (kind) => this.#createPartId(kind),
    );
    this.#relayed = new RelayedStream({
      ...options,
      speech: this.#speech,
      plan: (end) => void (this.#planned ??= end),
      isSilent: () => this.#isSilent,
    });
  }

  /** It has returned or thrown. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What it said a stop does to the model it uses; `null` where it said nothing. */
  get upstream(): Upstream | null {
    return this.#upstream;
  }

  /** Nothing it says is heard from here on. */
  silence(): void {
    this.#isSilent = true;
    this.#options.holdback?.drop();
  }

  /** Resolves with how the answer ends, as far as the agent goes. Never rejects. */
  async drive(): Promise<PlannedEnd> {
    const end = await this.#run();
    this.#isDone = true;
    return end;
  }

  /** Before a run ends complete: no part stays open, and nothing is kept back. */
  async closeParts(): Promise<void> {
    this.#speech.closeAll();
    await this.#options.holdback?.drain();
  }

  async #run(): Promise<PlannedEnd> {
    try {
      await this.#listen();
      return this.#planned ?? { outcome: "complete" };
    } catch (error) {
      return this.#planned ?? this.#failedBy(error);
    }
  }

  async #listen(): Promise<void> {
    const answer = this.#options.agent(this.#createRun());
    if (!(Symbol.asyncIterator in answer)) await answer;
    else
      for await (const event of answer) {
        if (!this.#isSpeaking) break;
        this.#say(event);
      }
    await this.#relayed.end();
  }

  get #isSpeaking(): boolean {
    return !this.#isSilent && this.#planned === null;
  }

  #failedBy(error: unknown): PlannedEnd {
    const { log, record } = this.#options;
    if (!this.#isSilent)
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

  #createRun(): AgentRun {
    const { record, input, messages, partial, tools, signal, steering } = this.#options;
    return {
      thread: record.thread,
      run: record.run,
      message: record.message,
      mode: record.mode,
      input,
      messages,
      conversation: toTextMessages(messages),
      partial,
      labels: record.labels,
      tools,
      signal,
      steering,
      createId: (kind) => this.#createPartId(kind),
      emit: (event) => this.#say(event),
      text: (delta, tokens) => this.#whileSpeaking(() => this.#speech.write("answer", delta, tokens)),
      reasoning: (delta, tokens) => this.#whileSpeaking(() => this.#speech.write("reasoning", delta, tokens)),
      closePart: () => this.#whileSpeaking(() => this.#speech.closePart()),
      ...this.#callMethods(),
      reportUsage: (report) => this.#options.onUsage(report),
      reportUpstream: (word) => void (this.#upstream = word),
      end: (end: AgentEnd) => void (this.#planned ??= { outcome: "truncated", ...end }),
      relay: (event) => this.#relay(event),
    };
  }

  #callMethods(): Pick<AgentRun, "proposeCall" | "appendArgs" | "refuseCall" | "callTool" | "callTools"> {
    const { calls } = this.#options;
    return {
      proposeCall: (name, call) => this.#inTurn(() => calls.propose(name, call)),
      appendArgs: (call, delta) => this.#inTurn(() => calls.appendArgs(call, delta)),
      refuseCall: (call, error) => this.#inTurn(() => void calls.refuse(call, error)),
      callTool: (name, args, options) =>
        quietly(this.#call([{ name, args, ...options }]).then(([outcome]) => outcome ?? { result: "cancelled" })),
      callTools: (requests) => this.#call(requests),
    };
  }

  #whileSpeaking(speak: () => void): void {
    if (this.#isSpeaking) speak();
  }

  /** After everything said before it, also where that is still being checked. */
  #inTurn(act: () => void): void {
    this.#whileSpeaking(() => (this.#options.holdback === null ? act() : this.#options.holdback.queue(act)));
  }

  #write(payload: EventPayload, tokens?: number): void {
    const { holdback, write, onSaid } = this.#options;
    onSaid(payload, tokens);
    if (holdback === null) write(payload);
    else holdback.say(payload);
  }

  #say(event: AgentEvent): void {
    if (event.type === "usage") return this.#options.onUsage(event);
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

  #call(requests: readonly { readonly name: string; readonly args: unknown; readonly call?: string }[]): Promise<readonly ToolOutcome[]> {
    const { signal } = this.#options;
    const outcomes = new Promise<readonly ToolOutcome[]>((resolve, reject) => {
      const stop = () => reject(abortError());
      if (signal.aborted || this.#isSilent) return stop();
      signal.addEventListener("abort", stop, { once: true });
      this.#speech.closePart();
      this.#speech.forgetPhase();
      const named = requests.map(({ name, args, call }): CallRequest => ({ name, args, id: call ?? this.#createPartId("call") }));
      this.#callInTurn(named)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", stop));
    });
    return quietly(outcomes);
  }

  #callInTurn(requests: readonly CallRequest[]): Promise<readonly ToolOutcome[]> {
    const { holdback, calls } = this.#options;
    if (holdback === null) return calls.callAll(requests);
    return holdback.drain().then(() => calls.callAll(requests));
  }

  #relay(event: EventPayload): void {
    this.#relayed.begin();
    if (event.type === "usage") return this.#options.onUsage(event);
    this.#whileSpeaking(() => this.#check(() => this.#relayed.passOn(event)));
  }

  #createPartId(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.#options.record.run.slice(0, 8)}-${this.#ids}`;
  }
}

/** An agent that does not wait for a call must not bring the process down when the run is stopped. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
