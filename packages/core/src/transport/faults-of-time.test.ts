import { afterEach, describe, expect, it } from "vitest";
import { serve, type Loopback, type Reply, type Step } from "../../test-kit/loopback/loopback-server.js";
import { ask, settle, until, type Reading } from "../../test-kit/loopback/reading.js";
import { HEARTBEAT, OPEN, RunLog, runOf, streamOf, write } from "../../test-kit/loopback/runs.js";
import { createSleepyClock } from "../../test-kit/loopback/sleepy-clock.js";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import { textOf } from "../message/index.js";
import type { EventPayload } from "../protocol/index.js";
import type { Clock, SessionOptions } from "../session/session.types.js";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.js";
import { createFetchTransport } from "./fetch-transport.js";
import { createUnsayTransport } from "./unsay-transport.js";

/** Waits, silences and sleeps: real sockets, injected time. Row numbers are those of the list of faults. */

let server: Loopback | undefined;
afterEach(() => server?.close());

const WORDS = ["Drain ", "the pool, ", "then ", "deploy."];
const TEXT = WORDS.join("");
const COMMENT = ": still here\n\n";

interface Setting {
  readonly clock: FakeClock;
  readonly log: RunLog;
  readonly reading: Reading;
}

/** Asks a server of our own wire; `scriptOf` says what it answers with the frames of the run. */
async function askWith(
  scriptOf: (frames: readonly string[], after: number, count: number) => Reply,
  options: Partial<SessionOptions> = {},
  open: EventPayload = OPEN,
): Promise<Setting> {
  const clock = createFakeClock();
  const log = new RunLog(runOf(WORDS, open));
  server = await serve((asked, count) => {
    const { frames, after } = log.read(asked);
    return scriptOf(frames, after, count);
  }, clock);
  const reading = ask(createUnsayTransport({ url: server.url }), { clock, ...options });
  return { clock, log, reading };
}

const asks = (): number => server?.asked.length ?? 0;
const connection = ({ session }: Reading): string => session.store.getState().connection.status;

/** Moves time in steps, with the network in between. */
async function pass(clock: FakeClock, ms: number, step = 5_000): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    await settle();
    await clock.advance(Math.min(step, left));
  }
  await settle();
}

