import type { StartCommand, StopCommand } from "@unsay/core/protocol";
import { checkAnswer, hasEnded, postCommand } from "../command/post-command.js";
import { watchRun } from "../command/run-news.js";
import { HttpProblem } from "../http/problem.js";
import type { Settings } from "../settings.js";
import type { StoredRun } from "../stores/store.js";
import { turnOf } from "../thread/turns.js";
import type { LiveRuns } from "./live-runs.js";
import type { Records } from "./records.js";
import type { StopRequest } from "./run-ending.js";

export interface ReplacedParts {
  readonly settings: Settings;
  readonly live: LiveRuns;
  readonly records: Records;
}

/** So much longer than its tools may take to settle, the end of a run that took a stop is waited for. */
const END_MS = 5_000;

/** The answers in work that a new one takes the place of: what it redirects from, or all to the question that is asked again. */
export function findReplaced(command: StartCommand, records: readonly StoredRun[]): readonly StoredRun[] {
  const { redirects, startKey } = command;
  const turn = command.mode === "regenerate" ? turnOf(command.parent ?? null, records) : null;
  const isReplaced = ({ message, parent }: StoredRun) => message === redirects || (turn !== null && turnOf(parent, records) === turn);
  return records.filter((record) => record.end === null && record.startKey !== startKey && isReplaced(record));
}

/**
 * Stops an answer, wherever it is produced. Resolves when its end is on record, so that what follows knows what became of its calls. Throws an
 * `HttpProblem` where its process does not reply: until its lease is over nobody knows that it does nothing more.
 */
export async function settleReplaced(parts: ReplacedParts, command: StartCommand, record: StoredRun): Promise<void> {
  const live = parts.live.get(record.run);
  if (live === undefined) return settleElsewhere(parts, command, record);
  live.stop(stopOf(command, record.lastSeq));
  await live.done;
}

/** Stopped there, with all that is on record counted as seen. */
async function settleElsewhere(parts: ReplacedParts, command: StartCommand, record: StoredRun): Promise<void> {
  const { settings, records } = parts;
  const { run, thread } = record;
  const events = await settings.store.read(run, 0);
  const last = events.findLast((event) => event.type === "span.append");
  const ackSeq = events.at(-1)?.seq ?? 0;
  const painted = last?.type === "span.append" ? { span: last.span, offset: Number.MAX_SAFE_INTEGER } : null;
  const stop: StopCommand & StopRequest = { command: "stop", ...stopOf(command, ackSeq), thread, run, scope: "run", ackSeq, painted };
  const answer = await postCommand(settings, stop, record);
  if (answer !== null) checkAnswer(answer, run);
  if (!(await endsWithin(parts, run, answer === null ? 0 : settings.settleMs + END_MS)))
    throw stillInWork(settings, await records.get(run));
}

/** The words are the user's to redirect; that the answer before is stopped for them to be answered anew is the server's doing. */
function stopOf({ redirects, startKey }: StartCommand, seq: number): StopRequest {
  const why = redirects === undefined ? ({ intent: "stop", by: "server" } as const) : ({ intent: "redirect" } as const);
  // A repeated start may find more said than the one before it, and one id is one command.
  return { id: `replace ${startKey} at ${seq}`, client: "server", ...why };
}

/** Whether a run is over, within so many ms. */
async function endsWithin({ settings, records }: ReplacedParts, run: string, ms: number): Promise<boolean> {
  const giveUpAt = settings.clock.now() + ms;
  const news = watchRun(settings, run);
  try {
    for (;;) {
      const changed = news.next();
      if (hasEnded(await records.get(run))) return true;
      if (settings.clock.now() >= giveUpAt) return false;
      await changed;
    }
  } finally {
    news.close();
  }
}

function stillInWork({ clock }: Settings, record: StoredRun | null): HttpProblem {
  return new HttpProblem(503, {
    code: "run-not-live",
    message: `The process that produces the run ${record?.run}, which this one is to replace, does not answer. Both at once could do the same things twice, so nothing was begun. Ask again under the same \`startKey\` when \`retryAfterMs\` have passed: that run has ended by then.`,
    retryable: true,
    retryAfterMs: Math.max(1_000, (record?.leaseUntil ?? 0) - clock.epoch()),
    userMessage: "The answer before this one can't be stopped yet.",
  });
}
