import { createEventFactory, type EventPayload } from "../src/protocol/index.js";
import { createPendingMessage } from "../src/message/create.js";
import { foldEvents } from "../src/message/reducer.js";
import { textOf } from "../src/message/selectors.js";
import type { AssistantMessage } from "../src/message/message.js";
import { SCRIPT_CAPS } from "../src/testing/script.js";
import { MessagePacer } from "../src/pacing/message-pacer.js";
import type { PacedView, PacingMoment, PacingSettings } from "../src/pacing/pacing.types.js";

/** One view and the moment it was drawn in. */
export interface Frame {
  readonly now: number;
  readonly received: AssistantMessage;
  readonly view: PacedView;
}

/** Plays events to a pacer on a clock of its own: for tests. Draws after each batch and whenever the pacer asks for it. */
export class PacingPlayer {
  readonly frames: Frame[] = [];
  moment: Omit<PacingMoment, "now"> = {};
  message: AssistantMessage;
  now = 0;
  readonly #pacer: MessagePacer;
  readonly #events = createEventFactory({ thread: "thread", run: "run", message: "answer" });

  constructor(settings: PacingSettings = {}) {
    this.#pacer = new MessagePacer(settings);
    this.message = createPendingMessage({ id: "answer", thread: "thread" }, { now: 0 });
    this.draw();
    this.play({ type: "run.open", caps: { ...SCRIPT_CAPS, verifier: false }, heartbeatMs: 15_000, ttlMs: null });
  }

  get view(): PacedView {
    const view = this.frames.at(-1)?.view;
    if (view === undefined) throw new Error("Nothing was drawn yet.");
    return view;
  }

  /** The answer as it is painted. */
  get text(): string {
    return textOf(this.view.message);
  }

  play(...payloads: readonly EventPayload[]): void {
    const events = payloads.map((payload) => this.#events.make(payload, { t: this.now }));
    this.message = foldEvents(this.message, events, { now: this.now }).message;
    this.draw();
  }

  append(text: string, rest: { readonly span?: string; readonly part?: string } = {}): void {
    this.play({ type: "span.append", part: rest.part ?? "part", span: rest.span ?? "span", text });
  }

  change(change: (message: AssistantMessage) => AssistantMessage): void {
    this.message = change(this.message);
    this.draw();
  }

  draw(): void {
    this.frames.push({ now: this.now, received: this.message, view: this.#pacer.step(this.message, { ...this.moment, now: this.now }) });
  }

  /** Time passes, and the pacer gets what it asked for, up to a frame late. */
  wait(ms: number, frameMs = 0): void {
    const until = this.now + ms;
    for (let next = this.view.nextAt; next !== null && next <= until; next = this.view.nextAt) {
      this.now = Math.min(until, Math.max(this.now, next) + frameMs);
      this.draw();
      if (this.now >= until) break;
    }
    this.now = until;
  }
}