describe("row 20: a server that is busy and says for how long", () => {
  const busy = (retryAfter: string, status = 429): Reply => ({
    status,
    headers: { "content-type": "application/json", "retry-after": retryAfter },
    steps: [{ write: '{"error":{"message":"slow down"}}' }],
  });
  const busyOnce = (reply: Reply) => (frames: readonly string[], _after: number, count: number) =>
    count === 0 ? reply : streamOf(write(frames));

  it.each([429, 503, 529])("%i: the answer stays pending with a countdown, and one request follows after the window", async (status) => {
    const { clock, reading } = await askWith(busyOnce(busy("2", status)));
    await until(() => reading.answer().busyUntil !== undefined);
    expect(reading.answer()).toMatchObject({ status: "pending", reconnecting: false });
    expect(connection(reading)).toBe("idle");
    const wait = (reading.answer().busyUntil ?? 0) - clock.now();
    expect(wait).toBeGreaterThanOrEqual(2_000);
    expect(wait).toBeLessThanOrEqual(2_600);
    reading.session.wake();
    await pass(clock, 1_999);
    expect(asks()).toBe(1);
    await pass(clock, 601);
    expect((await reading.ended()).status).toBe("complete");
    expect(asks()).toBe(2);
    expect(reading.answer().busyUntil).toBeUndefined();
    expect(reading.statuses).toEqual(["pending", "complete"]);
    expect(reading.connections).not.toContain("lost");
  });

  it.each([
    ["a date", new Date(Date.UTC(2030, 0, 1, 0, 0, 5)).toUTCString(), 5_000, 6_500],
    ["more than a minute", "99999999", 60_000, 60_000],
    ["a date far away", "Fri, 31 Dec 9999 23:59:59 GMT", 60_000, 60_000],
  ])("waits as long as %s says, and never more than a minute", async (_what, header, least, most) => {
    const date = new Date(Date.UTC(2030, 0, 1)).toUTCString();
    const reply = busy(header);
    const { clock, reading } = await askWith(busyOnce({ ...reply, headers: { ...reply.headers, date } }));
    await until(() => reading.answer().busyUntil !== undefined);
    const wait = (reading.answer().busyUntil ?? 0) - clock.now();
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
    await pass(clock, least - 1);
    expect(asks()).toBe(1);
    await pass(clock, most - least + 1);
    expect((await reading.ended()).status).toBe("complete");
  });

  it.each(["-5", "NaN", "soon", "0", "-Infinity", "1e999", "0x", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "takes the hostile %s for no wish, and backs off as it would without",
    async (header) => {
      const { clock, reading } = await askWith(busyOnce(busy(header)));
      await until(() => reading.answer().busyUntil !== undefined);
      expect((reading.answer().busyUntil ?? 0) - clock.now()).toBe(1_000);
      await pass(clock, 1_000);
      expect((await reading.ended()).status).toBe("complete");
      expect(asks()).toBe(2);
    },
  );

  it("waits as pending, not as reconnecting, while the answer that it replaces can't be stopped, and asks again under the same key", async () => {
    const body = { code: "run-not-live", message: "Its process does not answer. Ask again.", retryable: true, retryAfterMs: 25_000 };
    const refusal = { ...busy("25", 503), steps: [{ write: JSON.stringify(body) }] };
    const { clock, reading } = await askWith(busyOnce(refusal));
    await until(() => reading.answer().busyUntil !== undefined);
    expect(reading.answer()).toMatchObject({ status: "pending", reconnecting: false });
    await pass(clock, 24_999);
    expect(asks()).toBe(1);
    await pass(clock, 2_001);
    expect((await reading.ended()).status).toBe("complete");
    const keys = server?.asked.map((asked) => (JSON.parse(asked.body) as { startKey: string }).startKey);
    expect([keys?.length, new Set(keys).size]).toEqual([2, 1]);
    expect(reading.connections).not.toContain("lost");
  });

  it("can be cancelled: no request follows, the question is kept as not sent, and Resend asks under the same key", async () => {
    const { clock, reading } = await askWith(busyOnce(busy("30")));
    await until(() => reading.answer().busyUntil !== undefined);
    reading.session.stop();
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "stopped", stated: false });
    expect(reading.answer().busyUntil).toBeUndefined();
    expect(reading.session.store.getState().messages[0]).toMatchObject({ text: "go", delivery: "failed" });
    await pass(clock, 60_000, 30_000);
    expect(asks()).toBe(1);
    reading.session.retry(reading.answer().id);
    expect((await reading.ended()).status).toBe("complete");
    const keys = server?.asked.map(({ body }) => (JSON.parse(body) as { startKey: string }).startKey);
    expect(new Set(keys).size).toBe(1);
  });

  it("cancelled while a repeat is on its way: a further refusal is the end of it", async () => {
    const { clock, reading } = await askWith((_frames, _after, count) =>
      count === 0 ? busy("2") : count === 1 ? { ...busy("2"), delay: 5_000 } : { status: 202 },
    );
    await until(() => reading.answer().busyUntil !== undefined);
    await pass(clock, 3_000, 1_000);
    expect(asks()).toBe(2);
    reading.session.stop();
    await pass(clock, 60_000);
    expect((await reading.ended()).status).toBe("truncated");
    expect(server?.asked.map(({ path }) => path)).toEqual(["/threads/t/runs", "/threads/t/runs", "/threads/t/commands"]);
  });

  it("gives up with the reason after four requests in all", async () => {
    const { clock, reading } = await askWith(() => busy("2"));
    await pass(clock, 20_000, 1_000);
    expect(await reading.ended()).toMatchObject({
      status: "truncated",
      cause: "failed",
      error: { code: "rate-limited", retryable: true, userMessage: "Too many requests right now." },
    });
    expect(asks()).toBe(4);
    expect(reading.session.store.getState().messages[0]).toMatchObject({ delivery: "failed" });
    const times = server?.asked.map(({ at }) => at) ?? [];
    for (const [index, at] of times.entries()) if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it("redirects at once: what nobody has taken needs no stop", async () => {
    const { reading } = await askWith(busyOnce(busy("30")));
    await until(() => reading.answer().busyUntil !== undefined);
    reading.session.redirect("another");
    await until(() => reading.answer().status === "complete");
    expect(asks()).toBe(2);
    expect(server?.asked.every(({ path }) => path.endsWith("/runs"))).toBe(true);
  });
});

describe("row 21: a server that is busy and does not say for how long", () => {
  it("is asked four times at most, at the full-jitter back-off, under one key", async () => {
    const { clock, reading } = await askWith(() => ({ status: 429, headers: {} }));
    await pass(clock, 20_000, 500);
    expect(await reading.ended()).toMatchObject({ cause: "failed", error: { code: "rate-limited" } });
    expect(server?.asked.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000]);
    expect(new Set(server?.asked.map(({ body }) => (JSON.parse(body) as { startKey: string }).startKey)).size).toBe(1);
  });

  it("is not asked again without the reader where a repeat may start twice", async () => {
    server = await serve(() => ({ status: 429, headers: { "retry-after": "1" } }));
    const answer = await ask(createFetchTransport({ url: server.url, decode: decodeChatCompletions })).ended();
    expect(answer).toMatchObject({ cause: "failed", error: { code: "rate-limited", retryable: true, retryAfterMs: 1_000 } });
    await settle();
    expect(asks()).toBe(1);
  });
});

