import type { StartCommand, StopCommand } from "@unsay/core/protocol";
import type { Limits } from "../access/limits.js";
import { conflict, HttpProblem } from "../http/problem.js";
import { shuttingDown } from "../http/shutting-down.js";
import type { Settings } from "../settings.js";
import type { NewRun, StoredRun } from "../stores/store.js";
import { foldThread, type RunWithEvents } from "../thread/history.js";
import { createAnswerContext, type AnswerContext } from "./answer-context.js";
import { LiveRun } from "./live-run.js";
import type { LateRuns } from "./late-runs.js";
import { keyOf, type LiveRuns } from "./live-runs.js";
import type { Records } from "./records.js";
import { findReplaced, settleReplaced } from "./replaced-answers.js";
import { recordOf } from "./run-streams.js";

/** How often an answer is looked at anew because others began in its thread. */
const MAX_TRIES = 20;

/** How soon a store that failed is asked again. */
const RETRY_MS = 500;

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
    const { live, records } = this.#options;
    const running = live.find(command.thread, command.startKey);
    if (running !== undefined) return checkSame(running, command);
    const known = await records.find(command.thread, command.startKey);
    if (known !== null && !this.#isUnbegun(known)) return checkSame(known, command);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const begun = await this.#tryToCreate(command, request, known);
      if (begun !== null) return begun;
    }
    throw tooManyStarts();
  }

  /** `null`: others have changed meanwhile what this answer starts from, so it has to be looked at again. */
  async #tryToCreate(command: StartCommand, request: Request, known: StoredRun | null): Promise<LiveRun | StoredRun | null> {
    const { records, limits } = this.#options;
    if (this.#isClosing) throw shuttingDown();
    const runs = await records.withEvents(command.thread);
    const replaced = findReplaced(
      command,
      runs.map(({ record }) => record),
    );
    if (replaced.length > 0) return this.#settleAll(command, replaced);
    if (await records.hasOpenApproval(command.thread)) throw approvalOpen();
    const context = createAnswerContext(command, foldThread(command.thread, without(runs, known)));
    const release = limits.takeRun(limits.keyOf(request, command.thread));
    return this.#createAmong(runs.length, { command, context, release });
  }

  /** `null`: there are other runs in the thread by now. */
  async #createAmong(known: number, launch: Launch): Promise<LiveRun | StoredRun | null> {
    const { command, context, release } = launch;
    try {
      const found = await this.#options.settings.store.createRun(this.#recordOf(command, context.parent), known);
      if (found !== null && (found.created || this.#isUnbegun(checkSame(found.run, command)))) return await this.#launch(found.run, launch);
      release();
      return found?.run ?? null;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** What this answer takes the place of has ended before it begins: it knows then what became of its calls. */
  async #settleAll(command: StartCommand, replaced: readonly StoredRun[]): Promise<null> {
    await Promise.all(replaced.map((record) => settleReplaced(this.#options, command, record)));
    return null;
  }

  /** Created here by a call whose reply was lost, so that nobody produces it: who asks again gets it begun. */
  #isUnbegun({ run, owner, end, lastSeq }: StoredRun): boolean {
    return owner === this.#options.settings.owner && end === null && lastSeq === 0 && this.#options.live.get(run) === undefined;
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
    void this.#begin(run);
    return run;
  }

  /** A stop that came before the run counts: until it is known whether one did, the agent says nothing. Never rejects. */
  async #begin(run: LiveRun): Promise<void> {
    try {
      const early = await this.#findEarlyStop(run.record);
      // Obeyed at once; that it could not be kept besides changes nothing.
      if (early !== null) await this.#options.stop(run, early).catch(() => {});
    } catch {
      void run.interrupt(UNKNOWN_WHETHER_STOPPED, 0);
    }
    if (this.#isClosing) void run.interrupt(SHUT_DOWN, 0);
    run.start();
  }

  /** Asked for again while the lease runs, as the run is on record and has to end. */
  async #findEarlyStop({ thread, startKey }: StoredRun): Promise<StopCommand | null> {
    const { store, clock, leaseMs } = this.#options.settings;
    const giveUpAt = clock.now() + leaseMs;
    for (;;) {
      try {
        const early = await store.findEarlyStop(thread, startKey);
        return early === null ? null : (JSON.parse(early) as StopCommand);
      } catch (error) {
        if (this.#isClosing || clock.now() >= giveUpAt) throw error;
      }
      await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
    }
  }

  #forget(run: LiveRun): void {
    this.#options.live.remove(run);
    this.#options.onEnded(run);
  }
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

function without(runs: readonly RunWithEvents[], known: StoredRun | null): readonly RunWithEvents[] {
  return runs.filter(({ record }) => record.run !== known?.run);
}

function tooManyStarts(): HttpProblem {
  return new HttpProblem(503, {
    code: "rate-limited",
    message: `Others began answers in this thread ${MAX_TRIES} times while this one was looking at what it starts from. Ask again in a moment.`,
    retryable: true,
    retryAfterMs: 1_000,
    userMessage: "Too many answers are asked for at once.",
  });
}

function approvalOpen(): HttpProblem {
  return conflict(
    "approval-open",
    "An approval of this thread is open, and free text is never read as a decision. Approve, reject or stop first.",
  );
}

const UNKNOWN_WHETHER_STOPPED = {
  cause: "failed",
  resumable: false,
  error: {
    code: "store-unavailable",
    message:
      "The server's storage failed before this answer began, so nobody could say whether it had been stopped already. Nothing was asked of the model.",
    retryable: true,
    userMessage: "This answer could not be begun.",
  },
} as const;

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
