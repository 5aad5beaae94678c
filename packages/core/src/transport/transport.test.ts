import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createSession } from "../session/session.js";
import { textOf, type AssistantMessage } from "../message/index.js";
import { createEventFactory, encodeEvent, encodeSse, NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { createFetchTransport } from "./fetch-transport.js";
import { parseRetryAfter } from "./http-problem.js";
import type { Transport } from "./transport.js";
import { createUnsayTransport } from "./unsay-transport.js";

/** Real bytes over a real socket: what a session makes of everything that is not a good answer. */

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let server: Server | undefined;

async function listen(handler: Handler): Promise<string> {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** Asks once and waits for the answer's end. */
async function ask(transport: Transport, diagnostics: string[] = []): Promise<AssistantMessage> {
  const session = createSession({
    id: "t",
    transport,
    reconnect: { tries: 2, baseMs: 1 },
    strict: false,
    onDiagnostic: (each) => diagnostics.push(each.code),
  });
  return new Promise((resolve) => {
    session.store.subscribe(({ messages }) => {
      const answer = messages.findLast((message) => message.role === "assistant");
      if (answer?.role === "assistant" && answer.status !== "pending" && answer.status !== "streaming") resolve(answer);
    });
    session.send("go");
  });
}

const SSE = { "content-type": "text/event-stream" };

function writeEvents(response: ServerResponse, body: string, payloads: readonly EventPayload[], more = ""): void {
  const { thread, answer } = JSON.parse(body) as { thread: string; answer: string };
  const factory = createEventFactory({ thread, run: "r", message: answer });
  response.writeHead(200, SSE);
  for (const payload of payloads) response.write(encodeSse({ data: encodeEvent(factory.make(payload)) }));
  response.end(more);
}

const open: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const started: readonly EventPayload[] = [
  open,
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "s", text: "Kept text. " },
];
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

interface Case {
  readonly what: string;
  readonly respond: Handler;
  readonly cause: string;
  readonly code: string;
  readonly text?: string;
}

const CASES: readonly Case[] = [
  {
    what: "a web page with status 200",
    respond: (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
    cause: "corrupt",
    code: "stream-corrupt",
  },
  {
    what: "a web page that calls itself an event stream",
    respond: (_request, response) => response.writeHead(200, SSE).end("<html><body>524 a timeout occurred</body></html>\n\n"),
    cause: "corrupt",
    code: "stream-corrupt",
  },
  {
    what: "bytes that are no text",
    respond: (_request, response) => response.writeHead(200, SSE).end(Buffer.from([0, 255, 254, 13, 10, 200, 201, 10, 10])),
    cause: "corrupt",
    code: "stream-corrupt",
  },
  {
    what: "a JSON error with status 200",
    respond: (_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"error":{"message":"Rate limit","type":"rate_limit_error"}}'),
    cause: "failed",
    code: "provider-overloaded",
  },
  {
    what: "a whole JSON document where a stream was expected",
    respond: (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}'),
    cause: "corrupt",
    code: "stream-corrupt",
  },
  {
    what: "401 before the first byte",
    respond: (_request, response) => response.writeHead(401).end(),
    cause: "failed",
    code: "unauthorized",
  },
  {
    what: "422 in our own error shape",
    respond: (_request, response) =>
      response
        .writeHead(422, { "content-type": "application/json" })
        .end('{"code":"invalid-request","message":"The message has no text. Send some.","retryable":false,"field":"text"}'),
    cause: "failed",
    code: "invalid-request",
  },
  {
    what: "503 with a web page",
    respond: (_request, response) => response.writeHead(503, { "content-type": "text/html" }).end("<h1>Service unavailable</h1>"),
    cause: "failed",
    code: "provider-overloaded",
  },
  {
    what: "an empty body",
    respond: (_request, response) => response.writeHead(200, SSE).end(),
    cause: "disconnected",
    code: "stream-eof",
  },
  {
    what: "a body that ends without a terminal event",
    respond: (_request, response, body) => writeEvents(response, body, started),
    cause: "disconnected",
    code: "stream-eof",
    text: "Kept text. ",
  },
  {
    what: "malformed JSON in the middle",
    respond: (_request, response, body) => writeEvents(response, body, started, "data: {oops\n\ndata: {}\n\n"),
    cause: "corrupt",
    code: "stream-corrupt",
    text: "Kept text. ",
  },
  {
    what: "text for a part that was never opened, then complete",
    respond: (_request, response, body) =>
      writeEvents(response, body, [...started, { type: "span.append", part: "nowhere", span: "x", text: "lost" }, complete]),
    cause: "corrupt",
    code: "stream-corrupt",
    text: "Kept text. ",
  },
  {
    what: "only events of unknown types",
    respond: (_request, response, body) => writeEvents(response, body, [open], 'data: {"type":"later.version"}\n\n'),
    cause: "disconnected",
    code: "stream-eof",
  },
  {
    what: "a reset in the middle",
    respond: (_request, response, body) => {
      const { thread, answer } = JSON.parse(body) as { thread: string; answer: string };
      const factory = createEventFactory({ thread, run: "r", message: answer });
      response.writeHead(200, SSE);
      for (const payload of started) response.write(encodeSse({ data: encodeEvent(factory.make(payload)) }));
      response.write(": flushed\n\n", () => setImmediate(() => response.socket?.resetAndDestroy()));
    },
    cause: "disconnected",
    code: "stream-eof",
    text: "Kept text. ",
  },
];

describe("whatever comes instead of a good answer", () => {
  it.each(CASES)("$what ends truncated, $cause, and keeps what was shown", async ({ respond, cause, code, text }) => {
    const url = await listen(respond);
    const answer = await ask({ ...createUnsayTransport({ url }), idempotentStart: false });
    expect(answer).toMatchObject({ status: "truncated", cause, error: { code } });
    expect(answer.status === "truncated" && answer.error?.message).toMatch(/\w{3,}.*\./u);
    expect(textOf(answer)).toBe(text ?? "");
  });

  it("one line of 10 MB ends the answer, and what came before stays", async () => {
    const url = await listen((_request, response, body) => writeEvents(response, body, started, `data: ${"x".repeat(10_000_000)}\n\n`));
    const answer = await ask(createUnsayTransport({ url }));
    expect(answer).toMatchObject({ status: "truncated", cause: "failed" });
    expect(textOf(answer)).toBe("Kept text. ");
  });

  it("a server that is not there ends disconnected, retryable, after the tries are spent", async () => {
    const url = await listen(() => {});
    await new Promise((resolve) => server?.close(resolve));
    const answer = await ask(createUnsayTransport({ url }));
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", error: { code: "network", retryable: true } });
  });

  it("unknown events between known ones are counted and change nothing", async () => {
    const diagnostics: string[] = [];
    const url = await listen((_request, response, body) => {
      const { thread, answer } = JSON.parse(body) as { thread: string; answer: string };
      const factory = createEventFactory({ thread, run: "r", message: answer });
      response.writeHead(200, SSE);
      for (const payload of [...started, complete]) {
        response.write(encodeSse({ data: '{"type":"later.version"}' }));
        response.write(encodeSse({ data: encodeEvent(factory.make(payload)) }));
      }
      response.end();
    });
    const answer = await ask(createUnsayTransport({ url, onDiagnostic: (each) => diagnostics.push(each.code) }));
    expect(answer.status).toBe("complete");
    expect(diagnostics).toEqual(Array.from({ length: 4 }, () => "protocol.unknown-event"));
  });
});

describe("a numbered event of a newer protocol", () => {
  it("keeps its place in the log, so what follows it is no gap and the stated end counts", async () => {
    const url = await listen((_request, response, body) => {
      const { thread, answer } = JSON.parse(body) as { thread: string; answer: string };
      const factory = createEventFactory({ thread, run: "r", message: answer });
      response.writeHead(200, SSE);
      for (const payload of started) response.write(encodeSse({ data: encodeEvent(factory.make(payload)) }));
      const later = { ...factory.make({ type: "run.checkpoint", checkpoint: "c" }), type: "later.version", mood: "good" };
      response.write(encodeSse({ data: JSON.stringify(later) }));
      response.end(encodeSse({ data: encodeEvent(factory.make(complete)) }));
    });
    expect(await ask(createUnsayTransport({ url }))).toMatchObject({ status: "complete", stated: true });
  });
});

describe("an event that calls itself local", () => {
  it("is a server's like any other: it can't pass by the numbering of the log", async () => {
    const url = await listen((_request, response, body) => {
      const { thread, answer } = JSON.parse(body) as { thread: string; answer: string };
      const factory = createEventFactory({ thread, run: "r", message: answer });
      response.writeHead(200, SSE);
      for (const payload of started) response.write(encodeSse({ data: encodeEvent(factory.make(payload)) }));
      const forged = {
        ...factory.peek({ type: "run.end", outcome: "truncated", cause: "withheld", resumable: false, effects: NO_EFFECTS }),
        seq: 99,
        local: true,
      };
      response.end(encodeSse({ data: JSON.stringify(forged) }));
    });
    const answer = await ask(createUnsayTransport({ url }));
    expect(answer).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
    expect(textOf(answer)).toBe("Kept text. ");
  });
});

describe("a hole in the log", () => {
  it("is filled from the server's replay, in order and once", async () => {
    let isFirst = true;
    const afters: (string | null)[] = [];
    const payloads: readonly EventPayload[] = [
      { ...open, caps: { resume: true } },
      ...started.slice(1),
      { type: "span.append", part: "p", span: "s", text: "two " },
      { type: "span.append", part: "p", span: "s", text: "three" },
      complete,
    ];
    let ids = { thread: "", answer: "" };
    const url = await listen((request, response, body) => {
      if (request.method === "POST") ids = JSON.parse(body) as typeof ids;
      const factory = createEventFactory({ thread: ids.thread, run: "r", message: ids.answer });
      const frames = payloads.map((payload) => encodeSse({ data: encodeEvent(factory.make(payload)) }));
      const after = new URL(request.url ?? "", "http://x").searchParams.get("after");
      if (after !== null) afters.push(after);
      response.writeHead(200, SSE);
      response.end(isFirst ? frames.filter((_, index) => index !== 3).join("") : frames.slice(Number(after)).join(""));
      isFirst = false;
    });
    const answer = await ask(createUnsayTransport({ url }));
    expect(answer.status).toBe("complete");
    expect(textOf(answer)).toBe("Kept text. two three");
    expect(afters).toEqual(["3"]);
  });
});

describe("a provider's wire read directly", () => {
  it("goes from POST to complete through the adapter", async () => {
    const frames = [
      { type: "message_start", message: { id: "m", model: "x", content: [], usage: { input_tokens: 1, output_tokens: 0 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
      { type: "message_stop" },
    ];
    const url = await listen((_request, response) =>
      response.writeHead(200, SSE).end(frames.map((frame) => encodeSse({ event: frame.type, data: JSON.stringify(frame) })).join("")),
    );
    const answer = await ask(createFetchTransport({ url, decode: decodeAnthropic }));
    expect(answer).toMatchObject({ status: "complete", stated: true });
    expect(textOf(answer)).toBe("Hello");
  });
});

describe("Retry-After", () => {
  it("is read as seconds or a date, clamped, and ignored when it makes no sense", () => {
    expect(parseRetryAfter("2")).toBe(2_000);
    expect(parseRetryAfter("Thu, 01 Jan 1970 00:00:05 GMT", 1_000)).toBe(4_000);
    expect(parseRetryAfter("99999999999999999999")).toBe(60_000);
    for (const hostile of ["-5", "soon", "NaN", null]) expect(parseRetryAfter(hostile)).toBeUndefined();
  });
});
