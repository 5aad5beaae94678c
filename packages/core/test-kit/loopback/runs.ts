import { createEventFactory, encodeEvent, encodeSse, NO_EFFECTS, type EventPayload, type StartCommand } from "../../src/protocol/index.js";
import type { Asked, Reply, Step } from "./loopback-server.js";

/** A run of our own wire as a server would have logged it. */

export const OPEN: EventPayload = { type: "run.open", caps: { resume: true }, heartbeatMs: 15_000, ttlMs: null };
export const PART: EventPayload = { type: "part.open", part: "p", kind: "answer" };
export const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

export function word(text: string): EventPayload {
  return { type: "span.append", part: "p", span: "s", text };
}

/** Opens, says the words one event each, and completes. */
export function runOf(words: readonly string[], open: EventPayload = OPEN): readonly EventPayload[] {
  return [open, PART, ...words.map(word), { type: "part.close", part: "p" }, COMPLETE];
}

export interface Log {
  /** One SSE frame an event. */
  readonly frames: readonly string[];
  readonly after: number;
}

/** The log of one run, for a `start` or a resume of it; ids are those of the start, which a resume does not repeat. */
export class RunLog {
  readonly #payloads: readonly EventPayload[];
  #command: StartCommand | null = null;

  constructor(payloads: readonly EventPayload[]) {
    this.#payloads = payloads;
  }

  read(asked: Asked): Log {
    if (asked.method === "POST") this.#command = JSON.parse(asked.body) as StartCommand;
    const ids = { thread: this.#command?.thread ?? "", run: "r", message: this.#command?.answer ?? "" };
    const factory = createEventFactory(ids);
    const frames = this.#payloads.map((payload) => encodeSse({ data: encodeEvent(factory.make(payload)) }));
    return { frames, after: Number(new URL(asked.path, "http://x").searchParams.get("after") ?? 0) };
  }
}

export function streamOf(...steps: readonly Step[]): Reply {
  return { steps };
}

export function write(frames: readonly string[]): Step {
  return { write: frames.join("") };
}

export const HEARTBEAT: string = encodeSse({
  data: encodeEvent(
    createEventFactory({ thread: "t", run: "r", message: "m" }).make({ type: "run.heartbeat", last: 0, phase: "thinking" }),
  ),
});
