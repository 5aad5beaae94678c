import { describe, expect, it } from "vitest";
import { createFakeClock, createScriptedTransport, scripts } from "../testing/index.js";
import type { SessionOptions, StorageLike } from "./session.types.js";
import { createSession } from "./session.js";

/** What a tab keeps; each `open` is the page loaded once more. */
function createTab(storage: StorageLike = createMemory()) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(scripts.complete, { clock });
  const said: string[] = [];
  const open = (options: Partial<SessionOptions> = {}) =>
    createSession({ id: "thread", transport, clock, storage, onDiagnostic: ({ code }) => said.push(code), ...options });
  return { clock, transport, open, said, storage };
}

function createMemory(entries: Record<string, string> = {}): StorageLike & { readonly entries: Map<string, string> } {
  const map = new Map(Object.entries(entries));
  return {
    entries: map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

describe("r20-redirect: the queue over a reload", () => {
  it("is there again, in order and paused, and is sent when the reader says so", async () => {
    const { clock, open, transport } = createTab();
    const before = open();
    before.send("one");
    await clock.advance(200);
    before.queue("two");
    before.queue("three");
    const after = open();
    expect(after.store.getState()).toMatchObject({ queue: [{ text: "two" }, { text: "three" }], queuePaused: "reload" });
    await clock.advance(20_000);
    expect(after.store.getState().queue).toHaveLength(2);
    const started = transport.sent.length;
    after.resumeQueue();
    await clock.advance(20_000);
    expect(after.store.getState()).toMatchObject({ queue: [], queuePaused: null });
    expect(transport.sent.slice(started).map((command) => command.command === "start" && command.message?.text)).toEqual(["two", "three"]);
  });

  it("forgets what was removed or sent", async () => {
    const { clock, open, storage } = createTab();
    const session = open();
    session.send("one");
    await clock.advance(200);
    session.queue("two");
    session.removeQueued(session.store.getState().queue[0]?.id ?? "");
    expect(storage.getItem("unsay:thread")).toBeNull();
  });

  it("keeps the labels an answer was asked with, for asking again", async () => {
    const { clock, open, transport } = createTab();
    const before = open();
    before.send("one", { labels: { scenario: "long" } });
    await clock.advance(20_000);
    const messages = before.store.getState().messages;
    const history = { ...transport, history: async () => messages };
    const after = open({ transport: history });
    await after.load();
    after.regenerate(messages.at(-1)?.id ?? "");
    await clock.advance(100);
    expect(transport.sent.at(-1)).toMatchObject({ mode: "regenerate", labels: { scenario: "long" } });
  });

  it.each([
    ["no JSON", "{"],
    ["another version", '{"v":2,"queue":[],"labels":[]}'],
    ["a queue that is none", '{"v":1,"queue":[{"id":1}],"labels":[]}'],
    ["labels that are none", '{"v":1,"queue":[],"labels":[["a",{"b":1}]]}'],
    ["null", "null"],
  ])("begins empty and says so where the stored data is %s", (_what, stored) => {
    const { open, said } = createTab(createMemory({ "unsay:thread": stored }));
    expect(open().store.getState()).toMatchObject({ queue: [], queuePaused: null });
    expect(said).toEqual(["storage.failed"]);
  });

  it("works without the storage where it throws, as it does when it is full or forbidden", async () => {
    const denied = (): never => {
      throw new Error("denied");
    };
    const { clock, open, said } = createTab({ getItem: denied, setItem: denied, removeItem: denied });
    const session = open();
    session.send("one");
    await clock.advance(200);
    session.queue("two");
    expect(session.store.getState().queue).toMatchObject([{ text: "two" }]);
    expect(new Set(said)).toEqual(new Set(["storage.failed"]));
  });
});
