import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent } from "./agents/agent.js";
import { reportFigure } from "./testing/figures.js";
import { realClock } from "./testing/real-clock.js";
import { createTestServer, startCommand, type TestServer } from "./testing/test-server.js";

const servers: TestServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const PARAGRAPH = "All work and no play makes a slow reader. ".repeat(400);
const PARAGRAPHS = 2_000;

/** 33 MB as fast as it can, then waits. */
function createFlood(): { readonly agent: Agent; readonly finish: () => void } {
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const agent: Agent = async (run) => {
    for (let index = 0; index < PARAGRAPHS; index += 1) {
      run.text(PARAGRAPH);
      if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await finished;
  };
  return { agent, finish };
}

/** Asks for a stream and then reads nothing of it. */
async function openDeafSocket(server: TestServer, path: string): Promise<Socket> {
  const { port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: "127.0.0.1" });
  sockets.push(socket);
  socket.on("error", () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  return socket;
}

describe("r22-slow: a reader that takes nothing", () => {
  it("costs a bounded amount of memory, however many there are and however much is said", async () => {
    const flood = createFlood();
    const server = await createTestServer({ agent: flood.agent, clock: realClock });
    servers.push(server);
    const stream = await server.start();
    await expect.poll(() => stream.events.length).toBeGreaterThan(PARAGRAPHS);
    globalThis.gc?.();
    const before = process.memoryUsage();
    const count = 50;
    for (let index = 0; index < count; index += 1) await openDeafSocket(server, `/runs/${stream.run}/events`);
    await new Promise<void>((resolve) => void realClock.after(500, resolve));
    const after = process.memoryUsage();
    const grownPerReader = (after.external - before.external) / count;
    expect(grownPerReader).toBeLessThan(1024 * 1024);
    reportFigure(
      `r22-slow, ${count} readers that read nothing of 33 MB`,
      `${Math.max(0, Math.round(grownPerReader / 1024))} kB each, RSS ${Math.round((after.rss - before.rss) / 1024 / 1024)} MB more`,
    );
    flood.finish();
    await stream.all();
  });

  it("is disconnected after a minute, and resumes where it was", async () => {
    const flood = createFlood();
    const server = await createTestServer({ agent: flood.agent });
    servers.push(server);
    const deaf = await server.post("/threads/t1/runs", startCommand());
    const run = deaf.headers.get("x-unsay-run") ?? "";
    await expect.poll(async () => lastSeqOf(await server.get("/threads/t1/active"))).toBeGreaterThan(PARAGRAPHS);
    await server.clock.advance(61_000);
    const got = await readUntilCut(deaf);
    expect(got.isCut).toBe(true);
    expect(got.last).toBeLessThan(PARAGRAPHS);
    const rest = await server.follow(run, got.last);
    const next = await rest.until((event) => event.seq !== null);
    expect(next.seq).toBe(got.last + 1);
    flood.finish();
    await rest.all();
    expect(rest.events.at(-1)).toMatchObject({ type: "run.end", outcome: "complete" });
  });
});

async function lastSeqOf(response: Response): Promise<number> {
  return ((await response.json()) as { last: number }).last;
}

/** What a body held before it was cut: the last whole event of it. */
async function readUntilCut(response: Response): Promise<{ readonly isCut: boolean; readonly last: number }> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      text += decoder.decode(chunk.value, { stream: true });
    }
  } catch {
    return { isCut: true, last: lastIn(text) };
  }
  return { isCut: false, last: lastIn(text) };
}

function lastIn(text: string): number {
  const whole = text.slice(0, text.lastIndexOf("\n\n"));
  const data = whole.split("\n").findLast((line) => line.startsWith("data: "));
  const event = JSON.parse(data?.slice("data: ".length) ?? "null") as UnsayEvent | null;
  return event?.seq ?? 0;
}
