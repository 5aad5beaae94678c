import {
  createSession,
  type AssistantMessage,
  type EventPayload,
  type Session,
  type SessionState,
  type Transport,
  type UnsayEvent,
} from "@unsay/core";
import { RUN_COMPLETE, RUN_OPEN, storedOf } from "../../lib/stored-thread.ts";
import type { ThreadMessage } from "../../workloads/thread.ts";

interface Input {
  readonly kind: "text" | "thread" | "tool";
  readonly deltas: readonly string[];
  readonly history: readonly ThreadMessage[];
  readonly onUpdate: (value: unknown) => void;
}

/**
 * The session behind every hook: the reader of the run, the fold, health and metrics, the store and its commits. Events come
 * as objects, one at a time, as the peers get theirs. Like a page it tells its readers once a frame and not for each delta.
 */
export default {
  name: "unsay session",
  kinds: ["text", "tool", "thread"],
  async prepare({ kind, deltas, history, onUpdate }: Input): Promise<() => Promise<string>> {
    const session = createSession({ id: "th", createId: countIds(), transport: replay(eventsOf(kind, deltas), history) });
    await session.load();
    return async () => {
      session.store.subscribe((state) => onUpdate(shownIn(state)));
      session.send("go");
      return finalOf(await ended(session));
    };
  },
};

/** As `createSession` asks for ids: its own, the question's, the answer's, and that of the run. */
function countIds(): () => string {
  let count = 0;
  return () => ["client", "question", ANSWER][count++] ?? `id-${count}`;
}
const ANSWER = "answer";

/** Made before the clock runs, as the peers' are. */
function eventsOf(kind: Input["kind"], deltas: readonly string[]): readonly (readonly UnsayEvent[])[] {
  return payloadsOf(kind, deltas).map((payload, index) => [
    { ...payload, v: 1, thread: "th", run: "r", message: ANSWER, seq: index + 1, t: null },
  ]);
}

function payloadsOf(kind: Input["kind"], deltas: readonly string[]): readonly EventPayload[] {
  return [RUN_OPEN, ...(kind === "tool" ? callOf(deltas) : textOf(deltas)), RUN_COMPLETE];
}

function textOf(deltas: readonly string[]): readonly EventPayload[] {
  const appends = deltas.map((text): EventPayload => ({ type: "span.append", part: "p", span: "s", text }));
  return [{ type: "part.open", part: "p", kind: "answer" }, ...appends, { type: "part.close", part: "p" }];
}

function callOf(deltas: readonly string[]): readonly EventPayload[] {
  const propose: EventPayload = {
    type: "tool.propose",
    call: "t",
    name: "apply_changes",
    effect: "write",
    cancellable: false,
    undo: false,
    runsOn: "server",
  };
  const args = deltas.map((delta): EventPayload => ({ type: "tool.args", call: "t", delta }));
  return [propose, ...args];
}

/** One event a pull. */
function replay(events: readonly (readonly UnsayEvent[])[], history: readonly ThreadMessage[]): Transport {
  return {
    wire: "unsay",
    history: async () => history.map(storedOf),
    start: async () => ({ [Symbol.asyncIterator]: () => pulled(events) }),
  };
}

async function* pulled<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

function shownIn({ pages }: SessionState): unknown {
  const message = pages.at(pages.length - 1);
  if (message?.role !== "assistant") return undefined;
  const [part] = message.parts;
  return part?.type === "text" ? part.spans[0]?.text : message.calls[0]?.argsText;
}

function ended(session: Session): Promise<AssistantMessage> {
  return new Promise((resolve) => {
    session.store.subscribe(({ status, pages }) => {
      const last = pages.at(pages.length - 1);
      if (status !== "submitted" && status !== "streaming" && last?.role === "assistant") resolve(last);
    });
  });
}

function finalOf({ parts, calls, status }: AssistantMessage): string {
  const [part] = parts;
  const [call] = calls;
  if (call !== undefined) return JSON.stringify(JSON.parse(call.argsText));
  return status === "complete" && part?.type === "text" ? part.spans.map(({ text }) => text).join("") : `ended ${status}`;
}