describe("r3-buffered, row 23: a proxy that hands everything over at once", () => {
  async function buffered(t: (index: number) => number | null, pauseMs: number): Promise<readonly string[]> {
    const said: string[] = [];
    const words = Array.from({ length: 12 }, (_, index) => `${index} `);
    const clock = createFakeClock();
    const log = new RunLog(runOf(words));
    server = await serve((asked) => {
      const { frames } = log.read(asked);
      const timed = frames.map((frame, index) => frame.replace('"t":null', `"t":${t(index)}`));
      const steps: readonly Step[] =
        pauseMs === 0 ? [{ wait: 5_000 }, write(timed)] : timed.flatMap((frame): Step[] => [{ write: frame }, { wait: pauseMs }]);
      return { steps };
    }, clock);
    let commits = 0;
    const reading = ask(createUnsayTransport({ url: server.url }), {
      clock,
      onDiagnostic: ({ code }) => said.push(code),
      scheduleCommit: (publish) => clock.after(16, publish),
    });
    reading.session.store.subscribe(() => (commits += 1));
    await pass(clock, 8_000, pauseMs === 0 ? 5_000 : pauseMs);
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(words.join(""));
    if (pauseMs === 0) expect(commits).toBeLessThan(10);
    await server.close();
    return said.filter((code) => code === "transport.buffered");
  }

  it("ends the same and is said once", async () => {
    expect(await buffered((index) => index * 300, 0)).toEqual(["transport.buffered"]);
  });

  it("is not said of a direct stream, nor of a fast server", async () => {
    expect(await buffered((index) => index * 300, 300)).toEqual([]);
    expect(await buffered((index) => index, 0)).toEqual([]);
  });
});

