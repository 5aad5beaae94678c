import { createSession, createUnsayTransport, textOf, type AssistantMessage, type Session } from "@unsay/core";

/** Runs in the page: threads without a view, each with a session and a transport of its own, as separate widgets would have. */

export interface ThreadSeen {
  /** The server has begun to answer. */
  readonly isBegun: boolean;
  readonly status: string;
  readonly cause: string | null;
  readonly stop: string | null;
  readonly text: string;
  /** Every status of its connection so far, without repeats. */
  readonly connection: readonly string[];
}

export interface ManyThreads {
  /** Returns the index of the new thread, whose answer is asked for at once. */
  ask(words: string): number;
  stop(thread: number): void;
  read(thread: number): ThreadSeen;
  /** The text of its answer by the server's own record. */
  stored(thread: number): Promise<string>;
}

const transport = createUnsayTransport({ url: "/api" });
const threads: { readonly session: Session; readonly connection: string[] }[] = [];

const manyThreads: ManyThreads = {
  ask(words) {
    const session = createSession({ id: crypto.randomUUID(), transport: createUnsayTransport({ url: "/api" }) });
    const connection: string[] = [];
    session.store.subscribe(({ connection: { status } }) => {
      if (connection.at(-1) !== status) connection.push(status);
    });
    session.attach();
    session.send(words);
    return threads.push({ session, connection }) - 1;
  },
  stop: (thread) => threads[thread]?.session.stop(),
  async stored(thread) {
    const id = threads[thread]?.session.store.getState().id ?? "";
    const messages = await transport.history?.(id, { signal: new AbortController().signal });
    return messages?.map((message) => (message.role === "assistant" ? textOf(message) : "")).join("") ?? "";
  },
  read(thread) {
    const answer = answerOf(threads[thread]?.session);
    return {
      isBegun: answer?.run != null,
      status: answer?.status ?? "none",
      cause: answer?.status === "truncated" ? answer.cause : null,
      stop: answer?.stop?.phase ?? null,
      text: answer === undefined ? "" : textOf(answer),
      connection: threads[thread]?.connection ?? [],
    };
  },
};

function answerOf(session: Session | undefined): AssistantMessage | undefined {
  return session?.store.getState().messages.findLast((message) => message.role === "assistant");
}

Object.assign(globalThis, { manyThreads });
