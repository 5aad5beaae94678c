import { createStore, type StoreApi } from "zustand/vanilla";
import { isLive, nextLivenessChange, selectOpenApprovals, tickMessage, type AssistantMessage } from "../message/index.js";
import { findAssistant, findLive, replaceMessage, selectThreadError, selectThreadStatus } from "../thread/thread.js";
import { scheduleFrame, systemClock } from "./clock.js";
import type { Clock, SessionOptions, SessionState } from "./session.types.js";

const COMMIT_MS = 16;
const ROUSE_MS = 500;

/** What the session knows, and when readers are told of it. */
export class SessionStore {
  readonly clock: Clock;
  readonly published: StoreApi<SessionState>;
  readonly #scheduleCommit: (publish: () => void) => () => void;
  #state: SessionState;
  #cancelCommit: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #cancelRouse: (() => void) | null = null;
  #isResting = false;
  /** Told of each state of an answer that has ended. */
  onEnded: (message: AssistantMessage) => void = () => {};

  constructor(id: string, clock: Clock, scheduleCommit: SessionOptions["scheduleCommit"]) {
    this.clock = clock;
    this.#scheduleCommit = scheduleCommit ?? defaultSchedule(clock);
    this.#state = initialState(id);
    this.published = createStore<SessionState>(() => this.#state);
  }

  /** The newest state, which readers may see only with the next frame. */
  get state(): SessionState {
    return this.#state;
  }

  get live(): AssistantMessage | undefined {
    return findLive(this.#state.messages);
  }

  find(messageId: string): AssistantMessage | undefined {
    return findAssistant(this.#state.messages, messageId);
  }

  /** The message as it was last shown, without what waits for the next frame. */
  findPublished(messageId: string): AssistantMessage | undefined {
    return findAssistant(this.published.getState().messages, messageId);
  }

  times(): { readonly now: number; readonly epoch: number } {
    return { now: this.clock.now(), epoch: this.clock.epoch() };
  }

  /** Verbs publish at once, so that a press is answered in the same frame. */
  update(change: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...change };
    this.#publish();
  }

  /** News from the wire waits for the next frame, together with whatever else arrives before it. */
  updateSoon(change: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#cancelCommit !== null) return;
    let ran = false;
    const cancel = this.#scheduleCommit(() => {
      ran = true;
      this.#cancelCommit = null;
      this.#publish();
    });
    if (!ran) this.#cancelCommit = cancel;
  }

  setMessage(message: AssistantMessage): void {
    this.update({ messages: replaceMessage(this.#state.messages, message) });
    if (!isLive(message)) this.onEnded(message);
  }

  change(messageId: string, change: (message: AssistantMessage) => AssistantMessage): void {
    const message = this.find(messageId);
    if (message !== undefined) this.setMessage(change(message));
  }

  /** Nobody looks, and timers sleep: what a silence means is not said until somebody is back. */
  rest(): void {
    this.#isResting = true;
    this.#cancelRouse?.();
    this.#cancelTick?.();
  }

  /** What the network still holds after a sleep is read before a silence is called one. */
  rouse(): void {
    if (!this.#isResting) return;
    this.#cancelRouse?.();
    this.#cancelRouse = this.clock.after(ROUSE_MS, () => {
      this.#isResting = false;
      this.#tick();
    });
  }

  #publish(): void {
    this.#cancelCommit?.();
    this.#cancelCommit = null;
    this.#state = derive(this.#state);
    this.published.setState(this.#state, true);
    this.#scheduleTick();
  }

  /** Liveness changes by time alone; one timer waits for the next such change of the live message. */
  #scheduleTick(): void {
    this.#cancelTick?.();
    if (this.#isResting) return;
    const wait = this.live === undefined ? null : nextLivenessChange(this.live, this.clock.now());
    this.#cancelTick = wait === null ? null : this.clock.after(wait, () => this.#tick());
  }

  #tick(): void {
    if (this.live !== undefined) this.setMessage(tickMessage(this.live, this.clock.now()));
  }
}

/** Real time commits with the screen; a clock that somebody injected owns this moment too. */
function defaultSchedule(clock: Clock): (publish: () => void) => () => void {
  return clock === systemClock ? scheduleFrame : (publish) => clock.after(COMMIT_MS, publish);
}

function initialState(id: string): SessionState {
  return {
    id,
    messages: [],
    status: "ready",
    error: null,
    connection: { status: "idle", attempt: 0 },
    queue: [],
    queuePaused: null,
    history: "loading",
  };
}

function derive(state: SessionState): SessionState {
  const status = selectThreadStatus(state.messages);
  const live = findLive(state.messages);
  const isAsking = live !== undefined && selectOpenApprovals(live).length > 0;
  const queuePaused = isAsking ? "approval" : state.queuePaused === "approval" ? null : state.queuePaused;
  const error = selectThreadError(state.messages) ?? (status === "error" || state.history === "failed" ? state.error : null);
  return { ...state, status, error, queuePaused: state.queue.length === 0 ? null : queuePaused };
}
