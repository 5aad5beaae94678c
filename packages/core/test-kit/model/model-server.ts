import { createPendingMessage, createUserMessage } from "../../src/message/create.js";
import type { AssistantMessage, Message } from "../../src/message/message.js";
import { foldEvents } from "../../src/message/reducer.js";
import {
  createArgsHash,
  createEventFactory,
  NO_EFFECTS,
  UnsayError,
  type Cause,
  type DecideCommand,
  type EventPayload,
  type RunCommand,
  type StartCommand,
  type StopCommand,
  type UnsayEvent,
} from "../../src/protocol/index.js";

export const THREAD = "thread";

/** What a run says about itself: its log is the one truth of the model. */
export class ModelRun {
  readonly id: string;
  readonly answer: string;
  readonly log: UnsayEvent[] = [];
  /** Somebody reads: called with each new event. */
  readonly readers = new Set<(event: UnsayEvent | null) => void>();
  readonly executions: string[] = [];
  end: "complete" | Cause | null = null;
  /** The call somebody is asked about, and what a decision is bound to. */
  question: { readonly approval: string; readonly call: string; readonly argsHash: string } | null = null;
  spans = 0;
  readonly #factory;

  constructor(id: string, answer: string) {
    this.id = id;
    this.answer = answer;
    this.#factory = createEventFactory({ thread: THREAD, run: id, message: answer });
  }

  say(...payloads: readonly EventPayload[]): void {
    for (const payload of payloads) {
      if (payload.type === "run.end") this.end = payload.outcome === "truncated" ? payload.cause : "complete";
      const event = this.#factory.make(payload);
      this.log.push(event);
      for (const reader of this.readers) reader(event);
    }
  }

  stop(cause: Cause): void {
    this.question = null;
    this.say({ type: "run.end", outcome: "truncated", cause, resumable: false, by: "user", effects: NO_EFFECTS });
  }

  complete(): void {
    this.question = null;
    this.say({ type: "run.end", outcome: "complete", effects: NO_EFFECTS });
  }
}

/** A server in memory that keeps its promises: one log for each run, one run for each start key, decisions bound and single. */
export class ModelServer {
  readonly runs: ModelRun[] = [];
  readonly users: { readonly id: string; readonly text: string; readonly answer: string }[] = [];
  readonly #byKey = new Map<string, ModelRun>();
  readonly #stopped = new Set<string>();
  readonly #commands = new Set<string>();

  get live(): ModelRun | undefined {
    return this.runs.findLast((run) => run.end === null);
  }

  runsOf(answer: string): readonly ModelRun[] {
    return this.runs.filter((run) => run.answer === answer);
  }

  find(id: string): ModelRun | undefined {
    return this.runs.find((run) => run.id === id);
  }

  start(command: StartCommand): ModelRun {
    const known = this.#byKey.get(command.startKey);
    if (known !== undefined) return known;
    if (this.live !== undefined) throw refuse("invalid-request", "A run of this thread is live.");
    const run = new ModelRun(`run-${this.runs.length}`, command.answer);
    this.runs.push(run);
    this.#byKey.set(command.startKey, run);
    if (command.message !== undefined) this.users.push({ ...command.message, answer: command.answer });
    run.say({ type: "run.open", caps: { resume: true, stop: "command", continue: true }, heartbeatMs: null, ttlMs: null });
    run.say({ type: "part.open", part: `${run.id}-part`, kind: "answer" });
    if (this.#stopped.has(command.startKey)) run.stop("stopped");
    return run;
  }

  command(command: RunCommand): void {
    if (this.#commands.has(command.id)) return;
    if (command.command === "stop") this.#stop(command);
    if (command.command === "decide") this.#decide(command);
    this.#commands.add(command.id);
  }

  #stop(command: StopCommand): void {
    const run = command.run === undefined ? this.#byKey.get(command.startKey ?? "") : this.find(command.run);
    if (run === undefined) this.#stopped.add(command.startKey ?? "");
    if (run === undefined || run.end !== null) return;
    const { id, client } = command;
    run.say({ type: "stop.ack", command: id, client, atSeq: run.log.length, upstream: "aborted", settling: [] });
    run.stop(command.intent === "redirect" ? "redirected" : "stopped");
  }

  /** Whatever a client says, a tool runs on an approval of exactly these arguments that came before any stop. */
  #decide(command: DecideCommand): void {
    const run = this.find(command.run);
    const item = command.items[0];
    if (run?.question == null || run.question.approval !== command.approval) throw refuse("approval-closed", "Nothing is asked.");
    const { call, argsHash, approval } = run.question;
    if (item?.call !== call || item.argsHash !== argsHash) throw refuse("approval-args-mismatch", "Other arguments.");
    run.question = null;
    const decision = item.decision === "approve" ? ("approved" as const) : ("rejected" as const);
    run.say({ type: "approval.decision", approval, items: [{ call, argsHash, decision }], by: command.client });
    if (decision === "rejected") return;
    run.executions.push(call);
    run.say({ type: "tool.start", call, attempt: 1, callKey: call });
    run.say({ type: "tool.result", call, result: "ok", output: 1 });
    run.say({ type: "receipt", receipt: `receipt-${call}`, call, outcome: "succeeded", summary: "Done", doneAt: 0 });
  }

