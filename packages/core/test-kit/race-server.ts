import { createPendingMessage, foldEvents, type AssistantMessage } from "../src/message/index.js";
import {
  createArgsHash,
  createEventFactory,
  NO_EFFECTS,
  UnsayError,
  type DecideCommand,
  type EventFactory,
} from "../src/protocol/index.js";
import type { EventPayload, RunCommand, StartCommand, StopCommand, UnsayEvent } from "../src/protocol/index.js";
import type { FakeClock } from "../src/testing/index.js";
import type { EventStream, Transport } from "../src/transport/transport.js";

/** When things happen in one run, in ms of the server's time since it began. */
export interface RunPlan {
  /** The call is asked about; `null` for an answer of words only. */
  readonly askAt: number | null;
  /** How long the tool works. */
  readonly toolMs: number;
  /** Words end here, where there is no call; else this long after its result. */
  readonly endAt: number;
}

export interface Network {
  /** Commands take this long to the server, events this long back. */
  readonly upMs: number;
  readonly downMs: number;
  /** What becomes of the nth command: it arrives, its reply is lost after it did, or it never arrives. */
  readonly fate?: (nth: number) => "arrives" | "reply-lost" | "lost";
}

const ARGS = { to: "ana" };
const HASH = createArgsHash("c", "send", ARGS);

/** One run as a server keeps it: one log, one instant for each decision, and a count of what was really done. */
export class RaceRun {
  readonly command: StartCommand;
  readonly id: string;
  readonly log: UnsayEvent[] = [];
  executions = 0;
  stoppedAt: number | null = null;
  decidedAt: number | null = null;
  gate: "none" | "open" | "approved" | "rejected" | "cancelled" = "none";
  end: "complete" | "stopped" | "redirected" | null = null;
  readonly #clock: FakeClock;
  readonly #plan: RunPlan;
  readonly #factory: EventFactory;
  readonly #listeners = new Set<() => void>();
  readonly #commands = new Map<string, string>();
  #isExecuting = false;
  #stopCause: "stopped" | "redirected" = "stopped";

  constructor(command: StartCommand, plan: RunPlan, clock: FakeClock) {
    this.command = command;
    this.id = `run-${command.startKey}`;
    this.#clock = clock;
    this.#plan = plan;
    this.#factory = createEventFactory({ thread: command.thread, run: this.id, message: command.answer });
    this.#begin();
  }

  #begin(): void {
    this.#say({ type: "run.open", caps: { resume: true, stop: "command" }, heartbeatMs: null, ttlMs: null });
    this.#say({ type: "part.open", part: "p", kind: "answer" });
    this.#say({ type: "span.append", part: "p", span: "s", text: "Some words." });
    if (this.#plan.askAt === null) this.#clock.after(this.#plan.endAt, () => this.#complete());
    else this.#clock.after(this.#plan.askAt, () => this.#ask());
  }

