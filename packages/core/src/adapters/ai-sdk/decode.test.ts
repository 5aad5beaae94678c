import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import { decodeUIMessageStream } from "./index.js";

const IDS = { thread: "t", run: "r", message: "m" };
type Chunk = Readonly<Record<string, unknown>>;

function decode(chunks: readonly Chunk[]) {
  const decoder = decodeUIMessageStream({ ...IDS, effectOf: (name) => (name === "lookup" ? "read" : undefined) });
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  const said = [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()];
  const { message, violations } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), said);
  expect(violations).toEqual([]);
  return { said, message };
}

const begin: readonly Chunk[] = [{ type: "start" }, { type: "start-step" }];
const text = (id: string, delta: string): readonly Chunk[] => [
  { type: "text-start", id },
  { type: "text-delta", id, delta },
  { type: "text-end", id },
];
const input = (toolCallId: string, toolName: string, value: unknown): Chunk => ({
  type: "tool-input-available",
  toolCallId,
  toolName,
  input: value,
});
const finish = (finishReason?: string): readonly Chunk[] => [
  { type: "finish-step" },
  { type: "finish", ...(finishReason === undefined ? {} : { finishReason }) },
];

describe("decodeUIMessageStream", () => {
  it.each([
    ["stop", "complete", undefined],
    ["length", "length", "output-limit"],
    ["content-filter", "filtered", "guard-tripped"],
    ["tool-calls", "failed", "tool-results-missing"],
    ["interrupted", "disconnected", "stream-eof"],
    ["error", "failed", "provider-error"],
    ["other", "failed", "finish-reason-unknown"],
  ])("ends finish %s as %s", (reason, end, code) => {
    const { message } = decode([...begin, ...text("0", "Yes."), ...finish(reason)]);
    expect(message.status === "truncated" ? [message.cause, message.error?.code] : [message.status, undefined]).toEqual([end, code]);
    expect([textOf(message), message.stated]).toEqual(["Yes.", true]);
  });

  it("without a reason is complete only if every part and call was ended", () => {
    expect(decode([...begin, ...text("0", "Yes."), ...finish()]).message.status).toBe("complete");
    const openPart = decode([...begin, ...text("0", "Yes.").slice(0, 2), ...finish()]).message;
    const openCall = decode([...begin, input("c1", "lookup", {}), ...text("0", "Yes."), ...finish()]).message;
    for (const message of [openPart, openCall])
      expect(message).toMatchObject({ cause: "failed", error: { code: "finish-reason-missing" } });
  });

  it("knows the steering that a provider's own reason tells of", () => {
    const chunk = { type: "finish", finishReason: "other", messageMetadata: { rawFinishReason: "steered" } };
    expect(decode([...begin, ...text("0", "Part"), chunk]).message).toMatchObject({ cause: "redirected" });
  });

  it("is not complete after text-end, finish-step or [DONE]", () => {
    expect(decode([...begin, ...text("0", "Yes."), { type: "finish-step" }]).message).toMatchObject({
      cause: "disconnected",
      stated: false,
    });
  });

  it("ends abort as stopped and error as failed, with the text kept", () => {
    expect(decode([...begin, ...text("0", "Part"), { type: "abort" }]).message).toMatchObject({ cause: "stopped", stated: true });
    const { message } = decode([...begin, ...text("0", "Part"), { type: "error", errorText: "boom" }]);
    expect(message).toMatchObject({ cause: "failed", stated: true, error: { code: "provider-error" } });
    expect(textOf(message)).toBe("Part");
  });

  it("takes results as reported, and progress as progress", () => {
    const { message, said } = decode([
      ...begin,
      { type: "tool-input-start", toolCallId: "c1", toolName: "lookup" },
      { type: "tool-input-delta", toolCallId: "c1", inputTextDelta: '{"q":1}' },
      input("c1", "lookup", { q: 1 }),
      { type: "tool-output-available", toolCallId: "c1", output: "half", preliminary: true },
      { type: "tool-output-available", toolCallId: "c1", output: "all" },
      input("c2", "pay", {}),
      { type: "tool-output-error", toolCallId: "c2", errorText: "timeout" },
      ...text("0", "Done."),
      ...finish("stop"),
    ]);
    expect(said.filter((event) => event.type === "tool.progress")).toHaveLength(1);
    expect(message.calls).toMatchObject([
      { id: "c1", effect: "read", runsOn: "server", status: "succeeded", output: "all" },
      { id: "c2", effect: "irreversible", status: "unknown", error: { message: "timeout" } },
    ]);
  });

  it("does not know what a tool did when the stream fails while it may run, and does when it finished without it", () => {
    expect(decode([...begin, input("c1", "pay", {}), { type: "error", errorText: "boom" }]).message.calls).toMatchObject([
      { status: "unknown" },
    ]);
    expect(decode([...begin, input("c1", "pay", {}), ...finish("tool-calls")]).message.calls).toMatchObject([{ status: "cancelled" }]);
  });

  it("waits for the user while an approval is open, and binds a decision to what was asked", () => {
    const request = { type: "tool-approval-request", approvalId: "a1", toolCallId: "c1" };
    const waiting = decode([...begin, input("c1", "pay", { amount: 5 }), request, ...finish("tool-calls")]).message;
    expect(waiting.run?.state).toBe("awaiting-approval");
    expect(waiting.approvals).toMatchObject([{ id: "a1", status: "open", items: [{ call: "c1", argsHash: waiting.calls[0]?.argsHash }] }]);
    const denied = [
      { type: "tool-approval-response", approvalId: "a1", approved: false, reason: "no" },
      { type: "tool-output-denied", toolCallId: "c1" },
    ];
    const { message } = decode([
      ...begin,
      input("c1", "pay", { amount: 5 }),
      request,
      ...denied,
      ...text("0", "Not paid."),
      ...finish("stop"),
    ]);
    expect(message).toMatchObject({
      status: "complete",
      calls: [{ status: "rejected", reason: "no" }],
      approvals: [{ status: "rejected" }],
    });
  });

  it("withdraws the question about a tool whose provider ran it without waiting, so that nobody waits for an answer", () => {
    const request = { type: "tool-approval-request", approvalId: "a1", toolCallId: "c1" };
    const output = { type: "tool-output-available", toolCallId: "c1", output: { found: 1 }, providerExecuted: true };
    const { message } = decode([...begin, input("c1", "tool_search", {}), request, output, ...text("0", "Found."), ...finish("stop")]);
    expect(message).toMatchObject({
      status: "complete",
      calls: [{ status: "succeeded" }],
      approvals: [{ status: "cancelled" }],
    });
  });

  it("asks anew when the input changes while asked, and does not complete when it changes after the decision", () => {
    const request = { type: "tool-approval-request", approvalId: "a1", toolCallId: "c1" };
    const asked = [...begin, input("c1", "pay", { amount: 5 }), request];
    const changed = input("c1", "pay", { amount: 500 });
    expect(decode([...asked, changed, ...finish("tool-calls")]).message.approvals.map(({ status }) => status)).toEqual([
      "superseded",
      "open",
    ]);
    const decided = [...asked, { type: "tool-approval-response", approvalId: "a1", approved: true }, changed, ...finish("stop")];
    expect(decode(decided).message).toMatchObject({ cause: "corrupt", calls: [{ args: { amount: 5 } }] });
  });

  it("translates reset-step: the text is retracted with a reason, open calls are cancelled, earlier steps stay", () => {
    const { message } = decode([
      ...begin,
      ...text("0", "Kept. "),
      { type: "finish-step" },
      { type: "start-step" },
      ...text("1", "Wrong."),
      input("c1", "pay", {}),
      { type: "reset-step" },
      ...text("1", "Right."),
      ...finish("stop"),
    ]);
    expect(message).toMatchObject({ status: "revised", revisions: 1, calls: [{ status: "cancelled" }] });
    expect(textOf(message)).toBe("Kept. Right.");
    const taken = message.parts.flatMap((part) => (part.type === "text" ? part.spans : [])).find((span) => span.state === "retracted");
    expect(taken).toMatchObject({ text: "Wrong.", reason: expect.stringMatching(/\w/u) });
  });

  it("keeps sources, files and data, but nothing transient", () => {
    const { message } = decode([
      ...begin,
      { type: "source-url", sourceId: "s1", url: "https://a", title: "A" },
      { type: "file", url: "data:text/plain,x", mediaType: "text/plain" },
      { type: "data-weather", data: { c: 20 } },
      { type: "data-toast", transient: true, data: "hi" },
      ...finish("stop"),
    ]);
    expect(message.parts.map((part) => part.type === "value" && part.kind)).toEqual(["source", "file", "data"]);
  });

  it("loses no result of a call that was never announced", () => {
    const { message } = decode([
      ...begin,
      { type: "tool-output-available", toolCallId: "c9", output: 1 },
      ...text("0", "Yes."),
      ...finish("stop"),
    ]);
    expect(message.calls).toMatchObject([{ id: "c9", name: "unknown", status: "succeeded" }]);
  });

  it.each([
    ["a delta that is no text", { type: "text-delta", id: "0", delta: null }],
    ["text without an id", { type: "text-delta", delta: "x" }],
    ["an unknown chunk with a delta", { type: "prose-delta", id: "0", delta: "x" }],
    ["an approval of a call whose input never came", { type: "tool-approval-request", approvalId: "a", toolCallId: "c" }],
    ["a chunk without a type", { id: "0" }],
  ])("does not complete over %s", (_what, bad) => {
    expect(decode([...begin, ...text("0", "Yes."), bad, ...finish("stop")]).message).toMatchObject({
      status: "truncated",
      cause: "corrupt",
    });
  });

  it("is not complete when the reason is there and says nothing", () => {
    const { message } = decode([...begin, ...text("0", "Yes."), { type: "finish-step" }, { type: "finish", finishReason: null }]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt" });
    expect(textOf(message)).toBe("Yes.");
  });
});