  // ── the agent ────────────────────────────────────────────────────────────────────────────────

  append(text: string): void {
    const run = this.live;
    if (run === undefined || run.question !== null) return;
    if (run.spans === 0 || text.startsWith("\n")) run.spans += 1;
    run.say({ type: "span.append", part: `${run.id}-part`, span: `${run.id}-span-${run.spans}`, text });
  }

  ask(): void {
    const run = this.live;
    if (run === undefined || run.question !== null) return;
    const call = `${run.id}-call-${run.log.length}`;
    const args = { amount: run.log.length };
    const argsHash = createArgsHash(call, "pay", args);
    run.say({ type: "tool.propose", call, name: "pay", effect: "irreversible", cancellable: false });
    run.say({ type: "tool.ready", call, args, argsHash });
    const approval = `${call}-approval`;
    run.question = { approval, call, argsHash };
    run.say({ type: "approval.request", approval, items: [{ call, argsHash }], options: ["once"], editable: false, expiresInMs: null });
  }

  revise(): void {
    const run = this.live;
    if (run === undefined || run.spans === 0 || run.question !== null) return;
    const old = `${run.id}-span-${run.spans}`;
    run.spans += 1;
    const replacement = { span: `${run.id}-span-${run.spans}`, text: "corrected " };
    run.say({ type: "span.revise", spans: [old], replacement, reason: "wrong", by: "server" });
  }

  expireQuestion(): void {
    const run = this.live;
    if (run?.question == null) return;
    const { approval, call, argsHash } = run.question;
    run.question = null;
    run.say({ type: "approval.decision", approval, items: [{ call, argsHash, decision: "expired" }], by: "server" });
  }

  complete(): void {
    if (this.live?.question === null) this.live.complete();
  }

  fail(): void {
    this.live?.stop("failed");
  }

  /** The process dies and comes back: nothing works on its runs any more, and their record says so. */
  restart(): void {
    const orphan = this.live;
    for (const run of this.runs) for (const reader of run.readers) reader(null);
    orphan?.stop("orphaned");
  }

  // ── what is stored ───────────────────────────────────────────────────────────────────────────

  record(answer: string): AssistantMessage {
    const parent = this.users.find((user) => user.answer === answer)?.id ?? null;
    const log = this.runsOf(answer).flatMap((run) => run.log);
    return foldEvents(createPendingMessage({ id: answer, thread: THREAD, parent }), log).message;
  }

  history(): readonly Message[] {
    return this.users.flatMap(({ id, text, answer }) => [
      createUserMessage({ id, thread: THREAD, text, delivery: "sent" }),
      this.record(answer),
    ]);
  }
}

function refuse(code: string, message: string): UnsayError {
  return new UnsayError({ code, message, retryable: false });
}
