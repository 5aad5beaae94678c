import type { StartCommand } from "../protocol/index.js";
import type { AssistantMessage } from "../message/index.js";
import { createSession } from "../session/session.js";
import type { Session, SessionOptions } from "../session/session.types.js";
import type { Transport } from "../transport/transport.js";
import { noTurns } from "../transport/stream-turns.js";
import { createUnsayTransportIn } from "../transport/unsay-transport.js";
import { createScript } from "./create-script.js";
import { answerOf, describeAnswer } from "./describe-answer.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";
import type { Fault } from "./fault.js";
import { watchStatuses, type StatusHistory } from "./history.js";
import type { Moment } from "./moments.js";
import { createRandom } from "./random.js";
import type { Script } from "./script.js";
import { createScriptedFetch } from "./scripted-fetch.js";
import type { ScriptedTransport, ScriptedTransportOptions } from "./scripted-transport.js";
import { faultyFetch } from "./with-faults.js";

export interface TestSessionOptions extends Pick<ScriptedTransportOptions, "onCommand"> {
  /** What goes wrong between the backend and the app, down to the byte. */
  readonly faults?: readonly Fault[];
  /** Of faults, back-off and ids; 1 by default. */
  readonly seed?: number;
  /** React's `act`, so that what a passing moment changes is rendered before it returns. */
  readonly act?: (work: () => Promise<void>) => Promise<unknown>;
  /** Strict where there are no faults; with them, what no honest server sends is the point. */
  readonly session?: Omit<Partial<SessionOptions>, "transport" | "clock">;
}

/** A session on a scripted backend, with time in the test's hands. */
export interface TestSession {
  readonly session: Session;
  /** Give it to the page together with `transport` where the page makes its own session. */
  readonly clock: FakeClock;
  readonly transport: Transport;
  /** What the backend was asked: `sent`, `connections`. */
  readonly backend: ScriptedTransport;
  /** Every status that this `session` has shown. */
  readonly history: StatusHistory;
  /** The newest answer as published. Throws where there is none. */
  readonly answer: () => AssistantMessage;
  /** Lets `ms` pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass, timer by timer, until `done` says so. Rejects, with the answer in words, after `withinMs` (60,000). */
  readonly until: (done: () => boolean, options?: { readonly withinMs?: number }) => Promise<void>;
}

/**
 * Everything a test of a page needs: a backend that plays a script (or the moments of one), real bytes and real framing
 * between it and the session, faults on the way if asked for, and a clock that stands still until the test moves it.
 */
export function createTestSession(
  script: Script | readonly Moment[] | ((command: StartCommand) => Script),
  options: TestSessionOptions = {},
): TestSession {
  const clock = createFakeClock();
  const { seed = 1, faults = [], act: pass = (work) => work(), ...rest } = options;
  const { fetch, backend } = createScriptedFetch(isMoments(script) ? createScript(script) : script, { clock, ...definedOnly(rest) });
  const transport = createUnsayTransportIn(noTurns(), { url: "/unsay", fetch: faultyFetch(fetch, faults, { clock, seed }) });
  const chance = { random: createRandom(seed), createId: createIds() };
  const session = createSession({ id: "thread", strict: faults.length === 0, ...chance, ...options.session, transport, clock });
  return {
    session,
    clock,
    transport,
    backend,
    history: watchStatuses(session),
    answer: () => latestAnswer(session),
    async advance(ms) {
      await pass(() => clock.advance(ms));
    },
    until: (done, { withinMs = 60_000 } = {}) =>
      stepUntil(done, { clock, withinMs, step: () => pass(() => oneStep(clock)), describe: () => notReached(session, withinMs) }),
  };
}

function isMoments(script: Parameters<typeof createTestSession>[0]): script is readonly Moment[] {
  return Array.isArray(script);
}

function definedOnly({ onCommand }: Pick<ScriptedTransportOptions, "onCommand">): ScriptedTransportOptions {
  return onCommand === undefined ? {} : { onCommand };
}

interface StepUntil {
  readonly clock: FakeClock;
  readonly withinMs: number;
  readonly step: () => Promise<unknown>;
  readonly describe: () => string;
}

async function stepUntil(done: () => boolean, { clock, withinMs, step, describe }: StepUntil): Promise<void> {
  let isLate = false;
  const cancel = clock.after(withinMs, () => (isLate = true));
  while (!done()) {
    if (isLate) throw new Error(describe());
    await step();
  }
  cancel();
}

/** One timer, and what follows from it before the next. */
async function oneStep(clock: FakeClock): Promise<void> {
  await clock.step();
  await clock.advance(0);
}

/** Short ids that are the same in each run. */
function createIds(): () => string {
  let next = 0;
  return () => `id-${(next += 1)}`;
}

function latestAnswer(session: Session): AssistantMessage {
  const answer = answerOf(session);
  if (answer === null) throw new Error('There is no answer yet. Send something first: session.send("Go").');
  return answer;
}

function notReached(session: Session, withinMs: number): string {
  const answer = answerOf(session);
  const found = answer === null ? "There is no answer in `session`." : `The answer is ${describeAnswer(answer)}`;
  return `What the test waits for did not happen within ${withinMs} ms. ${found}`;
}
