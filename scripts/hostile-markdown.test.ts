import { existsSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Inventory, MarkdownPage } from "../packages/ui/test-pages/markdown.tsx";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { serveTestPage } from "./test-page.ts";

/**
 * Layers L8, L9, L10 and L12 for model text: what was written to break Markdown, in a real Chromium, under a policy that
 * forbids everything but the page's own script. Says so and passes where the shared fixtures are absent.
 */
const FIXTURES = fileURLToPath(new URL("../../shared/fixtures/", import.meta.url));
const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.log("The shared fixtures are not here: hostile texts of others are not tested.");

/** Every element and attribute that model text can bring about. A new one belongs here only after thought. */
const TAGS = "a blockquote br button code del div em h4 h5 h6 hr input li ol p pre span strong sup table tbody td th thead tr ul".split(
  " ",
);
const ATTRIBUTES = [
  "aria-hidden",
  "aria-label",
  "aria-pressed",
  "checked",
  "class",
  "data-align",
  "data-language",
  "data-mark",
  "data-pending",
  "data-refused",
  "data-settled",
  "data-unsay",
  "dir",
  "disabled",
  "href",
  "readonly",
  "referrerpolicy",
  "rel",
  "role",
  "scope",
  "start",
  "tabindex",
  "type",
];

let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  ({ server, origin } = await serveTestPage("markdown", { title: "Markdown" }));
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

interface Watched {
  readonly page: Page;
  readonly foreignRequests: string[];
  readonly dialogs: string[];
  readonly errors: string[];
  readonly violations: () => Promise<number>;
}

async function openPage(path: string): Promise<Watched> {
  const page = await browser.newPage();
  const foreignRequests: string[] = [];
  const dialogs: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => void (request.url().startsWith(origin) || foreignRequests.push(request.url())));
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => void errors.push(error.message));
  await page.addInitScript(() => {
    const state = window as unknown as { violations: number };
    state.violations = 0;
    document.addEventListener("securitypolicyviolation", () => void (state.violations += 1));
  });
  await page.goto(origin + path);
  await page.waitForFunction(() => "unsayMarkdown" in window);
  const violations = (): Promise<number> => page.evaluate(() => (window as unknown as { violations: number }).violations);
  return { page, foreignRequests, dialogs, errors, violations };
}

function call<Name extends keyof MarkdownPage>(
  page: Page,
  name: Name,
  ...values: Parameters<MarkdownPage[Name]>
): Promise<ReturnType<MarkdownPage[Name]>> {
  const run = ([method, given]: readonly [string, readonly unknown[]]): unknown =>
    (window as unknown as { unsayMarkdown: Record<string, (...values: readonly unknown[]) => unknown> }).unsayMarkdown[method]?.(...given);
  return page.evaluate(run, [name, values] as const) as Promise<ReturnType<MarkdownPage[Name]>>;
}

function read<Entry>(file: string): readonly Entry[] {
  return hasFixtures ? (JSON.parse(readFileSync(FIXTURES + file, "utf8")) as readonly Entry[]) : [];
}

