import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { textOf } from "@unsay/core";
import { createRandom } from "@unsay/core/testing";
import type { Agent } from "../agents/agent.js";
import type { UnsayServerOptions } from "../settings.js";
import { createSqliteStore } from "../stores/sqlite.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, find, closeServers } from "../testing/tool-bench.js";
import { defineTool } from "../tool-call/tool.js";
import { holdback, type GuardCheck, type GuardInput } from "./holdback.js";
import { reportFigure } from "../testing/figures.js";

afterEach(closeServers);

const SECRET = "hunter2-hunter2";
const noSecrets: GuardCheck = ({ before, text }) =>
  `${before}${text}`.includes(SECRET) ? { ok: false, reason: "It held a password." } : { ok: true };

const open = async (
  agent: Agent,
  check: GuardCheck,
  options: Partial<UnsayServerOptions> & { readonly windowTokens?: number; readonly overlap?: number; readonly sentences?: number } = {},
): Promise<TestServer> => {
  const { windowTokens = 5, overlap = 5, sentences, ...rest } = options;
  const guard = holdback({ windowTokens, overlap, maxDelayMs: 1_500, check, ...(sentences === undefined ? {} : { sentences }) });
  return closeLater(await createTestServer({ agent, guard, ...rest }));
};

/** Says a text in pieces of a few characters. */
const saying =
  (text: string, size: number): Agent =>
  async (run) => {
    for (let at = 0; at < text.length; at += size) {
      run.text(text.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

/** Every byte that the server sends to one reader. */
async function bytesOf(server: TestServer, agentThread = "t1"): Promise<{ readonly body: string; readonly run: string }> {
  const response = await server.post(`/threads/${agentThread}/runs`, startCommand({ thread: agentThread }));
  return { body: await response.text(), run: response.headers.get("x-unsay-run") ?? "" };
}

describe("r26-window: a violation across a chunk boundary", () => {
  it("reaches no reader, not with one character, wherever it begins and however it is cut", async () => {
    let trips = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = createRandom(seed);
      const before = "The weather is fine today and will stay so. ".repeat(1 + Math.floor(random() * 3)).slice(Math.floor(random() * 40));
      const text = `${before}\u00abhun${"ter2-hunter2"}\u00bb And more follows after it, a good deal.`;
      const server = await open(saying(text, 1 + Math.floor(random() * 9)), noSecrets);
      const { body, run } = await bytesOf(server);
      expect(body, `seed ${seed}`).not.toMatch(/hun|ter2/u);
      expect(body).toContain('"cause":"withheld"');
      expect(await (await server.events(run)).text()).not.toContain("weather");
      trips += 1;
    }
    reportFigure("r26-window, guard trips", `${trips} violations across chunk boundaries: 0 bytes of them on the socket`);
  });

  it("lets everything through that is fine, in order and once", async () => {
    for (const size of [1, 3, 7, 100]) {
      const text = `${"A harmless sentence, with an \u{1F980} in it. ".repeat(12)}End.`;
      const server = await open(saying(text, size), noSecrets);
      const { body, run } = await bytesOf(server);
      expect(body).toContain('"outcome":"complete"');
      const answer = await answerOf(server);
      expect([answer.status, textOf(answer)]).toEqual(["complete", text]);
      const spans = find(await subscribe(await server.events(run)).all(), "span.append");
      expect(spans.length).toBeGreaterThan(1);
      expect(spans.every((span) => !/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/u.test(span.text))).toBe(true);
    }
  });

  it("is found in corrections and in values too", async () => {
    const corrected: Agent = async (run) => {
      run.emit({ type: "part.open", part: "p", kind: "answer" });
      run.emit({ type: "span.append", part: "p", span: "s", text: "It is four." });
      run.emit({ type: "span.revise", spans: ["s"], replacement: { span: "s2", text: SECRET }, reason: "checked", by: "me" });
    };
    const valued: Agent = async (run) => run.emit({ type: "part.open", part: "p", kind: "data", value: { password: SECRET } });
    for (const agent of [corrected, valued]) {
      const { body } = await bytesOf(await open(agent, noSecrets));
      expect(body).not.toContain(SECRET);
      expect(body).toContain('"cause":"withheld"');
    }
  });
});

describe("r26-expunge: what was let through before a guard said no", () => {
  it("is in no replay, no message and no byte of the store's files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "unsay-guard-"));
    try {
      const store = createSqliteStore({ path: join(folder, "runs.sqlite") });
      let trip: () => void = () => {};
      const seen = "Marmalade and other harmless words that were let through. ";
      const server = await open(
        async (run) => {
          run.text(seen);
          await new Promise<void>((resolve) => (trip = resolve));
          run.text(`${SECRET} and more words behind it.`);
        },
        noSecrets,
        { store },
      );
      const stream = await server.start();
      await stream.until((event) => event.type === "span.append" && event.text.includes("Marmalade"));
      await server.clock.advance(200);
      await expect.poll(() => filesHold(folder, "Marmalade")).toBe(true);
      trip();
      const events = await stream.all();
      expect(find(events, "span.retract")).toMatchObject([{ expunge: true, reason: "It held a password." }]);
      expect(find(events, "run.end")).toMatchObject([{ cause: "withheld", error: { code: "guard-tripped" } }]);
      expect(await (await server.events(stream.run)).text()).not.toContain("Marmalade");
      expect(JSON.stringify(await server.messages())).not.toMatch(/Marmalade|hunter2/u);
      await server.close();
      await store.close();
      expect(await filesHold(folder, "Marmalade")).toBe(false);
      expect(await filesHold(folder, "hunter2")).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function filesHold(folder: string, text: string): Promise<boolean> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  return files.some((file) => file.includes(text));
}

describe("r26-maxdelay: a guard that does not answer", () => {
  it("withholds the answer at maxDelayMs, with no text", async () => {
    const server = await open(saying("Some words that nobody checks in time.", 5), () => new Promise(() => {}));
    const stream = await server.start();
    const hold = await stream.until((event) => event.type === "hold");
    expect(hold).toMatchObject({ why: "guardrail", maxMs: 1_500 });
    await server.clock.advance(1_499);
    expect(find(stream.events, "run.end")).toEqual([]);
    await server.clock.advance(1);
    const events = await stream.all();
    expect(find(events, "run.end")).toMatchObject([{ cause: "withheld", error: { code: "guard-timeout", retryable: true } }]);
    expect(find(events, "span.append")).toEqual([]);
    expect(textOf(await answerOf(server))).toBe("");
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("down"))],
    ["talks nonsense", () => ({ fine: true }) as never],
    ["says nothing", () => undefined as never],
  ] as const)("counts as no when it %s", async (_name, check) => {
    const { body } = await bytesOf(await open(saying("Some words.", 4), check));
    expect(body).toContain('"cause":"withheld"');
    expect(body).not.toContain("Some");
  });
});

describe("a guard", () => {
  it("sees windows with an overlap that was seen before, and the end as a whole", async () => {
    const inputs: GuardInput[] = [];
    const text = "abcdefghijklmnopqrstuvwxyz0123456789";
    const server = await open(saying(text, 4), (input) => (inputs.push(input), { ok: true }), { windowTokens: 3, overlap: 1 });
    await bytesOf(server);
    expect(inputs.map((input) => input.text)).toEqual(["abcdefghijkl", "ijklmnopqrstuvwx", "uvwxyz0123456789"].slice(0, inputs.length));
    expect(inputs.slice(1).every((input, at) => input.text.startsWith(inputs[at]?.text.slice(-4) ?? ""))).toBe(true);
    expect(inputs.at(-1)?.text.endsWith("9")).toBe(true);
  });

  it("can go by sentences", async () => {
    const inputs: string[] = [];
    const server = await open(saying("One here. Two here. Three here.", 1), ({ text }) => (inputs.push(text), { ok: true }), {
      sentences: 1,
      overlap: 0,
    });
    await bytesOf(server);
    expect(inputs[0]).toBe("One here. T");
    expect(inputs).toHaveLength(3);
  });

  it("keeps a tool call behind the text before it", async () => {
    const server = await open(
      async (run) => {
        run.text("Let me look.");
        await run.callTool("look", {}, { call: "c" });
        run.text("Found it.");
      },
      async ({ text }) => (await Promise.resolve(), text === "never" ? { ok: false, reason: "" } : { ok: true }),
      { tools: { look: defineTool({ effect: "read", execute: () => 1 }) } },
    );
    const events = await (await server.start()).all();
    const order = events.filter(({ type }) => type === "span.append" || type === "tool.propose").map(({ type }) => type);
    expect(order[0]).toBe("span.append");
    expect(order.indexOf("tool.propose")).toBe(order.lastIndexOf("tool.propose"));
    expect(textOf(await answerOf(server))).toBe("Let me look.Found it.");
  });

  it("runs no tool after it said no", async () => {
    let runs = 0;
    const server = await open(
      async (run) => {
        run.text(SECRET);
        await run.callTool("look", {}, { call: "c" });
      },
      noSecrets,
      { tools: { look: defineTool({ effect: "read", execute: () => (runs += 1) }) } },
    );
    await (await server.start()).all();
    expect(runs).toBe(0);
  });

  it("lets slow text through in time, though no window fills, and drops what a stop finds held", async () => {
    const server = await open(
      async (run) => {
        run.text("A first half, long enough to let go of a part.");
        await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve()));
      },
      () => ({ ok: true }),
      { windowTokens: 1_000, overlap: 5 },
    );
    const stream = await server.start();
    await stream.until((event) => event.type === "hold");
    await server.clock.advance(750);
    const shown = await stream.until((event) => event.type === "span.append");
    expect(shown).toMatchObject({ text: "A first half, long enough " });
    const painted = { span: shown.type === "span.append" ? shown.span : "", offset: 26 };
    await server.post(`/runs/${stream.run}/commands`, stopCommand({ ackSeq: shown.seq, painted }));
    await stream.all();
    expect(textOf(await answerOf(server))).toBe("A first half, long enough ");
    expect(find(stream.events, "run.open")[0]?.caps.holdback).toBe(true);
  });
});
