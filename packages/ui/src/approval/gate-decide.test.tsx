import { beforeEach, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { UnsayError, type EventPayload } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import { createFakeClock, type FakeClock, type ScriptedTransport } from "@unsay/core/testing";
import type { JsonSchema, RiskOf } from "@unsay/react";
import {
  ACCESS_CALL,
  callIdOf,
  createGateTransport,
  decisionsOf,
  EMAIL_CALL,
  eventsOfAsk,
  GateStage,
  type Ask,
} from "../testing/gate-stage.js";
import { pass } from "../testing/passing.js";
import { Thread } from "../thread/thread.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { DescribeCall } from "./describe-call.js";
import { focusApproval } from "./focus-approval.js";
import { GrantList } from "./grant-list.js";
import "../styles/index.css";

beforeEach(() => page.viewport(700, 900));

interface Stage {
  readonly clock: FakeClock;
  readonly transport: ScriptedTransport;
  readonly screen: Awaited<ReturnType<typeof render>>;
  readonly find: (name: string) => HTMLElement;
}

type Options = Parameters<typeof createGateTransport>[1] & {
  readonly settings?: ApprovalSettings;
  readonly describe?: DescribeCall;
  readonly onStop?: () => void;
};

async function stage(ask: Ask, { settings = {}, describe: describeCall, onStop, ...options }: Options = {}): Promise<Stage> {
  const clock = createFakeClock();
  const transport = createGateTransport(ask, { clock, ...options });
  const screen = await render(
    <div className="unsay-root">
      <input aria-label="elsewhere" />
      <GateStage
        transport={transport}
        clock={clock}
        settings={settings}
        {...(describeCall === undefined ? {} : { describe: describeCall })}
      >
        {(calls) => (
          <Thread status="streaming" onStop={onStop}>
            {calls}
          </Thread>
        )}
      </GateStage>
    </div>,
  );
  await vi.waitFor(async () => {
    await clock.advance(20);
    expect(screen.container.querySelector("[data-approval]")).not.toBeNull();
  });
  return { clock, transport, screen, find: (name) => screen.container.querySelector(`[data-unsay="${name}"]`) as HTMLElement };
}

const SCHEMA: JsonSchema = {
  type: "object",
  required: ["to", "amount"],
  properties: {
    to: { type: "string", enum: ["ana", "bo"] },
    amount: { type: "integer", minimum: 1, maximum: 500 },
    urgent: { type: "boolean" },
    note: { type: "string", maxLength: 20 },
    tags: { type: "array", items: { type: "string" }, maxItems: 2 },
    bank: { type: "object", properties: { code: { type: "string", pattern: "^[A-Z]{2}$" } } },
  },
};
const PAY: Ask = {
  calls: [{ name: "pay", args: { to: "ana", amount: 20, urgent: false, note: "Hi", tags: ["x"], bank: { code: "AT" } } }],
  editable: true,
};
const describePay: DescribeCall = () => ({ title: "Pay ana?", approveLabel: "Pay once", schema: SCHEMA });

describe("ArgumentEditor", () => {
  test("a form from the schema; a change shows what was and what is, can be reset, and is counted on Approve", async () => {
    const { clock, transport, screen, find } = await stage(PAY, { describe: describePay });
    await userEvent.click(find("approval-gate.edit"));
    const kinds = Array.from(screen.container.querySelectorAll(".unsay-field"), ({ localName }) => localName);
    expect(kinds).toEqual(["select", "input", "select", "input", "textarea", "input"]);
    expect(document.activeElement?.localName).toBe("select");
    await screen.getByLabelText("amount").fill("45");
    await screen.getByLabelText("bank › code").fill("DE");
    const suggestion = screen.container.querySelector('[data-field="amount"] [role="suggestion"]');
    expect(suggestion?.querySelector("del")?.textContent).toBe("Before: 20");
    expect(suggestion?.querySelector("ins")?.textContent).toBe("Now: 45");
    expect(find("approval-gate.approve").textContent).toBe("Pay once, with 2 changes");
    expect(find("approval-gate").dataset["edited"]).toBe("2");
    await screen.getByRole("button", { name: "Reset: bank › code" }).click();
    expect(find("approval-gate.approve").textContent).toBe("Pay once, with 1 change");
    await pass(clock, 700);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 50);
    expect(decisionsOf(transport)[0]?.items[0]).toMatchObject({
      decision: "approve",
      edited: { to: "ana", amount: 45, urgent: false, note: "Hi", tags: ["x"], bank: { code: "AT" } },
    });
  });

  test("statement 72: changed arguments start the guard again", async () => {
    const { clock, screen, find } = await stage(PAY, { describe: describePay });
    await userEvent.click(find("approval-gate.edit"));
    await pass(clock, 1_200);
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBeNull();
    await screen.getByLabelText("amount").fill("45");
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
  });

  test.each([
    ["amount", "0", "Not less than 1."],
    ["amount", "9,9", "This must be a whole number."],
    ["amount", "", "This is needed."],
    ["note", "x".repeat(21), "At most 20 characters."],
    ["tags", "a\nb\nc", "At most 2 entries."],
    ["bank › code", "at", "This does not have the form that the tool takes."],
  ])("what %s does not take is said in words, and nothing can be approved: %j", async (label, text, words) => {
    const { clock, screen, find } = await stage(PAY, { describe: describePay });
    await userEvent.click(find("approval-gate.edit"));
    const field = screen.getByRole("textbox", { name: label, exact: true });
    await field.fill(text);
    await pass(clock, 1_200);
    expect(find("argument-editor.problem").textContent).toBe(words);
    expect(field.element().getAttribute("aria-invalid")).toBe("true");
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
    expect(screen.container.textContent).toContain("One of your changes can’t be used yet.");
  });

  test("statement 78: Enter in a field approves nothing", async () => {
    const { clock, screen, find, transport } = await stage(PAY, { describe: describePay });
    await userEvent.click(find("approval-gate.edit"));
    await pass(clock, 1_200);
    (screen.getByLabelText("note", { exact: true }).element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await pass(clock, 50);
    expect(decisionsOf(transport)).toEqual([]);
  });

  test("statement 83: risk is asked again with each change; when it rises, so do mechanism and guard", async () => {
    const riskOf = vi.fn<RiskOf>((_call, args) => ((args as { amount: number }).amount > 100 ? 3 : 2));
    const { clock, screen, find } = await stage(PAY, { describe: describePay, settings: { riskOf } });
    await userEvent.click(find("approval-gate.edit"));
    await pass(clock, 1_200);
    expect(find("approval-gate.approve").dataset["mechanism"]).toBe("press");
    await screen.getByLabelText("amount").fill("400");
    expect(find("approval-gate").dataset["risk"]).toBe("3");
    expect(find("approval-gate.approve").dataset["mechanism"]).toBe("hold");
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
    expect(riskOf).toHaveBeenLastCalledWith(expect.anything(), expect.objectContaining({ amount: 400 }));
  });

  test("without a schema, what is no form is JSON, and broken JSON is said in words", async () => {
    const { screen, find } = await stage(
      { calls: [{ name: "pay", args: { lines: [{ id: 1 }] } }], editable: true },
      { describe: () => ({}) },
    );
    await userEvent.click(find("approval-gate.edit"));
    await screen.getByLabelText("lines").fill("[{");
    expect(find("argument-editor.problem").textContent).toBe("This is not valid JSON.");
  });
});

describe("ApprovalDialog", () => {
  const ASK: Ask = { calls: [ACCESS_CALL] };
  const settings: ApprovalSettings = { riskOf: () => 4 };

  test("statements 71 and 77: it opens before a reader who is not typing, on its title; Tab goes on to Reject and at last to Approve", async () => {
    const { clock, find } = await stage(ASK, { settings });
    await vi.waitFor(() => expect(find("approval-dialog")).not.toBeNull());
    expect((find("approval-dialog") as HTMLDialogElement).open).toBe(true);
    expect(find("approval-dialog").getAttribute("role")).toBe("alertdialog");
    expect(document.activeElement).toBe(find("approval-gate.title"));
    const seen: (string | null | undefined)[] = [];
    for (let step = 0; step < 4; step += 1) {
      await userEvent.keyboard("{Tab}");
      seen.push(document.activeElement?.getAttribute("data-unsay"));
    }
    expect(seen).toEqual(["approval-gate.reject", "approval-gate.reason-toggle", "approval-gate.type", "approval-gate.approve"]);
    await pass(clock, 100);
  });

  test("statement 71: under typing hands it stays closed, and the line leads to it", async () => {
    const clock = createFakeClock();
    const transport = createGateTransport(ASK, { clock, later: [] });
    const screen = await render(
      <div className="unsay-root">
        <GateStage transport={transport} clock={clock} settings={settings}>
          {(calls, thread) => (
            <Thread status="streaming">
              <input aria-label="elsewhere" autoFocus />
              {thread.messages.length > 0 ? calls : null}
            </Thread>
          )}
        </GateStage>
      </div>,
    );
    await userEvent.keyboard("typing");
    await pass(clock, 1_000);
    const line = screen.container.querySelector('[data-unsay="approval-dialog.line"]');
    expect(line?.textContent).toContain("Give “ci-bot” admin access to production?");
    expect(screen.container.querySelector("dialog")).toBeNull();
    await pass(clock, 5_000);
    expect(screen.container.querySelector("dialog")).toBeNull();
    focusApproval("approval-0");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-unsay")).toBe("approval-gate.title"));
  });

  test("statement 50 and keys: Escape is Decide later: it closes, decides nothing and stops nothing", async () => {
    const onStop = vi.fn();
    const { clock, find, transport } = await stage(ASK, { settings, onStop });
    await vi.waitFor(() => expect(find("approval-dialog")).not.toBeNull());
    await userEvent.keyboard("{Escape}");
    await vi.waitFor(() => expect(find("approval-dialog")).toBeNull());
    await pass(clock, 50);
    expect(decisionsOf(transport)).toEqual([]);
    expect(onStop).not.toHaveBeenCalled();
    expect(find("approval-dialog.line")).not.toBeNull();
  });

  test("tiers: tier 4 takes the object's name, in any case and pasted, then 3 s, then a press; Enter in the field does nothing", async () => {
    const { clock, find, transport } = await stage(ASK, { settings });
    await vi.waitFor(() => expect(find("approval-gate.type")).not.toBeNull());
    await userEvent.fill(find("approval-gate.type"), "ci-bo");
    await pass(clock, 4_000);
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
    await userEvent.fill(find("approval-gate.type"), "  CI-Bot ");
    await userEvent.keyboard("{Enter}");
    await pass(clock, 200);
    expect(decisionsOf(transport)).toEqual([]);
    await pass(clock, 3_500);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 50);
    expect(decisionsOf(transport)).toHaveLength(1);
  });
});

