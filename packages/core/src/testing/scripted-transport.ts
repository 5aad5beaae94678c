import { UnsayError, NO_EFFECTS, type EventPayload, type RunCommand, type StartCommand, type UnsayEvent } from "../protocol/index.js";
import { createEventFactory, type EventFactory } from "../protocol/index.js";
import { createPendingMessage, createUserMessage, foldEvents, isLive, type AssistantMessage, type Message } from "../message/index.js";
import type { Clock } from "../session/session.types.js";
import { systemClock } from "../session/clock.js";
import type { EventStream, Transport } from "../transport/transport.js";
import type { Script, ScriptStep } from "./script.js";

/** A backend that plays scripts, and what it was asked. */
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
  /** Keeps the thread as a server does, so that a second session finds it: a reload, another device. */
  readonly stored?: boolean;
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

  const runsOf = (thread: string) => [...runs.values()].filter((run) => run.command.thread === thread);

  return {
    wire: "scripted",
    idempotentStart: true,
    sent,
    get connections() {
      return connections;
    },
    async start(command, { signal }) {
      sent.push(command);
      connections += 1;
      const known = runs.get(runIdOf(command));
      if (known !== undefined) return known.connect(0, signal);
      const run = new ScriptedRun(typeof choose === "function" ? choose(command) : choose, command, clock);
      runs.set(run.id, run);
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
    ...(options.stored === true
      ? {
          async active(thread) {
            return runsOf(thread).find((run) => isLive(run.record))?.position ?? null;
          },
          async history(thread) {
            return storedThread(runsOf(thread));
          },
        }
      : {}),
  };
}

function runIdOf(command: StartCommand): string {
  return `run-${command.startKey}`;
}

/** In the order of the starts; a message that went on in a second run stands once, as its newest run left it. */
function storedThread(runs: readonly ScriptedRun[]): readonly Message[] {
  const messages = new Map<string, Message>();
  for (const { command, record } of runs) {
    const { message: said, thread } = command;
    if (said !== undefined) messages.set(said.id, createUserMessage({ id: said.id, thread, text: said.text, delivery: "sent" }));
    messages.set(record.id, record);
  }
  return [...messages.values()];
}

/** One run: its log grows by the clock, whoever listens. */
class ScriptedRun {
  readonly id: string;
  readonly startKey: string;
  readonly command: StartCommand;
  readonly #script: Script;
  readonly #clock: Clock;
  readonly #factory: EventFactory;
  readonly #log: UnsayEvent[] = [];
  readonly #listeners = new Set<(news: "event" | "disconnect") => void>();
  readonly #stoppedCalls = new Set<string>();
  #timers: (() => void)[] = [];
  #isOver = false;

  constructor(script: Script, command: StartCommand, clock: Clock) {
    this.#script = script;
    this.#clock = clock;
    this.command = command;
    this.startKey = command.startKey;
    this.id = runIdOf(command);
    this.#factory = createEventFactory({ thread: command.thread, run: this.id, message: command.answer });
    this.#schedule(script.steps);
  }

  /** What a server has stored of the answer by now. */
  get record(): AssistantMessage {
    const { thread, answer, message, parent } = this.command;
    const ids = { id: answer, thread, parent: message?.id ?? parent ?? null };
    return foldEvents(createPendingMessage(ids), this.#log).message;
  }

  get position(): { readonly run: string; readonly message: string; readonly last: number } {
    return { run: this.id, message: this.command.answer, last: this.#factory.nextSeq - 1 };
  }

  accept(command: RunCommand): void {
    if (this.#isOver) return;
    if (command.command === "stop" && command.scope === "tool") this.#stopTool(command);
    else if (command.command === "stop") this.#stop(command);
    if (command.command === "decide") this.#decide(command);
  }

  connect(after: number, signal: AbortSignal): EventStream {
    return { run: this.id, [Symbol.asyncIterator]: () => this.#read(after, signal) };
  }

  async *#read(after: number, signal: AbortSignal): AsyncGenerator<readonly UnsayEvent[]> {
    let next = this.#log.findLastIndex((event) => event.seq !== null && event.seq <= after) + 1;
    let isCut = signal.aborted;
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
    else if (!this.#isOfStoppedCall(step.event)) this.#append(step.event, step.at);
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
    const atSeq = this.#factory.nextSeq - 1;
    const ack = { type: "stop.ack", command: command.id, client: command.client, atSeq, upstream: "aborted", settling: [] } as const;
    const end = { type: "run.end", outcome: "truncated", cause, resumable: false, by: "user", effects: NO_EFFECTS } as const;
    const { onStop, afterStop } = this.#script;
    for (const event of onStop ?? (afterStop === undefined ? [ack, end] : [ack])) this.#append(event);
    this.#schedule(afterStop ?? []);
  }

  /** The call ends with what it has made so far, or without a result; the run goes on. */
  #stopTool({ call = "", keepPartial }: Extract<RunCommand, { command: "stop" }>): void {
    const running = this.record.calls.find(({ id }) => id === call);
    if (running?.status !== "executing") return;
    this.#stoppedCalls.add(call);
    if (keepPartial !== true) this.#append({ type: "tool.result", call, result: "cancelled" });
    else this.#append({ type: "tool.result", call, result: "ok", output: running.progress?.preview, partial: true, cut: { by: "user" } });
    const { onToolStop } = this.#script;
    if (onToolStop === undefined) return;
    this.#clearTimers();
    this.#schedule(onToolStop);
  }

  #isOfStoppedCall(event: EventPayload): boolean {
    return (event.type === "tool.progress" || event.type === "tool.result") && this.#stoppedCalls.has(event.call);
  }

  #decide(command: Extract<RunCommand, { command: "decide" }>): void {
    this.#append({
      type: "approval.decision",
      approval: command.approval,
      items: command.items.map(({ decision, ...item }) => ({ ...item, decision: decision === "approve" ? "approved" : "rejected" })),
      by: "user",
    });
    const decision = command.items.every((item) => item.decision === "approve") ? "approve" : "reject";
    this.#schedule(this.#script.onDecision?.[decision] ?? []);
  }
}