describe("r9-silence", () => {
  it("row 28: a half-open connection is quiet after one heartbeat, lost after 2.5 and not before, and resumed", async () => {
    const { clock, reading } = await askWith((frames, after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "half-open" }) : streamOf(write(frames.slice(after))),
    );
    await until(() => textOf(reading.answer()) === "Drain the pool, ");
    expect(connection(reading)).toBe("open");
    await pass(clock, 15_000);
    expect(connection(reading)).toBe("quiet");
    expect(reading.answer()).toMatchObject({ status: "streaming", liveness: "silent" });
    await pass(clock, 22_499);
    expect(connection(reading)).toBe("quiet");
    await pass(clock, 1);
    expect(connection(reading)).toBe("lost");
    expect(reading.answer()).toMatchObject({ status: "streaming", liveness: "reconnecting" });
    await pass(clock, 1_000);
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(asks()).toBe(2);
  });

  it("a connection that falls silent before its first word is lost as well", async () => {
    const { clock, reading } = await askWith((frames, after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 1)), { close: "half-open" }) : streamOf(write(frames.slice(after))),
    );
    await until(() => reading.answer().run !== null);
    await pass(clock, 39_000);
    expect((await reading.ended()).status).toBe("complete");
  });

  it("a resume that nobody answers is a failed try: there is no endless spinner", async () => {
    const { clock, reading } = await askWith(
      (frames, _after, count) => (count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "reset" }) : { delay: 10_000_000 }),
      { reconnect: { tries: 2 } },
    );
    await until(() => connection(reading) === "lost");
    await pass(clock, 80_000);
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(textOf(reading.answer())).toBe("Drain the pool, ");
  });

  it("rows 26 and 27: a long tool with heartbeats, or with comments alone, is never lost, and never an error", async () => {
    for (const beat of [HEARTBEAT, COMMENT]) {
      const beats = Array.from({ length: 20 }, (): Step[] => [{ wait: 15_000 }, { write: beat }]).flat();
      const { clock, reading } = await askWith((frames) => streamOf(write(frames.slice(0, 4)), ...beats, write(frames.slice(4))));
      await until(() => textOf(reading.answer()) !== "");
      await pass(clock, 60_000);
      expect(reading.answer()).toMatchObject({ status: "streaming", liveness: "silent" });
      await pass(clock, 240_000);
      expect((await reading.ended()).status).toBe("complete");
      expect(reading.connections).not.toContain("lost");
      expect(asks()).toBe(1);
      await server?.close();
    }
  });

  it("without a promise of heartbeats silence is only silence", async () => {
    const open = { ...OPEN, heartbeatMs: null } as EventPayload;
    const { clock, reading } = await askWith(
      (frames) => streamOf(write(frames.slice(0, 4)), { wait: 600_000 }, write(frames.slice(4))),
      {},
      open,
    );
    await until(() => textOf(reading.answer()) !== "");
    await pass(clock, 599_000, 60_000);
    expect(connection(reading)).toBe("open");
    await pass(clock, 1_000);
    expect((await reading.ended()).status).toBe("complete");
  });

  it("row 26: a proxy that closes after 60 s of silence is a lost connection, and the run is resumed", async () => {
    const open = { ...OPEN, heartbeatMs: null } as EventPayload;
    const { clock, reading } = await askWith(
      (frames, after, count) =>
        count === 0 ? streamOf(write(frames.slice(0, 4)), { wait: 60_000 }, { close: "fin" }) : streamOf(write(frames.slice(after))),
      {},
      open,
    );
    await until(() => textOf(reading.answer()) !== "");
    await pass(clock, 60_000, 20_000);
    await until(() => connection(reading) === "lost");
    expect(reading.answer()).toMatchObject({ status: "streaming", liveness: "reconnecting" });
    await pass(clock, 1_000);
    expect((await reading.ended()).status).toBe("complete");
  });

  it.each([0, -1, 1, 1e300])("an interval of %d ms makes no busy loop and no endless wait", async (heartbeatMs) => {
    const open = { ...OPEN, heartbeatMs } as EventPayload;
    const { clock, reading } = await askWith(
      (frames) => streamOf(write(frames.slice(0, 4)), { wait: 50 }, write(frames.slice(4))),
      {},
      open,
    );
    await until(() => textOf(reading.answer()) !== "");
    await pass(clock, 50);
    expect((await reading.ended()).status).toBe("complete");
    expect(asks()).toBe(1);
  });
});

describe("row 29: a slow first byte", () => {
  it("is a pending answer whose age can be shown, however slow the headers or the body are", async () => {
    const { clock, reading } = await askWith((frames) => ({ delay: 20_000, steps: [{ wait: 20_000 }, write(frames)] }));
    await pass(clock, 39_000);
    expect(reading.answer()).toMatchObject({ status: "pending", liveness: "silent", waitingSince: 0 });
    await pass(clock, 1_000);
    expect((await reading.ended()).status).toBe("complete");
  });
});

