import { expect, test } from "vitest";
import { render } from "vitest-browser-react";
import type { StopRecord, ToolCallStatus } from "@unsay/core";
import { endedMessage, toolCall, truncatedMessage } from "../testing/messages.js";
import { StopLedger } from "./stop-ledger.js";

const stop: StopRecord = { intent: "stop", by: "user", phase: "done", upstream: "aborted", command: "c", atSeq: 1, painted: null };

async function isShown(message: Parameters<typeof StopLedger>[0]["message"]): Promise<boolean> {
  const { container } = await render(<StopLedger message={message} />);
  return container.querySelector('[data-unsay="stop-ledger"]') !== null;
}

const STARTED: readonly ToolCallStatus[] = ["executing", "succeeded", "failed", "unknown", "undoing", "undone", "undo-failed"];
const NOT_STARTED: readonly ToolCallStatus[] = [
  "proposed",
  "ready",
  "awaiting-approval",
  "approved",
  "held",
  "rejected",
  "expired",
  "cancelled",
];

test.each([...STARTED.map((status) => [status, true] as const), ...NOT_STARTED.map((status) => [status, false] as const)])(
  "statement 37: after a stop, a tool that is %s: the ledger is there, %s",
  async (status, shown) => {
    expect(await isShown(truncatedMessage("stopped", { stop, calls: [toolCall("send_email", status)] }))).toBe(shown);
  },
);

test("statement 37: no ledger without a tool, nor without a stop", async () => {
  expect(await isShown(truncatedMessage("stopped", { stop }))).toBe(false);
  expect(await isShown(endedMessage("complete", { calls: [toolCall("send_email", "succeeded")] }))).toBe(false);
});
