import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, scripts, type FakeClock, type ScriptedTransport } from "@unsay/core/testing";
import { openControl, toolCall } from "../testing/messages.js";
import { Chat } from "../thread/chat.js";
import { ApprovalGate } from "./approval-gate.js";
import { factsOf } from "./describe-call.js";
import { clampText, makeVisible } from "./visible-text.js";
import "../styles/index.css";

async function ask(name: "gate"): Promise<{ clock: FakeClock; transport: ScriptedTransport; screen: Awaited<ReturnType<typeof render>> }> {
  const clock = createFakeClock();
  const transport = createScriptedTransport(scripts[name], { clock });
  const screen = await render(
    <div style={{ blockSize: 600 }}>
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} />
    </div>,
  );
  await screen.getByRole("textbox", { name: "Message" }).fill("Send the invoice.");
  await userEvent.keyboard("{Enter}");
  await clock.advance(2_000);
  await vi.waitFor(() => expect(screen.container.querySelector('[data-unsay="approval-gate"][data-status="open"]')).not.toBeNull());
  return { clock, transport, screen };
}

function decisions(transport: ScriptedTransport): readonly unknown[] {
  return transport.sent.filter((command) => "command" in command && command.command === "decide");
}

/** The browser reports in its own time that the gate is in view, and each report starts the guard again. */
async function armed(clock: FakeClock, container: HTMLElement): Promise<void> {
  await vi.waitFor(async () => {
    await clock.advance(600);
    expect(container.querySelector("[data-armed]")).not.toBeNull();
  });
}

test("a gate takes no focus when it comes, and keys go on to the composer", async () => {
  const { screen } = await ask("gate");
  const field = screen.getByRole("textbox", { name: "Message" }).element() as HTMLTextAreaElement;
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard("still typing");
  expect(field.value).toBe("still typing");
});

test("free text is never a decision: it is queued until the reader has decided", async () => {
  const { screen, transport } = await ask("gate");
  await screen.getByRole("textbox", { name: "Message" }).fill("yes, send it");
  await userEvent.keyboard("{Enter}");
  expect(decisions(transport)).toEqual([]);
  await vi.waitFor(() => expect(screen.container.querySelector('[data-unsay="queue-tray"]')?.textContent).toContain("yes, send it"));
});

test("F6 and the tray lead to the request, and Escape there decides nothing", async () => {
  const { screen, transport } = await ask("gate");
  await screen.getByRole("button", { name: "Go to request" }).click();
  expect(document.activeElement?.getAttribute("data-unsay")).toBe("approval-gate.title");
  expect(decisions(transport)).toEqual([]);
});

test("what cannot be undone takes two presses in two places, both after the guard", async () => {
  const { clock, screen, transport } = await ask("gate");
  await armed(clock, screen.container);
  const review = screen.container.querySelector<HTMLButtonElement>('[data-unsay="approval-gate.review"]');
  await userEvent.click(review as HTMLElement);
  expect(decisions(transport)).toEqual([]);
  const approve = await vi.waitFor(async () => {
    await clock.advance(600);
    const button = screen.container.querySelector<HTMLButtonElement>('[data-unsay="approval-gate.approve"]');
    expect(button?.getAttribute("aria-disabled")).toBeNull();
    return button as HTMLButtonElement;
  });
  await userEvent.click(approve);
  await clock.advance(3_000);
  expect(decisions(transport)).toHaveLength(1);
  await vi.waitFor(() =>
    expect(screen.container.querySelector('[data-unsay="receipt"]')?.textContent).toContain("Already happened: email sent to 2 people"),
  );
});

test("Reject is never guarded", async () => {
  const { screen, transport, clock } = await ask("gate");
  await userEvent.click(screen.container.querySelector('[data-unsay="approval-gate.reject"]') as HTMLElement);
  await clock.advance(1_000);
  expect(decisions(transport)).toHaveLength(1);
  await vi.waitFor(() => expect(screen.container.querySelector('[data-unsay="receipt"]')?.textContent).toContain("Did not run:"));
});

const call = toolCall("send_email", "awaiting-approval", { args: { to: "ana@north.example" } });

