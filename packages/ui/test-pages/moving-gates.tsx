import { systemClock, type Clock } from "@unsay/core";
import { createRandom } from "@unsay/core/testing";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { preload } from "../src/on-demand/pieces.js";
import styles from "../src/styles/index.css?inline";
import { createGateTransport, decisionsOf, EMAIL_CALL, GateStage } from "../src/testing/gate-stage.js";

/** The page of `scripts/moving-gates.test.ts`: gates that appear under a fixed point, slide through it, and go. */

export interface MovingGatesOptions {
  readonly gates: number;
  readonly seed: number;
  readonly point: { readonly x: number; readonly y: number };
  /** Without it a guard of 500 ms takes 5: what the mouse would do if there were none. */
  readonly isGuarded: boolean;
}

export interface MovingGatesResult {
  readonly approved: readonly number[];
  readonly clicks: number;
  readonly clicksOnApprove: number;
  readonly trusted: number;
  /** From the first click to the last, in ms. */
  readonly clickedForMs: number;
}

const HURRY = 100;
const hurriedClock: Clock = {
  now: () => performance.now() * HURRY,
  epoch: () => Date.now(),
  after: (ms, run) => systemClock.after(ms / HURRY, run),
};

async function run({ gates, seed, point, isGuarded }: MovingGatesOptions): Promise<MovingGatesResult> {
  const random = createRandom(seed);
  const clicks = countClicks();
  const approved: number[] = [];
  for (let gate = 0; gate < gates; gate += 1) {
    if (await isApproved(gate, random, point, isGuarded ? systemClock : hurriedClock)) approved.push(gate);
  }
  return { approved, ...clicks() };
}

async function isApproved(gate: number, random: () => number, point: MovingGatesOptions["point"], clock: Clock): Promise<boolean> {
  const transport = createGateTransport({ calls: [EMAIL_CALL] });
  const container = document.createElement("div");
  document.body.append(container);
  const root = createRoot(container);
  const show = (left: number, top: number): void =>
    flushSync(() =>
      root.render(
        <div className="unsay-root" data-scene="" style={{ position: "fixed", left, top, inlineSize: 420 }}>
          <GateStage transport={transport} clock={clock} />
        </div>,
      ),
    );
  show(-1_000, 0);
  const offset = await offsetOfApprove(container);
  // One in eight stands still for longer than the guard, under a hand that never stops clicking.
  const isStill = gate % 8 === 0;
  const moves = isStill ? 1 : 1 + Math.floor(random() * 3);
  for (let move = 0; move < moves; move += 1) {
    show(point.x - offset.x + Math.round(random() * 16 - 8), point.y - offset.y + Math.round(random() * 10 - 5));
    await wait(isStill ? 560 : 20 + random() * 100);
  }
  root.unmount();
  container.remove();
  return decisionsOf(transport).some(({ items }) => items[0]?.decision === "approve");
}

async function offsetOfApprove(container: Element): Promise<{ x: number; y: number }> {
  for (;;) {
    const button = container.querySelector('[data-unsay="approval-gate.approve"]')?.getBoundingClientRect();
    const scene = container.querySelector("[data-scene]")?.getBoundingClientRect();
    if (button !== undefined && scene !== undefined) {
      return { x: button.left - scene.left + button.width / 2, y: button.top - scene.top + button.height / 2 };
    }
    await wait(2);
  }
}

/** As the page saw them, whatever the mouse thinks it did. */
function countClicks(): () => Omit<MovingGatesResult, "approved"> {
  let [clicks, clicksOnApprove, trusted, first, last] = [0, 0, 0, 0, 0];
  document.addEventListener(
    "pointerdown",
    ({ target, timeStamp, isTrusted }) => {
      clicks += 1;
      first ||= timeStamp;
      last = timeStamp;
      if (isTrusted) trusted += 1;
      if (target instanceof Element && target.closest('[data-unsay="approval-gate.approve"]') !== null) clicksOnApprove += 1;
    },
    { capture: true },
  );
  return () => ({ clicks, clicksOnApprove, trusted, clickedForMs: last - first });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const sheet = document.createElement("style");
sheet.textContent = styles;
document.head.append(sheet);
await preload();

/** What the page can be asked for, as `window.unsayMovingGates`. */
export type MovingGatesPage = typeof run;
Object.assign(window, { unsayMovingGates: run });
