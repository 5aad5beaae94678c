import type { StartCommand, StopCommand } from "@unsay/core/protocol";
import type { Limits } from "../access/limits.js";
import { checkAnswer, postCommand, untilEnded } from "../command/post-command.js";
import { conflict, type HttpProblem } from "../http/problem.js";
import { shuttingDown } from "../http/shutting-down.js";
import type { Settings } from "../settings.js";
import type { NewRun, StoredRun } from "../stores/store.js";
import { createAnswerContext, type AnswerContext } from "./answer-context.js";
import { LiveRun } from "./live-run.js";
import type { LateRuns } from "./late-runs.js";
import { keyOf, type LiveRuns } from "./live-runs.js";
import type { Records } from "./records.js";
import { recordOf } from "./run-streams.js";

/** Tools get this long to report when the whole server stops. */
const SHUTDOWN_SETTLE_MS = 2_000;

export interface RunStarterOptions {
  readonly settings: Settings;
  readonly live: LiveRuns;
  readonly late: LateRuns;
  readonly records: Records;
  /** Carries out a stop that came before its run. */
  readonly stop: (run: LiveRun, command: StopCommand) => Promise<void>;
  readonly limits: Limits;
  readonly onStarted: () => void;
  readonly onEnded: (run: LiveRun) => void;
}

interface Launch {
  readonly command: StartCommand;
  readonly context: AnswerContext;
  /** The run no longer counts as live. */
  readonly release: () => void;
}

/** Begins runs: the same key is the same run, however often and however fast it is asked for. */
export class RunStarter {
  readonly #options: RunStarterOptions;
  readonly #starting = new Map<string, Promise<LiveRun | StoredRun>>();
  #isClosing = false;

  constructor(options: RunStarterOptions) {
    this.#options = options;
  }

  /** Throws an `HttpProblem` for what can't be asked now. */
  findOrCreate(command: StartCommand, request: Request): Promise<LiveRun | StoredRun> {
    const key = keyOf(command.thread, command.startKey);
    const starting = this.#starting.get(key);
    if (starting !== undefined) return starting.then((run) => checkSame(run, command));
    const created = this.#create(command, request).finally(() => this.#starting.delete(key));
    this.#starting.set(key, created);
    return created;
  }

  /** Resolves when no run will begin here any more. */
  async refuseNew(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#starting.values());
  }

