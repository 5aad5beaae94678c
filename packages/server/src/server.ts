import { checkOrigin } from "./http/guard.js";
import { HttpProblem, problemResponse } from "./http/problem.js";
import { parseRoute, type Route } from "./http/route.js";
import { answerRunCommand, answerThreadCommand } from "./routes/commanding.js";
import { answerGrants, answerRevocation } from "./routes/granting.js";
import { answerActive, answerEvents, answerMessages } from "./routes/reading.js";
import { answerChatStream, answerNative, answerStart } from "./routes/starting.js";
import { createServerParts, type ServerParts } from "./server-parts.js";
import { resolveSettings, type UnsayServerOptions } from "./settings.js";

export interface UnsayServer {
  /** Answers one request. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Refuses new runs, ends the live ones as `disconnected`, and resolves when that is stored and told. */
  readonly close: () => Promise<void>;
  /**
   * For several processes on one store: refuses new runs and readers, sends those who read to another process, lets the
   * live runs finish, and then closes. Those that go on for longer than `deadlineMs` (30 s) are ended as `disconnected`.
   */
  readonly drain: (options?: { readonly deadlineMs?: number }) => Promise<void>;
}

/**
 * The server side of Unsay as a Web-standard `fetch` handler: runs that outlive their connection, an acknowledged stop,
 * a gate that every tool call passes, and a record from which a reload shows the same. Throws without `authorize`.
 */
export function createUnsayServer(options: UnsayServerOptions): UnsayServer {
  const parts = createServerParts(resolveSettings(options));
  return {
    fetch: (request) => answer(parts, request),
    close: () => closeServer(parts),
    drain: (drain) => drainServer(parts, drain?.deadlineMs ?? DRAIN_MS),
  };
}

async function drainServer(parts: ServerParts, deadlineMs: number): Promise<void> {
  const { settings, starter, streams, live } = parts;
  await starter.refuseNew();
  streams.sendAway();
  let cancel: () => void = () => {};
  const deadline = new Promise<void>((resolve) => (cancel = settings.clock.after(deadlineMs, resolve)));
  await Promise.race([Promise.all(live.all.map((run) => run.done)), deadline]);
  cancel();
  await closeServer(parts);
}

async function closeServer({ starter, inbox }: ServerParts): Promise<void> {
  await starter.close();
  inbox.close();
}

async function answer(parts: ServerParts, request: Request): Promise<Response> {
  const { settings } = parts;
  try {
    checkOrigin(request, settings);
    return await answerRoute(parts, parseRoute(request.method, new URL(request.url).pathname, settings.basePath), request);
  } catch (error) {
    if (error instanceof HttpProblem && error.cause === undefined) return problemResponse(error);
    settings.log({ level: "error", event: "request.failed", message: "A request could not be answered.", error });
    return problemResponse(error instanceof HttpProblem ? error : INTERNAL);
  }
}

function answerRoute(parts: ServerParts, route: Route, request: Request): Promise<Response> {
  switch (route.name) {
    case "start":
      return answerStart(parts, request, route.thread);
    case "native":
      return answerNative(parts, request);
    case "chat-stream":
      return answerChatStream(parts, request, route.thread);
    case "active":
      return answerActive(parts, request, route.thread);
    case "messages":
      return answerMessages(parts, request, route.thread);
    case "grants":
      return answerGrants(parts, request, route.thread);
    case "revocations":
      return answerRevocation(parts, request, route.thread);
    case "events":
      return answerEvents(parts, request, route.run);
    case "run-commands":
      return answerRunCommand(parts, request, route.run);
    case "thread-commands":
      return answerThreadCommand(parts, request, route.thread);
  }
}

const DRAIN_MS = 30_000;

const INTERNAL = new HttpProblem(500, {
  code: "internal",
  message: "The server failed to answer this request. Its log has the details; asking again may help.",
  retryable: true,
  userMessage: "The server had a problem.",
});
