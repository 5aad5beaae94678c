import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import type { Interrupt } from "@unsay/core";
import { complete, createTestSession, say, type TestSession } from "@unsay/core/testing";
import { SessionProvider, useThread, type UseThreadResult } from "@unsay/react";
import type { ReactElement } from "react";
import { ThreadComposer } from "./thread-composer.js";

let threads = 0;

async function mount() {
  const test: TestSession = createTestSession(
    [say("First drain the pool. Second, flip the flag. Third, check.", { everyMs: 200 }), complete()],
    {
      // What has changed is on the page when time stands still again.
      act: (work) => work().then(() => new Promise<void>((resolve) => setTimeout(resolve))),
    },
  );
  const interrupts: Interrupt[] = [];
  let thread = {} as UseThreadResult;
  const id = `thread-composer-${(threads += 1)}`;
  const Page = (): ReactElement => {
    thread = useThread({ id, transport: test.transport, clock: test.clock, onInterrupt: (interrupt) => interrupts.push(interrupt) });
    return (
      <SessionProvider session={thread.session} clock={test.clock}>
        <ThreadComposer thread={thread} />
      </SessionProvider>
    );
  };
  const screen = await render(<Page />);
  const input = screen.getByRole("textbox", { name: "Message" });
  const field = input.element() as HTMLTextAreaElement;
  return { ...test, screen, input, field, interrupts, thread: () => thread };
}

async function asked(test: Awaited<ReturnType<typeof mount>>): Promise<void> {
  await test.input.fill("How?");
  await userEvent.keyboard("{Enter}");
  await test.advance(500);
}

test("statement 41 and r20-focus: the composer takes words always; a run neither empties nor disables it, and focus and selection stay", async () => {
  const page = await mount();
  await asked(page);
  await page.input.fill("only EU customers");
  page.field.setSelectionRange(2, 6);
  page.thread().stop();
  await page.advance(20_000);
  expect(page.field.value).toBe("only EU customers");
  expect(page.field.disabled).toBe(false);
  expect(document.activeElement).toBe(page.field);
  expect([page.field.selectionStart, page.field.selectionEnd]).toEqual([2, 6]);
});

test("statement 44: Undo within 10 s gives the typed text back, before what has been typed since", async () => {
  const page = await mount();
  await asked(page);
  await page.input.fill("only EU");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.screen.getByText("You redirected the answer.")).toBeVisible();
  await page.advance(100);
  await page.input.fill("and US");
  await page.screen.getByRole("button", { name: "Undo" }).click();
  expect(page.field.value).toBe("only EU\n\nand US");
  expect(document.activeElement).toBe(page.field);
});

test("timing: the way back from a redirect is there for 10 s", async () => {
  const page = await mount();
  await asked(page);
  await page.input.fill("only EU");
  await userEvent.keyboard("{Enter}");
  await page.advance(9_900);
  expect(page.screen.getByRole("button", { name: "Undo" }).query()).not.toBeNull();
  await page.advance(200);
  expect(page.screen.getByRole("button", { name: "Undo" }).query()).toBeNull();
});

test("keys: arrow up on an empty composer edits the last message that waits; Escape keeps it as it was", async () => {
  const page = await mount();
  await asked(page);
  page.thread().queue("one");
  page.thread().queue("two");
  await page.input.click();
  await userEvent.keyboard("{ArrowUp}");
  const editor = page.screen.getByRole("textbox", { name: "Waiting message" });
  await expect.element(editor).toHaveFocus();
  await editor.fill("two, in a table");
  await userEvent.keyboard("{Enter}");
  expect(page.thread().queued.map(({ text }) => text)).toEqual(["one", "two, in a table"]);
  expect(document.activeElement).toBe(page.field);
  await userEvent.keyboard("{ArrowUp}");
  await page.screen.getByRole("textbox", { name: "Waiting message" }).fill("gone");
  await userEvent.keyboard("{Escape}");
  expect(page.thread().queued.map(({ text }) => text)).toEqual(["one", "two, in a table"]);
  expect(page.thread().status).toBe("streaming");
});

test("arrow up in a composer with words is the field's own", async () => {
  const page = await mount();
  await asked(page);
  page.thread().queue("one");
  await page.input.fill("x");
  await userEvent.keyboard("{ArrowUp}");
  expect(page.screen.getByRole("textbox", { name: "Waiting message" }).query()).toBeNull();
});

test("words that were being changed are in the composer when their message was sent meanwhile", async () => {
  const page = await mount();
  await asked(page);
  page.thread().queue("one");
  await page.input.click();
  await userEvent.keyboard("{ArrowUp}");
  await page.screen.getByRole("textbox", { name: "Waiting message" }).fill("one, but better");
  await page.advance(5_000);
  expect(page.field.value).toBe("one, but better");
});

test("the tray moves, redirects with and removes what waits", async () => {
  const page = await mount();
  await asked(page);
  for (const text of ["one", "two", "three"]) page.thread().queue(text);
  await page.screen.getByRole("button", { name: "Move up: three" }).click();
  expect(page.thread().queued.map(({ text }) => text)).toEqual(["one", "three", "two"]);
  await page.screen.getByRole("button", { name: "Remove: one" }).click();
  await page.screen.getByRole("button", { name: "Redirect with this: two" }).click();
  expect(page.thread().queued.map(({ text }) => text)).toEqual(["three"]);
  expect(page.thread().messages.findLast(({ role }) => role === "user")).toMatchObject({ text: "two" });
});

test("r20-cost: Redirect is one press, Stop and Send are two", async () => {
  const page = await mount();
  await asked(page);
  await page.input.fill("only EU");
  await page.screen.getByRole("button", { name: "Redirect", exact: true }).click();
  await page.advance(1_000);
  expect(page.backend.sent.filter(({ command }) => command === "start")).toHaveLength(2);
});

test("an interrupt is told with what became of the words that were typed", async () => {
  const page = await mount();
  await asked(page);
  await page.input.fill("only EU");
  await page.screen.getByRole("button", { name: "Stop answering" }).click();
  await page.advance(2_000);
  await page.input.click();
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(page.interrupts).toMatchObject([{ verb: "stop", draftKept: true, discarded: false }]));
});
