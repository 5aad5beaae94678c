import type { UIMessage } from "ai";
import { describe, expect, expectTypeOf, it } from "vitest";
import { toOpenAiMessages } from "../../../context/index.js";
import { createUserMessage } from "../../../message/create.js";
import { textOf } from "../../../message/selectors.js";
import { fromUIMessage, statedEndingOf, type UIMessageEnding } from "../index.js";

const stored: UIMessage = {
  id: "m",
  role: "assistant",
  parts: [
    { type: "step-start" },
    { type: "reasoning", id: "r", text: "Hm.", state: "done" },
    { type: "text", text: "Paying. ", state: "done" },
    { type: "tool-pay", toolCallId: "c1", state: "output-available", input: { eur: 5 }, output: "paid" },
    {
      type: "dynamic-tool",
      toolName: "mail",
      toolCallId: "c2",
      state: "output-denied",
      input: {},
      approval: { id: "a", approved: false, reason: "no" },
    },
    { type: "tool-pay", toolCallId: "c3", state: "input-available", input: { eur: 6 } },
    { type: "tool-pay", toolCallId: "c4", state: "output-error", input: undefined, rawInput: "{", errorText: "no JSON" },
    { type: "source-url", sourceId: "s", url: "https://a.example" },
    { type: "text", text: "Done.", state: "done" },
  ],
};
const cut: UIMessageEnding = { status: "truncated", cause: "disconnected", stated: false };

describe("fromUIMessage", () => {
  it("requires the host's word about the end", () => {
    expectTypeOf(fromUIMessage).parameter(1).toEqualTypeOf<UIMessageEnding>();
    expectTypeOf<Parameters<typeof fromUIMessage>["length"]>().toEqualTypeOf<2 | 3>();
  });

  it("maps text, reasoning, calls and values, with the end that the host names", () => {
    const message = fromUIMessage(stored, { status: "complete" });
    expect(message).toMatchObject({ id: "m", status: "complete", stated: true, notes: ["uncertain-effects"] });
    expect(textOf(message)).toBe("Paying. Done.");
    expect(message.calls.map(({ id, name, status }) => [id, name, status])).toEqual([
      ["c1", "pay", "succeeded"],
      ["c2", "mail", "rejected"],
      ["c3", "pay", "unknown"],
      ["c4", "pay", "failed"],
    ]);
    expect(message.parts.map((part) => (part.type === "call" ? part.call : part.kind))).toEqual([
      "reasoning",
      "answer",
      "c1",
      "c2",
      "c3",
      "c4",
      "source",
      "answer",
    ]);
  });

  it("says truncated of the same message when the host does, and whether that was stated", () => {
    expect(fromUIMessage(stored, cut)).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(fromUIMessage(stored, { status: "truncated", cause: "length" })).toMatchObject({ cause: "length", stated: true });
  });

  it("keeps a question open only where one is", () => {
    const parts: UIMessage["parts"] = [
      { type: "tool-pay", toolCallId: "c", state: "approval-requested", input: { eur: 5 }, approval: { id: "a" } },
    ];
    const waiting = fromUIMessage({ ...stored, parts }, { status: "awaiting-approval" });
    expect(waiting).toMatchObject({ run: { state: "awaiting-approval" }, approvals: [{ id: "a", status: "open" }] });
    expect(fromUIMessage(stored, { status: "awaiting-approval" })).toMatchObject({ status: "truncated", cause: "corrupt" });
  });

  it("does not complete without an ending, with one that is none, or against the message's own status part", () => {
    for (const ending of [undefined, null, {}, { status: "ready" }, { status: "truncated" }, { status: "truncated", cause: "no" }]) {
      expect(fromUIMessage(stored, ending as unknown as UIMessageEnding)).toMatchObject({ status: "truncated", cause: "corrupt" });
    }
    const withStatus = (data: object) => ({ ...stored, parts: [{ type: "data-unsay-status" as const, id: "m", data }, ...stored.parts] });
    expect(fromUIMessage(withStatus({ status: "streaming" }), { status: "complete" })).toMatchObject({ cause: "corrupt" });
    expect(fromUIMessage(withStatus({ status: "truncated", cause: "length" }), { status: "complete" })).toMatchObject({ cause: "length" });
    expect(fromUIMessage(withStatus({ status: "complete" }), { status: "complete" }).status).toBe("complete");
    expect(textOf(fromUIMessage(withStatus({ status: "truncated", cause: "length" }), cut))).toBe("Paying. Done.");
  });

  it("finds the ending that a status part states", () => {
    const withStatus = (data: unknown): UIMessage => ({ ...stored, parts: [{ type: "data-unsay-status", id: "m", data }] });
    expect(statedEndingOf(withStatus({ status: "revised" }))).toEqual({ status: "complete" });
    expect(statedEndingOf(withStatus({ status: "truncated", cause: "length" }))).toEqual({ status: "truncated", cause: "length" });
    for (const data of [{ status: "streaming" }, null, "complete"]) expect(statedEndingOf(withStatus(data))).toBeNull();
    expect(statedEndingOf(stored)).toBeNull();
  });

  it("loses no text in silence: a part of a later version that holds some leaves the answer in doubt", () => {
    const parts = [...stored.parts, { type: "poem", text: "Roses" }];
    expect(fromUIMessage({ ...stored, parts }, { status: "complete" })).toMatchObject({ cause: "corrupt" });
    expect(fromUIMessage({ ...stored, parts: 7 as unknown as [] }, { status: "complete" })).toMatchObject({ cause: "corrupt" });
  });

  it("lets the model hear the truth about every call of a cut answer", () => {
    const question = createUserMessage({ id: "u", thread: "t", text: "Pay.", delivery: "sent" });
    const told = JSON.stringify(toOpenAiMessages([question, fromUIMessage(stored, cut)]));
    expect(told).toContain("reply cut off by a lost connection");
    expect(told).toContain("outcome unknown; do not retry");
    expect(told).toContain("not executed: rejected by the user: no");
  });
});
