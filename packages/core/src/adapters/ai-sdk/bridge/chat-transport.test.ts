import { DefaultChatTransport, type ChatTransport, type UIMessage, type UIMessageChunk } from "ai";
import { afterEach, describe, expect, it } from "vitest";
import { PlainChat, textIn } from "../../../../test-kit/chat.js";
import { EVENT_STREAM, serve, type Loopback, type Reply } from "../../../../test-kit/loopback/loopback-server.js";
import { toAiSdkMessages } from "../../../context/index.js";
import { createUserMessage } from "../../../message/create.js";
import { isSettled, textOf } from "../../../message/selectors.js";
import { createEventFactory, createArgsHash, encodeSse, NO_EFFECTS, type EventPayload } from "../../../protocol/index.js";
import { eventsOf } from "../../../testing/script.js";
import { scripts } from "../../../testing/scripts.js";
import { createAiSdkEncoder, createHonestChatTransport, type HonestChatTransportOptions } from "../index.js";

const frame = (chunk: object) => encodeSse({ data: JSON.stringify(chunk) });
const WORDS = "Drain the pool in eu-west first, then flip the flag, and watch the error rate for ten minutes before you go on. ".repeat(2);
const START = [{ type: "start" }, { type: "start-step" }];

/** A whole answer as the AI SDK's own server writes it. */
const WHOLE: readonly string[] = [
  ...START,
  { type: "text-start", id: "0" },
  ...(WORDS.match(/\S+\s*/gu) ?? []).map((delta) => ({ type: "text-delta", id: "0", delta })),
  { type: "text-end", id: "0" },
  { type: "finish-step" },
  { type: "finish", finishReason: "stop" },
].map(frame);

let server: Loopback | undefined;
afterEach(async () => server?.close());

async function serveBodies(...replies: readonly Reply[]): Promise<string> {
  server = await serve((_asked, count) => ({ headers: EVENT_STREAM, ...replies[Math.min(count, replies.length - 1)] }));
  return server.url;
}

const body = (chunks: readonly (string | object)[], close: "end" | "fin" = "end"): Reply => ({
  steps: [{ write: chunks.map((chunk) => (typeof chunk === "string" ? chunk : frame(chunk))).join("") }, { close }],
});

function startChat(url: string, options: HonestChatTransportOptions = {}, init: Partial<ConstructorParameters<typeof PlainChat>[0]> = {}) {
  const transport = createHonestChatTransport(new DefaultChatTransport<UIMessage>({ api: url }), options);
  // The app hands it to `useChat` as its transport.
  const given: ChatTransport<UIMessage> = transport;
  const finished: boolean[] = [];
  const chat = new PlainChat({ ...init, transport: given, onFinish: ({ isDisconnect }) => finished.push(isDisconnect) });
  const answer = () => transport.answerOf(chat.lastMessage?.id ?? "");
  return { chat, transport, answer, finished };
}