  #say(...events: readonly EventPayload[]): void {
    for (const event of events) this.log.push(this.#factory.make(event, { t: this.#clock.now() }));
    for (const listener of this.#listeners) listener();
  }

  #ask(): void {
    if (this.end !== null) return;
    this.gate = "open";
    this.#say(
      { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: false },
      { type: "tool.ready", call: "c", args: ARGS, argsHash: HASH },
      {
        type: "approval.request",
        approval: "a",
        items: [{ call: "c", argsHash: HASH }],
        options: ["once"],
        editable: false,
        expiresInMs: null,
      },
    );
  }

  decide({ id, approval, items }: DecideCommand): void {
    const [item] = items;
    const fingerprint = JSON.stringify(items);
    if (this.#commands.get(id) === fingerprint) return;
    if (approval !== "a" || this.gate !== "open" || item?.argsHash !== HASH) {
      throw new UnsayError({ code: "approval-closed", message: `The approval is ${this.gate}.`, retryable: false });
    }
    this.#commands.set(id, fingerprint);
    this.decidedAt = this.#clock.now();
    this.#close(item.decision === "approve" ? "approved" : "rejected");
    if (item.decision === "approve") this.#execute();
    else this.#complete();
  }

  #close(decision: "approved" | "rejected" | "cancelled"): void {
    this.gate = decision;
    this.#say({ type: "approval.decision", approval: "a", items: [{ call: "c", argsHash: HASH, decision }], by: "user" });
  }

  #execute(): void {
    this.executions += 1;
    this.#isExecuting = true;
    this.#say({ type: "tool.start", call: "c", attempt: 1, callKey: "k" });
    this.#clock.after(this.#plan.toolMs, () => this.#report());
  }

  #report(): void {
    this.#isExecuting = false;
    this.#say({ type: "receipt", receipt: "r", call: "c", outcome: "succeeded", summary: "sent", doneAt: 0 });
    this.#say({ type: "tool.result", call: "c", result: "ok", output: "sent" });
    if (this.stoppedAt !== null) this.#truncate();
    else this.#clock.after(this.#plan.endAt, () => this.#complete());
  }

  stop({ id, client, intent }: StopCommand): void {
    if (this.end !== null || this.stoppedAt !== null) return;
    this.stoppedAt = this.#clock.now();
    this.#stopCause = intent === "redirect" ? "redirected" : "stopped";
    this.#say({
      type: "stop.ack",
      command: id,
      client,
      atSeq: this.log.length,
      upstream: "aborted",
      settling: this.#isExecuting ? ["c"] : [],
    });
    if (this.gate === "open") this.#close("cancelled");
    if (!this.#isExecuting) this.#truncate();
  }

  #truncate(): void {
    this.#finish(this.#stopCause, {
      type: "run.end",
      outcome: "truncated",
      cause: this.#stopCause,
      resumable: false,
      by: "user",
      effects: NO_EFFECTS,
    });
  }

  #complete(): void {
    if (this.stoppedAt === null) this.#finish("complete", { type: "run.end", outcome: "complete", effects: NO_EFFECTS });
  }

  #finish(end: "complete" | "stopped" | "redirected", event: EventPayload): void {
    if (this.end !== null) return;
    this.end = end;
    this.#say(event);
  }

  async *read(after: number, downMs: number): AsyncGenerator<readonly UnsayEvent[]> {
    let next = after;
    let wake = () => {};
    const listener = () => wake();
    this.#listeners.add(listener);
    while (next < this.log.length || this.end === null) {
      const batch = this.log.slice(next);
      next += batch.length;
      if (batch.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      else {
        await new Promise<void>((resolve) => this.#clock.after(downMs, resolve));
        yield batch;
      }
    }
    this.#listeners.delete(listener);
  }

  record(): AssistantMessage {
    const { thread, answer } = this.command;
    return foldEvents(createPendingMessage({ id: answer, thread }, { now: 0 }), this.log).message;
  }
}

/** A server for races: every client of it has a network of its own. */
export class RaceServer {
  readonly runs: RaceRun[] = [];
  readonly #clock: FakeClock;
  readonly #plans: readonly RunPlan[];

  constructor(clock: FakeClock, plans: readonly RunPlan[]) {
    this.#clock = clock;
    this.#plans = plans;
  }

  connect({ upMs, downMs, fate = () => "arrives" }: Network): Transport & { readonly sent: readonly (StartCommand | RunCommand)[] } {
    const sent: (StartCommand | RunCommand)[] = [];
    const later = (ms: number) => new Promise<void>((resolve) => this.#clock.after(ms, resolve));
    const streamOf = (run: RaceRun, after: number): EventStream => ({ run: run.id, [Symbol.asyncIterator]: () => run.read(after, downMs) });
    const newest = () => this.runs.at(-1);
    let commands = 0;
    return {
      wire: "race",
      sent,
      start: async (command) => {
        sent.push(command);
        await later(upMs);
        const run = new RaceRun(command, this.#plans[this.runs.length] ?? { askAt: null, toolMs: 0, endAt: 10 }, this.#clock);
        this.runs.push(run);
        return streamOf(run, 0);
      },
      resume: async ({ run: id, after }) => {
        const run = this.runs.find((candidate) => candidate.id === id);
        return run === undefined ? { type: "none" } : { type: "stream", stream: streamOf(run, after) };
      },
      active: async () => {
        const run = newest();
        return run === undefined || run.end !== null ? null : { run: run.id, message: run.command.answer, last: run.log.length };
      },
      history: async () => this.runs.map((run) => run.record()),
      command: async (command) => {
        sent.push(command);
        const what = fate((commands += 1));
        await later(upMs);
        if (what !== "lost") this.#obey(command);
        await later(downMs);
        if (what !== "arrives") throw new UnsayError({ code: "network", message: "No reply.", retryable: true });
      },
    };
  }

  #obey(command: RunCommand): void {
    const isMeant = (run: RaceRun) =>
      command.run === undefined ? command.command === "stop" && run.command.startKey === command.startKey : run.id === command.run;
    const run = this.runs.find(isMeant);
    if (command.command === "stop") run?.stop(command);
    if (command.command === "decide") run?.decide(command);
  }
}
