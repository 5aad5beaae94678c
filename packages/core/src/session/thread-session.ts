import { UnsayError } from "../protocol/errors.js";
import type { StartCommand, StopIntent, UnsayErrorData } from "../protocol/index.js";
import { guardCallbacks } from "../protocol/host-callback.js";
import { createPendingMessage, createUserMessage } from "../message/create.js";
import { continueMessage, markReconnecting, markStopUnconfirmed, reopenMessage, revealTail } from "../message/local.js";
import type { AssistantMessage, Message, UserMessage } from "../message/message.js";
import { isLive, paintedTextOf } from "../message/selectors.js";
import { pauseReasonAfter } from "../thread/thread.js";
import { systemClock } from "./clock.js";
import type { ApprovalHealth } from "../health/approval-watch.js";
import type { LiveAnswer } from "./live-answer.js";
import { PaintedReports } from "./painted-reports.js";
import { QueueStorage } from "./queue-storage.js";
import type { Runs } from "./runs.js";
import { RunsAccess, type RunsSource } from "./runs-access.js";
import { SessionStore } from "./session-store.js";
import type { SharedContext } from "./session-context.js";
import { editQueued, filesOf, inputOf, isBlank, moveQueued } from "./said.js";
import type { PaintedLengths, SendOptions, Session, SessionHealth, SessionOptions, StopOptions, UndoneRedirect } from "./session.types.js";
import { requestStopOfLive, type HeardUpTo } from "./stopping.js";
import { loadThread, readRecord, readRunning } from "./stored-thread.js";
import { endUnsent } from "./unsent.js";

/** How long a redirect may be taken back. */
const UNDO_REDIRECT_MS = 10_000;

const HOST_CALLBACKS = ["onDiagnostic", "onInterrupt", "onMetrics", "onOutcome", "onProtocolError", "onTrace"] as const;

interface PendingRedirect {
  readonly from: string;
  /** Shown at once; sent when the answer it interrupts has ended. */
  readonly user: UserMessage;
  readonly options: SendOptions;
}

/** What waits for the runs before it can be read. */
interface Awaited {
  readonly answer: string;
  /** The server was asked for it before. */
  readonly isSent: boolean;
}

/**
 * A session whose runs may come later than itself: `createSession` for pages that fetch what reads a run when the first one begins.
 * Until then messages are shown, queued and stopped as ever. Where it can't be fetched, an answer ends as not sent, and
 * what returns a promise rejects.
 */
export function openSession(options: SessionOptions, runs: RunsSource): Session {
  return new ThreadSession(options, runs).session;
}

/** The one impure place of the core: the user's verbs, and what follows when an answer has ended. */
class ThreadSession {
  readonly session: Session;
  readonly #context: SharedContext;
  readonly #store: SessionStore;
  readonly #runs: RunsAccess;
  readonly #kept: QueueStorage;
  /** What was asked for each answer, to ask it again. */
  readonly #commands = new Map<string, StartCommand>();
  #live: LiveAnswer | null = null;
  #awaited: Awaited | null = null;
  /** Ended, and still read for late receipts and usage. */
  readonly #resting = new Set<LiveAnswer>();
  #redirect: PendingRedirect | null = null;
  /** The newest redirect, while it may be taken back. */
  #redirected: { readonly user: UserMessage; readonly from: string; readonly at: number } | null = null;
  /** The answer whose redirect was taken back before it had ended. */
  #undone: string | null = null;
  #mounts = 0;
  readonly #healthListeners = new Set<() => void>();

  constructor(options: SessionOptions, runs: RunsSource) {
    const createId = options.createId ?? (() => crypto.randomUUID());
    const client = createId();
    this.#store = new SessionStore(options.id ?? createId(), options.clock ?? systemClock, options);
    const guarded = guardCallbacks(options, HOST_CALLBACKS);
    const painted = new PaintedReports();
    this.#context = { store: this.#store, transport: options.transport, client, createId, painted, options: guarded };
    this.#runs = new RunsAccess(runs, (module) => new module.Runs(this.#context, () => this.#tellHealth()));
    this.#kept = new QueueStorage(this.#context);
    this.#kept.restore();
    this.session = this.#createApi();
  }

