import { createStore, type StoreApi } from "zustand/vanilla";
import {
  UnsayError,
  type DecideCommand,
  type Diagnostic,
  type RunCommand,
  type StartCommand,
  type StopIntent,
  type UnsayErrorData,
  type UnsayEvent,
} from "../protocol/index.js";
import {
  continueMessage,
  createPendingMessage,
  createUserMessage,
  cutPointOf,
  foldEvents,
  isLive,
  markDeciding,
  markDecisionFailed,
  markReconnected,
  markReconnecting,
  markStopUnconfirmed,
  nextLivenessChange,
  requestStop,
  revealTail,
  selectOpenApprovals,
  tickMessage,
  type AssistantMessage,
  type Message,
  type StopRecord,
  type UserMessage,
} from "../message/index.js";
import { findAssistant, findLive, pauseReasonAfter, replaceMessage, selectThreadError, selectThreadStatus } from "../thread/thread.js";
import type { Transport } from "../transport/transport.js";
import { RECONNECT_POLICY } from "./backoff.js";
import { scheduleFrame, systemClock } from "./clock.js";
import { endLocally } from "./local-end.js";
import { RunReader, type LostEnd, type RunPosition, type RunReaderHost } from "./run-reader.js";
import type {
  Clock,
  ConnectionState,
  Decision,
  ReconnectPolicy,
  SendOptions,
  Session,
  SessionOptions,
  SessionState,
} from "./session.types.js";

/** A stop or decision that nobody answered for this long is said to be unconfirmed. */
export const UNCONFIRMED_MS = 5_000;

interface LiveRun {
  readonly messageId: string;
  readonly command: StartCommand | null;
  readonly reader: RunReader;
  /** A replay from the beginning is folded here until it has caught up, so that shown text never shrinks. */
  shadow: AssistantMessage | null;
}

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

/** The one impure place of the core: it runs what the pure machines decide, and folds what comes back. */
class ThreadSession {
  readonly session: Session;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #policy: ReconnectPolicy;
  readonly #options: SessionOptions;
  readonly #createId: () => string;
  readonly #client: string;
  readonly #store: StoreApi<SessionState>;
  readonly #scheduleCommit: (publish: () => void) => () => void;