test("Approve does nothing while it is not armed, by pointer or by key", async () => {
  const approve = vi.fn();
  const screen = await render(<ApprovalGate control={openControl(call, { isArmed: false, blockedBy: "arming", approve })} />);
  const button = screen.container.querySelector<HTMLButtonElement>('[data-unsay="approval-gate.approve"]');
  expect(button?.getAttribute("aria-disabled")).toBe("true");
  expect(button?.disabled).toBe(false);
  button?.click();
  button?.focus();
  await userEvent.keyboard("{Enter} ");
  expect(approve).not.toHaveBeenCalled();
});

test("the question and the facts come from the arguments; Reject stands before Approve", async () => {
  const { container } = await render(<ApprovalGate control={openControl(call)} />);
  expect(container.querySelector('[data-unsay="approval-gate.title"]')?.textContent).toBe("Send email?");
  expect(Array.from(container.querySelectorAll("dt, dd"), (cell) => cell.textContent)).toEqual([
    "to",
    "ana@north.example",
    "After",
    "Changes something; undoing it is up to you",
  ]);
  expect(Array.from(container.querySelectorAll("button"), (button) => button.textContent)).toEqual(["Don’t run", "Send email once"]);
  const gate = container.querySelector('[role="group"]');
  expect(gate?.getAttribute("aria-labelledby")).toBe(container.querySelector("h4")?.id);
});

test("a gate whose request is still written has no actions", async () => {
  const { container } = await render(<ApprovalGate control={openControl(call, { view: "forming", blockedBy: "closed" })} />);
  expect(container.querySelectorAll("button")).toHaveLength(0);
  expect(container.textContent).toContain("still being written");
});

test.each([
  ["expired", "Expired. Nothing ran."],
  ["superseded", "The request changed. Nothing ran from this one."],
  ["cancelled", "Cancelled. Nothing ran."],
  ["rejected", "You said no. Nothing ran."],
  ["approved", "You approved this."],
] as const)("a gate that is %s says so and takes nothing", async (view, words) => {
  const { container } = await render(<ApprovalGate control={openControl(call, { view, blockedBy: "closed" })} />);
  expect(container.querySelectorAll("button")).toHaveLength(0);
  expect(container.textContent).toContain(words);
});

test("a decision nobody confirmed can be sent again, and it is the same one", async () => {
  const approve = vi.fn();
  const screen = await render(<ApprovalGate control={openControl(call, { view: "unconfirmed", approve })} />);
  await screen.getByRole("button", { name: "Send again" }).click();
  expect(approve).toHaveBeenCalledOnce();
});

test("arguments cannot hide or turn words", () => {
  expect(makeVisible("pay\u202Egpj.exe\u0000\u200B")).toBe("pay‹U+202E›gpj.exe‹U+0000›‹U+200B›");
  expect(makeVisible("line\nbreak 👩‍👧")).toBe("line\nbreak 👩‍👧");
});

test("long values are cut with a count and can be opened whole", async () => {
  const long = toolCall("post_message", "awaiting-approval", { args: { text: "x".repeat(600) } });
  const screen = await render(<ApprovalGate control={openControl(long)} />);
  expect(screen.container.textContent).toContain("… 88 more characters");
  await screen.getByRole("button", { name: "Show all" }).click();
  expect(screen.container.querySelector("dd")?.textContent).toContain("x".repeat(600));
  expect(clampText("👩👩👩", 2)).toEqual({ text: "👩👩", hidden: 1 });
});

test("more fields than fit are counted, and objects inside arguments are shown whole", async () => {
  const args = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, index]));
  const screen = await render(<ApprovalGate control={openControl(toolCall("many", "awaiting-approval", { args }))} />);
  expect(screen.container.querySelectorAll("dt")).toHaveLength(32);
  await screen.getByRole("button", { name: "9 more fields" }).click();
  expect(screen.container.querySelectorAll("dt")).toHaveLength(41);
  expect(factsOf({ a: { b: [1, { c: 2 }] } })[0]?.value).toBe(JSON.stringify({ b: [1, { c: 2 }] }, null, 2));
});
