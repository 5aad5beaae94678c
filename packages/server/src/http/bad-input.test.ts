import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { UnsayErrorData } from "@unsay/core/protocol";
import type { Agent } from "../agents/agent.js";
import { serve } from "../node/index.js";
import { aroundStore } from "../stores/around-store.js";
import { createMemoryStore } from "../stores/memory.js";
import { reportFigure } from "../testing/figures.js";
import { createTestServer, startCommand, stopCommand, type TestServer } from "../testing/test-server.js";
import { closeLater, closeServers } from "../testing/tool-bench.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await closeServers();
  await Promise.all(closing.splice(0).map((close) => close()));
});

const waiter: Agent = async (run) => {
  run.text("A word.");
  await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
};

/** Writes bytes to the server, and reads what it says before it hangs up, or has said all. */
async function talk(url: string, bytes: string, meanwhile: () => Promise<unknown> = async () => {}): Promise<Answer> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  let said = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => (said += String(chunk)));
  socket.write(bytes);
  await meanwhile();
  await expect.poll(() => said).toMatch(/\r\n\r\n.*\}/su);
  socket.destroy();
  const body = said.slice(said.indexOf("{"), said.lastIndexOf("}") + 1);
  return { status: Number(said.split(" ")[1]), type: /content-type: (.*)\r/iu.exec(said)?.[1] ?? "", retryAfter: null, body };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | null;
  readonly body: string;
}

async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, type: headers.get("content-type") ?? "", retryAfter: headers.get("retry-after"), body: await response.text() };
}

const FIELDS: ReadonlySet<string> = new Set(["code", "message", "retryable", "retryAfterMs", "field", "hint", "userMessage"]);

/** One shape for all: the fields of an `UnsayError` and no other, words in it, and when to come back where that is known. */
function checkShape({ type, body, retryAfter }: Answer): UnsayErrorData {
  expect(type).toMatch(/^application\/json/u);
  const error = JSON.parse(body) as UnsayErrorData;
  expect(Object.keys(error).filter((name) => !FIELDS.has(name))).toEqual([]);
  expect(error).toMatchObject({ code: expect.stringMatching(/^[a-z-]+$/u), retryable: expect.any(Boolean) });
  expect(error.message).toMatch(/^[A-Z`].*\.$/su);
  expect(error.hint).toMatch(/^[A-Z`].*\.$/su);
  if (error.retryAfterMs !== undefined && retryAfter !== null) expect(Number(retryAfter)).toBe(Math.ceil(error.retryAfterMs / 1000));
  return error;
}

const JSON_HEAD = "host: 127.0.0.1\r\ncontent-type: application/json\r\n";
const good = startCommand();

type Case = readonly [name: string, status: number, code: string, field: string | undefined, ask: (server: TestServer) => Promise<Answer>];

const post =
  (path: string, body: unknown, headers?: Record<string, string>) =>
  async (server: TestServer): Promise<Answer> =>
    read(await server.post(path, body, headers));
const get = (path: string, headers?: Record<string, string>) => async (server: TestServer) => read(await server.get(path, headers));
const raw = (bytes: string) => (server: TestServer) => talk(server.url, bytes);
const START = "/threads/t1/runs";