  #state: SessionState;
  #live: LiveRun | null = null;
  #commands = new Map<string, StartCommand>();
  #redirect: PendingRedirect | null = null;
  #mounts = 0;
  #cancelCommit: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#clock = options.clock ?? systemClock;
    this.#policy = { ...RECONNECT_POLICY, ...options.reconnect };
    this.#createId = options.createId ?? (() => crypto.randomUUID());
    this.#client = this.#createId();
    this.#scheduleCommit = options.scheduleCommit ?? defaultSchedule(this.#clock);
    this.#state = initialState(options.id ?? this.#createId());
    this.#store = createStore<SessionState>(() => this.#state);
    this.session = this.#createApi();
  }

  #createApi(): Session {
    return {
      store: this.#store,
      send: (text, options = {}) => this.#send(text, options),
      stop: (options = {}) => this.#stop(options.intent ?? "stop"),
      redirect: (text, options = {}) => this.#redirectTo(text, options),
      queue: (text) => this.#enqueue(text),
      removeQueued: (id) => this.#update({ queue: this.#state.queue.filter((item) => item.id !== id) }),
      resumeQueue: () => this.#resumeQueue(),
      continue: (messageId) => this.#continue(messageId),
      regenerate: (messageId) => this.#regenerate(messageId),
      retry: (messageId) => this.#retry(messageId),
      reconnect: (messageId) => this.#reconnect(messageId),
      revealTail: (messageId) => this.#change(messageId, revealTail),
      decide: (approvalId, decision) => this.#decide(approvalId, decision),
      load: () => this.#load(),
      attach: () => this.#attach(),
      wake: () => this.#live?.reader.wake(),
    };
  }

  // ── state and its publication ────────────────────────────────────────────────────────────────

  /** Verbs publish at once, so that a press is answered in the same frame. */
  #update(change: Partial<SessionState>): void {
    this.#state = derive({ ...this.#state, ...change });
    this.#publish();
  }

  /** News from the wire waits for the next frame, together with whatever else arrives before it. */
  #updateSoon(change: Partial<SessionState>): void {
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

  #publish(): void {
    this.#cancelCommit?.();
    this.#cancelCommit = null;
    this.#state = derive(this.#state);
    this.#store.setState(this.#state, true);
    this.#scheduleTick();
  }

  /** Liveness changes by time alone; one timer waits for the next such change of the live message. */
  #scheduleTick(): void {
    this.#cancelTick?.();
    const live = findLive(this.#state.messages);
    const wait = live === undefined ? null : nextLivenessChange(live, this.#clock.now());
    this.#cancelTick = wait === null ? null : this.#clock.after(wait, () => this.#tick());
  }

  #tick(): void {
    const live = findLive(this.#state.messages);
    if (live !== undefined) this.#setMessage(tickMessage(live, this.#clock.now()));
  }

  #setMessage(message: AssistantMessage): void {
    this.#update({ messages: replaceMessage(this.#state.messages, message) });
  }

  #change(messageId: string, change: (message: AssistantMessage) => AssistantMessage): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message !== undefined) this.#setMessage(change(message));
  }

  #times(): { readonly now: number; readonly epoch: number } {
    return { now: this.#clock.now(), epoch: this.#clock.epoch() };
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────

  #send(text: string, options: SendOptions): void {
    if (text.trim() === "") return;
    if (findLive(this.#state.messages) !== undefined) return this.#enqueue(text);
    this.#ask(text, options);
  }

  #ask(text: string, options: SendOptions): void {
    const user = this.#createUser(text, null);
    this.#update({ messages: [...this.#state.messages, user] });
    this.#answer(user, options);
  }

  #createUser(text: string, redirects: string | null): UserMessage {
    return createUserMessage({
      id: this.#createId(),
      thread: this.#state.id,
      text,
      startedAt: this.#clock.epoch(),
      ...(redirects === null ? {} : { redirects }),
    });
  }

  /** Starts the run that answers a user message which is already shown. */
  #answer(user: UserMessage, options: SendOptions): void {
    const answer = createPendingMessage({ id: this.#createId(), thread: this.#state.id, parent: user.id }, this.#times());
    this.#update({ messages: [...this.#state.messages, answer], error: null });
    this.#start({
      ...this.#startCommand(answer.id, options),
      mode: "new",
      message: { id: user.id, text: user.text },
      ...(user.redirects === undefined ? {} : { redirects: user.redirects }),
    });
  }

  #startCommand(answer: string, options: SendOptions): Omit<StartCommand, "mode"> {
    return {
      command: "start",
      client: this.#client,
      thread: this.#state.id,
      startKey: this.#createId(),
      answer,
      ...(options.labels === undefined ? {} : { labels: options.labels }),
    };
  }

  #start(command: StartCommand): void {
    this.#commands.set(command.answer, command);
    const live = this.#openLive(command.answer, command);
    const opened = live.reader.start(
      (signal) => this.#transport.start(command, { signal }).then((stream) => this.#noteAccepted(command, stream)),
      this.#transport.idempotentStart === true,
    );
    void opened.then(() => this.#closeLive(live));
  }

  #noteAccepted<T>(command: StartCommand, stream: T): T {
    if (command.message !== undefined) this.#setDelivery(command.message.id, "sent");
    return stream;
  }

  #setDelivery(userId: string, delivery: "sent" | "failed"): void {
    const messages = this.#state.messages.map((message) =>
      message.id === userId && message.role === "user" ? { ...message, delivery } : message,
    );
    this.#updateSoon({ messages });
  }

  #openLive(messageId: string, command: StartCommand | null): LiveRun {
    this.#live?.reader.dispose();
    const reader = new RunReader({
      thread: this.#state.id,
      message: messageId,
      transport: this.#transport,
      clock: this.#clock,
      policy: this.#policy,
      random: this.#options.random ?? Math.random,
      host: this.#createHost(messageId),
    });
    const live: LiveRun = { messageId, command, reader, shadow: null };
    this.#live = live;
    return live;
  }

  #closeLive(live: LiveRun): void {
    if (this.#live === live) this.#live = null;
    this.#afterEnd(live.messageId);
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────

  #createHost(messageId: string): RunReaderHost {
    const shown = () => findAssistant(this.#state.messages, messageId);
    const current = () => this.#shadowOf(messageId) ?? shown();
    const change = (next: (message: AssistantMessage) => AssistantMessage) => {
      const message = shown();
      if (message !== undefined) this.#setMessage(next(message));
    };
    return {
      fold: (events) => this.#fold(messageId, events),
      position: () => positionOf(current()),
      connection: (connection) => this.#setConnection(connection),
      reconnecting: () => change((message) => markReconnecting(message, this.#clock.now())),
      reconnected: (gapMs) => change((message) => markReconnected(message, gapMs, this.#clock.now())),
      adoptRecord: () => this.#adoptRecord(messageId),
      giveUp: (end) => this.#giveUp(messageId, end),
    };
  }

  #shadowOf(messageId: string): AssistantMessage | null {
    return this.#live?.messageId === messageId ? this.#live.shadow : null;
  }

  #fold(messageId: string, events: readonly UnsayEvent[]): "open" | "ended" | "gap" {
    const shadow = this.#shadowOf(messageId);
    const target = shadow ?? findAssistant(this.#state.messages, messageId);
    if (target === undefined) return "ended";
    const own = events.filter((event) => event.message === messageId);
    const { message, violations, gap } = foldEvents(target, own, { ...this.#times(), client: this.#client });
    for (const violation of violations) this.#report(violation);
    if (gap !== null) this.#diagnose({ code: "protocol.gap", ...gap });
    this.#show(message, shadow !== null);
    if (gap !== null) return "gap";
    return isLive(message) ? "open" : "ended";
  }

  #show(message: AssistantMessage, isShadow: boolean): void {
    if (isShadow && this.#live !== null && !this.#hasCaughtUp(message)) {
      this.#live.shadow = message;
      return;
    }
    if (isShadow && this.#live !== null) this.#live.shadow = null;
    const messages = replaceMessage(this.#state.messages, message);
    if (isLive(message)) this.#updateSoon({ messages });
    else this.#update({ messages });
  }

  #hasCaughtUp(replayed: AssistantMessage): boolean {
    const shown = findAssistant(this.#state.messages, replayed.id);
    return !isLive(replayed) || (replayed.run?.lastSeq ?? 0) >= (shown?.run?.lastSeq ?? 0);
  }

  #report(violation: Parameters<NonNullable<SessionOptions["onProtocolError"]>>[0]): void {
    this.#options.onProtocolError?.(violation);
    if (this.#options.strict === true) {
      throw new UnsayError({
        code: "protocol-error",
        message: `Rule ${violation.rule}: ${violation.message} (strict mode throws; production counts and goes on.)`,
        retryable: false,
      });
    }
  }

  #diagnose(diagnostic: Diagnostic): void {
    this.#options.onDiagnostic?.(diagnostic);
  }

  #setConnection(connection: ConnectionState): void {
    const current = this.#state.connection;
    if (current.status !== connection.status || current.attempt !== connection.attempt) this.#updateSoon({ connection });
  }

  async #adoptRecord(messageId: string): Promise<boolean> {
    try {
      const stored = await this.#transport.history?.(this.#state.id, { signal: new AbortController().signal });
      const record = stored?.find((message) => message.id === messageId);
      if (record === undefined || record.role !== "assistant" || isLive(record)) return false;
      this.#setMessage(record);
      return true;
    } catch {
      return false;
    }
  }

  #giveUp(messageId: string, end: LostEnd): void {
    this.#change(messageId, (message) => endLocally(message, end, this.#times()));
    const command = this.#commands.get(messageId);
    const message = findAssistant(this.#state.messages, messageId);
    if (command?.message !== undefined && message?.run === null) this.#setDelivery(command.message.id, "failed");
  }

  // ── after an end ─────────────────────────────────────────────────────────────────────────────

  #afterEnd(messageId: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message === undefined || isLive(message)) return;
    if (this.#redirect?.from === messageId) return this.#sendRedirect(message);
    if (this.#state.queue.length === 0) return;
    const reason = pauseReasonAfter(message);
    if (reason === null && this.#state.queuePaused === null) this.#sendNext();
    else this.#update({ queuePaused: reason ?? this.#state.queuePaused });
  }

  #sendRedirect(from: AssistantMessage): void {
    const redirect = this.#redirect;
    if (redirect === null) return;
    this.#redirect = null;
    this.#setMessage({ ...from, redirectedTo: redirect.user.id });
    this.#answer(redirect.user, redirect.options);
  }

  #sendNext(): void {
    const [next, ...rest] = this.#state.queue;
    if (next === undefined || findLive(this.#state.messages) !== undefined) return;
    this.#update({ queue: rest });
    this.#ask(next.text, {});
  }

  #enqueue(text: string): void {
    if (text.trim() === "") return;
    const live = findLive(this.#state.messages);
    this.#update({ queue: [...this.#state.queue, { id: this.#createId(), text }] });
    if (live === undefined && this.#state.queuePaused === null) this.#sendNext();
  }

  #resumeQueue(): void {
    this.#update({ queuePaused: null });
    this.#sendNext();
  }

  // ── stop and redirect ────────────────────────────────────────────────────────────────────────

  #stop(intent: StopIntent): void {
    const message = findLive(this.#state.messages);
    if (message === undefined || intent === "enough") return;
    const before = message.stop?.phase;
    const painted = findAssistant(this.#store.getState().messages, message.id) ?? message;
    const next = requestStop(message, { command: this.#createId(), intent, at: cutPointOf(painted) }, this.#clock.now());
    if (next === message) return;
    this.#setMessage(next);
    const isRepeat = before !== undefined && before !== "unconfirmed" && before !== "done";
    if (next.stop !== null && !isRepeat) this.#sendStop(next, next.stop);
  }

  #sendStop(message: AssistantMessage, stop: StopRecord): void {
    if (this.#transport.command === undefined) return this.#stopByDisconnect(message.id);
    const command = this.#stopCommand(message, stop);
    this.#clock.after(UNCONFIRMED_MS, () => this.#expectStop(message.id, command.id));
    this.#sendCommand(command).catch(() => this.#markStopUnconfirmed(message.id, command.id));
  }

  #stopCommand(message: AssistantMessage, stop: StopRecord): Extract<RunCommand, { command: "stop" }> {
    const startKey = this.#commands.get(message.id)?.startKey;
    return {
      command: "stop",
      id: stop.command ?? this.#createId(),
      client: this.#client,
      thread: this.#state.id,
      ...(message.run === null ? {} : { run: message.run.id }),
      ...(startKey === undefined ? {} : { startKey }),
      scope: "run",
      intent: stop.intent,
      ackSeq: stop.at.seq,
      painted: paintedOf(message, stop),
    };
  }

  #expectStop(messageId: string, command: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message?.stop?.command !== command || message.stop.phase !== "requesting") return;
    this.#markStopUnconfirmed(messageId, command);
    this.#diagnose({ code: "stop.unconfirmed", command, waitedMs: UNCONFIRMED_MS });
  }

  #markStopUnconfirmed(messageId: string, command: string): void {
    this.#change(messageId, (message) => markStopUnconfirmed(message, command));
  }

  /** A wire without a stop command: closing the connection is all that can be done, and nobody confirms it. */
  #stopByDisconnect(messageId: string): void {
    this.#live?.reader.dispose();
    this.#setConnection({ status: "closed", attempt: 0 });
    this.#giveUp(messageId, { cause: "disconnected", error: UNCONFIRMED_STOP });
    this.#afterEnd(messageId);
  }

  #redirectTo(text: string, options: SendOptions): void {
    if (text.trim() === "") return;
    const live = findLive(this.#state.messages);
    if (live === undefined) return this.#ask(text, options);
    if (this.#redirect !== null) return this.#enqueue(text);
    const user = this.#createUser(text, live.id);
    this.#redirect = { from: live.id, user, options };
    this.#update({ messages: [...this.#state.messages, user] });
    this.#stop("redirect");
  }

  // ── going on ─────────────────────────────────────────────────────────────────────────────────

  #continue(messageId: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message === undefined || findLive(this.#state.messages) !== undefined) return;
    const next = continueMessage(message, this.#clock.now());
    if (next === message) return;
    this.#setMessage(next);
    this.#start({ ...this.#startCommand(messageId, this.#labelsOf(messageId)), mode: "continue" });
  }

  #regenerate(messageId: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message?.parent == null || findLive(this.#state.messages) !== undefined) return;
    const answer = createPendingMessage({ id: this.#createId(), thread: this.#state.id, parent: message.parent }, this.#times());
    this.#update({ messages: [...this.#state.messages, answer], error: null });
    this.#start({
      ...this.#startCommand(answer.id, this.#labelsOf(messageId)),
      mode: "regenerate",
      parent: message.parent,
    });
  }

  #labelsOf(messageId: string): SendOptions {
    const labels = this.#commands.get(messageId)?.labels;
    return labels === undefined ? {} : { labels };
  }

  /** The same request under the same key when it never got through; otherwise a new version of the answer. */
  #retry(messageId: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    const command = this.#commands.get(messageId);
    if (message === undefined || findLive(this.#state.messages) !== undefined) return;
    if (message.run !== null || command === undefined) return this.#regenerate(messageId);
    const { id, thread, parent } = message;
    this.#setMessage(createPendingMessage({ id, thread, parent }, this.#times()));
    this.#start(command);
  }

  /** Reads the whole log again behind what is shown, and replaces it when it has caught up. */
  #reconnect(messageId: string): void {
    const message = findAssistant(this.#state.messages, messageId);
    if (message?.status !== "truncated" || message.run === null || findLive(this.#state.messages) !== undefined) return;
    const { id, thread, parent } = message;
    this.#setMessage(reopen(message, this.#clock.now()));
    const replay = createPendingMessage(
      { id, thread, parent },
      { now: this.#clock.now(), ...(message.startedAt === null ? {} : { epoch: message.startedAt }) },
    );
    this.#attachTo(messageId, { ...replay, run: { ...message.run, state: "open", lastSeq: 0 }, runs: message.runs });
  }

  #attachTo(messageId: string, shadow: AssistantMessage | null): void {
    const live = this.#openLive(messageId, null);
    live.shadow = shadow;
    void live.reader.resume().then(() => this.#closeLive(live));
  }

  // ── decisions ────────────────────────────────────────────────────────────────────────────────

  async #decide(approvalId: string, decision: Decision): Promise<void> {
    const message = this.#findApproval(approvalId);
    const approval = message?.approvals.find((candidate) => candidate.id === approvalId);
    if (message === undefined || approval === undefined) throw new UnsayError(unknownApproval(approvalId));
    if (approval.status === "deciding" && approval.unconfirmed !== true) return;
    if (approval.status !== "open" && approval.status !== "deciding") throw new UnsayError(closedApproval(approvalId, approval.status));
    const command: DecideCommand = {
      command: "decide",
      id: approval.command ?? this.#createId(),
      client: this.#client,
      thread: this.#state.id,
      run: approval.run,
      approval: approvalId,
      items: approval.items.map((item) => ({ ...item, ...decision })),
    };
    this.#change(message.id, (current) => markDeciding(current, approvalId, command.id));
    await this.#sendDecision(message.id, command);
  }

  async #sendDecision(messageId: string, command: DecideCommand): Promise<void> {
    const mark = (outcome: "refused" | "unconfirmed") =>
      this.#change(messageId, (message) => markDecisionFailed(message, command.approval, outcome));
    this.#clock.after(UNCONFIRMED_MS, () => mark("unconfirmed"));
    try {
      await this.#sendCommand(command);
    } catch (error) {
      mark(error instanceof UnsayError && error.code !== "network" ? "refused" : "unconfirmed");
      throw error;
    }
  }

  #findApproval(approvalId: string): AssistantMessage | undefined {
    const found = this.#state.messages.findLast(
      (message) => message.role === "assistant" && message.approvals.some((approval) => approval.id === approvalId),
    );
    return found?.role === "assistant" ? found : undefined;
  }

  async #sendCommand(command: RunCommand): Promise<void> {
    if (this.#transport.command === undefined) {
      throw new UnsayError({
        code: "run-not-live",
        message: `The ${this.#transport.wire} transport takes no commands, so "${command.command}" can't be sent. Use a transport with \`command\`.`,
        retryable: false,
      });
    }
    await this.#transport.command(command);
  }

  // ── history and mounting ─────────────────────────────────────────────────────────────────────

  async #load(): Promise<readonly Message[]> {
    const transport = this.#transport;
    if (transport.history === undefined) {
      this.#update({ history: "ready" });
      return this.#state.messages;
    }
    const signal = new AbortController().signal;
    try {
      const stored = await transport.history(this.#state.id, { signal });
      const running = (await transport.active?.(this.#state.id, { signal })) ?? null;
      this.#adopt(stored, running?.message ?? null);
    } catch (error) {
      this.#update({ history: "failed", error: error instanceof UnsayError ? error.toJSON() : HISTORY_FAILED });
      throw error;
    }
    return this.#state.messages;
  }

  /** Stored messages replace shown ones, except what this client is reading or sending right now. */
  #adopt(stored: readonly Message[], running: string | null): void {
    const own = this.#live?.messageId ?? null;
    const known = new Set(stored.map((message) => message.id));
    const kept = this.#state.messages.filter((message) => !known.has(message.id));
    const merged = stored.map((message) => this.#adoptOne(message, own, running));
    this.#update({ messages: [...merged, ...kept], history: "ready" });
    if (running !== null && running !== own && findAssistant(merged, running) !== undefined) this.#attachTo(running, null);
  }

  #adoptOne(message: Message, own: string | null, running: string | null): Message {
    if (message.id === own) return findAssistant(this.#state.messages, message.id) ?? message;
    if (message.role === "user" || !isLive(message)) return message;
    if (message.id !== running) return endLocally(message, ORPHANED, this.#times());
    return markReconnecting({ ...message, waitingSince: this.#clock.now() }, this.#clock.now());
  }

  #attach(): () => void {
    this.#mounts += 1;
    let isAttached = true;
    this.#resumeIfDetached();
    return () => {
      if (!isAttached) return;
      isAttached = false;
      this.#mounts -= 1;
      this.#clock.after(0, () => this.#disconnectIfUnused());
    };
  }

  /** Where the run can be resumed, an unmounted thread holds no connection; elsewhere reading on is the only memory. */
  #disconnectIfUnused(): void {
    if (this.#mounts > 0 || this.#live === null || this.#transport.resume === undefined) return;
    if (positionOf(findAssistant(this.#state.messages, this.#live.messageId))?.canResume !== true) return;
    this.#live.reader.dispose();
    this.#live = null;
  }

  #resumeIfDetached(): void {
    const live = findLive(this.#state.messages);
    if (live === undefined || this.#live !== null || live.run === null) return;
    this.#setMessage(markReconnecting(live, this.#clock.now()));
    this.#attachTo(live.id, null);
  }
}

/** Real time commits with the screen; a clock that somebody injected owns this moment too. */
function defaultSchedule(clock: Clock): (publish: () => void) => () => void {
  return clock === systemClock ? scheduleFrame : (publish) => clock.after(COMMIT_MS, publish);
}

const COMMIT_MS = 16;

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

function positionOf(message: AssistantMessage | undefined): RunPosition | null {
  if (message?.run == null || message.run.state === "ended") return null;
  return {
    run: message.run.id,
    after: message.run.lastSeq,
    heartbeatMs: message.run.heartbeatMs,
    canResume: message.run.caps.resume === true,
  };
}

/** A message whose end was only inferred goes back to live while its record is read again. */
function reopen(message: Extract<AssistantMessage, { status: "truncated" }>, now: number): AssistantMessage {
  const { cause: _cause, resumable: _resumable, error: _error, at: _at, ...rest } = message;
  return {
    ...rest,
    status: rest.parts.length === 0 ? "pending" : "streaming",
    liveness: "reconnecting",
    reconnecting: true,
    stated: false,
    endedAt: null,
    waitingSince: now,
  };
}

/** Where the reader's view froze, as a place in a span: the wire knows no offsets into parts. */
function paintedOf(message: AssistantMessage, stop: StopRecord): { span: string; offset: number } | null {
  const part = message.parts.find((candidate) => candidate.id === stop.at.part);
  if (part?.type !== "text" || stop.at.offset === null) return null;
  let left = stop.at.offset;
  for (const span of part.spans) {
    if (span.replaces !== undefined) continue;
    if (left <= span.text.length) return { span: span.id, offset: left };
    left -= span.text.length;
  }
  return null;
}

const UNCONFIRMED_STOP: UnsayErrorData = {
  code: "stream-eof",
  message: "This wire has no stop command: the connection was closed, and nobody confirmed that the model stopped.",
  retryable: false,
};

const ORPHANED: Parameters<typeof endLocally>[1] = {
  cause: "orphaned",
  error: {
    code: "lease-expired",
    message: "The stored answer is unfinished and nothing works on it any more. Continue it, or ask again.",
    retryable: false,
  },
};

const HISTORY_FAILED: UnsayErrorData = {
  code: "network",
  message: "The stored part of this thread could not be read. Load it again.",
  retryable: true,
};

function unknownApproval(id: string): UnsayErrorData {
  return { code: "approval-unknown", message: `There is no approval ${id} in this thread, so nothing was decided.`, retryable: false };
}

function closedApproval(id: string, status: string): UnsayErrorData {
  return { code: "approval-closed", message: `The approval ${id} is ${status}; a later answer changes nothing.`, retryable: false };
}
