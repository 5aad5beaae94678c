import { guardCallbacks, type StartCommand, type StopIntent, type UnsayErrorData } from "../protocol/index.js";
import {
  continueMessage,
  createPendingMessage,
  createUserMessage,
  isLive,
  markLooping,
  markReconnecting,
  paintedTextOf,
  reopenMessage,
  revealTail,
  type AssistantMessage,
  type Message,
  type UserMessage,
} from "../message/index.js";
import { pauseReasonAfter } from "../thread/thread.js";
import { systemClock } from "./clock.js";
import { Decisions } from "./deciding.js";
import { LiveAnswer, positionOf } from "./live-answer.js";
import { endLocally } from "./local-end.js";
import { PaintedReports } from "./painted-reports.js";
import { QueueStorage } from "./queue-storage.js";
import { Requests } from "./requests.js";
import { SessionStore } from "./session-store.js";
import { SessionWatch } from "./session-watch.js";
import type { SessionContext } from "./session-context.js";
import { editQueued, filesOf, inputOf, isBlank, moveQueued } from "./said.js";
import type { PaintedLengths, SendOptions, Session, SessionOptions, StopOptions, UndoneRedirect } from "./session.types.js";
import { requestStopOfLive, sendStop, type HeardUpTo } from "./stopping.js";
import { loadThread, readRecord, readRunning } from "./stored-thread.js";

/** How long a redirect may be taken back. */
const UNDO_REDIRECT_MS = 10_000;

const HOST_CALLBACKS = ["onDiagnostic", "onInterrupt", "onMetrics", "onOutcome", "onProtocolError", "onTrace"] as const;

interface PendingRedirect {
  readonly from: string;
  /** Shown at once; sent when the answer it interrupts has ended. */
  readonly user: UserMessage;
  readonly options: SendOptions;
}

/** Opens the session of one thread. It makes no request before `load`, `send` or another verb is called. */
export function createSession(options: SessionOptions): Session {
  return new ThreadSession(options).session;
}

/** The one impure place of the core: the user's verbs, and what follows when an answer has ended. */
class ThreadSession {
  readonly session: Session;
  readonly #context: SessionContext;
  readonly #store: SessionStore;
  readonly #decisions: Decisions;
  readonly #requests: Requests;
  readonly #kept: QueueStorage;
  /** What was asked for each answer, to ask it again. */
  readonly #commands = new Map<string, StartCommand>();
  #live: LiveAnswer | null = null;
  /** Ended, and still read for late receipts and usage. */
  readonly #resting = new Set<LiveAnswer>();
  #redirect: PendingRedirect | null = null;
  /** The newest redirect, while it may be taken back. */
  #redirected: { readonly user: UserMessage; readonly from: string; readonly at: number } | null = null;
  /** The answer whose redirect was taken back before it had ended. */
  #undone: string | null = null;
  #mounts = 0;