const CASES: readonly Case[] = [
  ["a body that says it is too large", 413, "invalid-request", "body", post(START, "x".repeat(1_100_000))],
  [
    "a body that grows too large without having said so",
    413,
    "invalid-request",
    "body",
    raw(`POST ${START} HTTP/1.1\r\n${JSON_HEAD}transfer-encoding: chunked\r\n\r\n${`10000\r\n${"x".repeat(65_536)}\r\n`.repeat(18)}`),
  ],
  ["a body that is no JSON", 400, "invalid-request", "body", post(START, "{")],
  ["a body that is no object", 400, "invalid-request", "body", post(START, "[]")],
  ["no body", 400, "invalid-request", "body", post(START, "")],
  [
    "a body that is no text",
    400,
    "invalid-request",
    "body",
    async (server) =>
      read(
        await fetch(`${server.url}${START}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: new Uint8Array([255, 254]),
        }),
      ),
  ],
  ["a body of another type", 415, "invalid-request", "content-type", post(START, good, { "content-type": "text/plain" })],
  ["a field that is missing", 400, "invalid-request", "answer", post(START, { ...good, answer: undefined })],
  ["a field of another kind", 400, "invalid-request", "startKey", post(START, { ...good, startKey: 7 })],
  ["a field in another field", 400, "invalid-request", "text", post(START, { ...good, message: { id: "u" } })],
  ["a command that is none", 400, "invalid-request", "command", post("/threads/t1/commands", { thread: "t1", command: "go" })],
  [
    "a body that does not come",
    408,
    "invalid-request",
    "body",
    (server) =>
      talk(server.url, `POST ${START} HTTP/1.1\r\n${JSON_HEAD}content-length: 100\r\n\r\n{`, async () => {
        await expect.poll(() => server.clock.pending).toBeGreaterThan(0);
        await server.clock.advance(15_000);
      }),
  ],
  ["what is no HTTP", 400, "invalid-request", "headers", raw("HELLO\r\n\r\n")],
  ["headers without end", 431, "invalid-request", "headers", raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`)],
  ["a host that is no name", 400, "invalid-request", "host", raw("GET / HTTP/1.1\r\nhost: a b\r\n\r\n")],
  ["an address that is none", 404, "not-found", "address", get("/nothing")],
  ["an address that is not encoded", 400, "invalid-request", "address", get("/threads/%zz/messages")],
  ["an id that is none", 400, "invalid-request", "thread", get("/threads/%00/messages")],
  ["another method", 405, "invalid-request", "method", get(START)],
  ["a run that is unknown", 404, "not-found", "address", get("/runs/unknown/events")],
  ["a command to a run that is unknown", 404, "not-found", "address", post("/runs/unknown/commands", stopCommand())],
  ["a page of another site", 403, "unauthorized", "origin", post(START, good, { "sec-fetch-site": "cross-site" })],
  [
    "a cursor that is none",
    400,
    "invalid-request",
    "after",
    async (server) => read(await server.get(`/runs/${(await server.start()).run}/events?after=$`)),
  ],
  [
    "a cursor of the future",
    400,
    "invalid-request",
    "after",
    async (server) => read(await server.events((await server.start()).run, 999_999)),
  ],
  [
    "a start key that was used for something else",
    409,
    "start-key-conflict",
    "startKey",
    async (server) => {
      await server.start({ startKey: "k" });
      return read(await server.post(START, startCommand({ startKey: "k" })));
    },
  ],
  [
    "a decision that nobody asked for",
    404,
    "approval-unknown",
    "approval",
    async (server) => {
      const { run } = await server.start();
      const items = [{ call: "c", argsHash: "h", decision: "approve" }];
      return read(
        await server.post(`/runs/${run}/commands`, { command: "decide", id: "d", client: "c", thread: "t1", run, approval: "a", items }),
      );
    },
  ],
];

describe("bad input: one error shape for all of it, with the field that is at fault and a hint", () => {
  it.each(CASES)("answers %s with %i", async (_name, status, code, field, ask) => {
    const server = closeLater(await createTestServer({ agent: waiter }));
    const answer = await ask(server);
    const error = checkShape(answer);
    expect([answer.status, error.code, error.field]).toEqual([status, code, field]);
  });

  it("answers headers that do not come, while others are served", async () => {
    const server = closeLater(await createTestServer({ agent: waiter }));
    const served = await serve({ fetch: server.server.fetch });
    closing.push(() => served.close({ force: true }));
    served.server.headersTimeout = 200;
    const slow = talk(served.url, "GET /threads/t1/messages HTTP/1.1\r\nhost: x\r\nx-slow: y");
    expect((await fetch(`${served.url}/threads/t1/messages`)).status).toBe(200);
    const answer = await slow;
    expect([answer.status, checkShape(answer).retryable]).toEqual([408, true]);
  });

  it("answers 503 while the store is down, with a time to come back, and what is in memory finishes", async () => {
    let isDown = false;
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const store = aroundStore(createMemoryStore(), (_name, call) => (isDown ? Promise.reject(new Error("EIO")) : call()));
    const agent: Agent = async (run) => (run.text("One. "), await finished, run.text("Two."));
    const server = closeLater(await createTestServer({ agent, store }));
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    isDown = true;
    for (const ask of [post(START, startCommand()), get("/threads/t1/messages"), get(`/runs/${stream.run}/events`)]) {
      const answer = await ask(server);
      expect(answer.status).toBe(503);
      expect(checkShape(answer)).toMatchObject({ code: "store-unavailable", retryable: true, retryAfterMs: 2_000 });
    }
    finish();
    await stream.until((event) => event.type === "span.append" && event.text === "Two.");
    isDown = false;
    await server.clock.advance(2_000);
    expect((await stream.all()).at(-1)).toMatchObject({ type: "run.end", outcome: "complete" });
    reportFigure("bad input", `${CASES.length + 2} kinds of it, each answered in the one shape with a hint`);
  });
});
