import { HttpAgent } from "@ag-ui/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EVENT_STREAM, serve, type Loopback, type Reply } from "../../../../test-kit/loopback/loopback-server.js";
import { toAnthropicMessages } from "../../../context/index.js";
import { createUserMessage } from "../../../message/create.js";
import { isSettled, textOf } from "../../../message/selectors.js";
import { encodeSse } from "../../../protocol/index.js";
import { eventsOf } from "../../../testing/script.js";
import { scripts } from "../../../testing/scripts.js";
import { bridgeAgent, createAgUiEncoder, type AgentBridgeOptions } from "../index.js";

const frame = (event: object) => encodeSse({ data: JSON.stringify(event) });
const WORDS = "Drain the pool in eu-west first, then flip the flag, and watch the error rate for ten minutes before you go on. ".repeat(3);

/** A whole answer as a server of AG-UI writes it. */
const WHOLE: readonly string[] = [
  { type: "RUN_STARTED", threadId: "t", runId: "r" },
  { type: "TEXT_MESSAGE_START", messageId: "a", role: "assistant" },
  ...(WORDS.match(/\S+\s*/gu) ?? []).map((delta) => ({ type: "TEXT_MESSAGE_CONTENT", messageId: "a", delta })),
  { type: "TEXT_MESSAGE_END", messageId: "a" },
  { type: "RUN_FINISHED", threadId: "t", runId: "r" },
].map(frame);

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const body = (frames: readonly string[], close: "end" | "half-open" = "end"): Reply => ({
  headers: EVENT_STREAM,
  steps: [{ write: frames.join("") }, { close }],
});

async function connect(reply: () => Reply, options: AgentBridgeOptions = {}) {
  server ??= await serve(() => reply());
  const agent = new HttpAgent({ url: server.url, threadId: "t", initialMessages: [{ id: "u", role: "user", content: "How?" }] });
  return { agent, bridge: bridgeAgent(agent, options) };
}

const settle = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved" as const,
    (error: unknown) => error,
  );

describe("bridgeAgent", () => {
  it("gives the whole answer with the agent's own result, and knows it by its run and its messages", async () => {
    const { agent, bridge } = await connect(() => body(WHOLE));
    const { answer, newMessages } = await bridge.runAgent({ runId: "r7" });
    expect(answer).toMatchObject({ id: "r7", status: "complete", stated: true });
    expect([textOf(answer), newMessages.length]).toEqual([WORDS, 1]);
    for (const id of ["r7", agent.messages.at(-1)?.id ?? ""]) expect(bridge.answerOf(id)).toBe(answer);
    expect(bridge.statusOf("a")?.status).toBe("complete");
  });

  it("calls no cut answer complete, where the agent alone resolves over each of them", async () => {
    let index = 0;
    const cuts = WHOLE.slice(1, 61).map((_frame, at) => WHOLE.slice(0, at + 1));
    server = await serve(() => body(cuts[index] ?? []));
    const resolved = { alone: 0, bridged: 0 };
    let falselyComplete = 0;
    for (index = 0; index < cuts.length; index += 1) {
      if ((await settle(new HttpAgent({ url: server.url }).runAgent())) === "resolved") resolved.alone += 1;
      const { bridge } = await connect(() => body([]));
      const outcome = await settle(bridge.runAgent({ runId: `r${index}` }));
      if (outcome === "resolved") resolved.bridged += 1;
      expect(outcome).toMatchObject({ name: "UnsayError", code: "stream-eof" });
      const answer = bridge.answerOf(`r${index}`);
      if (answer === undefined || isSettled(answer)) falselyComplete += 1;
      expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    }
    console.info(
      `HttpAgent 1.0.0, ${cuts.length} cuts between events: alone resolved ${resolved.alone}; with bridgeAgent resolved ${resolved.bridged}, falsely complete ${falselyComplete}`,
    );
    expect([cuts.length, resolved, falselyComplete]).toEqual([60, { alone: 60, bridged: 0 }, 0]);
  });

  it("knows of a cut also where the app calls the agent itself, and can leave its promise alone", async () => {
    const { agent, bridge } = await connect(() => body(WHOLE.slice(0, 9)), { errorOn: [] });
    await agent.runAgent({ runId: "r1" });
    await vi.waitFor(() => expect(bridge.answerOf("r1")).toMatchObject({ status: "truncated", cause: "disconnected" }));
    await expect(bridge.runAgent({ runId: "r2" })).resolves.toMatchObject({ answer: { status: "truncated" } });
  });

  it("tells of an event that was cut in two, and passes the agent's own error on", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { bridge } = await connect(() => body([...WHOLE.slice(0, 9), 'data: {"type":"TEXT_ME']));
    expect(await settle(bridge.runAgent({ runId: "r1" }))).toBeInstanceOf(Error);
    expect(bridge.answerOf("a")).toMatchObject({ status: "truncated", cause: "disconnected" });
    log.mockRestore();
  });

  it("knows the user's own stop", async () => {
    const { agent, bridge } = await connect(() => body(WHOLE.slice(0, 9), "half-open"));
    const arrived = new Promise<void>((resolve) => {
      bridge.subscribe(() => bridge.answerOf("a")?.status === "streaming" && resolve());
    });
    const running = settle(bridge.runAgent());
    await arrived;
    agent.abortRun();
    await running;
    expect(bridge.answerOf("a")).toMatchObject({ status: "truncated", cause: "stopped" });
  });

  it("reads Unsay's own events where the server sends them", async () => {
    const encoder = createAgUiEncoder({ history: [] });
    const events = eventsOf(scripts.revision).flatMap((event) => encoder.push(event));
    const { bridge } = await connect(() => body(events.map(frame)));
    const { answer } = await bridge.runAgent();
    expect(answer).toMatchObject({ status: "revised", revisions: 1 });
    expect(bridge.answerOf("revision-answer")).toBe(answer);
    expect(bridge.answerOf("revision-answer.answer")).toBe(answer);
  });

  it("keeps an answer live while the app runs a tool, and hears nothing after dispose", async () => {
    const call = [
      { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "pay" },
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{}" },
      { type: "TOOL_CALL_END", toolCallId: "c" },
    ].map(frame);
    const { agent, bridge } = await connect(() => body([WHOLE[0] ?? "", ...call, WHOLE.at(-1) ?? ""]), { runsTools: true });
    await bridge.runAgent({ runId: "r1" });
    expect(bridge.statusOf("r1")?.status).toBe("streaming");
    bridge.dispose();
    await agent.runAgent({ runId: "r2" });
    expect(bridge.answerOf("r2")).toBeUndefined();
  });

  it("lets the model hear that a cut answer was cut", async () => {
    const { bridge } = await connect(() => body(WHOLE.slice(0, 9)), { errorOn: [] });
    const { answer } = await bridge.runAgent();
    const question = createUserMessage({ id: "u", thread: "t", text: "How?", delivery: "sent" });
    expect(JSON.stringify(toAnthropicMessages([question, answer]))).toContain("reply cut off by a lost connection");
  });
});
