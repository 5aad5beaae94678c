import { describe, expect, it } from "vitest";
import type { AssistantMessage, Message, SessionOptions, Transport } from "../index.js";
import { textOf } from "../message/index.js";
import { createFakeClock, createScriptedTransport, scripts, type FakeClock } from "../testing/index.js";
import { createSession } from "./session.js";

/** What one page has read of a thread after `ms`, for the next page to begin with. */
async function readFor(ms: number, clock: FakeClock, transport: Transport): Promise<readonly Message[]> {
  const session = createSession({ id: "t", clock, transport });
  const detach = session.attach();
  session.send("How do I deploy this?");
  await clock.advance(ms);
  detach();
  await clock.advance(0);
  return session.store.getState().messages;
}

function setUp(stored = true) {
  const clock = createFakeClock();
  const scripted = createScriptedTransport(scripts.complete, { clock, stored });
  const asked: string[] = [];
  const transport: Transport = {
    ...scripted,
    resume: (position, request) => {
      asked.push(`after ${position.after}`);
      return scripted.resume?.(position, request) ?? Promise.resolve({ type: "none" });
    },
  };
  const open = (initialMessages: readonly Message[], options: Partial<SessionOptions> = {}) =>
    createSession({ id: "t", clock, transport, initialMessages, ...options });
  return { clock, transport, asked, open };
}

const answerIn = (messages: readonly Message[]) =>
  messages.findLast((message): message is AssistantMessage => message.role === "assistant");

describe("a session that is given what the page has already", () => {
  it("shows it from the first moment, and has asked nobody", async () => {
    const { clock, transport, asked, open } = setUp();
    const given = await readFor(10_000, clock, transport);
    expect(answerIn(given)).toMatchObject({ status: "complete" });
    const { store } = open(given);
    expect(store.getInitialState().messages).toEqual(given);
    expect(store.getState()).toMatchObject({ status: "ready", history: "loading" });
    expect(asked).toEqual([]);
  });

  it("shows an answer in it that is not over as reconnecting, with its words, and resumes it once, after the last event it holds", async () => {
    const { clock, transport, asked, open } = setUp();
    const given = await readFor(400, clock, transport);
    const begun = answerIn(given);
    if (begun === undefined) throw new Error("The script has said nothing yet.");
    const session = open(given);
    const answer = () => answerIn(session.store.getState().messages) as AssistantMessage;
    const seen = [answer().status];
    session.store.subscribe(() => seen.push(answer().status));
    expect(answer()).toMatchObject({ status: "streaming", liveness: "reconnecting" });
    expect(textOf(answer())).toBe(textOf(begun));
    expect(textOf(begun)).not.toBe("");
    session.attach()();
    session.attach();
    void session.load();
    await clock.advance(10_000);
    expect(asked).toEqual([`after ${begun.run?.lastSeq}`]);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    expect(seen.slice(0, seen.indexOf("complete")).every((status) => status === "streaming")).toBe(true);
    expect(session.store.getState().messages).toHaveLength(2);
  });

  it("gives the record the last word: what has changed is shown as it is there, and what is not there goes", async () => {
    const { clock, transport, open } = setUp();
    const record = await readFor(10_000, clock, transport);
    const other = { ...answerIn(record), id: "deleted" } as AssistantMessage;
    const session = open([...record.map((message) => (message.role === "user" ? { ...message, text: "Old words" } : message)), other]);
    session.send("Mine, while the record is read");
    await session.load();
    expect(session.store.getState().messages.map((message) => (message.role === "user" ? message.text : message.id))).toEqual([
      "How do I deploy this?",
      record[1]?.id,
      "Mine, while the record is read",
      expect.any(String),
    ]);
  });

  it("keeps what it was given where the transport has no record", async () => {
    const { clock, transport, open } = setUp(false);
    const given = await readFor(10_000, clock, transport);
    const session = open(given);
    await session.load();
    expect(session.store.getState()).toMatchObject({ messages: given, history: "ready" });
  });

  it("calls an answer that nobody can say more of cut, and never complete", async () => {
    const { clock, transport, open } = setUp(false);
    const given = await readFor(400, clock, transport);
    const mute: Transport = { wire: "mute", start: (command, request) => transport.start(command, request) };
    const session = open(given, { transport: mute });
    session.attach();
    await session.load();
    await clock.advance(60_000);
    const answer = answerIn(session.store.getState().messages);
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
  });
});

describe("a record that is read while its answer ends", () => {
  it("is read once more, and the answer is not called over without an end", async () => {
    const { clock, transport, open } = setUp();
    const begun = await readFor(400, clock, transport);
    await clock.advance(10_000);
    const ended = (await transport.history?.("t", { signal: new AbortController().signal })) ?? [];
    const records = [begun, ended];
    const session = open([], { transport: { ...transport, history: async () => records.shift() ?? [] } });
    const seen: string[] = [];
    session.store.subscribe(({ messages }) => seen.push(answerIn(messages)?.status ?? "none"));
    await session.load();
    expect(answerIn(ended)).toMatchObject({ status: "complete" });
    expect(seen).toEqual(["complete"]);
  });
});
