import { createScriptedTransport, openStep, streamWords, type ScriptStep } from "@unsay/core/testing";
import { createRoot } from "react-dom/client";
import { preload } from "../src/on-demand/pieces.js";
import styles from "../src/styles/index.css?inline";
import { EMAIL_CALL, eventsOfAsk } from "../src/testing/gate-stage.js";
import { describeAtlasCall } from "../src/testing/state-atlas.js";
import { Chat } from "../src/thread/chat.js";

/** The page of `scripts/spoofed-gates.test.ts`: a chat whose answer says something and then really asks. */

function show(text: string): void {
  const asked = eventsOfAsk({ calls: [EMAIL_CALL] }).map((event): ScriptStep => ({ at: 120, event }));
  const steps = [openStep(), ...streamWords(text, { at: 10, everyMs: 0 }), ...asked];
  const transport = createScriptedTransport({ id: "spoof", title: "Spoof", prompt: "Go", steps });
  const container = document.createElement("div");
  container.style.blockSize = "100vh";
  document.body.append(container);
  createRoot(container).render(
    <Chat transport={transport} threadId={crypto.randomUUID()} describeCall={describeAtlasCall} theme="light" motion="none" />,
  );
}

export interface Hits {
  /** Points where the gate answers, of those where it stands. */
  readonly gate: number;
  /** Points of the gate where model text answers. */
  readonly covered: number;
  /** Points of model text where the gate answers. */
  readonly taken: number;
}

const GATE = '[data-unsay="approval-gate"]';
const TEXT = ".unsay-block";
const STEP_PX = 6;

/** What answers at every sixth point of the gate and of model text. */
function hits(): Hits {
  const gate = hitsOn(GATE);
  return {
    gate: gate.filter((hit) => hit.closest(GATE) !== null).length,
    covered: gate.filter((hit) => hit.closest(TEXT) !== null).length,
    taken: hitsOn(TEXT).filter((hit) => hit.closest(GATE) !== null).length,
  };
}

function hitsOn(selector: string): readonly Element[] {
  return Array.from(document.querySelectorAll(selector)).flatMap((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const found: (Element | null)[] = [];
    for (let y = Math.max(0, top); y < Math.min(bottom, innerHeight); y += STEP_PX) {
      for (let x = left; x < right; x += STEP_PX) found.push(document.elementFromPoint(x, y));
    }
    return found.filter((hit) => hit !== null);
  });
}

/** What model text brought that only the kit may have. */
function foreignIn(): readonly string[] {
  const forbidden = [
    "[role=dialog], [role=alertdialog], [role=status], [role=alert], [role=form], [role=timer], [aria-live]",
    "dialog, form, iframe, style, link, script, [style], [id], [name], [contenteditable], [popover], [draggable=true]",
    '[class*="approval"], [class*="receipt"], [class*="composer"], [data-unsay^="approval"], [data-unsay^="receipt"], [data-unsay^="composer"]',
    'input:not([disabled], [readonly]), button:not([data-unsay^="answer."], .unsay-link-button)',
  ].join(", ");
  return Array.from(document.querySelectorAll(TEXT), (text) =>
    Array.from(text.querySelectorAll(forbidden), ({ outerHTML }) => outerHTML.slice(0, 120)),
  ).flat();
}

const sheet = document.createElement("style");
sheet.textContent = `${styles}\nbody { margin: 0; }`;
document.head.append(sheet);
await preload();

/** What the page can be asked for, as `window.unsaySpoofs`. */
export interface SpoofPage {
  readonly show: typeof show;
  readonly hits: typeof hits;
  readonly foreignIn: typeof foreignIn;
}
Object.assign(window, { unsaySpoofs: { show, hits, foreignIn } satisfies SpoofPage });
