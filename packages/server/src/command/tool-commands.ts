import type { EventPayload, ReceiptEvent, RetryCommand, SteerCommand, StopCommand, UndoCommand, UnsayEvent } from "@unsay/core/protocol";
import { createEventFactory } from "@unsay/core/protocol";
import { conflict } from "../http/problem.js";
import type { LateRuns } from "../run/late-runs.js";
import type { LiveRun } from "../run/live-run.js";
import type { LiveRuns } from "../run/live-runs.js";
import type { Settings } from "../settings.js";
import { storeUnavailable } from "../stores/guarded-store.js";
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

/** How often something is done again because somebody else has just written. */
const MAX_TRIES = 10;

/** Resolves when it is on record that it begins; what comes of it, receipts say. */
export async function undoReceipt(parts: UndoParts, command: UndoCommand, record: StoredRun): Promise<void> {
  const { store } = parts.settings;
  const fingerprint = `undo ${command.receipt}`;
  if ((await store.findCommand(record.run, command.id)) === fingerprint) return;
  const compensation = await beginUndo(parts, command, record);
  await store.saveCommand(record.run, command.id, fingerprint);
  void compensation.finish();
}

/** Of several processes that are asked at once, the first on record does it; the others find that. */
async function beginUndo({ settings, live, late }: UndoParts, { receipt }: UndoCommand, record: StoredRun): Promise<Compensation> {
  const { run, thread } = record;
  const running = live.get(run) ?? late.get(run);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const events = await readNow(settings, running, run);
    const last = events.at(-1)?.seq ?? 0;
    const compensation = new Compensation(receipt, events, {
      ...settings,
      thread,
      run,
      recordNext: (payload) => (running === undefined ? writeNext(settings, run, payload, last) : running.addNext(payload, last)),
      record: (payload) => (running === undefined ? writeLate(settings, run, payload) : running.addLate([payload])),
    });
    const isAlone = running?.log.isShared === false;
    if (await compensation.begin()) return compensation;
    // Nobody else can have written, so it was the store. When that is back, nobody must seem to be at it.
    if (isAlone) throw (compensation.withdraw(), storeUnavailable(new Error("That it begins could not be put on record.")));
  }
  throw conflict("undo-unavailable", `What the receipt ${receipt} says can't be undone now: too much is written at once. Ask again.`);
}

async function readNow({ store }: Settings, running: LiveRun | undefined, run: string): Promise<readonly UnsayEvent[]> {
  if (running === undefined) return store.read(run, 0);
  return running.log.isShared ? running.log.reread() : running.log.events;
}

/** About a run that is produced elsewhere, or nowhere any more: right after `last`, or not at all. */
async function writeNext({ store }: Settings, run: string, payload: EventPayload, last: number): Promise<boolean> {
  const record = await store.getRun(run);
  if (record?.lastSeq !== last) return false;
  const [before] = await store.read(run, last - 1);
  const ids = { thread: record.thread, run, message: record.message };
  const event = createEventFactory(ids, last + 1).make(payload, { t: before?.t ?? null });
  if (!(await store.append(run, record.owner, [event], record.leaseUntil))) return false;
  const [stored] = await store.read(run, last);
  return JSON.stringify(stored) === JSON.stringify(event);
}

/** The same, behind whatever is there, and again where the store did not answer: it may have it all the same. */
async function writeLate(settings: Settings, run: string, payload: ReceiptEvent): Promise<boolean> {
  const { store, clock } = settings;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      const events = await store.read(run, 0);
      if (events.some((event) => event.type === "receipt" && event.receipt === payload.receipt)) return true;
      if (await writeNext(settings, run, payload, events.at(-1)?.seq ?? 0)) return true;
    } catch {
      await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
    }
  }
  return false;
}

/** How soon a store that failed is asked again. */
const RETRY_MS = 2_000;
