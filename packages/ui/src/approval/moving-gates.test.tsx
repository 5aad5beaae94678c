import type { ReactElement } from "react";
import { expect, test } from "vitest";
import { cdp, page } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createRandom } from "@unsay/core/testing";
import { createGateTransport, decisionsOf, EMAIL_CALL, GateStage } from "../testing/gate-stage.js";
import "../styles/index.css";

const GATES = 200;
const CLICK_EVERY_MS = 10;
const SEED = 20_260_101;

/** A gate somewhere so that its Approve is under the point for a while: it appears there, slides through it, or goes. */
function Scene({
  transport,
  left,
  top,
}: {
  readonly transport: ReturnType<typeof createGateTransport>;
  readonly left: number;
  readonly top: number;
}): ReactElement {
  return (
    <div className="unsay-root" style={{ position: "fixed", left, top, inlineSize: 420 }}>
      <GateStage transport={transport} />
    </div>
  );
}

test(
  "B6: 200 gates that appear, move and go under a real mouse that clicks every 10 ms: no approval that was not meant",
  { timeout: 180_000 },
  async () => {
    await page.viewport(800, 700);
    const random = createRandom(SEED);
    const point = { x: 400, y: 350 };
    const frame = window.frameElement?.getBoundingClientRect();
    const scale = frame === undefined ? 1 : frame.width / window.innerWidth;
    const at = { x: (frame?.left ?? 0) + point.x * scale, y: (frame?.top ?? 0) + point.y * scale };
    const session = cdp();
    let isOver = false;
    let clicks = 0;
    let hits = 0;
    const clicking = (async () => {
      const shared = { ...at, button: "left" as const, clickCount: 1 };
      while (!isOver) {
        // Not one after the reply to the other: the way to the browser takes longer than the time between two clicks.
        const sent = [
          session.send("Input.dispatchMouseEvent", { type: "mousePressed", ...shared, buttons: 1 }),
          session.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...shared, buttons: 0 }),
        ];
        clicks += 1;
        await wait(CLICK_EVERY_MS);
        if (clicks % 16 === 0) await Promise.all(sent);
      }
    })();
    document.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest('[data-unsay="approval-gate.approve"]') !== null) hits += 1;
    });

    const approved: number[] = [];
    const screen = await render(<div />);
    for (let gate = 0; gate < GATES; gate += 1) {
      const transport = createGateTransport({ calls: [EMAIL_CALL] });
      const show = (left: number, top: number): Promise<void> =>
        screen.rerender(<Scene key={gate} transport={transport} left={left} top={top} />);
      await show(-1_000, 0);
      const offset = await until(() => offsetOfApprove());
      const [x, y] = [point.x - offset.x, point.y - offset.y];
      // One in eight stands still for longer than the guard, under a hand that never stops clicking.
      const isStill = gate % 8 === 0;
      const moves = isStill ? 1 : 1 + Math.floor(random() * 3);
      for (let move = 0; move < moves; move += 1) {
        await show(x + Math.round(random() * 16 - 8), y + Math.round(random() * 10 - 5));
        await wait(isStill ? 560 : 20 + random() * 100);
      }
      if (decisionsOf(transport).some(({ items }) => items[0]?.decision === "approve")) approved.push(gate);
    }
    isOver = true;
    await clicking;
    console.log(`moving gates: seed ${SEED}, ${GATES} gates, ${clicks} clicks, ${hits} of them on Approve, ${approved.length} approvals`);
    expect(hits).toBeGreaterThan(GATES);
    expect(approved).toEqual([]);
  },
);

function offsetOfApprove(): { x: number; y: number } | null {
  const button = document.querySelector('[data-unsay="approval-gate.approve"]')?.getBoundingClientRect();
  const stage = document.querySelector('[style*="fixed"]')?.getBoundingClientRect();
  if (button === undefined || stage === undefined) return null;
  return { x: button.left - stage.left + button.width / 2, y: button.top - stage.top + button.height / 2 };
}

async function until<Value>(find: () => Value | null): Promise<Value> {
  for (;;) {
    const found = find();
    if (found !== null) return found;
    await wait(5);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
