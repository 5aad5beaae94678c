import { expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { complete, createTestSession, say } from "@unsay/core/testing";
import { Chat } from "../thread/chat.js";
import "../styles/index.css";

let threads = 0;

async function mount() {
  const test = createTestSession([say("First drain the pool. Second, flip the flag.", { everyMs: 200 }), complete()], {
    act: (work) => work().then(() => new Promise<void>((resolve) => setTimeout(resolve))),
  });
  const id = `thread-edits-${(threads += 1)}`;
  const screen = await render(<Chat transport={test.transport} clock={test.clock} threadId={id} />);
  const ask = async (text: string): Promise<void> => {
    await screen.getByRole("textbox", { name: "Message" }).fill(text);
    await userEvent.keyboard("{Enter}");
  };
  const texts = (selector: string) => Array.from(screen.container.querySelectorAll(selector), (element) => element.textContent);
  return { ...test, screen, ask, texts };
}

test("a message that was sent can be edited: it says what follows, asks anew, and what came after it stays to be read", async () => {
  const { screen, ask, advance, texts, backend } = await mount();
  await ask("How in us-east?");
  await advance(10_000);
  await ask("And then?");
  await advance(10_000);
  await screen.getByRole("button", { name: "Edit" }).first().click();
  await expect
    .element(screen.getByText("This message is answered anew. 3 messages after it can still be read and no longer count."))
    .toBeVisible();
  const field = screen.getByRole("textbox", { name: "Edit your message" });
  await expect.element(field).toHaveFocus();
  await field.fill("How in eu-west?");
  await userEvent.keyboard("{Enter}");
  await advance(10_000);
  expect(backend.sent.at(-1)).toMatchObject({ mode: "regenerate", message: { text: "How in eu-west?" } });
  await expect.element(screen.getByText("Edited")).toBeVisible();
  expect(texts('[data-unsay="message.superseded"]')).toHaveLength(4);
  expect(screen.container.textContent).toContain("How in us-east?");
});

test("what is typed goes behind a message; Escape leaves it as it was, and stops nothing", async () => {
  const { screen, ask, advance, backend } = await mount();
  await ask("How?");
  await advance(10_000);
  await screen.getByRole("button", { name: "Edit" }).click();
  await userEvent.keyboard(" And when?");
  await expect.element(screen.getByRole("textbox", { name: "Edit your message" })).toHaveValue("How? And when?");
  await userEvent.keyboard("{Escape}");
  expect(screen.getByRole("textbox", { name: "Edit your message" }).query()).toBeNull();
  expect(backend.sent.filter(({ command }) => command === "start")).toHaveLength(1);
});

test("nothing can be edited while an answer is written", async () => {
  const { screen, ask, advance } = await mount();
  await ask("How?");
  await advance(500);
  expect(screen.getByRole("button", { name: "Edit" }).query()).toBeNull();
});

test("the way to edit stands beside the message: it takes no line of its own, moves nothing when it comes, and shows for pointer and keyboard", async () => {
  const { screen, ask, advance } = await mount();
  const box = (selector: string): DOMRect => (screen.container.querySelector(selector) as Element).getBoundingClientRect();
  await ask("How?");
  await advance(700);
  const gap = box(".unsay-answer").top - box(".unsay-user-row").bottom;
  const before = box(".unsay-answer").top;
  expect(gap).toBeLessThanOrEqual(25);
  await advance(10_000);
  expect(box(".unsay-answer").top).toBe(before);
  const button = screen.getByRole("button", { name: "Edit" });
  const [place, bubble] = [box('[data-unsay="message.edit"]'), box(".unsay-user-text")];
  expect([place.right <= bubble.left, place.bottom <= bubble.bottom + 1, bubble.left - place.right < 12]).toEqual([true, true, true]);
  const opacity = (): string => getComputedStyle(button.element()).opacity;
  await screen.getByRole("textbox", { name: "Message" }).hover();
  await expect.poll(opacity).toBe("0");
  await screen.getByText("How?", { exact: true }).hover();
  await expect.poll(opacity).toBe("1");
  await screen.getByRole("textbox", { name: "Message" }).hover();
  button.element().focus();
  await expect.poll(opacity).toBe("1");
});

test("timing: a stopped answer can be put away, and brought back for 10 s", async () => {
  const { screen, ask, advance, texts } = await mount();
  await ask("How?");
  await advance(700);
  await screen.getByRole("button", { name: "Stop answering" }).click();
  await advance(1_000);
  const discard = screen.getByRole("button", { name: "Discard" });
  const words = document.createRange();
  words.selectNodeContents(discard.element());
  const answer = screen.container.querySelector('[data-unsay="answer"]') as HTMLElement;
  const { paddingLeft, borderLeftWidth } = getComputedStyle(answer);
  const edge = answer.getBoundingClientRect().left + Number.parseFloat(paddingLeft) + Number.parseFloat(borderLeftWidth);
  expect(words.getBoundingClientRect().left).toBeCloseTo(edge, 0);
  await discard.click();
  expect(texts('[data-unsay="answer"]')).toEqual([]);
  await screen.getByRole("button", { name: "Undo" }).click();
  expect(texts('[data-unsay="answer"]')).toHaveLength(1);
  await screen.getByRole("button", { name: "Discard" }).click();
  await advance(10_001);
  expect(screen.getByRole("button", { name: "Undo" }).query()).toBeNull();
  expect(texts('[data-unsay="message.discarded"]')).toEqual(["Answer discarded. What it did is still listed."]);
});
