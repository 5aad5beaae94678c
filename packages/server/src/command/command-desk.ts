import type { DecideCommand, RunCommand, StopCommand } from "@unsay/core/protocol";
import { expiredApproval, unknownApproval } from "../approval/approvals.js";
import { conflict, HttpProblem } from "../http/problem.js";
import { checkAnswer, postCommand } from "./post-command.js";
import type { LateRuns } from "../run/late-runs.js";
import type { LiveRun } from "../run/live-run.js";
import type { LiveRuns } from "../run/live-runs.js";
import type { StopRequest } from "../run/run-ending.js";
import type { Settings } from "../settings.js";
import type { StoredRun, StoredStop } from "../stores/store.js";
import { retryCall, steerRun, stopCall, undoReceipt } from "./tool-commands.js";

/** Carries out commands: at once, and on record before they are acknowledged. */
export class CommandDesk {
  readonly #settings: Settings;
  readonly #live: LiveRuns;
  readonly #late: LateRuns;
  readonly #decided = new Map<string, string>();
  readonly #stops = new Map<string, Promise<void>>();

  constructor(settings: Settings, live: LiveRuns, late: LateRuns) {
    this.#settings = settings;
    this.#live = live;
    this.#late = late;
  }

  /** Resolves when the command is accepted, here or where the run is produced; throws an `HttpProblem` when it is refused. */
  async obey(command: RunCommand, record: StoredRun): Promise<void> {
    const isElsewhere = record.end === null && this.#live.get(record.run) === undefined;
    if (!isElsewhere) return this.obeyHere(command, record);
    checkAnswer(await postCommand(this.#settings, command, record), record.run);
  }

  async obeyHere(command: RunCommand, record: StoredRun): Promise<void> {
    switch (command.command) {
      case "stop":
        return this.#obeyStop(command, record);
      case "decide":
        return this.#obeyDecision(command, record);
      case "steer":
        return steerRun(this.#liveOf(record), command);
      case "retry":
        return retryCall(this.#liveOf(record), command);
      case "undo":
        return undoReceipt({ settings: this.#settings, live: this.#live, late: this.#late }, command, record);
    }
  }

  /** Decided at once, and acknowledged when it is on record: the stop, or the end that was decided before it. */
  async stop(live: LiveRun, command: StopCommand & Pick<StopRequest, "by">): Promise<void> {
    const { id, client, intent, ackSeq, painted, heardUpTo, by } = command;
    live.stop({ id, client, intent, painted, ...(by === undefined ? {} : { by }) });
    const heard = heardUpTo === undefined ? {} : { heardUpTo };
    await (live.isStopping ? this.#keepStop(live, { command: id, client, intent, ackSeq, painted, ...heard }) : live.done);
  }

  /** Of several stops the first is kept, and each is acknowledged when that one is on record. */
  #keepStop(live: LiveRun, stop: StoredStop): Promise<void> {
    const { run } = live.record;
    const known = this.#stops.get(run);
    if (known !== undefined) return known;
    const kept = this.#settings.store.saveStop(run, stop);
    this.#stops.set(run, kept);
    const forget = () => this.#stops.delete(run);
    kept.catch(forget);
    void live.done.then(forget);
    return kept;
  }

  /** Stopping what is over is no mistake: it was whole before the stop came. */
  async #obeyStop(command: StopCommand, record: StoredRun): Promise<void> {
    const live = this.#live.get(record.run);
    if (live === undefined) return;
    if (command.scope === "tool") return stopCall(live, command);
    await this.stop(live, command);
  }

  #liveOf({ run }: StoredRun): LiveRun {
    const live = this.#live.get(run);
    if (live !== undefined) return live;
    throw conflict(
      "run-not-live",
      `The run ${run} has ended, so it can't be told anything any more. Send a message, or ask for the answer again.`,
    );
  }

  /** Accepted when it is on record: a decision that a crash could undo is not acknowledged. */
  async #obeyDecision(command: DecideCommand, record: StoredRun): Promise<void> {
    const { store } = this.#settings;
    const fingerprint = JSON.stringify([command.approval, command.items]);
    const known = this.#decided.get(`${record.run} ${command.id}`) ?? (await store.findCommand(record.run, command.id));
    if (known !== null && known !== fingerprint)
      throw conflict("approval-closed", `The command ${command.id} was used for another decision. Give each decision its own id.`);
    const live = this.#live.get(record.run);
    if (live === undefined && known !== null) return;
    if (live === undefined) throw await this.#refusalOfPast(command, record);
    if (known === null) this.#decide(live, command, fingerprint);
    if (!(await live.log.flush())) throw notOnRecord();
    await store.saveCommand(record.run, command.id, fingerprint);
  }

  /** In one step with the check that it was not decided before: parallel repetitions find it done. */
  #decide(live: LiveRun, command: DecideCommand, fingerprint: string): void {
    const key = `${live.record.run} ${command.id}`;
    const known = this.#decided.get(key);
    if (known === fingerprint) return;
    live.decide(command);
    this.#decided.set(key, fingerprint);
    void live.done.then(() => this.#decided.delete(key));
  }

  async #refusalOfPast(command: DecideCommand, record: StoredRun): Promise<HttpProblem> {
    const events = await this.#settings.store.read(record.run, 0);
    const wasAsked = events.some((event) => event.type === "approval.request" && event.approval === command.approval);
    if (!wasAsked) return unknownApproval(command.approval);
    const decided = events.findLast((event) => event.type === "approval.decision" && event.approval === command.approval);
    if (decided?.type === "approval.decision" && decided.items[0]?.decision === "expired") return expiredApproval(command.approval);
    return conflict(
      "approval-closed",
      `The run of the approval ${command.approval} has ended, so nothing can be decided any more. Load the thread to see how.`,
    );
  }
}

function notOnRecord(): HttpProblem {
  return new HttpProblem(503, {
    code: "store-unavailable",
    message: "The decision could not be put on record, so it is not acknowledged. Send it again under the same id.",
    retryable: true,
    retryAfterMs: 1_000,
    userMessage: "The server can't save anything right now.",
  });
}
