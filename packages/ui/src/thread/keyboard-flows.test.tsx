import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, openStep, scripts, type Script, type ScriptStep } from "@unsay/core/testing";
import type { JsonSchema } from "@unsay/react";
import { ACCESS_CALL, decisionsOf, EMAIL_CALL, eventsOfAsk, ROWS_CALL, type Ask, type AskedCall } from "../testing/gate-stage.js";
import { pass } from "../testing/passing.js";
import { describeAtlasCall } from "../testing/state-atlas.js";
import { longScript } from "../testing/scripts.js";
import { Chat, type ChatProps } from "./chat.js";
import "../testing/everything-loaded.js";
import "../styles/index.css";

/** Whole flows in a whole chat, by the keys of the browser alone: no pointer, no call of `focus`. */

beforeEach(() => page.viewport(760, 900));
afterEach(() => document.getSelection()?.removeAllRanges());

async function open(script: Script, props: Partial<ChatProps> = {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock });
  const { container } = await render(
    <div style={{ blockSize: 800 }}>
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} describeCall={describeAtlasCall} {...props} />
    </div>,
  );
  const all = (name: string): HTMLElement[] => Array.from(container.querySelectorAll<HTMLElement>(`[data-unsay="${name}"]`));
  const find = (name: string): HTMLElement | undefined => all(name)[0];
  const until = (check: () => void): Promise<void> =>
    vi.waitFor(async () => {
      await pass(clock, 200);
      check();
    });
  await tabTo("composer.input");
  await userEvent.keyboard("Go{Enter}");
  return { clock, transport, all, find, until };
}

function focused(): string {
  return document.activeElement?.getAttribute("data-unsay") ?? document.activeElement?.localName ?? "";
}

/** The name of a part, or the words of a button. */
function isAt(target: string): boolean {
  const { activeElement } = document;
  return focused() === target || activeElement?.textContent === target || activeElement?.ariaLabel === target;
}

async function tabTo(target: string): Promise<void> {
  const passed: string[] = [];
  for (let press = 0; press < 40 && !isAt(target); press += 1) {
    await userEvent.tab();
    passed.push(focused());
  }
  expect(isAt(target), `Tab came by ${passed.join(", ")}`).toBe(true);
}

async function asked(ask: Ask, props: Partial<ChatProps> = {}, first = "approval-gate", at = 100) {
  const steps = eventsOfAsk(ask).map((event): ScriptStep => ({ at, event }));
  const chat = await open({ id: "asks", title: "Asks", prompt: "Go", steps: [openStep(), ...steps] }, props);
  await chat.until(() => expect(chat.find(first)).toBeDefined());
  return { ...chat, decided: () => decisionsOf(chat.transport).flatMap(({ items }) => items.map(({ decision }) => decision)) };
}

async function press(keys: string, chat: { readonly clock: Parameters<typeof pass>[0] }): Promise<void> {
  await userEvent.keyboard(keys);
  await pass(chat.clock, 100);
}

