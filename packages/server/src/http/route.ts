import { HttpProblem, invalidRequest, noRoute } from "./problem.js";

export type Route =
  | { readonly name: "start"; readonly thread: string }
  /** Another client's start, whose body names the thread. */
  | { readonly name: "native" }
  | { readonly name: "chat-stream"; readonly thread: string }
  | { readonly name: "active"; readonly thread: string }
  | { readonly name: "messages"; readonly thread: string }
  | { readonly name: "grants"; readonly thread: string }
  | { readonly name: "revocations"; readonly thread: string }
  | { readonly name: "events"; readonly run: string }
  | { readonly name: "run-commands"; readonly run: string }
  | { readonly name: "thread-commands"; readonly thread: string };

const METHODS: Record<Route["name"], "GET" | "POST"> = {
  start: "POST",
  native: "POST",
  "chat-stream": "GET",
  active: "GET",
  messages: "GET",
  grants: "GET",
  revocations: "POST",
  events: "GET",
  "run-commands": "POST",
  "thread-commands": "POST",
};

/** Longest id that is taken from outside. */
export const MAX_ID_LENGTH = 200;

/** Throws an `HttpProblem` for what is no route of ours. */
export function parseRoute(method: string, pathname: string, basePath: string): Route {
  const route = matchPath(pathname, basePath);
  const allowed = METHODS[route.name];
  if (method !== allowed) {
    throw new HttpProblem(405, {
      code: "invalid-request",
      message: `This address takes ${allowed}, not ${method.slice(0, 20)}.`,
      retryable: false,
      field: "method",
    });
  }
  return route;
}

function matchPath(pathname: string, basePath: string): Route {
  if (!pathname.startsWith(`${basePath}/`)) throw noRoute(basePath);
  const [kind, id, leaf, ...rest] = pathname
    .slice(basePath.length + 1)
    .split("/")
    .map(decode);
  if (id === undefined && (kind === "chat" || kind === "agent")) return { name: "native" };
  if (id === undefined || leaf === undefined || rest.length > 0) throw noRoute(basePath);
  const key = `${String(kind)}/${leaf}`;
  switch (key) {
    case "threads/runs":
      return { name: "start", thread: checkId(id, "thread") };
    case "chat/stream":
      return { name: "chat-stream", thread: checkId(id, "thread") };
    case "threads/active":
      return { name: "active", thread: checkId(id, "thread") };
    case "threads/messages":
      return { name: "messages", thread: checkId(id, "thread") };
    case "threads/grants":
      return { name: "grants", thread: checkId(id, "thread") };
    case "threads/revocations":
      return { name: "revocations", thread: checkId(id, "thread") };
    case "threads/commands":
      return { name: "thread-commands", thread: checkId(id, "thread") };
    case "runs/events":
      return { name: "events", run: checkId(id, "run") };
    case "runs/commands":
      return { name: "run-commands", run: checkId(id, "run") };
    default:
      throw noRoute(basePath);
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidRequest(`The address holds "${segment.slice(0, 40)}", which is not URL-encoded UTF-8. Encode each segment.`, "address");
  }
}

export function isId(value: unknown): value is string {
  // oxlint-disable-next-line no-control-regex -- control characters are what an id may not have
  return (
    typeof value === "string" && value !== "" && value.length <= MAX_ID_LENGTH && !/\p{Surrogate}/u.test(value) && !/\p{Cc}/u.test(value)
  );
}

function checkId(value: string, field: string): string {
  if (isId(value)) return value;
  throw invalidRequest(`The ${field} id in the address must have 1 to ${MAX_ID_LENGTH} characters and no control characters.`, field);
}