/** The same numbers in every run, so that a failure can be looked at. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function cutsOf(texts: readonly string[], each: number): readonly (readonly number[])[] {
  const dice = createDice(20_260_101);
  return texts.map((text) => Array.from({ length: each }, () => Math.floor(dice() * text.length)));
}

const OUR_OWN: readonly string[] = [
  "`[a](https://code.example/x)",
  "[a [b] c](<https://outer.example/a b>)\n\n[b]: https://inner.example\n",
  "[a][b](<https://later.example/a b>)\n\n[b]: https://label.example\n",
  "[x]: https://one.exam\n\n[x] ple",
  "[l]: https://transient.example/a\n  'unfinished title\n\n[l]",
  "<https://bank.example@evil.example> https://bank.example@evil.example",
  "[^x]: [^y]: [^z]: https://nested.example\n\n[^x] [^y]",
  "| [a](https://cell.example) `|` |\n|---|\n| [b](https://cell.example/b",
  "![a][i] ![b](https://img.example/p.png) [![c](https://img.example/q.png)](https://img.example)\n\n[i]: https://img.example/r.png",
  "```<img src=x onerror=alert(1)>\n<script>window.__pwned=1</script>\n```",
  "\u202Eevil\u202C \u001B[31mred\u001B[0m \u001B]8;;https://osc.example\u0007link \u{E0068}\u{E0069} \u0085",
  "- [ ] open\n- [x] <input onfocus=alert(1)>\n- [x](javascript:alert(1))",
  "\uFDD0\uFDE0\uFDD1\uFDE0 &#xFDD0;&#xFDE0; [\uFDD2\uFDE0](https://a.example/\uFDD2\uFDE0)",
  "3. three\n4. four\n\n| left | middle |\n|---|:-:|\n| a | b |",
  "# \\<svg onload=alert(1)>\n\n<math><mtext></table><img src=https://img.example/m.png>",
];

describe("model text written to break out", () => {
  it(
    "L9, A1 to A9: asks for nothing, runs nothing, brings no foreign tag, attribute or address, on any prefix",
    { timeout: 300_000 },
    async () => {
      const attacks = read<{ readonly markdown: string }>("markdown-security/markdown-attacks.json").map((entry) => entry.markdown);
      const payloads = read<{ readonly html: string }>("markdown-security/html-payloads.json").map((entry) => entry.html);
      const naughty = read<string>("naughty-strings/blns.json");
      const texts = [...attacks, ...payloads, ...naughty, ...OUR_OWN];
      const watched = await openPage("/");
      const found = await call(watched.page, "audit", texts, 3, 200, cutsOf(texts, 20));
      await watched.page.waitForTimeout(200);
      report(found, texts.length);
      expect(found.tags.filter((tag) => !TAGS.includes(tag))).toEqual([]);
      expect(found.attributes.filter((name) => !ATTRIBUTES.includes(name))).toEqual([]);
      if (hasFixtures) expect(found.tags).toEqual(TAGS);
      if (hasFixtures) expect(found.attributes).toEqual(ATTRIBUTES);
      expect(found.foreign).toEqual([]);
      expect(found.transient).toEqual([]);
      expect(found.unequal).toEqual([]);
      expect(found.preloads).toEqual([]);
      expect(found.controls).toBe(0);
      expect(found.addresses.filter((address) => !/^(?:https?|mailto):/.test(address))).toEqual([]);
      expect(watched.foreignRequests).toEqual([]);
      expect(watched.dialogs).toEqual([]);
      expect(watched.errors).toEqual([]);
      expect(await watched.violations()).toBe(0);
      expect(await watched.page.evaluate(() => "__pwned" in window)).toBe(false);
      await watched.page.close();
    },
  );
});

function report(found: Inventory, texts: number): void {
  console.log(
    `${texts} texts, ${found.commits} commits of live text, ${texts * 20} cuts: ${found.tags.length} tags, ${found.attributes.length} attributes, ` +
      `${found.addresses.length} addresses, ${found.transient.length} transient, ${found.unequal.length} different at the end`,
  );
}

interface Example {
  readonly n: number;
  readonly section: string;
  readonly markdown: string;
  readonly html: string;
}

/** Examples that we render otherwise, besides raw HTML, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "commonmark-spec 613": "a bare address is a link, as GitHub has it",
  "commonmark-regression 33": "control characters are shown",
  "commonmark-regression 35": "raw HTML is text in the words of an image too",
};

describe("L12: CommonMark and GitHub's extensions", () => {
  it("at least 98 of 100 examples, streamed and in one piece, are as expected or among the exceptions", { timeout: 120_000 }, async () => {
    const files = ["commonmark-spec", "gfm-spec", "gfm-extensions", "cmark-regression", "commonmark-regression"];
    const { page } = await openPage("/open");
    const dice = createDice(7);
    const differing: string[] = [];
    const html: string[] = [];
    let count = 0;
    for (const file of files) {
      for (const example of read<Example>(`markdown-conformance/${file}.json`)) {
        count += 1;
        const name = `${file} ${example.n}`;
        const { ours, streamed, theirs } = await call(page, "conform", example.markdown, example.html, 1 + Math.floor(dice() * 7));
        expect(streamed, `${name} streamed`).toBe(ours);
        if (ours === theirs) continue;
        if (isRawHtml(example)) html.push(name);
        else if (EXCEPTIONS[name] === undefined) differing.push(`${name}\n${example.markdown}\nours   ${ours}\ntheirs ${theirs}`);
      }
    }
    console.log(
      `${count} examples: ${html.length} with raw HTML shown as text, ${Object.keys(EXCEPTIONS).length} written exceptions, ${differing.length} others differ`,
    );
    expect(differing.length, differing.join("\n\n")).toBeLessThanOrEqual(count * 0.02);
    await page.close();
  });
});

/** What stands in the expected page as a tag that the text itself wrote out. */
function isRawHtml({ markdown, html }: Example): boolean {
  const written = markdown.match(/<[a-z!?/][^\s>]*/gi) ?? [];
  return written.some((tag) => html.includes(tag));
}

