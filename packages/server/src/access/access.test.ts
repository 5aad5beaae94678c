import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createRandom } from "@unsay/core/testing";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent } from "../agents/agent.js";
import { reportFigure } from "../testing/figures.js";
import { createRecordKinds } from "../testing/shared-stores.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "../testing/test-server.js";
import type { Authorize } from "./authorize.js";

const kinds = createRecordKinds();
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

async function open(...args: Parameters<typeof createTestServer>): Promise<TestServer> {
  const server = await createTestServer(...args);
  servers.push(server);
  return server;
}

const waiter: Agent = async (run) => {
  run.text("Once upon ");
  run.text("a time.");
  await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
};
const speaker: Agent = async (run) => run.text("An answer.");

const ROLES = ["owner", "reader", "other user", "other tenant", "anonymous", "revoked"] as const;
type Role = (typeof ROLES)[number];

const MAY: Record<Role, "all" | "read" | "nothing"> = {
  owner: "all",
  reader: "read",
  "other user": "nothing",
  "other tenant": "nothing",
  anonymous: "nothing",
  revoked: "nothing",
};

const authorize: Authorize = (request, { action }) => {
  const may = MAY[(request.headers.get("x-role") ?? "anonymous") as Role];
  return may === "all" || (may === "read" && action === "read");
};

interface Endpoint {
  readonly name: string;
  readonly kind: "read" | "write";
  readonly call: (server: TestServer, run: string, headers: Record<string, string>) => Promise<Response>;
  /** What who may do it is answered. */
  readonly status: number;
}

const createSaid = () => ({ id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text: "Hello" }] });
const base = (run: string) => ({ id: "c1", client: "c", thread: "t1", run });
const command =
  (body: (run: string) => object): Endpoint["call"] =>
  (server, run, headers) =>
    server.post(`/runs/${run}/commands`, body(run), headers);

const ENDPOINTS: readonly Endpoint[] = [
  { name: "GET events", kind: "read", status: 200, call: (server, run, headers) => server.events(run, 0, headers) },
  { name: "GET active", kind: "read", status: 200, call: (server, _run, headers) => server.get("/threads/t1/active", headers) },
  { name: "GET messages", kind: "read", status: 200, call: (server, _run, headers) => server.get("/threads/t1/messages", headers) },
  {
    name: "POST start",
    kind: "write",
    status: 200,
    call: (server, _run, headers) => server.post("/threads/t1/runs", startCommand(), headers),
  },
  {
    name: "POST decide",
    kind: "write",
    status: 404,
    call: command((run) => ({
      ...base(run),
      command: "decide",
      approval: "a",
      items: [{ call: "c", argsHash: "h", decision: "approve" }],
    })),
  },
  {
    name: "POST thread stop",
    kind: "write",
    status: 202,
    call: (server, run, headers) => server.post("/threads/t1/commands", stopCommand({ run }), headers),
  },
  {
    name: "POST early stop",
    kind: "write",
    status: 202,
    call: (server, _run, headers) => server.post("/threads/t1/commands", stopCommand({ startKey: "none" }), headers),
  },
  { name: "GET grants", kind: "read", status: 200, call: (server, _run, headers) => server.get("/threads/t1/grants", headers) },
  {
    name: "POST revocation",
    kind: "write",
    status: 404,
    call: (server, _run, headers) => server.post("/threads/t1/revocations", { grant: "g" }, headers),
  },
  { name: "POST steer", kind: "write", status: 409, call: command((run) => ({ ...base(run), command: "steer", text: "Shorter" })) },
  { name: "POST retry", kind: "write", status: 409, call: command((run) => ({ ...base(run), command: "retry", call: "c" })) },
  { name: "POST undo", kind: "write", status: 409, call: command((run) => ({ ...base(run), command: "undo", receipt: "r" })) },
  {
    name: "POST tool stop",
    kind: "write",
    status: 202,
    call: command((run) => stopCommand({ run, id: "s3", scope: "tool", call: "c" })),
  },
  {
    name: "POST useChat body",
    kind: "write",
    status: 200,
    call: (server, _run, headers) => server.post("/chat", { id: "t1", trigger: "submit-message", messages: [createSaid()] }, headers),
  },
  { name: "GET chat stream", kind: "read", status: 200, call: (server, _run, headers) => server.get("/chat/t1/stream", headers) },
  {
    name: "POST redirecting start",
    kind: "write",
    status: 200,
    call: (server, _run, headers) =>
      server.post("/threads/t1/runs", startCommand({ redirects: "first", message: { id: crypto.randomUUID(), text: "No" } }), headers),
  },
  {
    name: "POST regenerating start",
    kind: "write",
    status: 200,
    call: (server, _run, headers) =>
      server.post("/threads/t1/runs", startCommand({ mode: "regenerate", parent: "asked first", message: undefined }), headers),
  },
  { name: "POST run stop", kind: "write", status: 202, call: command((run) => stopCommand({ run, id: "s2" })) },
];

