import { EventType, HttpAgent, type BaseEvent, type Message } from "@ag-ui/client";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { bodyOf, close, complete, fetchOf, fold, run, shown } from "../../../test-kit/encoded-run.js";
import { legalRuns } from "../../../test-kit/generated-runs.js";
import { isSettled } from "../../message/selectors.js";
import { createArgsHash, createEventFactory, NO_EFFECTS, type EventPayload, type UnsayEvent } from "../../protocol/index.js";
import { eventsOf } from "../../testing/script.js";
import { scripts } from "../../testing/scripts.js";
import { createAgUiEncoder, decodeAgUi, type UnsayAgUiEvent } from "./index.js";

const user: Message = { id: "u", role: "user", content: "?" };

function encode(events: readonly UnsayEvent[]): readonly UnsayAgUiEvent[] {
  const encoder = createAgUiEncoder({ history: [user] });
  return [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
}

const say = (part: string, text: string, span = `${part}.1`): EventPayload => ({ type: "span.append", part, span, text });
const open = (part: string): EventPayload => ({ type: "part.open", part, kind: "answer" });
const readyCall: readonly EventPayload[] = [
  { type: "tool.propose", call: "c", name: "pay", effect: "write", cancellable: false },
  { type: "tool.ready", call: "c", args: { eur: 5 }, argsHash: createArgsHash("c", "pay", { eur: 5 }) },
];

/** The agent of AG-UI, which knows nothing of Unsay, reads the body to its end. */
async function readUnaware(events: readonly UnsayAgUiEvent[], initialMessages: Message[] = [user]) {
  const body = bodyOf(events);
  const fetch = fetchOf(body);
  const agent = new HttpAgent({ url: "http://agent.example/", fetch, initialMessages, threadId: "t" });
  const seen: BaseEvent[] = [];
  agent.subscribe({ onEvent: ({ event }) => void seen.push(event) });
  const outcome = await agent.runAgent().then(
    () => "resolved" as const,
    (error: unknown) => error,
  );
  return { agent, outcome, hasError: seen.at(-1)?.type === EventType.RUN_ERROR, isFinished: seen.at(-1)?.type === EventType.RUN_FINISHED };
}

function textOfRole(messages: readonly Message[], role: string): string {
  return messages.map((message) => (message.role === role && typeof message.content === "string" ? message.content : "")).join("");
}

/** Finished only for a whole answer, with just the words that stand; else an error, with nothing that was withdrawn. */
async function expectSafe(events: readonly UnsayEvent[]): Promise<void> {
  const message = fold(events);
  const { agent, outcome, hasError, isFinished } = await readUnaware(encode(events));
  expect(outcome).toBe("resolved");
  expect([isFinished, hasError]).toEqual(isSettled(message) ? [true, false] : [false, true]);
  expect(agent.messages[0]).toMatchObject(user);
  expect(textOfRole(agent.messages, "assistant")).toBe(shown(message, false));
  expect(textOfRole(agent.messages, "reasoning")).toBe(shown(message, true));
}

describe("createAgUiEncoder, read by a client that does not know Unsay", () => {
  it.each(Object.entries(scripts))("is safe: %s", async (_name, script) => {
    await expectSafe(eventsOf(script));
  });

  it("is safe for every legal run, and breaks no rule of the protocol", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await fc.assert(fc.asyncProperty(legalRuns, expectSafe), { numRuns: 200 });
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
  });

  it("sends nothing after the last event, and the end of the run before an error", () => {
    for (const name of ["length", "stopped", "withheld"] as const) {
      const [end, error, ...rest] = encode(eventsOf(scripts[name])).slice(-2);
      expect(end).toMatchObject({ type: "CUSTOM", name: "unsay", value: { type: "run.end", cause: name } });
      expect([error, rest]).toMatchObject([{ type: "RUN_ERROR", code: `truncated.${name}` }, []]);
    }
    const encoder = createAgUiEncoder({ history: [] });
    for (const event of eventsOf(scripts.complete)) encoder.push(event);
    const late = run({ type: "usage", generated: 1, billed: 1, billedReasoning: 0, source: "x", final: true });
    expect(late.flatMap((event) => encoder.push(event))).toEqual([]);
  });

  it("tells a call only when its arguments are whole, and leaves none for the page to run", async () => {
    expect(encode(run(...readyCall.slice(0, 1))).map(({ type }) => type)).not.toContain("TOOL_CALL_START");
    const events = encode(run(...readyCall, complete));
    expect(events.at(-1)).toMatchObject({ type: "RUN_FINISHED", outcome: { type: "success", pendingToolCallIds: [] } });
    expect((await readUnaware(events)).outcome).toBe("resolved");
  });

  it("asks for a decision as an interrupt at the end of the run", async () => {
    const request: EventPayload = {
      type: "approval.request",
      approval: "a",
      items: [{ call: "c", argsHash: createArgsHash("c", "pay", { eur: 5 }) }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    };
    const waiting: EventPayload = { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS };
    const { agent } = await readUnaware(encode(run(...readyCall, request, waiting)));
    expect(agent.pendingInterrupts).toMatchObject([{ id: "a", toolCallId: "c" }]);
  });

  it("keeps the order of the answer when text appears in its midst", async () => {
    const draft: EventPayload = { type: "span.append", part: "p", span: "p.1", text: "First. ", state: "speculative" };
    const settle: EventPayload = { type: "span.settle", spans: ["p.1"], to: "provisional", by: "check" };
    await expectSafe(run(open("p"), draft, open("q"), say("q", "Second."), close("q"), settle, say("p", "Still first.", "p.1"), complete));
  });

  it("takes text of an earlier run of the same answer back", async () => {
    const before = run(open("p"), say("p", "Secret."), close("p"));
    const kept = { id: "m.p", role: "assistant" as const, content: "Secret." };
    const encoder = createAgUiEncoder({ history: [user, kept], before });
    const factory = createEventFactory({ thread: "t", run: "r2", message: "m" });
    const payloads: readonly EventPayload[] = [
      { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null, parent: "r" },
      { type: "span.retract", spans: ["p.1"], reason: "personal data", expunge: true },
      open("q"),
      say("q", "Rest."),
      complete,
    ];
    const events = payloads.flatMap((payload) => encoder.push(factory.make(payload)));
    const { agent, isFinished } = await readUnaware(events, [user, kept]);
    expect([textOfRole(agent.messages, "assistant"), isFinished]).toEqual(["Rest.", true]);
  });
});

describe("decodeAgUi, where only a part of the profile is left", () => {
  const decode = (events: readonly object[]) => {
    const decoder = decodeAgUi({ thread: "t", run: "client", message: "m" });
    const body = bodyOf(events);
    return fold([...decoder.push(new TextEncoder().encode(body)), ...decoder.end()]);
  };
  const native = (events: readonly UnsayEvent[]) => encode(events).filter(({ type }) => type !== "CUSTOM");

  it("ends as the error says when the events were lost", () => {
    for (const name of ["length", "stopped", "withheld", "filtered"] as const) {
      expect(decode(native(eventsOf(scripts[name])))).toMatchObject({ status: "truncated", cause: name, stated: true });
    }
    expect(decode(native(eventsOf(scripts.complete)))).toMatchObject({ status: "complete" });
  });

  it("does not complete by the carrier's own finish, nor by an event it cannot read", () => {
    const events = encode(run(open("p"), say("p", "Yes."), close("p"))).slice(0, -1);
    const finished = { type: "RUN_FINISHED", threadId: "t", runId: "r" };
    expect(decode([...events, finished])).toMatchObject({ cause: "disconnected", stated: false });
    const broken = { type: "CUSTOM", name: "unsay", value: { ...run(open("p"))[1], part: 7 } };
    expect(decode([...events, broken, { type: "CUSTOM", name: "unsay", value: run(complete)[1] }, finished])).toMatchObject({
      cause: "corrupt",
    });
  });

  it("does not complete when the events began after text had come without them", () => {
    const started = { type: "RUN_STARTED", threadId: "t", runId: "r" };
    const text = { type: "TEXT_MESSAGE_CONTENT", messageId: "x", delta: "Yes." };
    expect(decode([started, text, ...encode(run(open("p"), complete)).slice(1)])).toMatchObject({ status: "truncated", cause: "corrupt" });
  });

  it("reads a profile that its carrier did not announce, and a start that announced one in vain", () => {
    const [, ...rest] = encode(eventsOf(scripts.complete));
    expect(decode([{ type: "RUN_STARTED", threadId: "t", runId: "x" }, ...rest])).toMatchObject({ status: "complete" });
    const [start] = encode(run());
    const text = { type: "TEXT_MESSAGE_CHUNK", messageId: "x", role: "assistant", delta: "Yes." };
    expect(decode([start ?? {}, text, { type: "RUN_FINISHED", threadId: "t", runId: "r" }])).toMatchObject({ status: "complete" });
  });
});