  #createApi(): Session {
    return {
      store: this.#store.published,
      send: (text, options = {}) => this.#send(text, options),
      stop: (options = {}) => this.#stopAsTold(options),
      enough: (callId) => this.#asked(({ requests }) => requests.stopTool(callId, { keepPartial: true, intent: "enough" })),
      cancelTool: (callId) => this.#asked(({ requests }) => requests.stopTool(callId, {})),
      retryCall: (callId) => this.#asked(({ requests }) => requests.retryCall(callId)),
      undo: (receiptId) => this.#asked(({ requests }) => requests.undo(receiptId)),
      steer: (text) => this.#asked(({ requests }) => requests.steer(text)),
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
      dismissLoop: (messageId) => this.#runs.use((runs) => runs.dismissLoop(messageId)),
      revealTail: (messageId) => this.#store.change(messageId, revealTail),
      markPainted: (messageId, painted) => this.#markPainted(messageId, painted),
      paintedText: (messageId) => this.#paintedText(messageId),
      markApprovalShown: (approvalId) => this.#runs.current?.watch.showApproval(approvalId),
      noteInterrupt: (facts) => this.#runs.current?.watch.noteInterrupt(facts),
      leave: (by) => this.#leave(by),
      health: this.#health(),
      decide: (approvalId, decision) => this.#asked(({ decisions }) => decisions.decide(approvalId, decision)),
      load: () => this.#load(),
      attach: () => this.#attach(),
      wake: () => this.#wake(),
    };
  }

  /** What only the runs can do. */
  #asked(ask: (runs: Runs) => Promise<void>): Promise<void> {
    const runs = this.#runs.current;
    if (runs !== null) return ask(runs);
    return new Promise((resolve, reject) => {
      this.#runs.use(
        (late) => void ask(late).then(resolve, reject),
        () => reject(new UnsayError(NOT_LOADED)),
      );
    });
  }

  #health(): SessionHealth {
    return {
      metricsOf: (messageId) => this.#runs.current?.watch.metricsOf(messageId) ?? null,
      approvals: () => this.#runs.current?.watch.approvals() ?? NONE_DECIDED,
      subscribe: (listener) => {
        this.#healthListeners.add(listener);
        return () => this.#healthListeners.delete(listener);
      },
    };
  }

  #tellHealth(): void {
    for (const listener of this.#healthListeners) listener();
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
    this.#runs.current?.watch.noteSent();
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
    const awaited = { answer: command.answer, isSent: false };
    this.#awaited = awaited;
    this.#runs.use(
      (runs) => {
        if (this.#awaited === awaited) this.#sendStart(runs, command);
      },
      () => {
        if (this.#awaited === awaited) this.#endUnsent(command.answer, NOT_LOADED);
      },
    );
  }

  #sendStart(runs: Runs, command: StartCommand): void {
    const live = this.#openLive(runs, command.answer);
    void live.start(command, () => this.#setDelivery(command, "sent")).then(() => this.#closeLive(live));
  }

  #setDelivery({ message: sent }: StartCommand, delivery: "sent" | "failed"): void {
    if (sent === undefined) return;
    const { pages } = this.#store.state;
    const message = pages.find(sent.id);
    if (message?.role === "user") this.#store.updateSoon({ pages: pages.with({ ...message, delivery }) });
  }

  #openLive(runs: Runs, messageId: string): LiveAnswer {
    this.#live?.disconnect();
    this.#awaited = null;
    this.#live = runs.read(messageId);
    return this.#live;
  }

  /** Nobody was asked for it. */
  #endUnsent(messageId: string, error: UnsayErrorData): void {
    this.#awaited = null;
    this.#store.change(messageId, (message) => endUnsent(message, error, this.#store.clock.epoch()));
    this.#goOnAfter(messageId);
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
    this.#asked(({ requests }) => requests.stopTool(options.call, options)).catch(() => {});
  }

  #stop(intent: StopIntent, heardUpTo?: HeardUpTo): void {
    const stopping = requestStopOfLive(this.#context, intent, heardUpTo);
    if (stopping === null) return;
    if (this.#awaited?.answer === stopping.id && !this.#awaited.isSent) return this.#endUnsent(stopping.id, NEVER_SENT);
    this.#runs.use(
      (runs) => this.#carryOutStop(runs, stopping),
      () => this.#store.change(stopping.id, (message) => markStopUnconfirmed(message, stopping.stop?.command ?? "")),
    );
  }

  #carryOutStop(runs: Runs, stopping: AssistantMessage): void {
    const live = this.#live;
    runs.watch.pressStop(stopping.id, stopping.stop?.intent ?? "stop");
    const error = runs.whyNoStop(live);
    if (error === null) return runs.sendStop(stopping, this.#commands.get(stopping.id)?.startKey);
    this.#live = null;
    runs.endByDisconnect(stopping.id, live, error);
    this.#goOnAfter(stopping.id);
  }

  #redirectTo(text: string, options: SendOptions): void {
    if (isBlank(text, options)) return;
    const { live, clock } = this.#store;
    if (live === undefined) return this.#ask(text, options);
    if (this.#redirect !== null) return this.#enqueue(text, options);
    this.#redirect = { from: live.id, user: this.#showUser(text, options, { redirects: live.id }), options };
    this.#redirected = { user: this.#redirect.user, from: live.id, at: clock.now() };
    this.#stop("redirect");
    this.#runs.current?.watch.noteSent();
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
    this.#runs.current?.watch.noteSent();
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
    const awaited = { answer: messageId, isSent: true };
    this.#awaited = awaited;
    this.#runs.use((runs) => {
      if (this.#awaited !== awaited) return;
      const live = this.#openLive(runs, messageId);
      void live.resume(replay).then(() => this.#closeLive(live));
    });
  }

  // ── history and mounting ─────────────────────────────────────────────────────────────────────

  async #load(): Promise<readonly Message[]> {
    const { running, orphans } = await loadThread(this.#context, () => this.#own);
    // Another device's run is joined when this client's own answer has ended: one connection at a time.
    if (running !== null && this.#own === null) this.#attachTo(running, null);
    if (orphans.length > 0) this.#runs.use((runs) => runs.endOrphans(orphans));
    return this.#store.state.messages;
  }

  /** The answer that this client reads, or will. */
  get #own(): string | null {
    return this.#live?.messageId ?? this.#awaited?.answer ?? null;
  }

  #markPainted(messageId: string, lengths: PaintedLengths): void {
    this.#context.painted.add(messageId, lengths);
    this.#runs.current?.watch.notePaint(messageId, lengths);
  }

  #paintedText(messageId: string): string {
    const message = this.#store.find(messageId);
    return message === undefined ? "" : paintedTextOf(message, this.#context.painted.find(messageId));
  }

  #leave(by: "hidden" | "navigated"): void {
    this.#runs.current?.watch.leave(by);
    if (by === "hidden") this.#store.rest();
  }

  #wake(): void {
    this.#runs.current?.watch.return();
    this.#store.rouse();
    this.#live?.wake();
    this.#runs.current?.decisions.wake();
  }

  #attach(): () => void {
    this.#mounts += 1;
    this.#runs.current?.watch.return();
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
    if (!this.#live.canResume) return;
    this.#live.disconnect();
    this.#live = null;
  }

  #resumeIfDetached(): void {
    const { live, clock } = this.#store;
    if (live === undefined || this.#own !== null || live.run === null) return;
    this.#store.setMessage(markReconnecting(live, clock.now()));
    this.#attachTo(live.id, null);
  }
}

const NONE_DECIDED: ApprovalHealth = { decided: 0, approvalRate: null, medianDwellMs: null, reflexShare: null };

const NEVER_SENT: UnsayErrorData = {
  code: "network",
  message: "The question was stopped before it had left this page, so nothing was started. Send it again.",
  retryable: true,
};

const NOT_LOADED: UnsayErrorData = {
  code: "network",
  message: "A file of this page that is needed to ask the server could not be loaded, so nothing was sent. Try again.",
  retryable: true,
  userMessage: "A part of this page could not be loaded, so nothing was sent.",
};
