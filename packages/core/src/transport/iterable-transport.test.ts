import { afterEach, describe, expect, it } from "vitest";
import { serve, type Loopback } from "../../test-kit/loopback/loopback-server.js";
import { ask, settle, until } from "../../test-kit/loopback/reading.js";
import { COMPLETE, OPEN, PART, runOf, word } from "../../test-kit/loopback/runs.js";
import { decodeUIMessageStream } from "../adapters/ai-sdk/index.js";
import { decodeNdjson } from "../adapters/ndjson/index.js";
import { textOf } from "../message/index.js";
import {
  createEventFactory,
  encodeEvent,
  encodeNdjson,
  UnsayError,
  type EventPayload,
  type StartCommand,
  type UnsayEvent,
} from "../protocol/index.js";
import { createFetchTransport } from "./fetch-transport.js";
import { createIterableTransport } from "./iterable-transport.js";

let server: Loopback | undefined;
afterEach(() => server?.close());

function eventsFor(command: StartCommand, payloads: readonly EventPayload[]): readonly UnsayEvent[] {
  const factory = createEventFactory({ thread: command.thread, run: "r", message: command.answer });
  return payloads.map((payload) => factory.make(payload));
}

const RUN = runOf(["one ", "two"]);

describe("an iterable as a transport", () => {
  it("reads events of our own from a generator", async () => {
    const transport = createIterableTransport({
      async *open(command) {
        yield* eventsFor(command, RUN);
      },
    });
    const answer = await ask(transport).ended();
    expect(answer).toMatchObject({ status: "complete", stated: true });
    expect(textOf(answer)).toBe("one two");
  });

  it("reads chunks of another wire through its adapter: objects, text or bytes", async () => {
    const chunks = [
      { type: "start" },
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "hi" },
      { type: "text-end", id: "1" },
      { type: "finish", finishReason: "stop" },
    ];
    const framed = chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`);
    for (const pieces of [chunks, framed, framed.map((each) => new TextEncoder().encode(each))]) {
      const answer = await ask(createIterableTransport({ decode: decodeUIMessageStream, open: () => pieces })).ended();
      expect(answer.status).toBe("complete");
      expect(textOf(answer)).toBe("hi");
    }
  });

  it("that just ends is a cut, like a body", async () => {
    const transport = createIterableTransport({ open: (command) => eventsFor(command, RUN.slice(0, -1)) });
    expect(await ask(transport).ended()).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
  });

  it("that throws is a cut, and a stated error is shown as it is", async () => {
    const failing = (error: Error) =>
      createIterableTransport({
        async *open(command) {
          yield* eventsFor(command, [{ ...OPEN, caps: {} } as EventPayload, PART, word("kept")]);
          throw error;
        },
      });
    const cut = await ask(failing(new TypeError("worker died"))).ended();
    expect(cut).toMatchObject({ status: "truncated", cause: "disconnected" });
    const refused = await ask(failing(new UnsayError({ code: "provider-overloaded", message: "Busy. Wait.", retryable: true }))).ended();
    expect(refused).toMatchObject({ status: "truncated", cause: "failed", error: { code: "provider-overloaded" } });
    expect([textOf(cut), textOf(refused)]).toEqual(["kept", "kept"]);
  });

  it("what is no event ends the reading, and nothing after it is shown", async () => {
    const transport = createIterableTransport({
      open: (command) => [...eventsFor(command, RUN.slice(0, 3)), { type: "span.append" }, ...eventsFor(command, RUN).slice(3)],
    });
    const answer = await ask(transport).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "corrupt" });
    expect(textOf(answer)).toBe("one ");
  });

  it("that hangs is left when the reader stops, whatever it knows of signals", async () => {
    let isClosed = false;
    const transport = createIterableTransport({
      async *open(command) {
        try {
          yield* eventsFor(command, RUN.slice(0, 3));
          await new Promise(() => {});
        } finally {
          isClosed = true;
        }
      },
    });
    const reading = ask(transport);
    await until(() => textOf(reading.answer()) === "one ");
    reading.session.stop();
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "stopped", stated: false });
    await settle();
    expect(isClosed).toBe(false);
  });

  it("is resumed where the host can go on after an event", async () => {
    const starts: StartCommand[] = [];
    const transport = createIterableTransport({
      open(command) {
        starts.push(command);
        return eventsFor(command, RUN.slice(0, 3));
      },
      resume: ({ after }) => (starts[0] === undefined ? null : eventsFor(starts[0], RUN).slice(after)),
    });
    const answer = await ask(transport, { reconnect: { baseMs: 1 } }).ended();
    expect(answer.status).toBe("complete");
    expect(textOf(answer)).toBe("one two");
    expect(starts).toHaveLength(1);
  });
});

describe("NDJSON over fetch", () => {
  const lines = (body: string, payloads: readonly EventPayload[]): string =>
    eventsFor(JSON.parse(body) as StartCommand, payloads)
      .map((event) => encodeNdjson(encodeEvent(event)))
      .join("");
  const transportTo = (url: string) => createFetchTransport({ url, decode: decodeNdjson, createBody: (command) => command });

  it("reads a run, one event a line", async () => {
    server = await serve((asked) => ({ headers: { "content-type": "application/x-ndjson" }, steps: [{ write: lines(asked.body, RUN) }] }));
    const answer = await ask(transportTo(server.url)).ended();
    expect(answer.status).toBe("complete");
    expect(textOf(answer)).toBe("one two");
  });

  it("never takes a line without its end for an event, so a cut in the last one is a cut", async () => {
    const payloads = [...RUN.slice(0, -1), COMPLETE];
    server = await serve((asked) => {
      const body = lines(asked.body, payloads);
      return { headers: { "content-type": "application/x-ndjson" }, steps: [{ write: body.slice(0, -1) }, { close: "fin" }] };
    });
    expect(await ask(transportTo(server.url)).ended()).toMatchObject({ status: "truncated", cause: "disconnected" });
  });
});
