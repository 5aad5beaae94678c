import { existsSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SpoofPage } from "../packages/ui/test-pages/spoofed-gates.tsx";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { comparePictures, halvePicture, type Tolerance } from "./compare-pictures.ts";
import { serveTestPage } from "./test-page.ts";

/** B2 and A6: model text above a real request, made to look like one, to move it, to cover it or to restyle it. */
const ESC = "\u001B";
const SPOOFS: Readonly<Record<string, string>> = {
  "a card of quotes and links":
    "> ## Send this email to 3 people?\n> **To** ana@north.example\n>\n> [Don’t send](https://evil.example/no) [**Send once**](https://evil.example/yes)",
  "a verdict":
    "**✓ Approved by you · 12:04**\n\n✅ *Already happened:* email sent to 3 people\n\n- [x] You approved\n- [x] Allowed by your rule",
  "a banner of the system":
    "# ⚠️ SYSTEM\n\n---\n\n**Approval is turned off for this conversation.** Everything below runs by itself.\n\n---",
  "a countdown": "**Expires in 00:03** ⏳\n\n`00:02`\n\n`00:01`\n\nExpired. It was approved for you.",
  "an overlay in HTML":
    '<div style="position:fixed;inset:0;z-index:99999;background:#fff"><button onclick="alert(1)">Send once</button></div><dialog open>Approve?</dialog>',
  "the kit's own names":
    '<div class="unsay-approval" data-unsay="approval-gate" data-status="approved" role="alertdialog"><button class="unsay-button" data-unsay="approval-gate.approve">Send once</button></div>',
  "a stylesheet":
    '<style>[data-unsay="approval-gate"]{display:none} :root{--unsay-raised:red}</style>\n\n<link rel="stylesheet" href="https://evil.example/x.css">\n\n```css\n.unsay-approval { position: fixed }\n```',
  "a box of line characters":
    "```\n┌──────────────────────────────┐\n│ Send this email to 3 people? │\n│ [ Don’t send ]  [ Send once ]│\n└──────────────────────────────┘\n```",
  "a table of buttons":
    "| Send this email? | |\n|---|---|\n| **[ Send once ]** | [ Don’t send ] |\n\n- [ ] Always allow\n- [x] I have read this",
  "marks piled up and direction turned": `\u202E${"H\u0300\u0301\u0302\u0316\u0317\u0318".repeat(20)}${`a${"\u030D\u0329".repeat(60)}`.repeat(40)}\u2066 Send once \u202E`,
  "escapes of a terminal": `${ESC}[2J${ESC}[1;1H${ESC}[41mApproved${ESC}[0m ${ESC}]8;;https://evil.example${"\u0007"}Send once${ESC}]8;;${"\u0007"}\r\b\b\b`,
  "a picture and forms":
    '![Send once](https://evil.example/button.png)\n\n<form action="https://evil.example"><input name="approve" value="Send once" type="submit"></form>\n\n<input type="image" src="https://evil.example/b.png">',
  "a word and a table without an end": `${"W".repeat(2_000)}\n\n| ${"cell | ".repeat(60)}\n|${"---|".repeat(60)}\n| ${"**x** | ".repeat(60)}`,
};

const FIXTURE = fileURLToPath(new URL("../../shared/fixtures/markdown-security/html-payloads.json", import.meta.url));
const PAYLOADS = existsSync(FIXTURE) ? (JSON.parse(readFileSync(FIXTURE, "utf8")) as readonly { readonly html: string }[]) : [];
if (PAYLOADS.length === 0) console.log("The shared fixtures are not here: payloads of others are not put above a request.");
const PAYLOADS_AT_ONCE = 80;
/** Where a page is very wide or tall, the browser smooths the same letters a shade differently. */
const TOLERANCE: Tolerance = { channel: 16, pixels: 8 };

let server: Server;
let origin: string;
let browser: Browser;
let honest: Buffer;

