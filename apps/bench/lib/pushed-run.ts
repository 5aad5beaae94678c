import type { EventPayload, StartCommand, Transport, UnsayEvent } from "@unsay/core";
import type { ThreadMessage } from "../workloads/thread.ts";
import { queue } from "./row.jsx";
import { RUN_COMPLETE, RUN_OPEN, storedOf } from "./stored-thread.ts";

/**
 * A backend in the same page: a stored thread, and one run that says what is pushed. What is pushed in one task is one batch,
 * as what the network brings in one piece is.
 */
export interface PushedRun {
  readonly transport: Transport;
  readonly push: (delta: string) => void;
  readonly end: () => void;
}

export function createPushedRun(history: readonly ThreadMessage[]): PushedRun {
  const source = queue();
  let seq = 0;
  let run: StartCommand | null = null;
  let batch: UnsayEvent[] = [];
  const flush = (): void => {
    source.push(batch);
    batch = [];
  };
  const say = (payload: EventPayload): void => {
    if (run === null) throw new Error("nobody has asked anything yet");
    const { thread, answer, startKey } = run;
    const event: UnsayEvent = { ...payload, v: 1, thread, run: startKey, message: answer, seq: (seq += 1), t: null };
    if (batch.push(event) === 1) queueMicrotask(flush);
  };
  return {
    transport: {
      wire: "unsay",
      history: async () => history.map(storedOf),
      async start(command) {
        run = command;
        say(RUN_OPEN);
        say({ type: "part.open", part: "p", kind: "answer" });
        return source;
      },
    },
    push: (text) => say({ type: "span.append", part: "p", span: "s", text }),
    end() {
      say(RUN_COMPLETE);
      queueMicrotask(() => source.end());
    },
  };
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/**
 * A commit for each task in which something came, where the kit itself makes one a frame: the harness waits for what it has
 * pushed, and would measure the screen's clock.
 */
export function commitInTask(publish: () => void): () => void {
  let isCancelled = false;
  waiting.push(() => {
    if (!isCancelled) publish();
  });
  channel.port2.postMessage(0);
  return () => {
    isCancelled = true;
  };
}