function batchOf(amount: number): Ask {
  return { calls: Array.from({ length: amount }, (_, at) => ({ id: `c${at}`, name: "create_ticket", args: { title: `T${at}` } })) };
}
const describeTicket: DescribeCall = ({ args }) => ({ title: `Create ticket ${(args as { title: string }).title}` });

describe("ApprovalBatch", () => {
  test("nothing is chosen beforehand; one answer a row, and what is not chosen does not run", async () => {
    const { clock, transport, screen, find } = await stage(batchOf(3), { describe: describeTicket });
    const boxes = screen.getByRole("checkbox");
    expect(boxes.elements().map((box) => (box as HTMLInputElement).checked)).toEqual([false, false, false]);
    await screen.getByRole("checkbox", { name: "Create ticket T1" }).click();
    expect(find("approval-gate.approve").textContent).toBe("Approve 1 selected, not the other 2");
    await pass(clock, 900);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 50);
    expect(decisionsOf(transport)[0]?.items.map(({ call, decision }) => `${call} ${decision}`)).toEqual([
      "c0 reject",
      "c1 approve",
      "c2 reject",
    ]);
    await vi.waitFor(() =>
      expect(Array.from(screen.container.querySelectorAll('[data-unsay="receipt"]'), (row) => row.getAttribute("data-status"))).toEqual([
        "rejected",
        "approved",
        "rejected",
      ]),
    );
  });

  test("21 are two parts; Approve all waits until every row has been in view", async () => {
    await page.viewport(700, 300);
    const { clock, screen, find } = await stage(batchOf(21), { describe: describeTicket });
    expect(screen.container.querySelectorAll('[data-unsay="approval-batch.part"]')).toHaveLength(2);
    find("approval-gate.approve").scrollIntoView({ block: "end" });
    await pass(clock, 1_200);
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
    for (const row of screen.container.querySelectorAll('[data-unsay="approval-batch.row"]')) {
      row.scrollIntoView({ block: "center" });
      await pass(clock, 100);
    }
    find("approval-gate.approve").scrollIntoView({ block: "end" });
    await pass(clock, 1_200);
    expect(find("approval-gate.approve").textContent).toBe("Approve all 21");
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBeNull();
  });

  test.each([
    ["different tools", [...batchOf(2).calls, EMAIL_CALL]],
    ["a risky one", batchOf(2).calls.map((call) => ({ ...call, effect: "irreversible" as const }))],
  ])("is refused for %s: one gate shows all of them, at the highest tier", async (_what, calls) => {
    const { screen } = await stage({ calls }, { describe: describeTicket });
    expect(screen.container.querySelectorAll('[data-unsay="approval-batch.row"]')).toHaveLength(0);
    expect(screen.container.querySelectorAll('[data-unsay="approval-gate"]')).toHaveLength(1);
    expect(screen.container.querySelectorAll("dl").length).toBeGreaterThanOrEqual(calls.length);
  });
});