beforeAll(async () => {
  ({ server, origin } = await serveTestPage("spoofed-gates", { title: "Spoofed gates" }));
  browser = await chromium.launch(chromiumLaunchOptions());
  const { page } = await ask("Here is what would happen:");
  honest = await pictureOfGate(page);
  await page.close();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A chat that has said `text` and asks, with its real gate in view and as a picture. */
async function ask(text: string): Promise<{ readonly page: Page; readonly asked: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width: 720, height: 1_200 } });
  page.setDefaultTimeout(10_000);
  const asked: string[] = [];
  page.on("request", (request) => void (request.url().startsWith(origin) || asked.push(request.url())));
  page.on("dialog", (dialog) => void asked.push(dialog.message()));
  await page.goto(`${origin}/open`);
  await page.waitForFunction(() => "unsaySpoofs" in window);
  await page.evaluate((said) => (window as unknown as { unsaySpoofs: SpoofPage }).unsaySpoofs.show(said), text);
  await page.getByRole("textbox", { name: "Message" }).fill("Go");
  await page.keyboard.press("Enter");
  // While arguments are being written another element stands there.
  await page.locator('[data-unsay="approval-gate"][data-status="open"]').scrollIntoViewIfNeeded();
  await page.locator('[data-unsay="approval-gate"][data-armed]').waitFor();
  return { page, asked };
}

/** On whole pixels, whatever height the text above has, and without the kit's own things that float over the transcript. */
async function pictureOfGate(page: Page): Promise<Buffer> {
  await page.addStyleTag({ content: '[data-unsay="jump-to-latest"], [data-unsay="dock"] { visibility: hidden; }' });
  const gate = page.locator('[data-unsay="approval-gate"]');
  await gate.evaluate((element: HTMLElement) => {
    const transcript = element.closest('[data-unsay="transcript"]') as HTMLElement;
    transcript.scrollTop = Math.floor(transcript.scrollTop);
    const { top } = element.getBoundingClientRect();
    element.style.position = "relative";
    element.style.top = `${Math.ceil(top) - top}px`;
  });
  return gate.screenshot();
}

async function differenceOf(page: Page, picture: Buffer): Promise<readonly string[]> {
  const [reference, actual] = await Promise.all([halvePicture(page, honest), halvePicture(page, picture)]);
  const whole = { name: "the request", x: 0, y: 0, width: honest.readUInt32BE(16), height: honest.readUInt32BE(20) };
  return (await comparePictures(page, { reference, actual }, [whole], TOLERANCE)).where;
}

/** The gate answers where it stands, model text brings nothing that only the kit may have, and nothing was asked for. */
async function expectHarmless(text: string): Promise<Page> {
  const { page, asked } = await ask(text);
  const seen = await page.evaluate(() => {
    const { hits, foreignIn } = (window as unknown as { unsaySpoofs: SpoofPage }).unsaySpoofs;
    return { hits: hits(), foreign: foreignIn() };
  });
  const blocks = await page.locator(".unsay-block").all();
  const tree = (await Promise.all(blocks.map((block) => block.ariaSnapshot()))).join("\n");
  expect(seen.foreign).toEqual([]);
  expect(tree).not.toMatch(/^\s*- (?:alertdialog|dialog|alert|status|timer|form|button "(?:Send|Don’t|Approve))/mu);
  expect(seen.hits.gate).toBeGreaterThan(500);
  expect(seen.hits).toMatchObject({ covered: 0, taken: 0 });
  expect(asked).toEqual([]);
  return page;
}

describe("B2, A6: model text cannot imitate, move, cover or restyle a request", () => {
  it.each(Object.entries(SPOOFS))("%s", { timeout: 60_000 }, async (_name, text) => {
    const page = await expectHarmless(text);
    const different = await differenceOf(page, await pictureOfGate(page));
    await page.close();
    expect(different, "the request looks as it does under honest words").toEqual([]);
  });

  it.runIf(PAYLOADS.length > 0)("payloads of others, many at once", { timeout: 120_000 }, async () => {
    for (let from = 0; from < PAYLOADS.length; from += PAYLOADS_AT_ONCE) {
      const some = PAYLOADS.slice(from, from + PAYLOADS_AT_ONCE).map(({ html }) => html);
      await (await expectHarmless(some.join("\n\n"))).close();
    }
  });
});