describe("a request, by keyboard alone", () => {
  it("keys: F6 leads to it, Tab to Approve, Enter sends it, and the focus is on the receipt", async () => {
    const chat = await asked({ calls: [EMAIL_CALL] });
    await pass(chat.clock, 700);
    await press("{F6}", chat);
    expect(focused()).toBe("approval-gate.title");
    await tabTo("approval-gate.approve");
    await press("{Enter}", chat);
    expect(chat.decided()).toEqual(["approve"]);
    await chat.until(() => expect(focused()).toBe("receipt"));
  });

  it("keys: Reject is the first that Tab reaches from the title, and takes Space at once", async () => {
    const chat = await asked({ calls: [EMAIL_CALL] });
    await press("{F6}{Tab}", chat);
    expect(focused()).toBe("approval-gate.reject");
    await press(" ", chat);
    expect(chat.decided()).toEqual(["reject"]);
  });

  it("keys: a reason is typed and sent with the rejection", async () => {
    const chat = await asked({ calls: [EMAIL_CALL] });
    await press("{F6}", chat);
    await tabTo("approval-gate.reason-toggle");
    await press("{Enter}", chat);
    await tabTo("textarea");
    await userEvent.keyboard("wrong month{Tab}");
    await press("{Enter}", chat);
    expect(decisionsOf(chat.transport)[0]?.items[0]).toMatchObject({ decision: "reject", reason: "wrong month" });
  });

  it("keys: tier 3 is held with Enter and sent on its release; letting go early costs nothing", async () => {
    const chat = await asked({ calls: [ROWS_CALL] });
    await pass(chat.clock, 2_000);
    await press("{F6}", chat);
    await tabTo("approval-gate.approve");
    await userEvent.keyboard("{Enter>}");
    await pass(chat.clock, 600);
    await press("{/Enter}", chat);
    expect(chat.decided()).toEqual([]);
    await userEvent.keyboard("{Enter>}");
    await pass(chat.clock, 1_300);
    await press("{/Enter}", chat);
    expect(chat.decided()).toEqual(["approve"]);
  });

  it("keys: an argument is edited, counted on Approve, and sent", async () => {
    const schema: JsonSchema = { type: "object", properties: { to: { type: "string" }, subject: { type: "string" } } };
    const chat = await asked(
      { calls: [EMAIL_CALL], editable: true },
      { describeCall: () => ({ title: "Send this email?", approveLabel: "Send once", schema }) },
    );
    await press("{F6}", chat);
    await tabTo("approval-gate.edit");
    await press("{Enter}", chat);
    await tabTo("input");
    await userEvent.keyboard("{Control>}a{/Control}bo@north.example");
    await pass(chat.clock, 1_000);
    await tabTo("approval-gate.approve");
    expect(document.activeElement?.textContent).toContain("with 1 change");
    await pass(chat.clock, 1_000);
    await press("{Enter}", chat);
    expect(decisionsOf(chat.transport)[0]?.items[0]).toMatchObject({ decision: "approve", edited: { to: "bo@north.example" } });
  });

  it("keys: what is to be remembered is opened, chosen with an arrow, and sent with the decision", async () => {
    const onRemember = vi.fn();
    const chat = await asked(
      { calls: [EMAIL_CALL], options: ["once", "scoped"] },
      { approvals: { onRemember }, describeCall: () => ({ title: "Send?", approveLabel: "Send", remember: { boundary: "to ana" } }) },
    );
    await press("{F6}", chat);
    await tabTo("Remember…");
    await press("{Enter}", chat);
    await tabTo("input");
    await press("{ArrowDown}", chat);
    expect(chat.find("approval-gate")?.dataset["scope"]).toBe("thread");
    await tabTo("approval-gate.approve");
    await pass(chat.clock, 1_000);
    await press("{Enter}", chat);
    expect(decisionsOf(chat.transport)[0]?.items[0]).toMatchObject({ decision: "approve", scope: expect.anything() });
    expect(onRemember).toHaveBeenCalledOnce();
  });

  it("keys: of a batch the rows are ticked with Space, and the rest does not run", async () => {
    const calls = [1, 2, 3].map((at): AskedCall => ({ id: `c${at}`, name: "create_ticket", args: { title: `T${at}` } }));
    const chat = await asked({ calls }, { describeCall: ({ args }) => ({ title: `Create ${(args as { title: string }).title}` }) });
    await press("{F6}", chat);
    await tabTo("input");
    await press(" ", chat);
    await tabTo("approval-gate.approve");
    expect(document.activeElement?.textContent).toContain("Approve 1 selected");
    await pass(chat.clock, 1_000);
    await press("{Enter}", chat);
    expect(chat.decided()).toEqual(["approve", "reject", "reject"]);
  });

  it("keys: the dialog opens on its title, Escape parks it, F6 brings it back, and it takes the typed name, then 3 s, then Enter", async () => {
    const chat = await asked({ calls: [ACCESS_CALL] }, { approvals: { riskOf: () => 4 } }, "approval-dialog.line", 2_500);
    await chat.until(() => expect(focused()).toBe("approval-gate.title"));
    await press("{Escape}", chat);
    expect(chat.find("approval-dialog")).toBeUndefined();
    expect(chat.decided()).toEqual([]);
    await press("{F6}", chat);
    await tabTo("approval-dialog.review");
    await press("{Enter}", chat);
    await chat.until(() => expect(focused()).toBe("approval-gate.title"));
    await tabTo("approval-gate.type");
    await userEvent.keyboard("ci-bot{Enter}");
    await pass(chat.clock, 3_500);
    expect(chat.decided()).toEqual([]);
    await tabTo("approval-gate.approve");
    await press("{Enter}", chat);
    expect(chat.decided()).toEqual(["approve"]);
  });
});

