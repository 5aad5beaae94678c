import { UnsayError, NO_EFFECTS, type EventPayload, type RunCommand, type StartCommand, type UnsayEvent } from "../protocol/index.js";
import { createEventFactory, type EventFactory } from "../protocol/index.js";
import type { Clock } from "../session/session.types.js";
import { systemClock } from "../session/clock.js";
import type { EventStream, Transport } from "../transport/transport.js";
import type { Script, ScriptStep } from "./script.js";

export interface ScriptedTransport extends Transport {
  /** Every command a session sent, in order. */
  readonly sent: readonly (StartCommand | RunCommand)[];
  /** Streams opened so far, resumed ones included. */
  readonly connections: number;
}

export interface ScriptedTransportOptions {
  readonly clock?: Clock;
  /** Answers to each command instead of the script's own; `hang` never answers, an error rejects. */
  readonly onCommand?: (command: RunCommand) => "accept" | "hang" | UnsayError;
}

/**
 * Plays scripts as if a server did: no network, time from the clock. `choose` picks a script for each start, so one
 * transport serves a whole conversation.
 */
export function createScriptedTransport(
  choose: Script | ((command: StartCommand) => Script),
  options: ScriptedTransportOptions = {},
): ScriptedTransport {
  const clock = options.clock ?? systemClock;
  const sent: (StartCommand | RunCommand)[] = [];
  const runs = new Map<string, ScriptedRun>();
  let connections = 0;

  const find = (command: RunCommand): ScriptedRun | undefined =>
    (command.run === undefined ? undefined : runs.get(command.run)) ??
    [...runs.values()].find((run) => command.command === "stop" && run.startKey === command.startKey);

  return {
    wire: "scripted",
    idempotentStart: true,
    sent,
    get connections() {
      return connections;
    },
    async start(command, { signal }) {
      sent.push(command);
      const script = typeof choose === "function" ? choose(command) : choose;
      const run = new ScriptedRun(script, command, clock);
      runs.set(run.id, run);
      connections += 1;
      return run.connect(0, signal);
    },
    async resume({ run, after }, { signal }) {
      const found = runs.get(run);
      if (found === undefined) return { type: "none" };
      connections += 1;
      return { type: "stream", stream: found.connect(after, signal) };
    },
    async command(command) {
      sent.push(command);
      const answer = options.onCommand?.(command) ?? "accept";
      if (answer instanceof UnsayError) throw answer;
      if (answer === "hang") return new Promise<void>(() => {});
      find(command)?.accept(command);
    },
  };
}

/** One run: its log grows by the clock, whoever listens. */
class ScriptedRun {
  readonly id: string;
  readonly startKey: string;
  readonly #script: Script;
  readonly #clock: Clock;
  readonly #factory: EventFactory;
  readonly #log: UnsayEvent[] = [];
  readonly #listeners = new Set<(news: "event" | "disconnect") => void>();
  #timers: (() => void)[] = [];
  #isOver = false;

  constructor(script: Script, command: StartCommand, clock: Clock) {
    this.#script = script;
    this.#clock = clock;
    this.startKey = command.startKey;
    this.id = `run-${command.startKey}`;
    this.#factory = createEventFactory({ thread: command.thread, run: this.id, message: command.answer });
    this.#schedule(script.steps);
  }

  accept(command: RunCommand): void {
    if (this.#isOver) return;
    if (command.command === "stop") this.#stop(command);
    if (command.command === "decide") this.#decide(command);
  }

  connect(after: number, signal: AbortSignal): EventStream {
    return { run: this.id, [Symbol.asyncIterator]: () => this.#read(after, signal) };
  }

  async *#read(after: number, signal: AbortSignal): AsyncGenerator<readonly UnsayEvent[]> {
    let next = after;
    let isCut = false;
    let wake: () => void = () => {};
    const listener = (news: "event" | "disconnect") => {
      isCut ||= news === "disconnect";
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => listener("disconnect"));
    try {
      while (!isCut) {
        const batch = this.#log.slice(next);
        next += batch.length;
        if (batch.length > 0) yield batch;
        else if (this.#isOver) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #schedule(steps: readonly ScriptStep[]): void {
    for (const step of steps) this.#timers.push(this.#clock.after(step.at, () => this.#play(step)));
  }

  #play(step: ScriptStep): void {
    if ("fault" in step) this.#tell("disconnect");
    else this.#append(step.event, step.at);
  }

  #append(event: EventPayload, t: number | null = null): void {
    if (this.#isOver && event.type !== "receipt" && event.type !== "tool.result" && event.type !== "usage") return;
    this.#isOver ||= event.type === "run.end" && event.outcome !== "awaiting-approval";
    this.#log.push(this.#factory.make(event, { t }));
    this.#tell("event");
  }

  #tell(news: "event" | "disconnect"): void {
    for (const listener of this.#listeners) listener(news);
  }

  #clearTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  #stop(command: Extract<RunCommand, { command: "stop" }>): void {
    this.#clearTimers();
    const cause = command.intent === "redirect" ? ("redirected" as const) : ("stopped" as const);
    const told = this.#script.onStop ?? [
      { type: "stop.ack", command: command.id, client: command.client, atSeq: this.#log.length, upstream: "aborted", settling: [] },
      { type: "run.end", outcome: "truncated", cause, resumable: false, by: "user", effects: NO_EFFECTS },
    ];
    for (const event of told) this.#append(event);
  }

  #decide(command: Extract<RunCommand, { command: "decide" }>): void {
    const decision = command.items[0]?.decision ?? "reject";
    this.#append({
      type: "approval.decision",
      approval: command.approval,
      items: command.items.map(({ call, argsHash, reason }) => ({
        call,
        argsHash,
        decision: decision === "approve" ? ("approved" as const) : ("rejected" as const),
        ...(reason === undefined ? {} : { reason }),
      })),
      by: "user",
    });
    this.#schedule(this.#script.onDecision?.[decision] ?? []);
  }
}
