import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { build, type Rolldown } from "vite";
import type { ManyThreads, ThreadSeen } from "./many-threads.page.ts";
import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

type WithThreads = typeof globalThis & { readonly manyThreads: ManyThreads };

/** From source, as the playground's own page is. */
async function pageScript(): Promise<string> {
  const entry = fileURLToPath(new URL("many-threads.page.ts", import.meta.url));
  const built = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@unsay/source", "module", "browser", "production"] },
    build: { write: false, lib: { entry, formats: ["es"], fileName: "page" } },
  })) as Rolldown.RolldownOutput[];
  const chunks = built.flatMap(({ output }) => output).filter((file) => file.type === "chunk");
  return chunks.map(({ code }) => code).join("\n");
}

const ask = (page: Page, words: string): Promise<number> =>
  page.evaluate((asked) => (globalThis as WithThreads).manyThreads.ask(asked), words);
const read = (page: Page, thread: number): Promise<ThreadSeen> =>
  page.evaluate((index) => (globalThis as WithThreads).manyThreads.read(index), thread);
const stored = (page: Page, thread: number): Promise<string> =>
  page.evaluate((index) => (globalThis as WithThreads).manyThreads.stored(index), thread);

test.describe("row 56: a browser opens six connections to a server that speaks HTTP/1.1", () => {
  test("with nine threads live in one page, Stop is answered within 2 s, and the other eight are read whole", async ({ playground }) => {
    const { page } = playground;
    await page.addScriptTag({ type: "module", content: await pageScript() });
    const eight = await Promise.all(Array.from({ length: 8 }, () => ask(page, PROMPTS.index)));
    const ninth = await ask(page, PROMPTS.long);
    for (const thread of [...eight, ninth]) {
      await expect.poll(() => read(page, thread), { timeout: 2_000 }).toMatchObject({ isBegun: true });
    }
    for (const thread of eight) expect(["pending", "streaming"]).toContain((await read(page, thread)).status);

    const answered = page.waitForResponse((response) => response.url().endsWith("/commands"), { timeout: 2_000 });
    await page.evaluate((index) => (globalThis as WithThreads).manyThreads.stop(index), ninth);
    expect((await answered).ok()).toBe(true);
    await expect.poll(() => read(page, ninth), { timeout: 2_000 }).toMatchObject({ status: "truncated", cause: "stopped", stop: "done" });

    for (const thread of eight) {
      await expect.poll(async () => (await read(page, thread)).status, { timeout: 15_000 }).toBe("complete");
      const { text, connection } = await read(page, thread);
      expect(text.length).toBeGreaterThan(500);
      expect(text).toBe(await stored(page, thread));
      expect(connection).toEqual(["idle", "connecting", "open", "closed"]);
    }
  });
});
