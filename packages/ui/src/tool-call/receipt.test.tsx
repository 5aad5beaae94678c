import { describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { UnsayError, type EventPayload, type RunCommand, type ToolCallStatus } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import { createFakeClock } from "@unsay/core/testing";
import { callIdOf, createGateTransport, EMAIL_CALL, GateStage } from "../testing/gate-stage.js";
import { approval, endedMessage, receipt, toolCall } from "../testing/messages.js";
import { pass } from "../testing/passing.js";
import { Receipt, ReceiptList, ReceiptLog } from "./receipt.js";
import { ToolProgress } from "./tool-progress.js";
import "../styles/index.css";

const VERDICTS: readonly (readonly [ToolCallStatus, string])[] = [
  ["approved", "Waiting to run:"],
  ["executing", "Running:"],
  ["undoing", "Undoing:"],
  ["succeeded", "Already happened:"],
  ["unknown", "Not known:"],
  ["cancelled", "Did not run:"],
  ["rejected", "Did not run:"],
  ["expired", "Did not run:"],
  ["failed", "Failed:"],
  ["undo-failed", "Undo failed:"],
  ["undone", "Undone:"],
];

test.each(VERDICTS)("statement 36: a call that is %s is called “%s” and nothing more certain", async (status, verdict) => {
  const { container } = await render(<Receipt call={toolCall("deploy", status)} />);
  expect(container.querySelector("b")?.textContent).toBe(verdict);
  expect(container.querySelector("svg")).not.toBeNull();
});

test("statement 92: one receipt a call that was decided, cancelled or started, whatever comes after", async () => {
  const calls = [
    ...VERDICTS.map(([status]) => toolCall(`tool_${status}`, status)),
    toolCall("asked", "awaiting-approval"),
    toolCall("new", "ready"),
  ];
  const message = endedMessage("revised", { calls });
  const list = await render(<ReceiptList message={message} />);
  expect(list.container.querySelectorAll('[data-unsay="receipt"]')).toHaveLength(VERDICTS.length);
  const log = await render(<ReceiptLog messages={[message, { role: "user" }, { ...message, id: "message-2" }]} />);
  expect(log.container.querySelectorAll("li")).toHaveLength(VERDICTS.length * 2);
  expect(log.container.querySelectorAll("button")).toHaveLength(0);
});

test("statement 93: a lost reply is not known, and can be checked", async () => {
  const onCheck = vi.fn();
  const call = toolCall("deploy", "unknown");
  const screen = await render(<Receipt call={call} onCheck={onCheck} />);
  expect(screen.container.textContent).toContain("was started, no reply yet");
  await screen.getByRole("button", { name: "Check" }).click();
  expect(onCheck).toHaveBeenCalledWith(call);
});

test("statement 86: what a rule allowed says so, with the way to the rule", async () => {
  const onChangeRule = vi.fn();
  const call = toolCall("create_ticket", "succeeded", { approval: "approval-call-create_ticket" });
  const decided = [{ call: call.id, argsHash: "hash", decision: "approved" as const }];
  const message = endedMessage("complete", {
    calls: [call],
    receipts: [receipt(call.id, "ticket OPS-12 created")],
    approvals: [approval(call, { status: "approved", decided, by: "grant" })],
  });
  const screen = await render(<ReceiptList message={message} onChangeRule={onChangeRule} />);
  expect(screen.container.querySelector('[data-unsay="receipt.by"]')?.textContent).toContain("Allowed by your rule");
  expect(screen.container.querySelector("[data-by]")?.getAttribute("data-by")).toBe("grant");
  await screen.getByRole("button", { name: "Change" }).click();
  expect(onChangeRule).toHaveBeenCalledOnce();
});

test.each([
  ["user", {}, "You approved"],
  ["user", { proposed: { args: {}, argsHash: "h" } }, "You approved, with your changes"],
  ["other-device", {}, "Approved on another device"],
] as const)("by %s", async (by, fields, words) => {
  const call = toolCall("send_email", "succeeded", fields);
  const decided = [{ call: call.id, argsHash: "hash", decision: "approved" as const }];
  const message = endedMessage("complete", { calls: [call], approvals: [approval(call, { status: "approved", decided, by })] });
  const { container } = await render(<ReceiptList message={message} />);
  expect(container.querySelector('[data-unsay="receipt.by"]')?.textContent).toBe(words);
});

const id = callIdOf(EMAIL_CALL);
const start: EventPayload = { type: "tool.start", call: id, attempt: 1, callKey: "key" };
const yes = (argsHash: string): EventPayload => ({
  type: "approval.decision",
  approval: "approval-0",
  items: [{ call: id, argsHash, decision: "approved" }],
  by: "user",
});

async function run(events: readonly EventPayload[], onCommand?: (command: RunCommand) => "accept" | "hang" | UnsayError) {
  const clock = createFakeClock();
  const later = [yes(createArgsHash(id, EMAIL_CALL.name, EMAIL_CALL.args)), ...events].map((event) => ({ at: 10, event }));
  const transport = createGateTransport({ calls: [{ ...EMAIL_CALL, undo: true }] }, { clock, later, ...(onCommand ? { onCommand } : {}) });
  const screen = await render(
    <div className="unsay-root">
      <GateStage transport={transport} clock={clock} />
    </div>,
  );
  await vi.waitFor(async () => {
    await clock.advance(50);
    expect(screen.container.querySelector('[data-unsay="receipt"]')).not.toBeNull();
  });
  await pass(clock, 700);
  return { clock, transport, screen, text: () => screen.container.textContent ?? "" };
}

const sent = (transport: { readonly sent: readonly object[] }, command: string): number =>
  transport.sent.filter((each) => (each as { command: string }).command === command).length;

describe("what can be asked of a call", () => {
  test("r24-window: what is held counts down, and Don’t run asks for exactly that", async () => {
    const { clock, transport, screen, text } = await run([{ type: "tool.hold", call: id, ms: 8_000 }]);
    expect(text()).toMatch(/Runs in [678] s:/u);
    await pass(clock, 3_000);
    expect(text()).toMatch(/Runs in [45] s:/u);
    await screen.getByRole("button", { name: "Don’t run" }).click();
    await pass(clock, 50);
    expect(transport.sent.at(-1)).toMatchObject({ command: "stop", scope: "tool", call: id });
    expect(text()).not.toContain("Did not run");
  });

  test("statement 94: Undo is said to be asked; undoing, undone and undo-failed are the server's to say", async () => {
    const done: EventPayload = {
      type: "receipt",
      receipt: "r",
      call: id,
      outcome: "succeeded",
      summary: "email sent",
      doneAt: 0,
      undo: { untilAt: Number.MAX_SAFE_INTEGER },
    };
    const { clock, transport, screen, text } = await run([start, done], () => "hang");
    await screen.getByRole("button", { name: "Undo" }).click();
    await pass(clock, 100);
    expect(sent(transport, "undo")).toBe(1);
    expect(text()).toContain("Already happened:");
    expect(text()).toContain("Undo was sent.");
    expect(text()).not.toMatch(/Undone|Undoing/u);
  });

  test("Undo that the server refuses says why, and what happened stays", async () => {
    const done: EventPayload = {
      type: "receipt",
      receipt: "r",
      call: id,
      outcome: "succeeded",
      summary: "email sent",
      doneAt: 0,
      undo: { untilAt: Number.MAX_SAFE_INTEGER },
    };
    const refusal = new UnsayError({ code: "undo-expired", message: "late", retryable: false, userMessage: "It is too late." });
    const { clock, screen, text } = await run([start, done], () => refusal);
    await screen.getByRole("button", { name: "Undo" }).click();
    await pass(clock, 100);
    expect(text()).toContain("Already happened: email sent");
    expect(text()).toContain("That was not possible. It is too late.");
  });

  test("Retry is offered where the tool says that it may be tried again", async () => {
    const failed: EventPayload = {
      type: "tool.result",
      call: id,
      result: "error",
      effect: "none",
      error: { code: "tool-timeout", message: "slow", retryable: true, userMessage: "The mail server is slow" },
    };
    const { clock, transport, screen, text } = await run([start, failed]);
    expect(text()).toContain("Failed:");
    await screen.getByRole("button", { name: "Retry" }).click();
    await pass(clock, 50);
    expect(sent(transport, "retry")).toBe(1);
  });

  test("r13-enough: rows are shown while they come; Enough takes them as the result, which is labelled partial", async () => {
    const rows = Array.from({ length: 30 }, (_, row) => `row ${row}`);
    const progress: EventPayload = { type: "tool.progress", call: id, preview: rows, count: 30, total: 12_400 };
    const { clock, transport, screen, text } = await run([start, progress]);
    expect(text()).toContain("Showing 30 of 12,400");
    expect(screen.container.querySelectorAll('[data-unsay="tool-progress"] li')).toHaveLength(30);
    await screen.getByRole("button", { name: "Enough" }).click();
    await pass(clock, 100);
    expect(transport.sent.at(-1)).toMatchObject({ command: "stop", scope: "tool", intent: "enough", keepPartial: true });
    expect(text()).toContain("partial: you had enough");
  });
});

test("r13-cap: as much as the machine holds is a bounded number of short rows", async () => {
  const preview = Array.from({ length: 200 }, () => "x".repeat(1_000));
  const call = toolCall("export", "executing", { progress: { preview, count: 12_400, total: 12_400, isCapped: true } });
  const { container } = await render(<ToolProgress call={call} onEnough={() => {}} />);
  expect(container.querySelectorAll("*").length).toBeLessThan(220);
  expect(container.textContent?.length).toBeLessThan(200 * 170);
  expect(container.textContent).toContain("Showing 200 of 12,400");
});

test("320 px: a receipt with two buttons and a long word stays inside", async () => {
  await page.viewport(320, 600);
  const call = toolCall("x".repeat(120), "failed", {
    error: { code: "e", message: "y".repeat(300), retryable: true, userMessage: "z".repeat(200) },
  });
  const screen = await render(
    <div className="unsay-root">
      <Receipt call={call} onRetry={() => {}} by="user" />
    </div>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Details" }).element());
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
});
