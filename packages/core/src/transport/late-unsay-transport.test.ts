import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPendingMessage } from "../message/create.js";
import type { StartCommand } from "../protocol/index.js";
import { createLateUnsayTransport, type CreateUnsayTransport } from "./late-unsay-transport.js";
import { createUnsayTransport } from "./unsay-transport.js";

const COMMAND: StartCommand = { command: "start", client: "c", thread: "t", startKey: "k", answer: "a", mode: "new" };
const signal = new AbortController().signal;
let asked: string[] = [];
let server: Server;
let url = "";

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url?.endsWith("/messages") === true) {
      const stored = [{ ...createPendingMessage({ id: "m", thread: "t" }), status: "complete" }];
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(stored));
    } else if (request.method === "GET") response.writeHead(204).end();
    else response.writeHead(200, { "content-type": "text/event-stream", "x-unsay-run": "r" }).end(": nothing\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => void server.close());

describe("a transport whose reader of streams comes late", () => {
  it("reads what is stored and sends commands without it", async () => {
    const transport = createLateUnsayTransport({ url }, () => Promise.reject(new Error("must not be fetched")));
    expect(await transport.active?.("t", { signal })).toBeNull();
    expect(await transport.history?.("t", { signal })).toMatchObject([{ id: "m", status: "complete" }]);
    await transport.command?.({
      command: "stop",
      id: "s",
      client: "c",
      thread: "t",
      run: "r",
      scope: "run",
      intent: "stop",
      ackSeq: 0,
      painted: null,
    });
    expect(asked).toEqual(["GET /threads/t/active", "GET /threads/t/messages", "POST /runs/r/commands"]);
  });

  it("fetches it once and before it asks for anything, and is then the whole transport", async () => {
    let fetched = 0;
    const transport = createLateUnsayTransport({ url }, async () => {
      fetched += 1;
      expect(asked).toEqual([]);
      return createUnsayTransport;
    });
    expect((await transport.start(COMMAND, { signal })).run).toBe("r");
    expect(await transport.resume?.({ thread: "t", run: "r", message: "a", after: 3 }, { signal })).toEqual({ type: "none" });
    expect([fetched, asked]).toEqual([1, ["POST /threads/t/runs", "GET /runs/r/events?after=3"]]);
  });

  it("says that nothing was sent where it can't be fetched, and fetches it again with the next try", async () => {
    const outcomes: (CreateUnsayTransport | Error)[] = [new TypeError("Failed to fetch"), createUnsayTransport];
    const transport = createLateUnsayTransport({ url }, async () => {
      const outcome = outcomes.shift();
      if (typeof outcome === "function") return outcome;
      throw outcome;
    });
    await expect(transport.start(COMMAND, { signal })).rejects.toMatchObject({ code: "network", retryable: true });
    expect(asked).toEqual([]);
    expect((await transport.start(COMMAND, { signal })).run).toBe("r");
  });
});
