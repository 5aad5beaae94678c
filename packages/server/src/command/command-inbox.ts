import type { RunCommand, UnsayErrorData } from "@unsay/core/protocol";
import { HttpProblem } from "../http/problem.js";
import type { LiveRuns } from "../run/live-runs.js";
import type { Settings } from "../settings.js";
import type { PostedCommand, StoredRun } from "../stores/store.js";

export interface CommandInboxOptions {
  readonly settings: Settings;
  readonly live: LiveRuns;
  /** Carries out a command for a run that is produced here. Throws an `HttpProblem` when it is refused. */
  readonly obey: (command: RunCommand, record: StoredRun) => Promise<void>;
}

/** How soon commands are looked for again after the store has failed. */
const RETRY_MS = 500;

/** What became of a posted command: accepted, or refused with these words. */
export interface PostedAnswer {
  readonly status: number;
  readonly problem: UnsayErrorData | null;
}

/** Carries out the commands that other processes accepted for runs of this one, while there are any. */
export class CommandInbox {
  readonly #options: CommandInboxOptions;
  #unwatch: (() => void) | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(options: CommandInboxOptions) {
    this.#options = options;
  }

  /** There is a live run: its commands may come from now on, and may have come already. */
  open(): void {
    const { settings } = this.#options;
    this.#unwatch ??= settings.store.watch(settings.owner, () => this.#look());
    this.#look();
  }

  /** Nothing is watched while there is no live run. */
  rest(): void {
    if (this.#options.live.all.length === 0) this.close();
  }

  close(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #look(): void {
    this.#working = this.#working.then(() => this.#work()).catch((error: unknown) => this.#report(error));
  }

  async #work(): Promise<void> {
    const { store, owner } = this.#options.settings;
    const commands = await store.listCommands(owner);
    // Not one after the other: a stop must not wait for a call that a decision has released.
    await Promise.all(commands.map((posted) => this.#carryOut(posted)));
  }

  async #carryOut(posted: PostedCommand): Promise<void> {
    const { settings, live } = this.#options;
    const record = live.get(posted.run)?.record ?? (await settings.store.getRun(posted.run));
    const isStarting = record?.end === null && live.get(posted.run) === undefined;
    if (record === null || isStarting) return;
    const answer = await this.#answer(posted, record);
    await settings.store.answerCommand(posted.run, posted.id, JSON.stringify(answer));
  }

  async #answer(posted: PostedCommand, record: StoredRun): Promise<PostedAnswer> {
    try {
      await this.#options.obey(JSON.parse(posted.body) as RunCommand, record);
      return { status: 202, problem: null };
    } catch (error) {
      if (error instanceof HttpProblem && error.status < 500) return { status: error.status, problem: error.data };
      throw error;
    }
  }

  #report(error: unknown): void {
    this.#options.settings.log({
      level: "error",
      event: "inbox.failed",
      message: "Commands from other processes could not be carried out. They are tried again in a moment.",
      error,
    });
    this.#options.settings.clock.after(RETRY_MS, () => this.#unwatch !== null && this.#look());
  }
}
