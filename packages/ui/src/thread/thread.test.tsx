import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { ApprovalGate } from "../approval/approval-gate.js";
import { Composer } from "../composer/composer.js";
import { endedMessage, openControl, textPart, toolCall, userMessage } from "../testing/messages.js";
import { Message } from "../message/message.js";
import { Thread } from "./thread.js";
import { Transcript } from "./transcript.js";

async function mount(status: "ready" | "streaming", onStop = vi.fn()) {
  const screen = await render(
    <Thread status={status} onStop={onStop}>
      <Transcript>
        <Message message={userMessage("Hi")} position={1} total={2} />
        <Message message={endedMessage("complete", { parts: [textPart("Hello")] })} position={2} total={2} />
        <ApprovalGate control={openControl(toolCall("send_email", "awaiting-approval"))} />
      </Transcript>
      <Composer status={status} onSubmit={() => {}} />
    </Thread>,
  );
  const field = screen.getByRole("textbox", { name: "Message" }).element() as HTMLTextAreaElement;
  field.focus();
  return { screen, field, onStop };
}

function focused(): string | null {
  return document.activeElement?.getAttribute("data-unsay") ?? null;
}

test("statement 50, keys: Escape stops a running answer with one press, and does nothing when there is none", async () => {
  const running = await mount("streaming");
  await userEvent.keyboard("{Escape}");
  expect(running.onStop).toHaveBeenCalledOnce();
  await running.screen.unmount();
  const ready = await mount("ready");
  await userEvent.keyboard("{Escape}");
  expect(ready.onStop).not.toHaveBeenCalled();
});

test("statements 49 and 50, keys: Escape that ends a composition, or that something else has used, stops nothing", async () => {
  const { field, onStop } = await mount("streaming");
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true, isComposing: true }));
  const used = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
  used.preventDefault();
  field.dispatchEvent(used);
  expect(onStop).not.toHaveBeenCalled();
});

test("keys: F6 goes round composer, open requests and text", async () => {
  await mount("streaming");
  const stops: (string | null)[] = [];
  for (let press = 0; press < 3; press++) {
    await userEvent.keyboard("{F6}");
    stops.push(focused());
  }
  expect(stops).toEqual(["approval-gate.title", "transcript", "composer.input"]);
  await userEvent.keyboard("{Shift>}{F6}{/Shift}");
  expect(focused()).toBe("transcript");
});

test("statement 97, keys: Alt with an arrow goes from message to message, and they say where they stand", async () => {
  const { screen } = await mount("ready");
  (screen.container.querySelector('[data-unsay="transcript"]') as HTMLElement).focus();
  await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
  const message = document.activeElement;
  expect([message?.getAttribute("aria-posinset"), message?.getAttribute("aria-setsize")]).toEqual(["2", "2"]);
  await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
  expect(document.activeElement?.getAttribute("data-role")).toBe("user");
});

test("statement 95: the record is a log that is no live region", async () => {
  const { screen } = await mount("ready");
  const log = screen.container.querySelector('[role="log"]');
  expect(log?.getAttribute("aria-live")).toBe("off");
  expect(log?.getAttribute("tabindex")).toBe("0");
  expect(screen.container.querySelector("[aria-busy]")).toBeNull();
});
