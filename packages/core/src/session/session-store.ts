import { createStore, type StoreApi } from "zustand/vanilla";
import { nextLivenessChange, tickMessage } from "../message/liveness.js";
import { markUnread } from "../message/local.js";
import type { AssistantMessage } from "../message/message.js";
import { isLive, selectOpenApprovals } from "../message/selectors.js";
import { changesBetween, MessagePages, type MessageChange } from "../thread/message-pages.js";
import { findLive, selectThreadError, selectThreadStatus } from "../thread/thread.js";
import { isPageHidden, scheduleFrame, systemClock, whenPageIsSeen } from "./clock.js";
import type { Clock, SessionOptions, SessionState } from "./session.types.js";

const COMMIT_MS = 16;
const ROUSE_MS = 500;

/** Messages are given as an array, or as pages. */
type SessionChange = Partial<SessionState>;

/** What the session knows, and when readers are told of it. */
export class SessionStore {
  readonly clock: Clock;
  readonly published: StoreApi<SessionState>;
  readonly #scheduleCommit: (publish: () => void) => () => void;
  #state: SessionState;
  readonly #isHidden: () => boolean;
  #fold: (() => void) | null = null;
  #cancelCommit: (() => void) | null = null;
  /** A commit waits for somebody to look. */
  #isUnseen = false;
  #cancelTick: (() => void) | null = null;
  #cancelRouse: (() => void) | null = null;
  #isResting = false;
  /** Told of each state of an answer that has ended. */
  onEnded: (message: AssistantMessage) => void = () => {};

  constructor(
    id: string,
    clock: Clock,
    { scheduleCommit, isHidden, initialMessages = [] }: Pick<SessionOptions, "scheduleCommit" | "isHidden" | "initialMessages"> = {},
  ) {
    this.clock = clock;
    this.#scheduleCommit = scheduleCommit ?? defaultSchedule(clock);
    this.#isHidden = isHidden ?? isPageHidden;
    this.#state = initialState(id, MessagePages.of(initialMessages.map((message) => markUnread(message, clock.now()))));
    this.published = createStore<SessionState>(() => this.#state);
  }

  /** The newest state, which readers may see only with the next frame. */
  get state(): SessionState {
    this.#foldNow();
    return this.#state;
  }

  get live(): AssistantMessage | undefined {
    return findLive(this.state.pages);
  }

  find(messageId: string): AssistantMessage | undefined {
    return findAnswer(this.state.pages, messageId);
  }

  /** The message as it was last shown, without what waits for the next frame. */
  findPublished(messageId: string): AssistantMessage | undefined {
    return findAnswer(this.published.getState().pages, messageId);
  }

  times(): { readonly now: number; readonly epoch: number } {
    return { now: this.clock.now(), epoch: this.clock.epoch() };
  }

  /** Verbs publish at once, so that a press is answered in the same frame. */
  update(change: SessionChange): void {
    this.#foldNow();
    this.#apply(change);
    this.#publish();
  }

  /** News from the wire waits for the next frame, together with whatever else arrives before it. */
  updateSoon(change: SessionChange): void {
    this.#foldNow();
    this.#apply(change);
    if (this.#isUnseen && this.#hasNews()) this.#publish();
    this.#commitSoon();
  }

  /**
   * Folds what came at the next commit, or before anybody reads the state; at once where a commit waits for somebody to look. One
   * fold waits at a time; an earlier one is made now.
   */
  foldSoon(fold: () => void): void {
    this.#foldNow();
    this.#fold = fold;
    if (this.#isUnseen) this.#foldNow();
    else this.#commitSoon();
  }

  #foldNow(): void {
    const fold = this.#fold;
    this.#fold = null;
    fold?.();
  }

  #commitSoon(): void {
    if (this.#cancelCommit !== null) return;
    let ran = false;
    const cancel = this.#scheduleCommit(() => {
      ran = true;
      this.#commit();
    });
    if (!ran) this.#cancelCommit = cancel;
  }

  /** Text grows unseen where nobody looks; what asks for somebody, or how the answer stands, is told all the same. */
  #commit(): void {
    // What is folded now is part of this commit and asks for none of its own.
    this.#cancelCommit ??= () => {};
    this.#foldNow();
    this.#isUnseen = this.#isHidden() && !this.#hasNews();
    if (!this.#isUnseen) this.#publish();
    else this.#cancelCommit = whenPageIsSeen(() => this.#publish());
  }

  #hasNews(): boolean {
    const shown = this.published.getState();
    const { pages, connection } = this.#state;
    return shown.connection !== connection || shown.pages.shape !== pages.shape || changesBetween(shown.pages, pages).some(isNews);
  }

  setMessage(message: AssistantMessage): void {
    this.update({ pages: this.state.pages.with(message) });
    if (!isLive(message)) this.onEnded(message);
  }

  setMessageSoon(message: AssistantMessage): void {
    this.updateSoon({ pages: this.state.pages.with(message) });
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
    if (this.#isUnseen) this.#publish();
    if (!this.#isResting) return;
    this.#cancelRouse?.();
    this.#cancelRouse = this.clock.after(ROUSE_MS, () => {
      this.#isResting = false;
      this.#tick();
    });
  }

  #apply({ messages, pages = this.#state.pages, ...change }: SessionChange): void {
    const next = messages === undefined ? pages : MessagePages.of(messages, pages);
    this.#state = stateOf({ ...factsOf(this.#state), ...change }, next);
  }

  #publish(): void {
    this.#cancelCommit?.();
    this.#cancelCommit = null;
    this.#isUnseen = false;
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

function findAnswer(pages: MessagePages, id: string): AssistantMessage | undefined {
  const found = pages.find(id);
  return found?.role === "assistant" ? found : undefined;
}

/** All but the messages, which are written down in pages and as an array only where somebody asks for one. */
type SessionFacts = Omit<SessionState, "messages" | "pages">;

function stateOf(facts: SessionFacts, pages: MessagePages): SessionState {
  return {
    ...facts,
    pages,
    get messages() {
      return pages.toArray();
    },
  };
}

function factsOf({ id, status, error, connection, queue, queuePaused, history }: SessionState): SessionFacts {
  return { id, status, error, connection, queue, queuePaused, history };
}

/** More than words: it has begun or ended, asks something, or has done something. */
function isNews({ before, after }: MessageChange): boolean {
  if (before?.role !== "assistant" || after.role !== "assistant") return true;
  return before.status !== after.status || before.approvals !== after.approvals || before.receipts !== after.receipts;
}

function initialState(id: string, pages: MessagePages): SessionState {
  const connection = { status: "idle", attempt: 0 } as const;
  return derive(stateOf({ id, status: "ready", error: null, connection, queue: [], queuePaused: null, history: "loading" }, pages));
}

function derive(state: SessionState): SessionState {
  const { pages } = state;
  const status = selectThreadStatus(pages);
  const error = selectThreadError(pages) ?? (status === "error" || state.history === "failed" ? state.error : null);
  return stateOf({ ...factsOf(state), status, error, queuePaused: whyPaused(state) }, pages);
}

/** Where nothing waits, the thread is not searched for an answer that asks. */
function whyPaused({ pages, queue, queuePaused }: SessionState): SessionState["queuePaused"] {
  if (queue.length === 0) return null;
  const live = findLive(pages);
  if (live !== undefined && selectOpenApprovals(live).length > 0) return "approval";
  return queuePaused === "approval" ? null : queuePaused;
}