/** The inputs that made popular parsers stop answering, by size. */
const PATHOLOGICAL: Readonly<Record<string, (size: number) => string>> = {
  "list markers on one line": (size) => "- ".repeat(size / 2),
  "quote marks on one line": (size) => ">".repeat(size),
  "tags and comments that never end": (size) => "</".repeat(size / 6) + "<!--".repeat(size / 6),
  "a list indented ever deeper": (size) => {
    const depth = Math.floor(Math.sqrt(size));
    return Array.from({ length: depth }, (_item, level) => `${" ".repeat(level * 2)}- a\n`).join("");
  },
  "rising runs of backticks": (size) =>
    Array.from({ length: Math.floor(Math.sqrt(size * 2)) }, (_run, length) => `e${"`".repeat(length)}`).join(""),
  "words on one line": (size) => "word ".repeat(size / 5),
  "one word": (size) => "a".repeat(size),
  "opening brackets": (size) => "[".repeat(size),
  "emphasis that never closes": (size) => "*a **b ".repeat(size / 7),
  "link openings": (size) => "[a](<b".repeat(size / 6),
  "mail addresses that are none": (size) => "a@".repeat(size / 2),
  "addresses with brackets": (size) => `https://a.example/${"(".repeat(size / 2)}${")".repeat(size / 2)}`,
  definitions: (size) => Array.from({ length: size / 32 }, (_item, index) => `[label ${index}]: https://a.example/${index}\n\n`).join(""),
  "a table of many rows": (size) => `| a | b | c |\n|---|---|---|\n${"| 1 | 2 | 3 |\n".repeat(size / 14)}`,
  "notes in notes": (size) => "[^a]: ".repeat(size / 6),
  tildes: (size) => "~a ~~b ".repeat(size / 7),
};

/** Processor time of the page's thread, in milliseconds: what else the machine did meanwhile does not count. */
async function processorTime(page: Page, work: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1_000;
  };
  const before = await read();
  await work();
  const spent = (await read()) - before;
  await session.detach();
  return spent;
}

/** One after the other and the cheapest of some, for a text and for one of twice its size. */
async function compare(
  page: Page,
  rounds: number,
  single: () => Promise<unknown>,
  double: () => Promise<unknown>,
): Promise<readonly [number, number]> {
  const times: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round += 1) times.push([await processorTime(page, single), await processorTime(page, double)]);
  return [Math.min(...times.map(([time]) => time)), Math.min(...times.map(([, time]) => time))];
}

/** Below some milliseconds a ratio says more of the clock than of the text. */
const TOO_LITTLE_MS = 20;

describe("L10: texts written to make a parser slow", () => {
  it.each(Object.entries(PATHOLOGICAL))(
    "%s: twice the size costs less than three times as much",
    { timeout: 60_000 },
    async (name, make) => {
      const { page, errors } = await openPage("/open");
      const draw = (text: string) => () => call(page, "drawOnce", text);
      const [single, double] = await compare(page, 5, draw(make(50_000)), draw(make(100_000)));
      console.log(`${name}: 50 kB ${single.toFixed(1)} ms, 100 kB ${double.toFixed(1)} ms, ${(double / single).toFixed(1)} times`);
      expect(errors).toEqual([]);
      expect(double).toBeLessThan(3 * Math.max(TOO_LITTLE_MS, single));
      await page.close();
    },
  );
});

describe("I11: the cost of a delta", () => {
  const code = `\`\`\`ts\n${"const value = compute(input, 42); // a line\n".repeat(930)}`;
  const items = Array.from({ length: 800 }, (_item, index) => `- item ${index} with **some** words and \`code\`\n`).join("");
  const table = `| a | b | c |\n|---|---|---|\n${"| one cell | two `cells` | **three** |\n".repeat(1_000)}`;
  const prose = "A paragraph of some *forty* words, with `code` and a [link](https://docs.example/a). ".repeat(5);
  const answer = Array.from({ length: 90 }, (_block, index) => `## Part ${index}\n\n${prose}\n\n`).join("");
  const paragraph = "Words that go on and *on* without an end, as some models do. ".repeat(660);
  it.each([
    ["an open code block", code],
    ["an open list", items],
    ["an open table", table],
    ["an open paragraph", paragraph],
    ["an answer of many blocks", answer],
  ])("%s of 40 kB costs less than three times what its first half costs", { timeout: 120_000 }, async (name, text) => {
    const { page } = await openPage("/open");
    const grow = (grown: string) => () => call(page, "growInPieces", grown, 24);
    const half = text.slice(0, text.length / 2);
    const [single, double] = await compare(page, 3, grow(half), grow(text));
    const commits = Math.floor(text.length / 24);
    console.log(
      `${name}: ${half.length} characters ${single.toFixed(0)} ms, ${text.length} in ${commits} commits ${double.toFixed(0)} ms, ${(double / single).toFixed(1)} times`,
    );
    expect(double).toBeLessThan(3 * single);
    await page.close();
  });
});