describe("what follows an answer, by keyboard alone", () => {
  it("keys: what can be undone is undone with Tab and Enter", async () => {
    const call = { id: "t", name: "create_ticket", args: { title: "T" }, undo: true };
    const undo = { untilAt: Number.MAX_SAFE_INTEGER };
    const ask = eventsOfAsk({ calls: [call] }).slice(0, -1);
    const steps: readonly ScriptStep[] = [
      ...ask.map((event): ScriptStep => ({ at: 100, event })),
      { at: 200, event: { type: "tool.start", call: "t", attempt: 1, callKey: "k" } },
      { at: 300, event: { type: "receipt", receipt: "r", call: "t", outcome: "succeeded", summary: "ticket created", doneAt: 0, undo } },
    ];
    const chat = await open({ id: "undo", title: "Undo", prompt: "Go", steps: [openStep(), ...steps] });
    await chat.until(() => expect(chat.find("receipt")?.dataset["status"]).toBe("succeeded"));
    await tabTo("Undo");
    await press("{Enter}", chat);
    expect(chat.transport.sent.map(({ command }) => command)).toContain("undo");
  });

  it("keys: a message waits with Control+Enter, is edited with the arrow up, moved up and sent in place of the answer", async () => {
    const chat = await open(longScript);
    await chat.until(() => expect(chat.find("answer")?.dataset["status"]).toBe("streaming"));
    await press("one{Control>}{Enter}{/Control}two{Control>}{Enter}{/Control}", chat);
    expect(chat.all("queue-tray.item").map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining("one"),
      expect.stringContaining("two"),
    ]);
    await press("{ArrowUp}", chat);
    expect(focused()).toBe("queue-tray.input");
    await press(" and more{Enter}", chat);
    expect(focused()).toBe("composer.input");
    const waiting = () => chat.all("queue-tray.item").map((item) => item.querySelector('[dir="auto"]')?.textContent);
    expect(waiting()).toEqual(["one", "two and more"]);
    await tabTo("Move up: two and more");
    await press("{Enter}", chat);
    expect(waiting()).toEqual(["two and more", "one"]);
    await tabTo("Remove: one");
    await press("{Enter}", chat);
    expect(waiting()).toEqual(["two and more"]);
    await tabTo("Redirect with this");
    await press("{Enter}", chat);
    await chat.until(() => expect(chat.find("answer")?.dataset["cause"]).toBe("redirected"));
  });

  it("keys: an answer that was cut goes on with Tab to Continue and Enter", async () => {
    const chat = await open(scripts.length);
    await chat.until(() => expect(chat.find("answer")?.dataset["cause"]).toBe("length"));
    await tabTo("Continue");
    await press("{Enter}", chat);
    expect(chat.transport.sent.at(-1)).toMatchObject({ command: "start", mode: "continue" });
  });

  it("keys: an answer that was stopped is copied with its note", async () => {
    const written: string[] = [];
    vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void written.push(text));
    const chat = await open(longScript);
    await chat.until(() => expect(chat.find("answer")?.dataset["status"]).toBe("streaming"));
    await pass(chat.clock, 1_000);
    await press("{Escape}", chat);
    await chat.until(() => expect(chat.find("answer")?.dataset["cause"]).toBe("stopped"));
    await tabTo("Copy");
    await press("{Enter}", chat);
    await chat.until(() => expect(written[0]).toMatch(/^Step 1\.[^]*\n\[Not complete: you stopped it\]$/u));
  });

  it("keys: a redirect is undone, and its words are in the composer again", async () => {
    const chat = await open(longScript);
    await chat.until(() => expect(chat.find("answer")?.dataset["status"]).toBe("streaming"));
    await press("only EU customers{Enter}", chat);
    await chat.until(() => expect(chat.find("answer")?.dataset["cause"]).toBe("redirected"));
    await tabTo("Undo");
    await press("{Enter}", chat);
    await chat.until(() => expect((chat.find("composer.input") as HTMLTextAreaElement).value).toBe("only EU customers"));
  });
});