describe.each(kinds)("L11: who may do what ($name)", (kind) => {
  it("lets nobody tell another's run from one that does not exist, and changes nothing for them", async () => {
    const server = await open({ agent: waiter, authorize, store: await (await kind.create()).open() });
    const first = startCommand({ answer: "first", message: { id: "asked first", text: "Hello" } });
    const stream = subscribe(await server.post("/threads/t1/runs", first, { "x-role": "owner" }));
    await stream.until((event) => event.type === "span.append");
    const before = await (await server.get("/threads/t1/messages", { "x-role": "owner" })).text();
    const missing = await (await server.events("no-such-run", 0, { "x-role": "owner" })).text();
    let checked = 0;
    for (const role of ROLES.filter((candidate) => candidate !== "owner")) {
      for (const endpoint of ENDPOINTS) {
        const response = await endpoint.call(server, stream.run, { "x-role": role });
        const may = MAY[role] === "read" && endpoint.kind === "read";
        expect([role, endpoint.name, response.status]).toEqual([role, endpoint.name, may ? endpoint.status : 404]);
        if (!may) expect(await response.text()).toBe(missing);
        else await response.body?.cancel();
        checked += 1;
      }
    }
    expect(stream.events.some((event) => event.type === "stop.ack")).toBe(false);
    expect(await (await server.get("/threads/t1/messages", { "x-role": "owner" })).text()).toBe(before);
    for (const endpoint of ENDPOINTS) {
      const response = await endpoint.call(server, stream.run, { "x-role": "owner" });
      expect([endpoint.name, response.status]).toEqual([endpoint.name, endpoint.status]);
      await response.body?.cancel();
      checked += 1;
    }
    await stream.all();
    reportFigure(`L11 who may do what, ${kind.name}`, `${checked} of ${ROLES.length * ENDPOINTS.length} cells as expected`);
  });

  it("D2: takes 500 bent cursors for what they are", async () => {
    const server = await open({ agent: speaker, store: await (await kind.create()).open() });
    const stream = await server.start();
    const whole = await stream.all();
    const other = await server.start({}, "t2");
    await other.all();
    const random = createRandom(5);
    const tally = new Map<number, number>();
    for (let index = 0; index < 500; index += 1) {
      const cursor = bendCursor(random, whole.length);
      const response =
        index % 2 === 0
          ? await server.get(`/runs/${stream.run}/events?after=${encodeURIComponent(cursor)}`)
          : await server.events(stream.run, 0, headerOf(cursor));
      tally.set(response.status, (tally.get(response.status) ?? 0) + 1);
      if (response.status === 200)
        await expectSuffix(response, whole, index % 2 === 0 ? cursor : (headerOf(cursor)["last-event-id"] ?? "0"));
      else if (response.status !== 204)
        expect(await response.json()).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    }
    expect([...tally.keys()].filter((status) => ![200, 204, 400, 404, 410].includes(status))).toEqual([]);
    reportFigure(`L11 bad cursors, ${kind.name}`, `500: ${[...tally].map(([status, count]) => `${count} × ${status}`).join(", ")}`);
  });

  it("answers 410 where the log is no longer kept, and still has the message", async () => {
    const store = await (await kind.create()).open();
    const server = await open({ agent: speaker, ttlMs: 200_000, store });
    const stream = await server.start();
    await stream.all();
    await server.clock.advance(100_000);
    const before = await server.messages();
    await server.clock.advance(200_000);
    await (await server.start({}, "t2")).all();
    await expect.poll(async () => (await server.events(stream.run, 1)).status).toBe(410);
    expect(await (await server.events(stream.run, 0)).json()).toMatchObject({ code: "cursor-expired" });
    expect((await server.events(stream.run, (await store.getRun(stream.run))?.lastSeq)).status).toBe(204);
    expect(await server.messages()).toEqual(before);
    await (await server.start({ message: { id: "u2", text: "And then?" } })).all();
    expect(await server.messages()).toHaveLength(4);
  });
});

const BENT: readonly string[] = [
  "../../x",
  "-1",
  "+1",
  "1.0",
  "1e1",
  "0x1",
  "01",
  "",
  " ",
  "1 ",
  "$",
  ">",
  "<",
  "*",
  "0-0",
  "1-0",
  "(1",
  "+",
  "-",
  "NaN",
  "Infinity",
  "null",
  "undefined",
  "true",
  "[]",
  "{}",
  "' OR 1=1 --",
  "1; DROP TABLE events",
  "\u0000",
  "1\u0000",
  "٣",
  "１",
  "９",
  "%0d%0a",
  "__proto__",
  "FLUSHALL",
  "999999999999999",
  "9".repeat(16),
  "9".repeat(5_000),
  "a".repeat(7_000),
  "😀",
  "\u202e1",
];

function bendCursor(random: () => number, last: number): string {
  const pick = (count: number) => Math.floor(random() * count);
  const kind = pick(4);
  if (kind === 0) return String(pick(last + 4));
  if (kind === 1) return BENT[pick(BENT.length)] ?? "";
  if (kind === 2) return Array.from({ length: 1 + pick(6) }, () => String.fromCodePoint(32 + pick(95))).join("");
  return `${pick(last)}${BENT[pick(BENT.length)] ?? ""}`;
}