describe("createHonestChatTransport", () => {
  it("leaves a whole answer as it is, and knows it by the id that the chat gave it", async () => {
    const { chat, transport, answer } = startChat(await serveBodies(body(WHOLE)));
    await chat.sendMessage({ text: "?" });
    expect([chat.status, textIn(chat.lastMessage, "text")]).toEqual(["ready", WORDS]);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    expect(transport.statusOf(chat.lastMessage?.id ?? "")?.status).toBe("complete");
    expect(textOf(answer() ?? createUserMessage({ id: "", thread: "", text: "" }))).toBe(WORDS);
  });

  it("calls no cut answer complete, where the client alone calls each of them ready", async () => {
    const bodies = WHOLE.slice(0, -1).flatMap((_frame, at) => {
      const whole = WHOLE.slice(0, at + 1).join("");
      return [whole, whole + (WHOLE[at + 1] ?? "").slice(0, 9)];
    });
    const cuts = bodies.slice(0, 60);
    let index = 0;
    server = await serve(() => ({ headers: EVENT_STREAM, ...body([cuts[index] ?? ""]) }));
    const looksReady = { alone: 0, wrapped: 0 };
    let falselyComplete = 0;
    for (index = 0; index < cuts.length; index += 1) {
      const alone = new PlainChat({ transport: new DefaultChatTransport({ api: server.url }) });
      await alone.sendMessage({ text: "?" });
      if (alone.status === "ready" && alone.error === undefined) looksReady.alone += 1;
      const { chat, answer, finished } = startChat(server.url);
      await chat.sendMessage({ text: "?" });
      if (chat.status === "ready") looksReady.wrapped += 1;
      const held = answer();
      if (held === undefined || isSettled(held)) falselyComplete += 1;
      expect(held).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
      expect(finished).toEqual([true]);
    }
    console.info(
      `AbstractChat 7.0.173, ${cuts.length} clean cuts: alone ready ${looksReady.alone}; with createHonestChatTransport ready ${looksReady.wrapped}, falsely complete ${falselyComplete}`,
    );
    expect([cuts.length, looksReady, falselyComplete]).toEqual([60, { alone: 60, wrapped: 0 }, 0]);
  });

  it("can leave the client's own status alone, and still knows", async () => {
    const { chat, answer } = startChat(await serveBodies(body(WHOLE.slice(0, 9))), { errorOn: [] });
    await chat.sendMessage({ text: "?" });
    expect(chat.status).toBe("ready");
    expect(answer()).toMatchObject({ status: "truncated", cause: "disconnected" });
  });

  it("tells a length limit, a filter and a failure apart, which the client shows alike", async () => {
    for (const [finishReason, status, cause] of [
      ["length", "ready", "length"],
      ["content-filter", "ready", "filtered"],
      ["other", "error", "failed"],
    ] as const) {
      const { chat, answer } = startChat(await serveBodies(body([...WHOLE.slice(0, -1), { type: "finish", finishReason }])));
      await chat.sendMessage({ text: "?" });
      expect([chat.status, answer()]).toMatchObject([status, { status: "truncated", cause, stated: true }]);
      await server?.close();
    }
  });

  it("knows the user's own stop from a lost connection", async () => {
    const url = await serveBodies({ steps: [{ write: WHOLE.slice(0, 9).join("") }, { close: "half-open" }] });
    const { chat, transport, answer } = startChat(url);
    const arrived = new Promise<void>((resolve) => {
      transport.subscribe(() => {
        if (chat.lastMessage?.role === "assistant") resolve();
      });
    });
    const sending = chat.sendMessage({ text: "?" });
    await arrived;
    await chat.stop();
    await sending;
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped", stated: false });
  });

  it("goes on in the same answer after an approval, and after a result of the page's own tool", async () => {
    const call = { type: "tool-input-available", toolCallId: "c", toolName: "pay", input: { eur: 5 } };
    const ask = { type: "tool-approval-request", approvalId: "a", toolCallId: "c" };
    const paid = [...START, { type: "tool-output-available", toolCallId: "c", output: "paid" }];
    const said = [
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "Done." },
      { type: "text-end", id: "1" },
    ];
    const stop = [{ type: "finish-step" }, { type: "finish", finishReason: "stop" }];
    const waiting = body([...START, call, ask, { type: "finish-step" }, { type: "finish", finishReason: "tool-calls" }]);
    const { chat, answer } = startChat(await serveBodies(waiting, body([...paid, ...said, ...stop])));
    await chat.sendMessage({ text: "?" });
    expect([chat.status, answer()?.run?.state]).toEqual(["ready", "awaiting-approval"]);
    await chat.addToolApprovalResponse({ id: "a", approved: true });
    await chat.sendMessage();
    expect(chat.messages).toHaveLength(2);
    expect(answer()).toMatchObject({ status: "complete", calls: [{ id: "c", name: "pay", status: "succeeded", output: "paid" }] });
    await server?.close();

    const asked = body([...START, call, { type: "finish-step" }, { type: "finish", finishReason: "tool-calls" }]);
    const own = startChat(await serveBodies(asked, body([...START, ...said, ...stop])), { runsTools: true });
    await own.chat.sendMessage({ text: "?" });
    expect([own.chat.status, own.answer()?.status]).toEqual(["ready", "streaming"]);
    await own.chat.addToolOutput({ tool: "pay", toolCallId: "c", output: "paid" });
    await own.chat.sendMessage();
    expect(own.answer()).toMatchObject({ status: "complete", calls: [{ id: "c", status: "succeeded" }] });
  });

  it("does not take a wait for the page's tool for an error of the client", async () => {
    const call = { type: "tool-input-available", toolCallId: "c", toolName: "pay", input: {} };
    const { chat, answer } = startChat(await serveBodies(body([...START, call, { type: "finish", finishReason: "tool-calls" }])));
    await chat.sendMessage({ text: "?" });
    expect([chat.status, answer()]).toMatchObject(["ready", { cause: "failed", error: { code: "tool-results-missing" } }]);
  });

  it("reads Unsay's own events where the server sends them, over an approval too", async () => {
    const encoder = createAiSdkEncoder();
    const chunks = eventsOf(scripts.revision).flatMap((event) => encoder.push(event));
    const { chat, answer } = startChat(await serveBodies(body(chunks)));
    await chat.sendMessage({ text: "?" });
    expect(chat.status).toBe("ready");
    expect(answer()).toMatchObject({ status: "revised", revisions: 1, id: "revision-answer" });
    await server?.close();

    const argsHash = createArgsHash("c", "pay", {});
    const item = { call: "c", argsHash };
    const first: readonly EventPayload[] = [
      { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null },
      { type: "tool.propose", call: "c", name: "pay", effect: "irreversible", cancellable: false },
      { type: "tool.ready", call: "c", args: {}, argsHash },
      { type: "approval.request", approval: "a", items: [item], options: ["once"], editable: false, expiresInMs: null },
      { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS },
    ];
    const second: readonly EventPayload[] = [
      { type: "run.open", parent: "r1", caps: {}, heartbeatMs: null, ttlMs: null },
      { type: "approval.decision", approval: "a", items: [{ ...item, decision: "approved" }], by: "user" },
      { type: "tool.start", call: "c", attempt: 1, callKey: "k" },
      { type: "tool.result", call: "c", result: "ok", output: "paid" },
      { type: "run.end", outcome: "complete", effects: NO_EFFECTS },
    ];
    const carry = (run: string, payloads: readonly EventPayload[], before: readonly EventPayload[]) => {
      const make = (id: string, list: readonly EventPayload[]) => {
        const factory = createEventFactory({ thread: "t", run: id, message: "m" });
        return list.map((payload) => factory.make(payload));
      };
      const carrier = createAiSdkEncoder({ before: make("r1", before) });
      return body(make(run, payloads).flatMap((event) => carrier.push(event)));
    };
    const gate = startChat(await serveBodies(carry("r1", first, []), carry("r2", second, first)));
    await gate.chat.sendMessage({ text: "?" });
    expect(gate.answer()?.run?.state).toBe("awaiting-approval");
    await gate.chat.addToolApprovalResponse({ id: "a", approved: true });
    await gate.chat.sendMessage();
    expect(gate.answer()).toMatchObject({ id: "m", status: "complete", calls: [{ status: "succeeded" }] });
  });

  it("follows a stream that the client resumes", async () => {
    const { chat, answer } = startChat(await serveBodies(body(WHOLE.slice(0, 9)), body(WHOLE)));
    await chat.sendMessage({ text: "?" });
    const { id } = chat.lastMessage ?? {};
    expect([chat.status, answer()?.status]).toEqual(["error", "truncated"]);
    await chat.resumeStream();
    expect([chat.status, chat.lastMessage?.id, chat.messages.length]).toEqual(["ready", id, 2]);
    expect(answer()).toMatchObject({ status: "complete" });
  });

  it("passes what is no chunk to the client, and does not throw", async () => {
    const chunks: readonly UIMessageChunk[] = [null, 7, { type: 1 }, { type: "text-delta", id: "0" }] as unknown as UIMessageChunk[];
    const given = new ReadableStream<UIMessageChunk>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const inner = { sendMessages: () => Promise.resolve(given), reconnectToStream: () => Promise.resolve(null) };
    const transport = createHonestChatTransport(inner, { errorOn: [] });
    const sent = { chatId: "c", trigger: "submit-message", messageId: undefined, messages: [], abortSignal: undefined };
    const reader = (await transport.sendMessages(sent)).getReader();
    const passed: unknown[] = [];
    for (let next = await reader.read(); !next.done; next = await reader.read()) passed.push(next.value);
    expect(passed.slice(-4)).toEqual(chunks);
  });

  it("lets the model hear that a cut answer was cut", async () => {
    const { chat, answer } = startChat(await serveBodies(body(WHOLE.slice(0, 9))));
    await chat.sendMessage({ text: "How do I deploy this?" });
    const question = createUserMessage({ id: "u", thread: "t", text: "How do I deploy this?", delivery: "sent" });
    const held = answer();
    expect(toAiSdkMessages(held === undefined ? [] : [question, held])).toEqual([
      { role: "user", content: "How do I deploy this?" },
      {
        role: "assistant",
        content: [{ type: "text", text: expect.stringMatching(/^Drain the pool.*\[reply cut off by a lost connection/su) }],
      },
    ]);
  });
});
