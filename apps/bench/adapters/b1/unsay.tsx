import { createPendingMessage, foldEvents, type EventPayload, type UnsayEvent } from "@unsay/core";
import { Answer, preload } from "@unsay/ui";
import styles from "@unsay/ui/styles.css";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const EFFECTS = { succeeded: [], failed: [], unknown: [], cancelled: [] };

// The reader of Markdown is there before the first answer, as on a page that has been open for a moment.
void preload("markdown");

/** An answer as an app shows it: each delta is an event, folded into the message and drawn by `Answer` with its stylesheet. */
export default {
  name: "unsay <Answer>",
  chrome: 'button, .unsay-code-bar, .unsay-visually-hidden, [data-unsay="answer.status"]',
  select: { h1: "h4", h2: "h5", h3: "h6" }, // Below the heading of the article that the answer is.
  blocks: '[data-unsay="answer.block"]',
  mount(element: HTMLElement) {
    applyStyles();
    element.className = "unsay-root";
    const root = createRoot(element);
    let message = createPendingMessage({ id: "m", thread: "th" });
    let seq = 0;
    const numbered = (payload: EventPayload): UnsayEvent => ({
      ...payload,
      v: 1,
      thread: "th",
      run: "r",
      message: "m",
      seq: ++seq,
      t: null,
    });
    const say = (...news: readonly EventPayload[]): void => {
      message = foldEvents(message, news.map(numbered), { now: performance.now() }).message;
      flushSync(() => root.render(<Answer message={message} />));
    };
    say({ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null }, { type: "part.open", part: "p", kind: "answer" });
    return {
      update: (_text: string, delta: string) => say({ type: "span.append", part: "p", span: "s", text: delta }),
      end: () => say({ type: "part.close", part: "p" }, { type: "run.end", outcome: "complete", effects: EFFECTS }),
      unmount: () => root.unmount(),
    };
  },
};

let areApplied = false;

function applyStyles(): void {
  if (areApplied) return;
  areApplied = true;
  document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
}
