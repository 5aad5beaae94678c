import type { Clock, Session } from "../../session/session.types.js";
import type { Transport } from "../../transport/transport.js";
import { noTurns } from "../../transport/stream-turns.js";
import { createUnsayTransportIn } from "../../transport/unsay-transport.js";
import type { StartCommand } from "../../protocol/index.js";
import type { Script } from "../script.js";
import { createScriptedFetch, type ScriptedFetch } from "../scripted-fetch.js";
import { faultyFetch } from "../with-faults.js";
import type { Problem, ReaderAct } from "./problem.js";

/** A way to a backend in the page, and what that backend was asked. */
export interface ProblemBackend {
  readonly transport: Transport;
  readonly backend: ScriptedFetch["backend"];
}

/** Plays a problem with no network: real bytes, real framing and the real transport, and its faults between them. */
export function createProblemBackend(problem: Problem, { clock }: { readonly clock: Clock }): ProblemBackend {
  const { fetch, backend } = createScriptedFetch(inTurns(problem), { clock });
  return {
    transport: createUnsayTransportIn(noTurns(), {
      url: "/played-in-the-page",
      fetch: faultyFetch(fetch, problem.faults ?? [], { clock }),
    }),
    backend,
  };
}

/** A question that is asked again, under its old key, is no new turn. */
function inTurns({ scripts }: Problem): (command: StartCommand) => Script {
  let turn = 0;
  return () => scripts[Math.min(turn++, scripts.length - 1)] ?? scripts[0];
}

/** Asks the first question, unless the thread has it already, and does what the reader does. Returns the way out. */
export function performActs(problem: Problem, session: Session, clock: Clock): () => void {
  if (session.store.getState().messages.length === 0) session.send(problem.scripts[0].prompt);
  const cancels = (problem.acts ?? []).map((act) => clock.after(act.at, () => perform(act, session)));
  return () => cancels.forEach((cancel) => cancel());
}

function perform(act: ReaderAct, session: Session): void {
  switch (act.verb) {
    case "send":
      return session.send(act.text);
    case "redirect":
      return session.redirect(act.text);
    case "stop":
      return session.stop();
    case "enough":
      // What went wrong stands in the call.
      session.enough(act.call).catch(() => {});
  }
}
