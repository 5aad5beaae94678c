import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { PlaygroundServer } from "./server.ts";

interface StatusSeen {
  readonly status: string;
  readonly cause: string | null;
}

interface RunsAsked {
  readonly started: number;
  readonly resumed: number;
}

/** The page as a reader sees and uses it. */
class Playground {
  readonly page: Page;
  readonly answer: Locator;
  readonly gate: Locator;
  readonly stopButton: Locator;
  readonly body: Locator;

  constructor(page: Page) {
    this.page = page;
    this.answer = page.locator('[data-unsay="answer"]').last();
    this.body = this.answer.locator('[data-unsay="answer.body"]');
    this.gate = page.locator('[data-unsay="approval-gate"]').last();
    this.stopButton = page.locator('[data-unsay="stop-button"]');
  }

  async open(url: string): Promise<void> {
    await this.page.addInitScript(recordStatuses);
    await this.page.goto(url);
    await expect(this.page.locator('[data-unsay="composer.input"]')).toBeVisible();
  }

  async ask(text: string): Promise<void> {
    await this.page.locator('[data-unsay="composer.input"]').fill(text);
    await this.page.locator('[data-unsay="composer.submit"]').click();
  }

  /** Opens the menu and its group where they are closed, and the problem with this id. */
  async pickProblem(id: string): Promise<void> {
    const link = this.page.locator(`a[data-problem="${id}"]`);
    const group = this.page.getByRole("heading", { name: "Problems" });
    if (!(await group.isVisible())) await this.page.getByText("Things to try").first().click();
    if (!(await link.isVisible())) await group.click();
    await link.click();
  }

  /** Every value the newest page load has shown, in order, without repeats. */
  statuses(): Promise<readonly StatusSeen[]> {
    return this.page.evaluate(() => (globalThis as unknown as { statusesSeen: StatusSeen[] }).statusesSeen);
  }

  /** Waits until part of the answer can be read, and returns it. */
  async someText(length = 40): Promise<string> {
    await expect.poll(async () => (await this.body.textContent())?.length ?? 0).toBeGreaterThan(length);
    return (await this.body.textContent()) ?? "";
  }

  async expectEnd(status: string, cause?: string): Promise<void> {
    await expect(this.answer).toHaveAttribute("data-status", status, { timeout: 20_000 });
    if (cause === undefined) await expect(this.answer).not.toHaveAttribute("data-cause");
    else await expect(this.answer).toHaveAttribute("data-cause", cause);
  }

  /** One answer, which begins with what was shown, and whose text is that of the server's record. */
  async expectTextOnce(shown: string): Promise<void> {
    await expect(this.page.locator('[data-unsay="answer"]')).toHaveCount(1);
    const text = (await this.body.textContent()) ?? "";
    expect(text.startsWith(shown)).toBe(true);
    await this.page.reload();
    await expect(this.answer).toHaveAttribute("data-status", "complete");
    await expect(this.body).toHaveText(text, { useInnerText: false });
  }

  /** Counts from now on. */
  watchRuns(): RunsAsked {
    const asked = { started: 0, resumed: 0 };
    this.page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (request.method() === "POST" && pathname.endsWith("/runs")) asked.started += 1;
      if (pathname.endsWith("/events")) asked.resumed += 1;
    });
    return asked;
  }

  gateButton(part: "approve" | "reject"): Locator {
    return this.gate.locator(`[data-unsay="approval-gate.${part}"]`);
  }
}

/** Runs in the page before its own scripts: a status that is shown for one frame is still seen. */
function recordStatuses(): void {
  const seen: { status: string; cause: string | null }[] = [];
  Object.assign(globalThis, { statusesSeen: seen });
  const note = (element: Element) => {
    const status = element.getAttribute("data-status");
    const cause = element.getAttribute("data-cause");
    const last = seen.at(-1);
    if (status !== null && (last?.status !== status || last.cause !== cause)) seen.push({ status, cause });
  };
  const look = () => document.querySelectorAll('[data-unsay="answer"]').forEach(note);
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-status", "data-cause"],
  });
}

interface Fixtures {
  readonly server: PlaygroundServer;
  readonly playground: Playground;
  /** What the console may say in this test; everything else fails it. */
  readonly expectedConsoleErrors: RegExp | null;
}

/** Each test has a server of its own, an open page, and fails on a console error or a request to anyone else. */
export const test = base.extend<Fixtures>({
  expectedConsoleErrors: [null, { option: true }],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a function needs from this pattern.
  server: async ({}, use) => {
    const server = await PlaygroundServer.start();
    await use(server);
    await server.dispose();
  },
  playground: async ({ page, server, expectedConsoleErrors }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      const isExpected = expectedConsoleErrors?.test(message.text()) === true;
      if (message.type() === "error" && !isExpected) problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== server.url) problems.push(`request to ${url.origin}`);
    });
    const playground = new Playground(page);
    await playground.open(server.url);
    await use(playground);
    expect(problems).toEqual([]);
  },
});

export { expect };