describe("rows 30 and 31: a page nobody sees, and a machine that sleeps", () => {
  async function askSleepy(respond: (frames: readonly string[], after: number, count: number) => Reply, roundTo = 1) {
    const clock = createSleepyClock(roundTo);
    const log = new RunLog(runOf(WORDS));
    server = await serve((asked, count) => {
      const { frames, after } = log.read(asked);
      return respond(frames, after, count);
    }, clock.world);
    let isHidden = false;
    const reading = ask(createUnsayTransport({ url: server.url }), { clock: clock satisfies Clock, isHidden: () => isHidden });
    await until(() => textOf(reading.answer()) !== "");
    return { clock, reading, hide: (hidden: boolean) => (isHidden = hidden) };
  }

  it("throttled timers make no silence: heartbeats that came are believed, however late the check is", async () => {
    const beats = Array.from({ length: 40 }, (): Step[] => [{ wait: 15_000 }, { write: HEARTBEAT }]).flat();
    const { clock, reading } = await askSleepy((frames) => streamOf(write(frames.slice(0, 4)), ...beats, write(frames.slice(4))), 60_000);
    await pass(clock.world, 600_000, 15_000);
    expect((await reading.ended()).status).toBe("complete");
    expect(reading.connections).not.toContain("lost");
    expect(asks()).toBe(1);
  });

  it("nothing is concluded while hidden; back in sight, a dead connection is known within a second", async () => {
    const { clock, reading, hide } = await askSleepy((frames, after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "half-open" }) : streamOf(write(frames.slice(after))),
    );
    hide(true);
    await pass(clock.world, 300_000, 60_000);
    expect(reading.connections).not.toContain("lost");
    hide(false);
    reading.session.wake();
    await pass(clock.world, 500);
    expect(connection(reading)).toBe("lost");
    reading.session.wake();
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });

  it("after ten minutes of sleep, what waited in the socket counts: no reconnect, no failure", async () => {
    const { clock, reading } = await askSleepy((frames) => streamOf(write(frames.slice(0, 4)), { wait: 37_600 }, write(frames.slice(4))));
    await pass(clock.world, 37_400, 37_400);
    clock.sleep(600_000);
    await pass(clock.world, 200, 100);
    expect((await reading.ended()).status).toBe("complete");
    expect(reading.connections).not.toContain("lost");
    expect(asks()).toBe(1);
  });

  it("after ten minutes of sleep with a dead socket, the run is resumed and ends as if nothing had been", async () => {
    const { clock, reading } = await askSleepy((frames, after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "half-open" }) : streamOf(write(frames.slice(after))),
    );
    clock.sleep(600_000);
    reading.session.wake();
    await pass(clock.world, 500);
    await pass(clock.world, 1_000);
    expect((await reading.ended()).status).toBe("complete");
    expect(reading.statuses).toEqual(["pending", "streaming", "complete"]);
  });

  it("tries are not spent while nobody looks: hours of failure later, the first try in sight succeeds", async () => {
    let isDown = true;
    const { clock, reading, hide } = await askSleepy((frames, after, count) => {
      if (count === 0) return streamOf(write(frames.slice(0, 4)), { close: "reset" });
      return isDown ? { steps: [{ close: "reset" }] } : streamOf(write(frames.slice(after)));
    });
    hide(true);
    await pass(clock.world, 1_800_000, 30_000);
    expect(reading.answer()).toMatchObject({ status: "streaming", liveness: "reconnecting" });
    isDown = false;
    hide(false);
    reading.session.wake();
    expect((await reading.ended()).status).toBe("complete");
  });

  it("row 33: an hour's jump of the calendar moves no countdown and loses no connection", async () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const { clock, reading } = await askSleepy((frames) => streamOf(write(frames.slice(0, 4)), { wait: 30_000 }, write(frames.slice(4))));
      clock.setCalendar(jump);
      await pass(clock.world, 30_000);
      expect((await reading.ended()).status).toBe("complete");
      expect(reading.connections).not.toContain("lost");
      expect(asks()).toBe(1);
      await server?.close();
    }
  });
});

