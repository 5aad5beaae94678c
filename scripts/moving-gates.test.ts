import type { Server } from "node:http";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MovingGatesOptions, MovingGatesPage, MovingGatesResult } from "../packages/ui/test-pages/moving-gates.tsx";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { serveTestPage } from "./test-page.ts";

/** B6, layer L8: a hand that never stops clicking where gates come, move and go. The release figure is 2000. */
const GATES = Number(process.env["UNSAY_MOVING_GATES"] ?? 200);
const POINT = { x: 400, y: 350 };
const SEED = 20_260_101;
/** A little faster than what is promised, since a busy machine is late at times. */
const CLICK_EVERY_MS = 8;
const PROMISED_MS = 10;

let server: Server;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  ({ server, origin } = await serveTestPage("moving-gates", { title: "Moving gates" }));
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Real input of the browser. Nothing waits for the reply, which takes longer to come than the next click. */
async function clickWithoutEnd(page: Page): Promise<() => void> {
  const session = await page.context().newCDPSession(page);
  const shared = { ...POINT, button: "left", clickCount: 1 } as const;
  const send = (type: "mousePressed" | "mouseReleased", buttons: number): void =>
    void session.send("Input.dispatchMouseEvent", { type, buttons, ...shared }).catch(() => {}); // The page was closed.
  let due = performance.now();
  const timer = setInterval(() => {
    for (; due <= performance.now(); due += CLICK_EVERY_MS) {
      send("mousePressed", 1);
      send("mouseReleased", 0);
    }
  }, 1);
  return () => clearInterval(timer);
}

async function play(options: Pick<MovingGatesOptions, "gates" | "isGuarded">): Promise<MovingGatesResult> {
  const page = await browser.newPage({ viewport: { width: 800, height: 700 } });
  await page.goto(`${origin}/open`);
  await page.waitForFunction(() => "unsayMovingGates" in window);
  const stop = await clickWithoutEnd(page);
  const run = (asked: MovingGatesOptions): Promise<MovingGatesResult> =>
    (window as unknown as { unsayMovingGates: MovingGatesPage }).unsayMovingGates(asked);
  const result = await page.evaluate(run, { ...options, seed: SEED, point: POINT });
  stop();
  await page.close();
  return result;
}

function periodOf({ clickedForMs, clicks }: MovingGatesResult): number {
  return clickedForMs / (clicks - 1);
}

function report(name: string, result: MovingGatesResult): void {
  console.log(
    `${name}: seed ${SEED}, ${result.clicks} clicks, one in ${periodOf(result).toFixed(2)} ms, ` +
      `${result.clicksOnApprove} of them on Approve, ${result.approved.length} approvals`,
  );
}

describe("B6: a real mouse that clicks every 10 ms on one point", () => {
  it(`approves none of ${GATES} gates that appear there, move and go`, { timeout: 60_000 + GATES * 1_000 }, async () => {
    const result = await play({ gates: GATES, isGuarded: true });
    report("moving gates", result);
    expect(periodOf(result)).toBeLessThanOrEqual(PROMISED_MS);
    expect(result.trusted).toBe(result.clicks);
    expect(result.clicksOnApprove).toBeGreaterThan(GATES * 5);
    expect(result.approved).toEqual([]);
  });

  it("approves them where the guard is as good as none, so that the test above could fail", { timeout: 120_000 }, async () => {
    const result = await play({ gates: 24, isGuarded: false });
    report("the same without a guard", result);
    expect(result.approved.length).toBeGreaterThan(12);
  });
});
