import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import type { ThreadStatus } from "@unsay/core";
import { Composer, type ComposerProps } from "./composer.js";
import { StopButton } from "./stop-button.js";

async function mount(props: Partial<ComposerProps> = {}) {
  const onSubmit = vi.fn(props.onSubmit ?? (() => {}));
  const screen = await render(<Composer status="ready" {...props} onSubmit={onSubmit} />);
  const input = screen.getByRole("textbox", { name: "Message" });
  return { screen, input, onSubmit, field: input.element() as HTMLTextAreaElement };
}

test("Enter sends, and the draft is cleared once it is accepted", async () => {
  const { input, field, onSubmit } = await mount();
  await input.fill("Hello");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("Hello", "send");
  await vi.waitFor(() => expect(field.value).toBe(""));
});

test("Shift+Enter is a line", async () => {
  const { input, field, onSubmit } = await mount();
  await input.fill("a");
  await userEvent.keyboard("{Shift>}{Enter}{/Shift}b");
  expect(field.value).toBe("a\nb");
  expect(onSubmit).not.toHaveBeenCalled();
});

test.each<[ThreadStatus, ComposerProps["followUp"], boolean, string, string | null]>([
  ["ready", "redirect", false, "Send", null],
  ["submitted", "redirect", false, "Redirect", "Queue"],
  ["streaming", "queue", false, "Queue", "Redirect"],
  ["streaming", "redirect", true, "Send after you decide", "Redirect"],
])("while %s with follow-up %s and approval %s the button says %s", async (status, followUp, hasOpenApproval, label, other) => {
  const { screen, field } = await mount({ status, hasOpenApproval, ...(followUp === undefined ? {} : { followUp }) });
  const submit = screen.container.querySelector('[data-unsay="composer.submit"]');
  expect(submit?.textContent).toBe(label);
  expect(screen.container.querySelector('[data-unsay="composer.other"]')?.textContent ?? null).toBe(other);
  expect(field.disabled || submit?.hasAttribute("disabled")).toBe(false);
});

test("Ctrl+Enter does the other of redirect and queue, once", async () => {
  const { input, onSubmit } = await mount({ status: "streaming" });
  await input.fill("later");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("later", "queue");
});

test.each([
  ["refused", () => false],
  ["refused later", () => Promise.resolve(false)],
  ["rejected", () => Promise.reject(new Error("no"))],
])("a draft that is %s stays, and that is said", async (_name, answer) => {
  const { input, field, screen } = await mount({ onSubmit: answer });
  await input.fill("keep me");
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(screen.container.querySelector('[data-unsay="composer.effect"]')?.textContent).toContain("not accepted"));
  expect(field.value).toBe("keep me");
});

test("what is typed while a message is on its way is not cleared with it", async () => {
  let accept: () => void = () => {};
  const { input, field } = await mount({ onSubmit: () => new Promise<void>((resolve) => (accept = resolve)) });
  await input.fill("first");
  await userEvent.keyboard("{Enter} and more");
  accept();
  await new Promise((resolve) => requestAnimationFrame(resolve));
  expect(field.value).toBe("first and more");
});

test("Enter that composes only composes", async () => {
  const { field, onSubmit, input } = await mount();
  await input.fill("にほん");
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing: true }));
  const late = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, keyCode: 229 });
  field.dispatchEvent(late);
  expect(onSubmit).not.toHaveBeenCalled();
  expect(late.defaultPrevented).toBe(false);
});

test("a held Enter and blank text send nothing", async () => {
  const { field, input, onSubmit } = await mount();
  await input.fill("   ");
  await userEvent.keyboard("{Enter}");
  await input.fill("x");
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, repeat: true }));
  expect(onSubmit).not.toHaveBeenCalled();
});

test("Stop stands there while the run goes on, and a second press waits for the first", async () => {
  const onStop = vi.fn();
  const stopping = {
    intent: "stop",
    by: "user",
    phase: "requesting",
    upstream: "unknown",
    command: "c",
    atSeq: 0,
    painted: null,
  } as const;
  const screen = await render(<StopButton status="streaming" onStop={onStop} />);
  await screen.getByRole("button", { name: "Stop answering" }).click();
  await screen.rerender(<StopButton status="streaming" stop={stopping} onStop={onStop} />);
  const button = screen.container.querySelector("button");
  button?.click();
  expect(onStop).toHaveBeenCalledOnce();
  expect(button?.getAttribute("aria-disabled")).toBe("true");
  await screen.rerender(<StopButton status="streaming" stop={{ ...stopping, phase: "unconfirmed" }} onStop={onStop} />);
  await screen.getByRole("button", { name: "Send stop again" }).click();
  expect(onStop).toHaveBeenCalledTimes(2);
  await screen.rerender(<StopButton status="ready" onStop={onStop} />);
  expect(screen.container.querySelector("button")).toBeNull();
});
