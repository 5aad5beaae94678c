import type { Message } from "@unsay/core";
import { createFakeClock, type FakeClock } from "@unsay/core/testing";
import { parseEvent, SseFramer, type UnsayEvent } from "@unsay/core/protocol";
import { serve, type ServedHandler } from "../node/index.js";
import { allowAllUnsafe } from "../access/authorize.js";
import { createUnsayServer, type UnsayServer } from "../server.js";
import type { UnsayServerOptions } from "../settings.js";

/** A real server on loopback, and the words to talk to it. Time is the test's. */
export interface TestServer {
  readonly url: string;
  readonly clock: FakeClock;
  readonly server: UnsayServer;
  start(command?: Partial<Record<string, unknown>>, thread?: string): Promise<Subscription>;
  events(run: string, after?: number, headers?: Record<string, string>): Promise<Response>;
  follow(run: string, after: number): Promise<Subscription>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  messages(thread?: string): Promise<readonly Message[]>;
  close(): Promise<void>;
}

/** One open stream: what has come so far, and what it waits for. */
export interface Subscription {
  readonly response: Response;
  readonly run: string;
  readonly events: UnsayEvent[];
  /** Resolves with the first event that fits, from the beginning on. */
  until(fits: (event: UnsayEvent) => boolean): Promise<UnsayEvent>;
  /** Resolves with everything when the body has ended. */
  all(): Promise<readonly UnsayEvent[]>;
  leave(): Promise<void>;
}

export async function createTestServer(options: Partial<UnsayServerOptions> & Pick<UnsayServerOptions, "agent">): Promise<TestServer> {
  const clock = (options.clock as FakeClock | undefined) ?? createFakeClock();
  const server = createUnsayServer({ authorize: allowAllUnsafe, log: () => {}, clock, undoWindowMs: 0, minToolLeadMs: 0, ...options });
  const served = await serve({ fetch: server.fetch });
  return connect(served, server, clock);
}

function connect(served: ServedHandler, server: UnsayServer, clock: FakeClock): TestServer {
  const { url } = served;
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const events = (run: string, after = 0, headers: Record<string, string> = {}) => get(`/runs/${run}/events?after=${after}`, headers);
  return {
    url,
    clock,
    server,
    get,
    post,
    events,
    start: async (command = {}, thread = "t1") => subscribe(await post(`/threads/${thread}/runs`, startCommand({ thread, ...command }))),
    follow: async (run, after) => subscribe(await events(run, after)),
    messages: async (thread = "t1") => ((await (await get(`/threads/${thread}/messages`)).json()) as { messages: Message[] }).messages,
    async close() {
      const closing = server.close();
      // A tool that never reports is waited for in the test's time.
      await clock.advance(60_000);
      await closing;
      await served.close({ force: true });
    },
  };
}

let count = 0;

export function startCommand(change: Record<string, unknown> = {}): Record<string, unknown> {
  count += 1;
  return {
    command: "start",
    client: "client-1",
    thread: "t1",
    startKey: `key-${count}`,
    answer: `answer-${count}`,
    mode: "new",
    message: { id: `user-${count}`, text: "Hello" },
    ...change,
  };
}

export function stopCommand(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    command: "stop",
    id: "stop-1",
    client: "client-1",
    thread: "t1",
    scope: "run",
    intent: "stop",
    ackSeq: 0,
    painted: null,
    ...change,
  };
}

export function subscribe(response: Response): Subscription {
  const seen: UnsayEvent[] = [];
  const waiters = new Set<() => void>();
  const reader = response.body?.getReader();
  const read = async () => {
    const framer = new SseFramer();
    for (;;) {
      const chunk = await reader?.read().catch(() => undefined);
      if (chunk === undefined || chunk.done) break;
      for (const frame of framer.push(chunk.value)) {
        const parsed = parseEvent(JSON.parse(frame.data));
        if (!parsed.ok) throw new Error(`The server sent what no reader takes: ${frame.data}`);
        if (String(parsed.event.seq ?? undefined) !== String(frame.id)) throw new Error("The id of a frame is not its event's seq.");
        seen.push(parsed.event);
      }
      for (const wake of waiters) wake();
    }
  };
  let isOver = false;
  const done = read().finally(() => {
    isOver = true;
    for (const wake of waiters) wake();
  });
  return {
    response,
    run: response.headers.get("x-unsay-run") ?? "",
    events: seen,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = seen.find(fits);
          if (found !== undefined) resolve(found);
          else if (isOver) reject(new Error(`The stream ended without it: ${seen.map((event) => event.type).join(" ")}`));
          else return;
          waiters.delete(look);
        };
        waiters.add(look);
        look();
      }),
    async all() {
      await done;
      return seen;
    },
    async leave() {
      await reader?.cancel();
    },
  };
}