describe("row 34: offline and back", () => {
  it("a question asked offline is not called sent, and goes out once when the network is back", async () => {
    const clock = createFakeClock();
    const log = new RunLog(runOf(WORDS));
    server = await serve((asked) => streamOf(write(log.read(asked).frames)), clock);
    let isOffline = true;
    const transport = createUnsayTransport({
      url: server.url,
      fetch: (url, init) => (isOffline ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, init)),
    });
    const reading = ask(transport, { clock });
    await pass(clock, 3_000, 500);
    expect(reading.answer()).toMatchObject({ status: "pending", liveness: "reconnecting" });
    expect(reading.session.store.getState().messages[0]).toMatchObject({ delivery: "sending" });
    isOffline = false;
    reading.session.wake();
    expect((await reading.ended()).status).toBe("complete");
    expect(asks()).toBe(1);
  });

  it("hours offline spend no last try, and a device that is wrong about it is no obstacle", async () => {
    const clock = createFakeClock();
    const log = new RunLog(runOf(WORDS));
    server = await serve((asked) => streamOf(write(log.read(asked).frames)), clock);
    let isOffline = true;
    const transport = createUnsayTransport({
      url: server.url,
      fetch: (url, init) => (isOffline ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, init)),
    });
    const reading = ask(transport, { clock, isOffline: () => true });
    await pass(clock, 7_200_000, 30_000);
    expect(reading.answer()).toMatchObject({ status: "pending", liveness: "reconnecting" });
    isOffline = false;
    await pass(clock, 30_000, 15_000);
    expect((await reading.ended()).status).toBe("complete");
    expect(asks()).toBe(1);
  });

  it("many events of the world make one try at a time, not many", async () => {
    const { reading } = await askWith((frames, after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "reset" }) : streamOf(write(frames.slice(after))),
    );
    await until(() => connection(reading) === "lost");
    for (let index = 0; index < 20; index += 1) reading.session.wake();
    expect((await reading.ended()).status).toBe("complete");
    expect(asks()).toBe(2);
  });
});

describe("r22-drain, the reader's half: a server that sends its readers away", () => {
  const goaway = HEARTBEAT.replace(/"type":"run.heartbeat"/u, '"type":"run.goaway","retryAfterMs":3000');

  it("is read on until the stated time and a jitter of up to 2 s have passed, then resumed elsewhere", async () => {
    const respond = (frames: readonly string[], after: number, count: number): Reply =>
      count === 0 ? streamOf(write([...frames.slice(0, 4), goaway]), { close: "half-open" }) : streamOf(write(frames.slice(after)));
    const { clock, reading } = await askWith(respond);
    await until(() => textOf(reading.answer()) !== "");
    await pass(clock, 4_999);
    expect(asks()).toBe(1);
    await pass(clock, 1);
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(asks()).toBe(2);
  });

  it("that closes before that time is waited for, so that its readers come back one by one", async () => {
    const respond: Parameters<typeof askWith>[0] = (frames, after, count) =>
      count === 0 ? streamOf(write([...frames.slice(0, 4), goaway]), { close: "end" }) : streamOf(write(frames.slice(after)));
    const { clock, reading } = await askWith(respond);
    await until(() => connection(reading) === "lost");
    await pass(clock, 4_999);
    expect(asks()).toBe(1);
    await pass(clock, 1);
    expect((await reading.ended()).status).toBe("complete");
  });

  it.each(["-1", "1e308"])("is not believed about %s ms", async (ms) => {
    const hostile = goaway.replace("3000", ms);
    const respond: Parameters<typeof askWith>[0] = (frames, after, count) =>
      count === 0 ? streamOf(write([...frames.slice(0, 4), hostile]), { close: "end" }) : streamOf(write(frames.slice(after)));
    const { clock, reading } = await askWith(respond);
    await until(() => connection(reading) === "lost");
    await pass(clock, 62_000, 31_000);
    expect((await reading.ended()).status).toBe("complete");
  });
});

describe("the full-jitter back-off", () => {
  it("doubles from 1 s to 30 s over eight tries, then gives up and keeps the text", async () => {
    const { clock, reading } = await askWith((frames, _after, count) =>
      count === 0 ? streamOf(write(frames.slice(0, 4)), { close: "reset" }) : { status: 503, headers: {} },
    );
    await until(() => connection(reading) === "lost");
    await pass(clock, 140_000, 500);
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "disconnected", resumable: true, stated: false });
    const times = server?.asked.filter(({ path }) => path.includes("/events")).map(({ at }) => at) ?? [];
    expect(times.map((at, index) => at - (times[index - 1] ?? 0))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(textOf(reading.answer())).toBe("Drain the pool, ");
  });
});
