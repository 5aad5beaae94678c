import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { UnsayError, type ThreadStatus } from "@unsay/core";
import { KeysProvider } from "@unsay/react";
import { Composer, type ComposerProps } from "./composer.js";
import { StopButton } from "./stop-button.js";

const NOTHING_MORE = { attachments: [], quote: undefined };

async function mount(props: Partial<ComposerProps> = {}) {
  const onSubmit = vi.fn(props.onSubmit ?? (() => {}));
  const screen = await render(<Composer status="ready" {...props} onSubmit={onSubmit} />);
  const input = screen.getByRole("textbox", { name: "Message" });
  return { screen, input, onSubmit, field: input.element() as HTMLTextAreaElement };
}

test("keys: Enter sends, and the draft is cleared once it is accepted", async () => {
  const { input, field, onSubmit } = await mount();
  await input.fill("Hello");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("Hello", "send", NOTHING_MORE);
  await vi.waitFor(() => expect(field.value).toBe(""));
});

test("keys: Shift+Enter is a line", async () => {
  const { input, field, onSubmit } = await mount();
  await input.fill("a");
  await userEvent.keyboard("{Shift>}{Enter}{/Shift}b");
  expect(field.value).toBe("a\nb");
  expect(onSubmit).not.toHaveBeenCalled();
});

// What Enter does is said in the same frame in which it changes.
test.each<[ThreadStatus, ComposerProps["followUp"], boolean, string, string | null]>([
  ["ready", "redirect", false, "Send", null],
  ["submitted", "redirect", false, "Redirect", "Queue"],
  ["streaming", "queue", false, "Queue", "Redirect"],
  ["streaming", "redirect", true, "Send after you decide", "Redirect"],
])(
  "statements 41, 42 and 46: while %s with follow-up %s and approval %s the button says %s",
  async (status, followUp, hasOpenApproval, label, other) => {
    const { screen, field } = await mount({ status, hasOpenApproval, ...(followUp === undefined ? {} : { followUp }) });
    const submit = screen.container.querySelector('[data-unsay="composer.submit"]');
    expect(submit?.textContent).toBe(label);
    expect(screen.container.querySelector('[data-unsay="composer.other"]')?.textContent ?? null).toBe(other);
    expect(field.disabled || submit?.hasAttribute("disabled")).toBe(false);
  },
);

test("statement 45 and keys: Ctrl+Enter does the other of redirect and queue, once", async () => {
  const { input, onSubmit } = await mount({ status: "streaming" });
  await input.fill("later");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("later", "queue", NOTHING_MORE);
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

test("statement 49: Enter that composes only composes", async () => {
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

test("statements 28 and 38: Stop stands there while the run goes on, and a second press waits for the first", async () => {
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

test("statement 45: the other follow-up applies once, and what Enter does stays as it was", async () => {
  const { input, screen, onSubmit } = await mount({ status: "streaming" });
  await input.fill("later");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect((input.element() as HTMLTextAreaElement).value).toBe(""));
  expect(screen.container.querySelector("form")?.getAttribute("data-mode")).toBe("redirect");
  await input.fill("now");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenLastCalledWith("now", "redirect", NOTHING_MORE);
});

test("statement 42: one sentence, named by the field, says what Enter will do", async () => {
  const { screen, field } = await mount({ status: "ready" });
  const sentence = () => document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent;
  expect(sentence()).toBe("Enter sends the message.");
  await screen.rerender(<Composer status="streaming" onSubmit={() => {}} />);
  expect(sentence()).toContain("Enter stops this answer, keeps it");
  expect(screen.container.querySelector('[data-unsay="composer.submit"]')?.textContent).toBe("Redirect");
});

test("keys: Ctrl+Shift+Enter adds to an answer that can be added to, and to no other", async () => {
  const steerable = await mount({ status: "streaming", canSteer: true });
  await steerable.input.fill("shorter");
  await userEvent.keyboard("{Control>}{Shift>}{Enter}{/Shift}{/Control}");
  expect(steerable.onSubmit).toHaveBeenCalledExactlyOnceWith("shorter", "steer", NOTHING_MORE);
  await steerable.screen.unmount();
  const deaf = await mount({ status: "streaming" });
  await deaf.input.fill("shorter");
  await userEvent.keyboard("{Control>}{Shift>}{Enter}{/Shift}{/Control}");
  expect(deaf.onSubmit).not.toHaveBeenCalled();
});

test("a steer that was not heard keeps its words and says why", async () => {
  const refuse = () => Promise.reject(new UnsayError({ code: "steer-unsupported", message: "no", retryable: false }));
  const { input, field, screen } = await mount({ status: "streaming", canSteer: true, onSubmit: refuse });
  await input.fill("shorter");
  await userEvent.keyboard("{Control>}{Shift>}{Enter}{/Shift}{/Control}");
  await expect.element(screen.getByText("This answer can’t be added to while it is written. Your message is still here.")).toBeVisible();
  expect(field.value).toBe("shorter");
});

test("the menu lists the ways to send with their keys, goes round by arrows, and Escape closes only it", async () => {
  const onEscape = vi.fn();
  const onSubmit = vi.fn();
  const screen = await render(
    <div onKeyDown={(event) => (event.key === "Escape" ? onEscape() : undefined)}>
      <Composer status="streaming" canSteer defaultValue="shorter" onSubmit={onSubmit} />
    </div>,
  );
  const button = screen.getByRole("button", { name: "Other ways to send" });
  await button.click();
  expect(Array.from(screen.container.querySelectorAll('[role="menuitem"]'), (item) => item.textContent)).toEqual([
    "Redirect nowEnter",
    "Add without stoppingCtrl+Shift+Enter",
    "Queue for afterCtrl+Enter",
  ]);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(document.activeElement?.getAttribute("data-mode")).toBe("queue");
  await userEvent.keyboard("{Escape}");
  expect(onEscape).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(button.element());
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("shorter", "steer", NOTHING_MORE);
});

test("keys can be mapped anew, and taken away", async () => {
  const onSubmit = vi.fn();
  const screen = await render(
    <KeysProvider keys={{ send: "Mod+Enter", otherFollowUp: false }}>
      <Composer status="ready" onSubmit={onSubmit} />
    </KeysProvider>,
  );
  await screen.getByRole("textbox").fill("Hello");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).not.toHaveBeenCalled();
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(onSubmit).toHaveBeenCalledExactlyOnceWith("Hello", "send", NOTHING_MORE);
});

test("statement 43: a redirect shows the words it is about, and sends them unless they are taken out", async () => {
  const quote = "First drain the pool.";
  const { input, screen, onSubmit } = await mount({ status: "streaming", quote });
  await input.fill("only EU");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenLastCalledWith("only EU", "redirect", { attachments: [], quote });
  await screen.getByRole("button", { name: "Leave these words out" }).click();
  await input.fill("only EU");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenLastCalledWith("only EU", "redirect", NOTHING_MORE);
});

test("a draft survives a reload, and goes when it was sent", async () => {
  const kept = new Map<string, string>();
  const draftStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const first = await mount({ draftStorage, draftKey: "t" });
  await first.input.fill("half a thought");
  await first.screen.unmount();
  const second = await mount({ draftStorage, draftKey: "t" });
  expect(second.field.value).toBe("half a thought");
  second.field.focus();
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(kept.size).toBe(0));
});

test("a storage that is full costs nothing but what it would have kept", async () => {
  const full = (): never => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { input, field } = await mount({ draftStorage: { getItem: full, setItem: full, removeItem: full } });
  await input.fill("still here");
  expect(field.value).toBe("still here");
});
