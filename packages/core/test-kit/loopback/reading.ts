import { createSession } from "../../src/session/session.js";
import type { Session, SessionOptions } from "../../src/session/session.types.js";
import type { AssistantMessage } from "../../src/message/message.js";
import { isLive } from "../../src/message/selectors.js";
import type { Transport } from "../../src/transport/transport.js";

const DEADLINE_MS = 30_000;

/** Waits for the network, which no injected clock moves; rejects when `done` never comes true. */
export async function until(done: () => boolean, what = "the condition"): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!done()) {
    if (performance.now() > deadline) throw new Error(`Waited ${DEADLINE_MS} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets what is on its way over loopback arrive, where the test says that nothing follows from it. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 1));
}

export interface Reading {
  readonly session: Session;
  readonly answer: () => AssistantMessage;
  /** Statuses and connection states that were published, without repeats. */
  readonly statuses: readonly string[];
  readonly connections: readonly string[];
  /** Resolves when the answer has ended, or waits for a decision with nothing more to come. */
  readonly ended: () => Promise<AssistantMessage>;
}

/** A session that has asked one question. */
export function ask(transport: Transport, options: Partial<SessionOptions> = {}): Reading {
  const session = createSession({ id: "t", transport, random: () => 1, scheduleCommit: commitAtOnce, strict: false, ...options });
  const statuses: string[] = [];
  const connections: string[] = [];
  const answer = (): AssistantMessage =>
    session.store.getState().messages.findLast((message): message is AssistantMessage => message.role === "assistant") as AssistantMessage;
  session.store.subscribe(({ connection, messages }) => {
    if (messages.some((message) => message.role === "assistant") && statuses.at(-1) !== answer().status) statuses.push(answer().status);
    if (connections.at(-1) !== connection.status) connections.push(connection.status);
  });
  session.send("go");
  const isWaiting = (): boolean => answer().run?.state === "awaiting-approval" && session.store.getState().connection.status === "closed";
  const ended = async (): Promise<AssistantMessage> => {
    await until(
      () => !isLive(answer()) || isWaiting(),
      `the end of an answer that is ${answer().status}, ${session.store.getState().connection.status}`,
    );
    return answer();
  };
  return { session, answer, statuses, connections, ended };
}

function commitAtOnce(publish: () => void): () => void {
  publish();
  return () => {};
}
