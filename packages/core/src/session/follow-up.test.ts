import { describe, expect, it } from "vitest";
import { selectSuperseded, toAnthropicMessages, type SessionOptions, type StorageLike, type UserMessage } from "../index.js";
import { complete, createTestSession, say } from "../testing/index.js";

const FILE = { id: "f", name: "plan.pdf", mediaType: "application/pdf", size: 10, url: "https://files.example/plan.pdf" };
const ANSWER = [say("First drain the pool. Second, flip the flag.", { everyMs: 100 }), complete()];

function setUp(session: Partial<SessionOptions> = {}, onCommand?: "hang") {
  const test = createTestSession(ANSWER, { session, ...(onCommand === undefined ? {} : { onCommand: () => onCommand }) });
  const state = () => test.session.store.getState();
  return { ...test, state, asked: () => state().messages.filter((message): message is UserMessage => message.role === "user") };
}

function memory(): StorageLike {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe("files and quotes", () => {
  it("travel with the message, and a message may be files alone", async () => {
    const { session, backend, advance, asked } = setUp();
    session.send("", { attachments: [FILE] });
    await advance(20_000);
    expect(asked()).toMatchObject([{ text: "", attachments: [FILE] }]);
    expect(backend.sent[0]).toMatchObject({ message: { text: "", attachments: [FILE] } });
    session.send("", { attachments: [] });
    expect(asked()).toHaveLength(1);
  });

  it("statement 43: a redirect carries the words that it redirects from", async () => {
    const { session, backend, advance } = setUp();
    session.send("How?");
    await advance(400);
    session.redirect("only EU", { quote: "First drain the pool." });
    await advance(20_000);
    expect(session.store.getState().messages[1]).toMatchObject({ status: "truncated", cause: "redirected" });
    expect(backend.sent.at(-1)).toMatchObject({ command: "start", message: { text: "only EU", quote: "First drain the pool." } });
  });

  it("are told to the model in words", async () => {
    const { session, advance, state } = setUp();
    session.send("Look at this", { attachments: [FILE], quote: "the pool" });
    await advance(20_000);
    expect(JSON.stringify(toAnthropicMessages(state().messages))).toContain(
      "> the pool\\n\\nLook at this\\n\\n[attached: plan.pdf, application/pdf]",
    );
  });
});

describe("taking a redirect back", () => {
  it("statement 44: gives the words back while the stop is on its way, and nothing was sent", async () => {
    const { session, backend, advance, asked } = setUp({}, "hang");
    session.send("How?");
    await advance(300);
    session.redirect("only EU", { attachments: [FILE] });
    expect(asked()).toHaveLength(2);
    expect(session.undoRedirect()).toEqual({ text: "only EU", attachments: [FILE] });
    expect(asked()).toHaveLength(1);
    await advance(60_000);
    expect(backend.sent.filter(({ command }) => command === "start")).toHaveLength(1);
  });

  it("statement 44: stops the answer to it where it was sent, and removes nothing", async () => {
    const { session, advance, asked, answer } = setUp();
    session.send("How?");
    await advance(300);
    session.redirect("only EU");
    await advance(500);
    expect(session.undoRedirect()?.text).toBe("only EU");
    await advance(20_000);
    expect(asked()).toHaveLength(2);
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped" });
  });

  it("statement 44: is over after 10 s, and after it was done once", async () => {
    const { session, advance } = setUp();
    session.send("How?");
    await advance(300);
    session.redirect("only EU");
    await advance(10_001);
    expect(session.undoRedirect()).toBeNull();
    session.send("How?");
    await advance(300);
    session.redirect("only EU");
    expect(session.undoRedirect()).not.toBeNull();
    expect(session.undoRedirect()).toBeNull();
  });
});

describe("the queue", () => {
  async function queued(session: Partial<SessionOptions> = {}) {
    const test = setUp(session);
    test.session.send("How?");
    await test.advance(300);
    for (const text of ["a", "b", "c"]) test.session.queue(text);
    const ids = test.state().queue.map(({ id }) => id);
    const texts = () => test.state().queue.map(({ text }) => text);
    return { ...test, ids, texts };
  }

  it("is edited and put in order; blank words and places beyond the ends change nothing", async () => {
    const { session, ids, texts } = await queued();
    session.editQueued(ids[1] ?? "", "B");
    session.editQueued(ids[0] ?? "", " ");
    session.moveQueued(ids[2] ?? "", -1);
    expect(texts()).toEqual(["a", "c", "B"]);
    session.moveQueued(ids[0] ?? "", -5);
    session.moveQueued(ids[1] ?? "", 9);
    session.moveQueued("nobody", 1);
    expect(texts()).toEqual(["a", "c", "B"]);
  });

  it("gives one of its messages to a redirect", async () => {
    const { session, backend, ids, texts, advance } = await queued();
    session.redirectQueued(ids[1] ?? "");
    expect(texts()).toEqual(["a", "c"]);
    await advance(2_000);
    expect(backend.sent.filter(({ command }) => command === "start").at(1)).toMatchObject({ message: { text: "b" } });
  });

  it("keeps its files over a reload", async () => {
    const storage = memory();
    const { session } = await queued({ storage });
    session.queue("", { attachments: [FILE] });
    const again = setUp({ storage });
    expect(again.state()).toMatchObject({ queuePaused: "reload" });
    expect(again.state().queue.at(-1)).toMatchObject({ text: "", attachments: [FILE] });
  });
});

describe("editing a message that was sent", () => {
  it("asks anew from there; what came after it can be read and is told to no model", async () => {
    const { session, backend, advance, state, asked } = setUp();
    session.send("How in us-east?");
    await advance(20_000);
    session.send("And then?");
    await advance(20_000);
    const [first, second] = asked();
    session.edit(first?.id ?? "", "How in eu-west?");
    await advance(20_000);
    expect(backend.sent.at(-1)).toMatchObject({
      mode: "regenerate",
      parent: first?.id,
      message: { text: "How in eu-west?", edits: first?.id },
    });
    expect(state().messages).toHaveLength(6);
    expect([...selectSuperseded(state().messages)]).toContain(second?.id);
    const told = JSON.stringify(toAnthropicMessages(state().messages));
    expect(told).toContain("eu-west");
    expect(told).not.toContain("us-east");
    expect(told).not.toContain("And then?");
  });

  it("waits for nothing: while an answer is live, and for what nobody said, it does nothing", async () => {
    const { session, advance, state } = setUp();
    session.send("How?");
    await advance(300);
    session.edit(state().messages[0]?.id ?? "", "other");
    expect(state().messages).toHaveLength(2);
    await advance(20_000);
    session.edit("nobody", "other");
    session.edit(state().messages[1]?.id ?? "", "other");
    session.edit(state().messages[0]?.id ?? "", " ");
    expect(state().messages).toHaveLength(2);
  });
});
