import type { EventPayload, RetryCommand, SteerCommand, StopCommand, UndoCommand } from "@unsay/core/protocol";
import { createEventFactory } from "@unsay/core/protocol";
import { conflict } from "../http/problem.js";
import type { LateRuns } from "../run/late-runs.js";
import type { LiveRun } from "../run/live-run.js";
import type { LiveRuns } from "../run/live-runs.js";
import type { Settings } from "../settings.js";
import type { StoredRun } from "../stores/store.js";
import { Compensation } from "../tool-call/compensation.js";

/** Commands about one call, one receipt, or the words for an answer in work. Each throws an `HttpProblem` when refused. */

export function stopCall(live: LiveRun, { call = "", intent }: StopCommand): void {
  if (intent !== "enough" && live.cancelCall(call)) return;
  if (intent === "enough" && live.hasEnough(call)) return;
  const why = intent === "enough" ? "does not run, or does not come in pieces" : "is over, unknown here, or can't be cancelled";
  throw conflict("tool-not-ready", `The call ${call} ${why}. Stop the answer instead, or wait.`);
}

export function steerRun(live: LiveRun, command: SteerCommand): void {
  if (live.steer(command)) return;
  throw conflict("steer-unsupported", "This run can't be told anything while it goes on. Queue the words, or redirect.");
}

export function retryCall(live: LiveRun, { call }: RetryCommand): void {
  if (live.retryCall(call)) return;
  throw conflict(
    "tool-not-ready",
    `The call ${call} can't be tried again: only one that failed, whose tool says that it may be, and while its run goes on.`,
  );
}

export interface UndoParts {
  readonly settings: Settings;
  readonly live: LiveRuns;
  readonly late: LateRuns;
}

/** Resolves when it is on record that it begins; what comes of it, receipts say. */
export async function undoReceipt({ settings, live, late }: UndoParts, command: UndoCommand, record: StoredRun): Promise<void> {
  const { store } = settings;
  const fingerprint = `undo ${command.receipt}`;
  if ((await store.findCommand(record.run, command.id)) === fingerprint) return;
  const running = live.get(record.run) ?? late.get(record.run);
  const events = running?.log.events ?? (await store.read(record.run, 0));
  const compensation = new Compensation(command.receipt, events, {
    ...settings,
    thread: record.thread,
    run: record.run,
    record: (payload) => (running === undefined ? recordLate(settings, record.run, payload) : running.addLate([payload])),
    reread: async () => running?.log.events ?? store.read(record.run, 0),
  });
  await compensation.begin();
  await store.saveCommand(record.run, command.id, fingerprint);
  void compensation.finish();
}

/** How often something is moved behind what somebody else has just written. */
const MAX_TRIES = 10;

/** A run that is produced nowhere, or elsewhere: written to behind all that is there. `false`: it could not be. */
async function recordLate({ store }: Settings, run: string, payload: EventPayload): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const record = await store.getRun(run);
    if (record === null) return false;
    const ids = { thread: record.thread, run, message: record.message };
    const last = (await store.read(run, record.lastSeq - 1)).at(-1);
    const event = createEventFactory(ids, record.lastSeq + 1).make(payload, { t: last?.t ?? null });
    if (!(await store.append(run, record.owner, [event], record.leaseUntil))) continue;
    const [stored] = await store.read(run, record.lastSeq);
    if (JSON.stringify(stored) === JSON.stringify(event)) return true;
  }
  return false;
}