  constructor(options: SessionOptions) {
    const createId = options.createId ?? (() => crypto.randomUUID());
    const client = createId();
    this.#store = new SessionStore(options.id ?? createId(), options.clock ?? systemClock, options);
    const guarded = guardCallbacks(options, HOST_CALLBACKS);
    const painted = new PaintedReports();
    const watch = new SessionWatch(this.#store, painted, guarded);
    this.#context = { store: this.#store, transport: options.transport, client, createId, painted, watch, options: guarded };
    this.#decisions = new Decisions(this.#context);
    this.#requests = new Requests(this.#context);
    this.#kept = new QueueStorage(this.#context);
    this.#kept.restore();
    this.session = this.#createApi();
  }

  #createApi(): Session {
    return {
      store: this.#store.published,
      send: (text, options = {}) => this.#send(text, options),
      stop: (options = {}) => this.#stopAsTold(options),
      enough: (callId) => this.#requests.stopTool(callId, { keepPartial: true, intent: "enough" }),
      cancelTool: (callId) => this.#requests.stopTool(callId, {}),
      retryCall: (callId) => this.#requests.retryCall(callId),
      undo: (receiptId) => this.#requests.undo(receiptId),
      steer: (text) => this.#requests.steer(text),
      redirect: (text, options = {}) => this.#redirectTo(text, options),
      undoRedirect: () => this.#undoRedirect(),
      queue: (text, options = {}) => this.#enqueue(text, options),
      editQueued: (id, text) => this.#store.update({ queue: editQueued(this.#store.state.queue, id, text) }),
      moveQueued: (id, by) => this.#store.update({ queue: moveQueued(this.#store.state.queue, id, by) }),
      redirectQueued: (id) => this.#redirectQueued(id),
      removeQueued: (id) => this.#store.update({ queue: this.#store.state.queue.filter((item) => item.id !== id) }),
      resumeQueue: () => this.#resumeQueue(),
      continue: (messageId) => void this.#continue(messageId),
      regenerate: (messageId) => this.#regenerate(messageId),
      edit: (messageId, text, options = {}) => this.#edit(messageId, text, options),
      retry: (messageId) => this.#retry(messageId),
      reconnect: (messageId) => this.#reconnect(messageId),
      dismissLoop: (messageId) => this.#store.change(messageId, (message) => markLooping(message, false, this.#store.clock.now())),
      revealTail: (messageId) => this.#store.change(messageId, revealTail),
      markPainted: (messageId, painted) => this.#markPainted(messageId, painted),
      paintedText: (messageId) => this.#paintedText(messageId),
      markApprovalShown: (approvalId) => this.#context.watch.showApproval(approvalId),
      noteInterrupt: (facts) => this.#context.watch.noteInterrupt(facts),
      leave: (by) => this.#leave(by),
      health: this.#context.watch.health,
      decide: (approvalId, decision) => this.#decisions.decide(approvalId, decision),
      load: () => this.#load(),
      attach: () => this.#attach(),
      wake: () => this.#wake(),
    };
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────

  #send(text: string, options: SendOptions): void {
    if (isBlank(text, options)) return;
    if (this.#store.live !== undefined) return this.#enqueue(text, options);
    this.#ask(text, options);
  }

  #ask(text: string, options: SendOptions): void {
    const user = this.#showUser(text, options, {});
    this.#answer(user, options);
  }