describe("ScopePicker", () => {
  const ASK: Ask = { calls: [EMAIL_CALL], options: ["once", "scoped"] };
  const remember: DescribeCall = () => ({ remember: { boundary: "to ana" }, approveLabel: "Send" });

  test("takes two activations, names its boundary, and the decision carries the scope", async () => {
    const onRemember = vi.fn();
    const { clock, transport, screen, find } = await stage(ASK, { settings: { onRemember }, describe: remember });
    expect(screen.container.querySelectorAll("input[type=radio]")).toHaveLength(0);
    await screen.getByRole("button", { name: "Remember…" }).click();
    expect(screen.container.querySelector("legend")?.textContent).toBe("Allow “Send email” to ana");
    expect((screen.getByRole("radio", { name: "Only this once" }).element() as HTMLInputElement).checked).toBe(true);
    await screen.getByRole("radio", { name: "For the rest of this conversation" }).click();
    expect(find("approval-gate.approve").textContent).toBe("Send, and remember");
    expect(find("approval-gate").dataset["scope"]).toBe("thread");
    expect(onRemember).not.toHaveBeenCalled();
    await pass(clock, 900);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 50);
    expect(decisionsOf(transport)[0]?.items[0]?.scope).toEqual({ argsPattern: JSON.stringify(EMAIL_CALL.args), ms: 86_400_000 });
  });

  test.each<[string, Ask, ApprovalSettings]>([
    ["without a handler", ASK, {}],
    ["at tier 3", ASK, { onRemember: () => {}, riskOf: () => 3 }],
    ["where the server does not offer it", { calls: [EMAIL_CALL] }, { onRemember: () => {} }],
    [
      "where not all of it can be seen",
      { ...ASK, calls: [{ name: "send_email", args: { to: "x".repeat(600) } }] },
      { onRemember: () => {} },
    ],
    ["for a masked argument", { ...ASK, calls: [{ name: "send_email", args: { token: "abc" } }] }, { onRemember: () => {} }],
    [
      "for a name like another's",
      { ...ASK, calls: [{ name: "send_emai1", args: {} }] },
      { onRemember: () => {}, knownTools: ["send_email"] },
    ],
  ])("is not there %s", async (_when, ask, settings) => {
    const { clock, screen } = await stage(ask, { settings, describe: () => ({}) });
    await pass(clock, 200);
    expect(screen.container.querySelector('[data-unsay="scope-picker"]')).toBeNull();
  });

  test("what was allowed is listed, with its end, and can be revoked", async () => {
    const onRevoke = vi.fn();
    const grant = { id: "g", words: "Create ticket in OPS", expiresAt: 1_767_269_040_000, uses: 3 };
    const screen = await render(<GrantList grants={[grant]} onRevoke={onRevoke} />);
    expect(screen.container.textContent).toContain("used 3 times");
    await screen.getByRole("button", { name: "Revoke: Create ticket in OPS" }).click();
    expect(onRevoke).toHaveBeenCalledWith(grant);
  });
});