/** What a client can send in a header at all. */
function headerOf(cursor: string): Record<string, string> {
  return { "last-event-id": cursor.replaceAll(/[^\u0020-\u007e]/gu, "?").slice(0, 4_000) };
}

async function expectSuffix(response: Response, whole: readonly UnsayEvent[], cursor: string): Promise<void> {
  const after = cursor.trim() === "" ? 0 : Number(cursor.trim());
  expect(await subscribe(response).all()).toEqual(whole.slice(after));
}

describe("D1: a permission that is taken back", () => {
  it("closes the stream within 5 s", async () => {
    let isAllowed = true;
    const server = await open({ agent: waiter, authorize: () => isAllowed });
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    await server.clock.advance(20_000);
    expect(stream.events.some((event) => event.type === "run.heartbeat")).toBe(true);
    isAllowed = false;
    await server.clock.advance(5_000);
    const events = await stream.all();
    expect(events.some((event) => event.type === "run.end")).toBe(false);
    expect((await server.events(stream.run)).status).toBe(404);
    isAllowed = true;
  });
});

describe("D3: requests that another site has a browser send", () => {
  it.each<[string, Record<string, string>, "GET" | "POST", number]>([
    ["a form", { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site" }, "POST", 403],
    ["a form of a browser that says nothing", { "content-type": "text/plain" }, "POST", 415],
    ["an old browser's page", { "content-type": "application/json", origin: "https://evil.example" }, "POST", 403],
    ["a sandboxed frame", { "content-type": "application/json", origin: "null" }, "POST", 403],
    ["a neighbour's page", { "content-type": "application/json", "sec-fetch-site": "same-site" }, "POST", 403],
    ["an image", { "sec-fetch-site": "cross-site" }, "GET", 403],
    ["our own page", { "content-type": "application/json", "sec-fetch-site": "same-origin" }, "POST", 202],
    ["a program", { "content-type": "application/json" }, "POST", 202],
  ])("%s", async (_name, headers, method, status) => {
    const server = await open({ agent: waiter });
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    const response =
      method === "GET"
        ? await server.events(stream.run, 0, headers)
        : await server.post(`/runs/${stream.run}/commands`, stopCommand(), headers);
    expect(response.status).toBe(status);
    if (status >= 400) expect(await response.json()).toMatchObject({ code: expect.any(String), retryable: false });
    if (status >= 400) expect(stream.events.some((event) => event.type === "stop.ack")).toBe(false);
  });

  it("names a hostile DNS points here with are refused, whatever is asked", async () => {
    const server = await open({ agent: speaker, allowedHosts: ["chat.example"] });
    const { port } = new URL(server.url);
    const status = await new Promise<number | undefined>((resolve) => {
      httpRequest({ port, host: "127.0.0.1", path: "/threads/t1/messages", headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

describe("D5: limits", () => {
  it("are on by default, name themselves, and say when to come back", async () => {
    const server = await open({ agent: waiter, limits: { startsPerMinute: 3, liveRuns: 2, streams: 4 } });
    const streams = [await server.start(), await server.start()];
    const refused = await server.post("/threads/t1/runs", startCommand());
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "rate-limited", retryable: true, retryAfterMs: expect.any(Number) });
    for (const stream of streams) {
      await stream.until((event) => event.type === "span.append");
      await server.post(`/runs/${stream.run}/commands`, stopCommand());
      await stream.all();
    }
    const third = await server.start();
    await third.until((event) => event.type === "span.append");
    await server.post(`/runs/${third.run}/commands`, stopCommand());
    await third.all();
    expect((await server.post("/threads/t1/runs", startCommand())).status).toBe(429);
    expect((await server.post("/threads/t2/runs", startCommand({ thread: "t2" }))).status).toBe(200);
    await server.clock.advance(60_000);
    const fourth = await server.start();
    const followers = [1, 2, 3].map(() => server.follow(fourth.run, 0));
    await Promise.all(followers);
    expect((await server.events(fourth.run)).status).toBe(429);
  });

  it("1,000 reconnects of one client leave one subscriber", async () => {
    const server = await open({ agent: waiter, limits: { streams: 2 } });
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    for (let index = 0; index < 1_000; index += 1) {
      const response = await server.events(stream.run);
      if (response.status === 429) await expect.poll(async () => (await leave(await server.events(stream.run))).status).toBe(200);
      await leave(response);
    }
    await expect.poll(async () => (await leave(await server.events(stream.run))).status).toBe(200);
  });

  it("a body that does not arrive is not waited for", async () => {
    const server = await open({ agent: speaker });
    const { port } = new URL(server.url);
    const socket = connect({ port: Number(port), host: "127.0.0.1" });
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.write("POST /threads/t1/runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    await expect.poll(() => server.clock.pending).toBeGreaterThan(0);
    await server.clock.advance(15_000);
    await expect.poll(() => answer).toContain("408");
    expect(answer).toContain('"retryable":true');
    socket.destroy();
  });
});

async function leave(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}