  #showUser(text: string, { attachments, quote }: SendOptions, links: Pick<UserMessage, "redirects" | "edits">): UserMessage {
    const { state, clock } = this.#store;
    const user = createUserMessage({
      id: this.#context.createId(),
      thread: state.id,
      text,
      startedAt: clock.epoch(),
      ...(attachments === undefined || attachments.length === 0 ? {} : { attachments }),
      ...(quote === undefined ? {} : { quote }),
      ...links,
    });
    this.#store.update({ pages: state.pages.append(user) });
    return user;
  }

  /** Starts the run that answers a user message which is already shown. */
  #answer(user: UserMessage, options: SendOptions): void {
    this.#context.watch.noteSent();
    const answer = this.#showPending(user.id);
    this.#start({
      ...this.#startCommand(answer.id, options),
      mode: "new",
      message: inputOf(user),
      ...(user.redirects === undefined ? {} : { redirects: user.redirects }),
    });
  }

  #showPending(parent: string): AssistantMessage {
    const { state } = this.#store;
    const answer = createPendingMessage({ id: this.#context.createId(), thread: state.id, parent }, this.#store.times());
    this.#store.update({ pages: state.pages.append(answer), error: null });
    return answer;
  }

  #startCommand(answer: string, options: SendOptions): Omit<StartCommand, "mode"> {
    return {
      command: "start",
      client: this.#context.client,
      thread: this.#store.state.id,
      startKey: this.#context.createId(),
      answer,
      ...(options.labels === undefined ? {} : { labels: options.labels }),
    };
  }

  #start(command: StartCommand): void {
    this.#commands.set(command.answer, command);
    this.#kept.keepLabels(command.answer, command.labels);
    const live = this.#openLive(command.answer);
    void live.start(command, () => this.#setDelivery(command, "sent")).then(() => this.#closeLive(live));
  }

  #setDelivery({ message: sent }: StartCommand, delivery: "sent" | "failed"): void {
    if (sent === undefined) return;
    const { pages } = this.#store.state;
    const message = pages.find(sent.id);
    if (message?.role === "user") this.#store.updateSoon({ pages: pages.with({ ...message, delivery }) });
  }

  #openLive(messageId: string): LiveAnswer {
    this.#live?.disconnect();
    this.#live = new LiveAnswer(this.#context, messageId);
    return this.#live;
  }

  // ── after an end ─────────────────────────────────────────────────────────────────────────────

  #closeLive(live: LiveAnswer): void {
    if (this.#live !== live) return;
    this.#live = null;
    this.#resting.add(live);
    void live.rest.then(() => this.#resting.delete(live));
    this.#goOnAfter(live.messageId);
    // Another device's run, which had to wait for its turn.
    if (this.#store.live?.id !== live.messageId) this.#resumeIfDetached();
  }

  #goOnAfter(messageId: string): void {
    const message = this.#store.find(messageId);
    if (message === undefined || isLive(message)) return;
    this.#noteUndelivered(message);
    if (this.#redirect?.from === message.id) return this.#sendRedirect(message, this.#redirect);
    if (this.#undone === message.id && this.#canGoOn(message)) return this.#reconnect(message.id);
    this.#goOnWithQueue(message);
  }

  /** The server never opened a run for it, so the user's message may not have arrived. */
  #noteUndelivered(message: AssistantMessage): void {
    const command = this.#commands.get(message.id);
    if (command !== undefined && message.run === null) this.#setDelivery(command, "failed");
  }

  #sendRedirect(from: AssistantMessage, redirect: PendingRedirect): void {
    this.#redirect = null;
    this.#store.setMessage({ ...from, redirectedTo: redirect.user.id });
    this.#answer(redirect.user, redirect.options);
  }

  #goOnWithQueue(ended: AssistantMessage): void {
    const { queue, queuePaused } = this.#store.state;
    if (queue.length === 0) return;
    const reason = pauseReasonAfter(ended) ?? queuePaused;
    if (reason === null) this.#sendNext();
    else this.#store.update({ queuePaused: reason });
  }

  #sendNext(): void {
    const [next, ...rest] = this.#store.state.queue;
    if (next === undefined || this.#store.live !== undefined) return;
    this.#store.update({ queue: rest });
    this.#ask(next.text, filesOf(next));
  }

  #enqueue(text: string, options: SendOptions): void {
    if (isBlank(text, options)) return;
    const { queue, queuePaused } = this.#store.state;
    this.#store.update({ queue: [...queue, { id: this.#context.createId(), text, ...filesOf(options) }] });
    if (this.#store.live === undefined && queuePaused === null) this.#sendNext();
  }

  #resumeQueue(): void {
    this.#store.update({ queuePaused: null });
    this.#sendNext();
  }

  // ── stop and redirect ────────────────────────────────────────────────────────────────────────

  #stopAsTold(options: StopOptions): void {
    if (options.scope !== "tool") return this.#stop(options.intent ?? "stop", options.heardUpTo);
    // What went wrong stands in the call.
    this.#requests.stopTool(options.call, options).catch(() => {});
  }

  #stop(intent: StopIntent, heardUpTo?: HeardUpTo): void {
    const stopping = requestStopOfLive(this.#context, intent, heardUpTo);
    if (stopping === null) return;
    this.#context.watch.pressStop(stopping.id, stopping.stop?.intent ?? "stop");
    if (this.#live?.isWaitingToStart === true) this.#stopByDisconnect(stopping.id, NEVER_STARTED);
    else if (this.#context.transport.command === undefined) this.#stopByDisconnect(stopping.id, UNCONFIRMED_STOP);
    else sendStop(this.#context, stopping, this.#commands.get(stopping.id)?.startKey);
  }

  /** Where there is no stop command, or no run to stop yet, closing the connection is all that can be done. */
  #stopByDisconnect(messageId: string, error: UnsayErrorData): void {
    const live = this.#live;
    this.#live = null;
    live?.disconnect();
    live?.connection({ status: "closed", attempt: 0 });
    this.#store.change(messageId, (message) => endLocally(message, { cause: "disconnected", error }, this.#store.times()));
    this.#goOnAfter(messageId);
  }

  #redirectTo(text: string, options: SendOptions): void {
    if (isBlank(text, options)) return;
    const { live, clock } = this.#store;
    if (live === undefined) return this.#ask(text, options);
    if (this.#redirect !== null) return this.#enqueue(text, options);
    this.#redirect = { from: live.id, user: this.#showUser(text, options, { redirects: live.id }), options };
    this.#redirected = { user: this.#redirect.user, from: live.id, at: clock.now() };
    this.#stop("redirect");
    this.#context.watch.noteSent();
  }

  #redirectQueued(id: string): void {
    const item = this.#store.state.queue.find((candidate) => candidate.id === id);
    if (item === undefined) return;
    this.#store.update({ queue: this.#store.state.queue.filter((candidate) => candidate !== item) });
    this.#redirectTo(item.text, filesOf(item));
  }

  #undoRedirect(): UndoneRedirect | null {
    const redirected = this.#redirected;
    this.#redirected = null;
    if (redirected === null || this.#store.clock.now() - redirected.at > UNDO_REDIRECT_MS) return null;
    const { user, from } = redirected;
    if (this.#redirect?.user === user) this.#takeBack(user, from);
    else if (this.#store.live?.parent === user.id) this.#stop("stop");
    return { text: user.text, attachments: user.attachments ?? [] };
  }

  /** It was shown and never sent. */
  #takeBack(user: UserMessage, from: string): void {
    this.#redirect = null;
    this.#undone = from;
    this.#store.update({ messages: this.#store.state.messages.filter((message) => message !== user) });
  }

  #canGoOn(message: AssistantMessage): boolean {
    this.#undone = null;
    return message.status === "truncated" && message.resumable && this.#context.transport.resume !== undefined;
  }

  // ── going on ─────────────────────────────────────────────────────────────────────────────────

  /** An end that only this client inferred may be wrong: the record is read first, and a live run is joined instead. */
  async #continue(messageId: string): Promise<void> {
    const message = this.#store.find(messageId);
    if (message === undefined || this.#store.live !== undefined) return;
    if (!message.stated && (await this.#hasMoved(messageId))) return;
    const next = continueMessage(message, this.#store.clock.now());
    if (next === message || this.#store.live !== undefined) return;
    this.#store.setMessage(next);
    this.#start({ ...this.#startCommand(messageId, this.#labelsOf(messageId)), mode: "continue" });
  }

  /** The server knows more than this client did: the run still lives, or it ended in another way. */
  async #hasMoved(messageId: string): Promise<boolean> {
    const running = await readRunning(this.#context).catch(() => null);
    if (running === messageId) {
      this.#reconnect(messageId);
      return true;
    }
    const record = await readRecord(this.#context, messageId);
    if (record === null || isLive(record)) return false;
    this.#store.setMessage(record);
    return record.status !== "truncated";
  }

  #regenerate(messageId: string): void {
    const message = this.#store.find(messageId);
    if (message?.parent == null || this.#store.live !== undefined) return;
    const answer = this.#showPending(message.parent);
    this.#start({ ...this.#startCommand(answer.id, this.#labelsOf(messageId)), mode: "regenerate", parent: message.parent });
  }

  #edit(messageId: string, text: string, options: SendOptions): void {
    const original = this.#store.state.messages.find((message) => message.id === messageId);
    if (original?.role !== "user" || isBlank(text, options) || this.#store.live !== undefined) return;
    const user = this.#showUser(text, options, { edits: messageId });
    this.#context.watch.noteSent();
    const answer = this.#showPending(user.id);
    this.#start({ ...this.#startCommand(answer.id, options), mode: "regenerate", parent: messageId, message: inputOf(user) });
  }

  #labelsOf(messageId: string): SendOptions {
    const labels = this.#commands.get(messageId)?.labels ?? this.#kept.labelsOf(messageId);
    return labels === undefined ? {} : { labels };
  }

  /** The same request under the same key when it never got through; otherwise a new version of the answer. */
  #retry(messageId: string): void {
    const message = this.#store.find(messageId);
    const command = this.#commands.get(messageId);
    if (message === undefined || this.#store.live !== undefined) return;
    if (message.run !== null || command === undefined) return this.#regenerate(messageId);
    const { id, thread, parent } = message;
    this.#store.setMessage(createPendingMessage({ id, thread, parent }, this.#store.times()));
    this.#start(command);
  }

  /** Reads the whole log again behind what is shown, and replaces it when it has caught up. */
  #reconnect(messageId: string): void {
    const message = this.#store.find(messageId);
    if (message?.status !== "truncated" || message.run === null || this.#store.live !== undefined) return;
    const { shown, replay } = reopenMessage(message, this.#store.clock.now());
    this.#store.setMessage(shown);
    this.#attachTo(messageId, replay);
  }

  #attachTo(messageId: string, replay: AssistantMessage | null): void {
    const live = this.#openLive(messageId);
    void live.resume(replay).then(() => this.#closeLive(live));
  }

  // ── history and mounting ─────────────────────────────────────────────────────────────────────

  async #load(): Promise<readonly Message[]> {
    const running = await loadThread(this.#context, this.#live?.messageId ?? null);
    // Another device's run is joined when this client's own answer has ended: one connection at a time.
    if (running !== null && this.#live === null) this.#attachTo(running, null);
    return this.#store.state.messages;
  }

  #markPainted(messageId: string, lengths: PaintedLengths): void {
    this.#context.painted.add(messageId, lengths);
    this.#context.watch.notePaint(messageId, lengths);
  }

  #paintedText(messageId: string): string {
    const message = this.#store.find(messageId);
    return message === undefined ? "" : paintedTextOf(message, this.#context.painted.find(messageId));
  }

  #leave(by: "hidden" | "navigated"): void {
    this.#context.watch.leave(by);
    if (by === "hidden") this.#store.rest();
  }

  #wake(): void {
    this.#context.watch.return();
    this.#store.rouse();
    this.#live?.wake();
    this.#decisions.wake();
  }

  #attach(): () => void {
    this.#mounts += 1;
    this.#context.watch.return();
    let isAttached = true;
    this.#resumeIfDetached();
    return () => {
      if (!isAttached) return;
      isAttached = false;
      this.#mounts -= 1;
      this.#store.clock.after(0, () => this.#leaveIfUnused());
    };
  }

  #leaveIfUnused(): void {
    if (this.#mounts > 0) return;
    this.#leave("navigated");
    this.#disconnectIfUnused();
  }

  /** Where the run can be resumed, an unmounted thread holds no connection; elsewhere reading on is the only memory. */
  #disconnectIfUnused(): void {
    for (const live of this.#resting) live.disconnect();
    if (this.#live === null || this.#context.transport.resume === undefined) return;
    if (positionOf(this.#store.find(this.#live.messageId))?.canResume !== true) return;
    this.#live.disconnect();
    this.#live = null;
  }

  #resumeIfDetached(): void {
    const { live, clock } = this.#store;
    if (live === undefined || this.#live !== null || live.run === null) return;
    this.#store.setMessage(markReconnecting(live, clock.now()));
    this.#attachTo(live.id, null);
  }
}

const UNCONFIRMED_STOP: UnsayErrorData = {
  code: "stream-eof",
  message: "This wire has no stop command: the connection was closed, and nobody confirmed that the model stopped.",
  retryable: false,
};

const NEVER_STARTED: UnsayErrorData = {
  code: "rate-limited",
  message: "The server was busy and had not taken the question when it was stopped, so nothing was started. Send it again.",
  retryable: true,
};
