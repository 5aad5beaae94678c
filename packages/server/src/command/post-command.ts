import type { RunCommand } from "@unsay/core/protocol";
import { conflict, HttpProblem } from "../http/problem.js";
import type { Settings } from "../settings.js";
import type { StoredRun } from "../stores/store.js";
import type { PostedAnswer } from "./command-inbox.js";
import { watchRun } from "./run-news.js";

const ACCEPTED: PostedAnswer = { status: 202, problem: null };

/** How long the process that produces the run may take to say what became of a command. */
const ANSWER_MS = 5_000;

/**
 * Leaves a command for the process that produces the run and waits for what it says. `null`: it says nothing in time, so
 * the command is not acknowledged; a repetition under the same id changes nothing.
 */
export async function postCommand(settings: Settings, command: RunCommand, record: StoredRun): Promise<PostedAnswer | null> {
  const { store, clock } = settings;
  const body = JSON.stringify(command);
  const kept = await store.postCommand({ run: record.run, id: command.id, body });
  if (kept !== body)
    throw conflict("invalid-request", `The command ${command.id} was used for another command. Give each command its own id.`);
  const giveUpAt = clock.now() + ANSWER_MS;
  const news = watchRun(settings, record.run);
  try {
    for (;;) {
      const changed = news.next();
      const answer = await store.findAnswer(record.run, command.id);
      if (answer !== null) return JSON.parse(answer) as PostedAnswer;
      // Its process has let go of it, and there is nothing left to stop.
      if (command.command === "stop" && hasEnded(await store.getRun(record.run))) return ACCEPTED;
      if (clock.now() >= giveUpAt) return null;
      await changed;
    }
  } finally {
    news.close();
  }
}

/** On record: of a run that is not there any more nobody knows how it ended. */
export function hasEnded(record: StoredRun | null): boolean {
  return record !== null && record.end !== null;
}

/** Throws what the run's process refused. */
export function checkAnswer(answer: PostedAnswer | null, run: string): void {
  if (answer === null) throw notLive(run);
  if (answer.problem !== null) throw new HttpProblem(answer.status, answer.problem);
}

function notLive(run: string): HttpProblem {
  return new HttpProblem(503, {
    code: "run-not-live",
    message: `The process that produces the run ${run} does not answer, so the command was not confirmed. Send it again; if that process is gone, the run is ended soon.`,
    retryable: true,
    retryAfterMs: 1_000,
  });
}