describe("what becomes of a request", () => {
  const EXPIRES: Ask = { calls: [EMAIL_CALL], expiresInMs: 70_000 };

  test("statement 88: with 60 s left there is Extend, or Ask again where the backend can't", async () => {
    const onExtend = vi.fn();
    const one = await stage(EXPIRES, { settings: { onExtend } });
    await pass(one.clock, 2_000);
    expect(one.screen.container.textContent).not.toContain("Give me more time");
    await pass(one.clock, 9_000);
    await one.screen.getByRole("button", { name: "Give me more time" }).click();
    expect(onExtend).toHaveBeenCalledWith(expect.objectContaining({ id: "approval-0" }));
    await one.screen.unmount();
    const other = await stage(EXPIRES, { settings: { onAskAgain: vi.fn() } });
    await pass(other.clock, 11_000);
    expect(other.screen.container.textContent).toContain("Ask again");
  });

  test("statement 87: what has expired takes nothing, whoever has heard of it, and Ask again is offered", async () => {
    const onAskAgain = vi.fn();
    const { clock, find, screen, transport } = await stage(EXPIRES, { settings: { onAskAgain } });
    await clock.advance(71_000);
    await pass(clock, 100);
    expect(find("approval-gate").dataset["status"]).toBe("expired");
    expect(find("approval-gate.approve")).toBeNull();
    expect(find("approval-gate.outcome").textContent).toMatch(/^Expired \d\d:\d\d\. Nothing ran\./u);
    await screen.getByRole("button", { name: "Ask again" }).click();
    expect(onAskAgain).toHaveBeenCalledOnce();
    expect(decisionsOf(transport)).toEqual([]);
  });

  test("statement 82: a decision without a reply can be sent again, and it is the same one", async () => {
    const { clock, find, screen, transport } = await stage({ calls: [EMAIL_CALL] }, { onCommand: () => "hang" });
    await pass(clock, 700);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 6_000);
    expect(find("approval-gate").dataset["status"]).toBe("unconfirmed");
    expect(screen.container.textContent).toContain("Decision sent. No reply yet.");
    await screen.getByRole("button", { name: "Send again" }).click();
    await pass(clock, 100);
    const sent = decisionsOf(transport);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(new Set(sent.map(({ items }) => JSON.stringify(items))).size).toBe(1);
  });

  test("statement 81: a decision that the server refuses says so, and nothing ran", async () => {
    const refusal = new UnsayError({ code: "approval-args-mismatch", message: "x", retryable: false, userMessage: "The request changed." });
    const { clock, find, screen } = await stage({ calls: [EMAIL_CALL] }, { onCommand: () => refusal });
    await pass(clock, 700);
    await userEvent.click(find("approval-gate.approve"));
    await pass(clock, 200);
    expect(screen.container.textContent).toContain("The decision was not taken. The request changed.");
  });

  const hash = createArgsHash(callIdOf(EMAIL_CALL), EMAIL_CALL.name, EMAIL_CALL.args);
  const decided = (by: string): EventPayload => ({
    type: "approval.decision",
    approval: "approval-0",
    items: [{ call: callIdOf(EMAIL_CALL), argsHash: hash, decision: "approved" }],
    by,
  });

  test("statement 89: answered elsewhere, it becomes a receipt that takes no pointer for 500 ms", async () => {
    const later = [
      { at: 1_000, event: decided("other-device") },
      { at: 1_001, event: { type: "tool.hold", call: callIdOf(EMAIL_CALL), ms: 8_000 } as const },
    ];
    const { clock, find, screen } = await stage({ calls: [EMAIL_CALL] }, { later });
    const { bottom, top } = find("tool-call").getBoundingClientRect();
    await pass(clock, 1_000);
    await vi.waitFor(() => expect(find("receipt")).not.toBeNull());
    expect(screen.container.textContent).toContain("Approved on another device");
    expect(find("tool-call").getBoundingClientRect().height).toBeCloseTo(bottom - top, 0);
    expect(getComputedStyle(find("receipt")).pointerEvents).toBe("none");
    expect(screen.getByRole("button", { name: "Don’t run" }).elements()).toHaveLength(1);
    await pass(clock, 600);
    expect(getComputedStyle(find("receipt")).pointerEvents).toBe("auto");
    expect(find("tool-call").getBoundingClientRect().height).toBeLessThan(bottom - top);
  });

  test.each([
    [true, "inside"],
    [false, "outside"],
  ])("statement 91: after a decision the focus goes to the receipt: %s, as it was %s", async (isInside) => {
    const { clock, find, screen } = await stage({ calls: [EMAIL_CALL] }, { later: [{ at: 900, event: decided("other-device") }] });
    if (isInside) find("approval-gate.approve").focus();
    else screen.container.querySelector("input")?.focus();
    await pass(clock, 1_000);
    await vi.waitFor(() => expect(find("receipt")).not.toBeNull());
    expect(document.activeElement === find("receipt")).toBe(isInside);
    if (!isInside) expect(document.activeElement?.localName).toBe("input");
  });

  test("B3: when the arguments change, the old question is over and says where the new one is", async () => {
    const args = { to: "eve@south.example" };
    const id = callIdOf(EMAIL_CALL);
    const later = eventsOfAsk({ calls: [{ ...EMAIL_CALL, id, args }] }, "approval-1")
      .filter(({ type }) => type === "tool.ready" || type === "approval.request")
      .map((event) => ({ at: 1_000, event }));
    const { clock, find, transport } = await stage({ calls: [{ ...EMAIL_CALL, id }] }, { later });
    await pass(clock, 800);
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBeNull();
    await pass(clock, 400);
    expect(find("approval-gate").dataset["approval"]).toBe("approval-1");
    expect(find("approval-gate.approve").getAttribute("aria-disabled")).toBe("true");
    expect(decisionsOf(transport)).toEqual([]);
  });

  test("statement 84: a rejection is one, with the reason that was given", async () => {
    const { clock, screen, find, transport } = await stage({ calls: [EMAIL_CALL] });
    await userEvent.click(find("approval-gate.reason-toggle"));
    await screen.getByLabelText("Reason, for the assistant").fill("Wrong invoice");
    await userEvent.keyboard("{Enter}");
    expect(decisionsOf(transport)).toEqual([]);
    await userEvent.click(find("approval-gate.reason").querySelector("button") as HTMLElement);
    await pass(clock, 50);
    expect(decisionsOf(transport)[0]?.items[0]).toMatchObject({ decision: "reject", reason: "Wrong invoice" });
    await vi.waitFor(() => expect(find("receipt").textContent).toContain("Did not run: send email · Wrong invoice"));
  });

  test("statement 85: Reject and redirect rejects, and hands the call over to be quoted", async () => {
    const onRedirect = vi.fn();
    const { clock, screen, find, transport } = await stage({ calls: [EMAIL_CALL] }, { settings: { onRedirect } });
    await userEvent.click(find("approval-gate.reason-toggle"));
    await screen.getByRole("button", { name: "Don’t send, and redirect" }).click();
    await pass(clock, 50);
    expect(decisionsOf(transport)[0]?.items[0]?.decision).toBe("reject");
    expect(onRedirect).toHaveBeenCalledWith(expect.objectContaining({ name: "send_email" }), expect.stringContaining("Send this email"));
  });

  test("B11: five requests in one turn: each is shown, and each answer reaches its call", async () => {
    const later = [1, 2, 3, 4].flatMap((at) =>
      eventsOfAsk({ calls: [{ ...EMAIL_CALL, id: `call-${at}` }] }, `approval-${at}`).map((event) => ({ at: 10, event })),
    );
    const { clock, screen, transport } = await stage({ calls: [{ ...EMAIL_CALL, id: "call-0" }] }, { later });
    await page.viewport(700, 2_000);
    await pass(clock, 1_200);
    const gates = (): HTMLElement[] => Array.from(screen.container.querySelectorAll<HTMLElement>('[data-unsay="approval-gate"]'));
    expect(gates()).toHaveLength(5);
    for (const at of [4, 1, 3, 0, 2]) {
      const gate = screen.container.querySelector(`[data-approval="approval-${at}"]`) as HTMLElement;
      await pass(clock, 900);
      await userEvent.click(gate.querySelector(`[data-unsay="approval-gate.${at % 2 === 0 ? "reject" : "approve"}"]`) as HTMLElement);
      await pass(clock, 700);
    }
    const answers = decisionsOf(transport).map(({ items }) => `${items[0]?.call} ${items[0]?.decision}`);
    expect(answers).toEqual(["call-4 reject", "call-1 approve", "call-3 approve", "call-0 reject", "call-2 reject"]);
  });
});
