import { DefaultChatTransport, type UIMessage, type UIMessageChunk } from "ai";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { PlainChat, textIn } from "../../../test-kit/chat.js";
import { bodyOf, close, complete, fetchOf, fold, run, shown } from "../../../test-kit/encoded-run.js";
import { legalRuns } from "../../../test-kit/generated-runs.js";
import { isSettled } from "../../message/selectors.js";
import { createEventFactory, createArgsHash, type EventPayload, type UnsayEvent } from "../../protocol/index.js";
import { eventsOf } from "../../testing/script.js";
import { scripts } from "../../testing/scripts.js";
import { createAiSdkEncoder, decodeUIMessageStream, type UnsayUIChunk } from "./index.js";

const user: UIMessage = { id: "u", role: "user", parts: [{ type: "text", text: "?" }] };

function encode(events: readonly UnsayEvent[]): readonly UnsayUIChunk[] {
  const encoder = createAiSdkEncoder();
  return [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
}

const say = (part: string, text: string, span = `${part}.1`, state: "provisional" | "speculative" = "provisional"): EventPayload => ({
  type: "span.append",
  part,
  span,
  text,
  state,
});
const open = (part: string, step?: string): EventPayload => ({
  type: "part.open",
  part,
  kind: "answer",
  ...(step === undefined ? {} : { step }),
});
const retract = (...spans: readonly string[]): EventPayload => ({ type: "span.retract", spans, reason: "wrong", expunge: true });

/** The chat of the AI SDK, which knows nothing of Unsay, reads the body to its end. */
async function readUnaware(chunks: readonly UnsayUIChunk[], onToolCall: () => void = () => {}): Promise<PlainChat> {
  const body = `${bodyOf(chunks)}data: [DONE]

`;
  const fetch = fetchOf(body);
  const chat = new PlainChat({ transport: new DefaultChatTransport({ api: "http://chat.example/", fetch }), onToolCall });
  await chat.sendMessage(user);
  return chat;
}

/** Ready only for a whole answer, with just the words that stand; else an error, with nothing that was withdrawn. */
async function expectSafe(events: readonly UnsayEvent[]): Promise<void> {
  const chunks = encode(events);
  const message = fold(events);
  const chat = await readUnaware(chunks);
  const isWhole = isSettled(message) && chunks.at(-1)?.type === "finish";
  expect(chat.status).toBe(isWhole ? "ready" : "error");
  expect(chat.lastMessage?.id).toBe(events[0]?.message);
  if (chunks.some((chunk) => chunk.type === "error" && chunk.errorText === "unsay:retracted")) return;
  const isHidden = message.status === "truncated" && message.cause === "withheld" && hasSteps(chunks);
  if (isHidden) return;
  expect(textIn(chat.lastMessage, "text")).toBe(shown(message, false));
  expect(textIn(chat.lastMessage, "reasoning")).toBe(shown(message, true));
}

const hasSteps = (chunks: readonly UnsayUIChunk[]) => chunks.filter(({ type }) => type === "start-step").length > 1;

describe("createAiSdkEncoder, read by a client that does not know Unsay", () => {
  it("writes chunks of the AI SDK", () => {
    expectTypeOf<UnsayUIChunk>().toExtend<UIMessageChunk>();
  });

  it.each(Object.entries(scripts))("is safe: %s", async (_name, script) => {
    await expectSafe(eventsOf(script));
  });

  it("is safe for every legal run", async () => {
    await fc.assert(fc.asyncProperty(legalRuns, expectSafe), { numRuns: 200 });
  });

  it("keeps drafts and what was dropped out of the carrier's own chunks", async () => {
    const drafted = [say("p", "A guess.", "g", "speculative"), say("p", "Sure.", "s")];
    const events = run(open("p"), ...drafted, { type: "span.drop", spans: ["g"] }, complete);
    expect(JSON.stringify(encode(events).filter(({ type }) => type !== "data-unsay"))).not.toContain("guess");
    const adopted = run(open("p"), ...drafted, { type: "span.settle", spans: ["g"], to: "provisional", by: "check" }, complete);
    expect(textIn((await readUnaware(encode(adopted))).lastMessage, "text")).toBe("A guess.Sure.");
  });

  it("opens its status before the first step, and keeps it up to date", async () => {
    const chunks = encode(run(open("p"), say("p", "Hi"), complete));
    const types = chunks.map(({ type }) => type);
    expect(types.indexOf("data-unsay-status")).toBeLessThan(types.indexOf("start-step"));
    const part = (await readUnaware(chunks)).lastMessage?.parts[0];
    expect(part).toMatchObject({ type: "data-unsay-status", id: "m", data: { run: "r", status: "complete" } });
    const cut = (await readUnaware(encode(eventsOf(scripts.length)))).lastMessage?.parts[0];
    expect(cut).toMatchObject({ data: { status: "truncated", cause: "length" } });
  });

  it("ends every cut with run.end, status and error, in this order", () => {
    for (const name of ["length", "stopped", "failed", "withheld", "orphaned"] as const) {
      const last = encode(eventsOf(scripts[name])).slice(-3);
      expect(last).toMatchObject([
        { type: "data-unsay", data: { type: "run.end" } },
        { type: "data-unsay-status", data: { status: "truncated", cause: name } },
        { type: "error", errorText: `unsay:truncated.${name}` },
      ]);
    }
  });

  it("takes text of the open step back, and stops where it stands in an earlier one", async () => {
    const first = [open("p", "one"), say("p", "Secret."), close("p")];
    const second = [open("q", "two"), say("q", "Rest.")];
    const here = await readUnaware(encode(run(...first, retract("p.1"), open("q"), say("q", "Rest."), complete)));
    expect([here.status, textIn(here.lastMessage, "text")]).toEqual(["ready", "Rest."]);
    const chunks = encode(run(...first, ...second, retract("p.1"), complete));
    expect(chunks.at(-1)).toEqual({ type: "error", errorText: "unsay:retracted" });
    expect((await readUnaware(chunks)).status).toBe("error");
  });

  it("does not have a call of the page run again when text before it is withdrawn", async () => {
    const args = { url: "/" };
    const argsHash = createArgsHash("c", "open_tab", args);
    const propose = (runsOn: "client" | "server"): readonly EventPayload[] => [
      { type: "tool.propose", call: "c", name: "open_tab", effect: "write", cancellable: false, runsOn },
      { type: "tool.ready", call: "c", args, argsHash },
    ];
    for (const [runsOn, runs] of [
      ["client", 1],
      ["server", 0],
    ] as const) {
      let count = 0;
      const events = run(open("p"), say("p", "Opening."), close("p"), ...propose(runsOn), retract("p.1"), complete);
      const chunks = encode(events);
      await readUnaware(chunks, () => (count += 1));
      expect(count).toBe(runs);
      // With the step, the result that the page has put there would go.
      expect(JSON.stringify(chunks).includes("unsay:retracted")).toBe(runsOn === "client");
    }
  });

  it("says of a call that was cancelled, or that nobody knows the end of, that it failed", async () => {
    const propose: EventPayload = { type: "tool.propose", call: "c", name: "pay", effect: "write", cancellable: false };
    for (const result of ["cancelled", "unknown"] as const) {
      const chat = await readUnaware(encode(run(propose, { type: "tool.result", call: "c", result }, complete)));
      expect(chat.lastMessage?.parts).toContainEqual(expect.objectContaining({ type: "dynamic-tool", state: "output-error" }));
    }
  });

  it("knows text of an earlier run of the same answer, and cannot take it back", () => {
    const first = run(open("p"), say("p", "Secret."), close("p"));
    const encoder = createAiSdkEncoder({ before: first });
    const factory = createEventFactory({ thread: "t", run: "r2", message: "m" });
    const chunks = [{ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null, parent: "r" } as const, retract("p.1")].flatMap(
      (payload) => encoder.push(factory.make(payload)),
    );
    expect(chunks.at(-1)).toEqual({ type: "error", errorText: "unsay:retracted" });
  });
});

describe("decodeUIMessageStream, where only a part of the profile is left", () => {
  const decode = (chunks: readonly object[]) => {
    const decoder = decodeUIMessageStream({ thread: "t", run: "client", message: "m" });
    const body = bodyOf(chunks);
    return fold([...decoder.push(new TextEncoder().encode(body)), ...decoder.end()]);
  };
  const native = (events: readonly UnsayEvent[]) => encode(events).filter(({ type }) => type !== "data-unsay");

  it("ends as the error or the status part says when the events were lost", () => {
    for (const name of ["length", "stopped", "withheld", "filtered"] as const) {
      expect(decode(native(eventsOf(scripts[name])))).toMatchObject({ status: "truncated", cause: name, stated: true });
      const withoutStatus = native(eventsOf(scripts[name])).filter(({ type }) => type !== "data-unsay-status");
      expect(decode(withoutStatus)).toMatchObject({ status: "truncated", cause: name, stated: true });
    }
    expect(decode(native(eventsOf(scripts.complete)))).toMatchObject({ status: "complete" });
  });

  it("takes all text back when some of it was withdrawn and nobody can tell which", () => {
    const message = decode([
      { type: "start" },
      { type: "text-delta", id: "0", delta: "Secret" },
      { type: "error", errorText: "unsay:retracted" },
    ]);
    expect(message).toMatchObject({ cause: "withheld" });
    expect(shown(message, false)).toBe("");
  });

  it("does not complete against the status part", () => {
    const status = { type: "data-unsay-status", id: "m", data: { run: "r", status: "streaming" } };
    const text = [
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "Yes." },
      { type: "text-end", id: "0" },
    ];
    const message = decode([{ type: "start" }, status, { type: "start-step" }, ...text, { type: "finish", finishReason: "stop" }]);
    expect(message).toMatchObject({ cause: "corrupt" });
  });

  it("does not complete by the carrier's own finish, nor by an event it cannot read", () => {
    const events = run(open("p"), say("p", "Yes."));
    const chunks = encode(events).filter(({ type }) => type !== "error");
    expect(decode([...chunks, { type: "finish", finishReason: "stop" }])).toMatchObject({ cause: "disconnected", stated: false });
    const broken = { type: "data-unsay", transient: true, data: { ...events[1], part: 7 } };
    const end = { type: "data-unsay", transient: true, data: run(complete)[1] };
    expect(decode([...chunks, broken, end, { type: "finish", finishReason: "stop" }])).toMatchObject({ cause: "corrupt" });
  });

  it("refuses a decision that names no arguments", () => {
    const decision = {
      ...run(complete)[1],
      type: "approval.decision",
      approval: "a",
      items: [{ call: "c", decision: "approved" }],
      by: "user",
    };
    const message = decode([...encode(run(open("p"))).slice(0, 3), { type: "data-unsay", transient: true, data: decision }]);
    expect(message).toMatchObject({ cause: "corrupt", error: { message: expect.stringContaining("items") } });
  });

  it("takes an error of the carrier for the end, and not what only ends this body", () => {
    const chunks = encode(run(open("p"), say("p", "Yes."))).slice(0, -2);
    expect(decode([...chunks, { type: "error", errorText: "boom" }])).toMatchObject({ cause: "failed", stated: true });
    for (const errorText of ["unsay:retracted", "unsay:truncated.disconnected"]) {
      expect(decode([...chunks, { type: "error", errorText }])).toMatchObject({ cause: "disconnected", stated: false });
    }
  });

  it("does not complete when the events began after text had come without them", () => {
    const text = { type: "text-delta", id: "0", delta: "Yes." };
    const message = decode([{ type: "start" }, text, ...encode(run(open("p"), say("p", "More."), complete))]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt" });
  });

  it("reads a profile whose carrier started first", () => {
    const chunks = encode(eventsOf(scripts.complete));
    expect(decode([{ type: "start" }, { type: "start-step" }, ...chunks])).toMatchObject({ status: "complete" });
  });
});