  /** Refuses new runs, ends the live ones, and resolves when that is stored and told. */
  async close(): Promise<void> {
    await this.refuseNew();
    const settleMs = Math.min(SHUTDOWN_SETTLE_MS, this.#options.settings.settleMs);
    await Promise.all(this.#options.live.all.map((run) => run.interrupt(SHUT_DOWN, settleMs)));
    await this.#options.late.close();
  }

  async #create(command: StartCommand, request: Request): Promise<LiveRun | StoredRun> {
    const { live, records, settings, limits } = this.#options;
    const running = live.find(command.thread, command.startKey);
    if (running !== undefined) return checkSame(running, command);
    const known = await records.find(command.thread, command.startKey);
    if (known !== null && !this.#isUnbegun(known)) return checkSame(known, command);
    if (this.#isClosing) throw shuttingDown();
    await this.#settleRedirected(command);
    const messages = await records.fold(command.thread, known);
    if (await records.hasOpenApproval(command.thread)) throw approvalOpen();
    const context = createAnswerContext(command, messages);
    const release = limits.takeRun(limits.keyOf(request, command.thread));
    try {
      const { run: record, created } = await settings.store.createRun(this.#recordOf(command, context.parent));
      if (created || this.#isUnbegun(checkSame(record, command))) return await this.#launch(record, { command, context, release });
      release();
      return checkSame(record, command);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Created here by a call whose reply was lost, so that nobody produces it: who asks again gets it begun. */
  #isUnbegun({ run, owner, end, lastSeq }: StoredRun): boolean {
    return owner === this.#options.settings.owner && end === null && lastSeq === 0 && this.#options.live.get(run) === undefined;
  }

  /** What is redirected from has ended before what comes instead begins: the new answer knows what became of its calls. */
  async #settleRedirected(command: StartCommand): Promise<void> {
    const { thread, redirects, startKey } = command;
    if (redirects === undefined) return;
    const from = this.#options.live.ofThread(thread).find((run) => run.record.message === redirects);
    if (from === undefined) return this.#settleElsewhere(command);
    from.stop({ id: redirectId(startKey), client: "server", intent: "redirect" });
    await from.done;
  }

  /** Another process produces it: it is stopped there, with all that is on record counted as seen. */
  async #settleElsewhere({ thread, redirects, startKey }: StartCommand): Promise<void> {
    const { records, settings } = this.#options;
    const from = (await records.list(thread)).findLast(({ message, end }) => message === redirects && end === null);
    if (from === undefined) return;
    const events = await settings.store.read(from.run, 0);
    const last = events.findLast((event) => event.type === "span.append");
    const stop: StopCommand = {
      command: "stop",
      id: redirectId(startKey),
      client: "server",
      thread,
      run: from.run,
      scope: "run",
      intent: "redirect",
      ackSeq: events.at(-1)?.seq ?? 0,
      painted: last?.type === "span.append" ? { span: last.span, offset: Number.MAX_SAFE_INTEGER } : null,
    };
    checkAnswer(await postCommand(settings, stop, from), from.run);
    await untilEnded(settings, from.run);
  }

  #recordOf(command: StartCommand, parent: string | null): NewRun {
    const { clock, createId, owner, leaseMs } = this.#options.settings;
    const createdAt = clock.epoch();
    return {
      run: createId(),
      thread: command.thread,
      message: command.answer,
      startKey: command.startKey,
      client: command.client,
      mode: command.mode,
      user: command.message ?? null,
      parent,
      redirects: command.redirects ?? null,
      labels: command.labels ?? {},
      createdAt,
      owner,
      leaseUntil: createdAt + leaseMs,
    };
  }

  async #launch(record: StoredRun, { command, context, release }: Launch): Promise<LiveRun> {
    const { settings, live } = this.#options;
    const run: LiveRun = new LiveRun({
      ...settings,
      record,
      caps: { resume: settings.canResume(command), cancelTool: true },
      input: context.input,
      messages: context.messages,
      partial: context.partial,
      earlier: context.earlier,
      onEnded: () => {
        release();
        this.#forget(run);
      },
    });
    live.add(run);
    this.#options.late.add(run);
    this.#options.onStarted();
    await run.open();
    await this.#stopEarly(run);
    if (this.#isClosing) void run.interrupt(SHUT_DOWN, 0);
    run.start();
    return run;
  }

  async #stopEarly(run: LiveRun): Promise<void> {
    const { settings, stop } = this.#options;
    const early = await settings.store.findEarlyStop(run.record.thread, run.record.startKey);
    if (early !== null) await stop(run, JSON.parse(early) as StopCommand);
  }

  #forget(run: LiveRun): void {
    this.#options.live.remove(run);
    this.#options.onEnded(run);
  }
}

function redirectId(startKey: string): string {
  return `redirect ${startKey}`;
}

function checkSame<T extends LiveRun | StoredRun>(run: T, command: StartCommand): T {
  const record = recordOf(run);
  if (record.message === command.answer && record.mode === command.mode) return run;
  throw conflict(
    "start-key-conflict",
    "The same `startKey` was used for another answer. Make a new key for each new request, and reuse it only to repeat one.",
    "startKey",
  );
}

function approvalOpen(): HttpProblem {
  return conflict(
    "approval-open",
    "An approval of this thread is open, and free text is never read as a decision. Approve, reject or stop first.",
  );
}

const SHUT_DOWN = {
  cause: "disconnected",
  resumable: false,
  error: {
    code: "server-shutdown",
    message: "The server was shut down while answering. What was said until then is stored. Continue the answer, or ask again.",
    retryable: true,
    userMessage: "The server was shut down while answering.",
  },
} as const;
