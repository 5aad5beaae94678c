import type { Page } from "@playwright/test";
import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

/** No pointer, no call of `focus`: only what the keys of a keyboard do. */
class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  press(key: string): Promise<void> {
    return this.#page.keyboard.press(key);
  }

  async type(words: string): Promise<void> {
    await this.#page.keyboard.type(words);
  }

  /** From where a page begins, F6 leads nowhere. */
  start(): Promise<void> {
    return this.reach("composer.input", "Tab");
  }

  /** Says it to the agent, from wherever the focus is in the conversation. */
  async ask(words: string): Promise<void> {
    await this.reach("composer.input", "F6");
    await this.type(words);
    await this.press("Enter");
  }

  /** Presses `key` until the part with this name, or the button with these words, has the focus. */
  async reach(target: string, key: "Tab" | "Shift+Tab" | "F6"): Promise<void> {
    const passed: string[] = [];
    for (let presses = 0; presses < 40; presses += 1) {
      const { part, words } = await this.focused();
      if (part === target || words === target) return;
      passed.push(part || words);
      await this.press(key);
    }
    throw new Error(`${key} came by ${passed.join(", ")}, and never to ${target}.`);
  }

  focused(): Promise<{ readonly part: string; readonly words: string }> {
    return this.#page.evaluate(() => ({
      part: document.activeElement?.getAttribute("data-unsay") ?? "",
      words: document.activeElement?.textContent ?? "",
    }));
  }

  async expectFocus(part: string): Promise<void> {
    await expect.poll(async () => (await this.focused()).part).toBe(part);
  }
}

test.describe("by keyboard alone", () => {
  test("F6 leads to a request: Enter on Approve runs the tool once, Space on Reject never does", async ({ playground, server, page }) => {
    const keys = new Keyboard(page);
    await keys.start();
    await keys.ask(PROMPTS.gate);
    await expect(playground.gate).toHaveAttribute("data-status", "open");
    await keys.expectFocus("composer.input");
    await keys.press("F6");
    await keys.expectFocus("approval-gate.title");
    await keys.reach("approval-gate.approve", "Tab");
    await expect(playground.gate).toHaveAttribute("data-armed", "");
    await keys.press("Enter");
    await keys.expectFocus("receipt");
    await playground.expectEnd("complete");
    expect(await server.toolRuns()).toHaveLength(1);

    await keys.ask(PROMPTS.gate);
    await expect(playground.gate).toHaveAttribute("data-status", "open");
    await keys.press("F6");
    await keys.press("Tab");
    await keys.expectFocus("approval-gate.reject");
    await keys.press("Space");
    await keys.expectFocus("receipt");
    await expect(page.locator('[data-unsay="receipt"]').last()).toHaveAttribute("data-status", "rejected");
    expect(await server.toolRuns()).toHaveLength(1);
  });

  test("Escape stops an answer and keeps it, Enter redirects one, and Undo gives the words back", async ({ playground, page }) => {
    const keys = new Keyboard(page);
    await keys.start();
    await keys.ask(PROMPTS.long);
    const shown = await playground.someText();
    await keys.press("Escape");
    await playground.expectEnd("truncated", "stopped");
    expect((await playground.body.textContent())?.startsWith(shown)).toBe(true);
    await keys.expectFocus("composer.input");

    await keys.ask(PROMPTS.long);
    await playground.someText();
    await keys.type("only the history of it");
    await keys.press("Enter");
    await keys.reach("Undo", "Shift+Tab");
    await keys.press("Enter");
    await expect(page.locator('[data-unsay="composer.input"]')).toHaveValue("only the history of it");
    await keys.expectFocus("composer.input");
  });
});
