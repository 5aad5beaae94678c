import { createSession } from "../src/session/session.js";
import type { AssistantMessage, Session, SessionOptions, ToolCall } from "../src/index.js";
import { UnsayError, type EventPayload, type RunCommand } from "../src/protocol/index.js";
import {
  createFakeClock,
  createScriptedTransport,
  type FakeClock,
  type Script,
  type ScriptedTransportOptions,
} from "../src/testing/index.js";

/** One event every 100 ms. */
function scriptOf(...events: readonly EventPayload[]): Script {
  return { id: "s", title: "s", prompt: "go", steps: events.map((event, at) => ({ at: at * 100, event })) };
}

export interface Conversation {
  readonly session: Session;
  readonly clock: FakeClock;
  readonly sent: readonly RunCommand[];
  readonly answer: () => AssistantMessage;
  readonly call: () => ToolCall | undefined;
  readonly say: (...events: readonly EventPayload[]) => void;
  /** Closes the connection, as a lost network does. */
  readonly drop: () => void;
  /** This client has closed the connection. */
  readonly isClosed: () => boolean;
}

/** A conversation whose scripted run stands at its last event; `say` goes on with it. */
export async function converse(
  events: readonly EventPayload[],
  transportOptions: ScriptedTransportOptions = {},
  options: Partial<SessionOptions> = {},
): Promise<Conversation> {
  const clock = createFakeClock();
  const sent: RunCommand[] = [];
  const transport = createScriptedTransport(scriptOf(...events), { clock, ...transportOptions });
  const queue: EventPayload[][] = [];
  let wake = () => {};
  let isDropped = false;
  let isClosed = false;
  const session = createSession({
    id: "thread",
    clock,
    random: () => 1,
    transport: {
      ...transport,
      command: async (command) => {
        sent.push(command);
        await transport.command?.(command);
      },
      start: async (command, request) => {
        const stream = await transport.start(command, request);
        request.signal.addEventListener("abort", () => (isClosed = true));
        let seq = 0;
        const make = (event: EventPayload) =>
          ({ v: 1, thread: "thread", run: stream.run ?? "", message: command.answer, seq: (seq += 1), t: null, ...event }) as const;
        async function* read() {
          for await (const batch of stream) {
            seq += batch.length;
            yield batch;
            if (seq === events.length) break;
          }
          while (!isDropped) {
            const said = queue.shift();
            if (said !== undefined) yield said.map(make);
            else await new Promise<void>((resolve) => (wake = resolve));
          }
        }
        return { run: stream.run ?? "", [Symbol.asyncIterator]: read };
      },
    },
    ...options,
  });
  const answer = () => session.store.getState().messages.findLast((message) => message.role === "assistant") as AssistantMessage;
  session.send("go");
  await clock.advance(events.length * 100);
  return {
    session,
    clock,
    sent,
    answer,
    call: () => answer().calls.at(0),
    isClosed: () => isClosed,
    drop: () => {
      isDropped = true;
      wake();
    },
    say: (...said) => {
      queue.push([...said]);
      wake();
    },
  };
}

/** The code that a promise rejects with; `resolved` or `pending` where it does not. */
export async function outcomeOf(promise: Promise<unknown>, { clock }: Pick<Conversation, "clock">, ms = 0): Promise<string> {
  let outcome = "pending";
  promise.then(
    () => (outcome = "resolved"),
    (error: unknown) => (outcome = error instanceof UnsayError ? error.code : String(error)),
  );
  await clock.advance(ms);
  return outcome;
}

/** The request may or may not have arrived. */
export const networkError = () => new UnsayError({ code: "network", message: "The reply was lost.", retryable: true });
