import type { StartCommand, UnsayEvent } from "../protocol/index.js";
import { isLive, markBusy, markReconnected, markReconnecting, type AssistantMessage } from "../message/index.js";
import { foldJoined } from "../message/reducer.js";
import { isNext, joinWords, takesMore, wordsOf, type Words } from "../message/reduce-words.js";
import { RECONNECT_POLICY } from "./backoff.js";
import { isDeviceOffline, isPageHidden } from "./clock.js";
import { endLocally } from "./local-end.js";
import { RunReader, type LostEnd, type RunPosition, type RunReaderHost } from "./run-reader.js";
import { diagnose, reportViolation, type SessionContext } from "./session-context.js";
import { readRecord } from "./stored-thread.js";
import type { ConnectionState } from "./session.types.js";

/** One answer while this client reads it: the connection, the fold, and what is shown of it. */
export class LiveAnswer implements RunReaderHost {
  readonly messageId: string;
  readonly #context: SessionContext;
  readonly #reader: RunReader;
  /** A replay from the beginning is folded here until it has caught up, so that shown text never shrinks. */
  #replay: AssistantMessage | null = null;
  /** What may be gone on with as it is; `null` while anything else has to come first. */
  #newest: Words | null = null;
  #nextSeq = 0;
  /** Taken and not folded: what the events from this number on said that went on with each other, the newest among them. */
  #firstSeq = 0;
  #words: string[] = [];
  /** Whoever looks on knows that those before this number came; the others came together. */
  #unheardSeq = 0;
  #wordsAt = 0;
  #wordsMs = 0;

  constructor(context: SessionContext, messageId: string) {
    this.messageId = messageId;
    this.#context = context;
    this.#reader = new RunReader({
      thread: context.store.state.id,
      message: messageId,
      transport: context.transport,
      clock: context.store.clock,
      policy: { ...RECONNECT_POLICY, ...context.options.reconnect },
      random: context.options.random ?? Math.random,
      isHidden: context.options.isHidden ?? isPageHidden,
      isOffline: context.options.isOffline ?? isDeviceOffline,
      host: this,
    });
  }

  /** Resolves when nothing more can be learnt. Never rejects. */
  start(command: StartCommand, onAccepted: () => void): Promise<void> {
    const { transport, watch } = this.#context;
    watch.begin(this.messageId);
    return this.#reader.start(async (signal) => {
      const stream = await transport.start(command, { signal });
      onAccepted();
      return stream;
    }, transport.idempotentStart === true);
  }

  /** Goes on after the last applied event; with `replay`, from the beginning behind what is shown. */
  resume(replay: AssistantMessage | null): Promise<void> {
    this.#replay = replay;
    this.#context.watch.join(this.messageId);
    return this.#reader.resume();
  }

  /** The server has refused it for now, and nothing is on its way. */
  get isWaitingToStart(): boolean {
    return this.#reader.isWaitingToStart;
  }

  wake(): void {
    this.#reader.wake();
  }

  /** What is missed of it can be read later. */
  get canResume(): boolean {
    return positionOf(this.#context.store.find(this.messageId))?.canResume === true;
  }

  /** Resolves when the connection is closed, which may be after the answer has ended. */
  get rest(): Promise<void> {
    return this.#reader.rest;
  }

  /** Closes the connection; a disconnect, never a stop. */
  disconnect(): void {
    this.#reader.dispose();
  }

  /**
   * Words wait for the next commit, and what came within one millisecond is told as one, which blurs no measured silence. The
   * calendar is asked for it, since it costs a fraction of what the monotonic clock does.
   */
  take(events: readonly UnsayEvent[]): boolean {
    const { store } = this.#context;
    const ms = store.clock.epoch();
    const isFirst = this.#nextSeq === this.#firstSeq;
    if (ms === this.#wordsMs && !isFirst) return this.#add(events);
    const now = store.clock.now();
    this.#hearWords();
    if (!this.#add(events)) return false;
    this.#wordsAt = now;
    this.#wordsMs = ms;
    // Last, since it may commit at once.
    if (isFirst) store.foldSoon(() => this.#foldWords());
    return true;
  }

  /** Adds text or arguments that go on where the last ones ended: they end nothing, ask nothing and leave no hole. All else is refused. */
  #add(events: readonly UnsayEvent[]): boolean {
    let newest = this.#newest;
    if (newest === null || events.length === 0) return false;
    const words = this.#words;
    let seq = this.#nextSeq;
    for (let index = 0; index < events.length; index += 1) {
      const event = events[index];
      if (event === undefined || !isNext(newest, event, seq)) return this.#refuse();
      words.push(wordsOf(event));
      newest = event;
      seq += 1;
    }
    this.#newest = newest;
    this.#nextSeq = seq;
    return true;
  }

  /** What a batch had of words before that which is none is folded with it. */
  #refuse(): false {
    this.#words.length = this.#nextSeq - this.#firstSeq;
    return false;
  }

  #hearWords(): void {
    const count = this.#nextSeq - this.#unheardSeq;
    if (this.#newest === null || count === 0) return;
    this.#unheardSeq = this.#nextSeq;
    this.#context.watch.hear(this.messageId, this.#newest, this.#wordsAt, count);
  }

  #foldWords(): void {
    this.#hearWords();
    const count = this.#nextSeq - this.#firstSeq;
    if (this.#newest === null || count === 0) return;
    const words = joinWords(this.#newest, this.#words.join(""), this.#firstSeq);
    this.#words = [];
    this.#firstSeq = this.#nextSeq;
    this.#foldAt([words], this.#wordsAt, count);
  }

  fold(events: readonly UnsayEvent[]): "open" | "ended" | "gap" {
    return this.#foldAt(events, this.#context.store.clock.now(), 0);
  }

  /** `now`: when the events came; `joined`: of how many events of the log one that was heard before was made. */
  #foldAt(events: readonly UnsayEvent[], now: number, joined: number): "open" | "ended" | "gap" {
    const { store, client } = this.#context;
    const target = this.#replay ?? store.find(this.messageId);
    this.#newest = null;
    if (target === undefined) return "ended";
    const own = events.filter((event) => event.message === this.messageId);
    const times = { now, epoch: store.clock.epoch() };
    const { message, violations, gap } = foldJoined(target, own, joined || 1, { ...times, client, isReplay: this.#replay !== null });
    this.#show(this.#replay === null ? this.#watch(target, own, message, now, joined > 0) : message);
    this.#expectMore(own.at(-1), message);
    for (const violation of violations) reportViolation(this.#context, violation);
    if (gap === null) return isLive(message) ? "open" : "ended";
    diagnose(this.#context, { code: "protocol.gap", ...gap });
    return "gap";
  }

  #expectMore(last: UnsayEvent | undefined, message: AssistantMessage): void {
    const { status, run } = message;
    const isOpen = status === "streaming" && run?.state === "open" && run.id === last?.run && this.#replay === null;
    // The first words of an answer are measured by themselves, and an empty delta before them is none.
    this.#newest = isOpen && takesMore(message, last) && wordsOf(last) !== "" ? last : null;
    this.#nextSeq = (run?.lastSeq ?? 0) + 1;
    this.#firstSeq = this.#nextSeq;
    this.#unheardSeq = this.#nextSeq;
  }

  /** A replay arrives at once and says nothing about how the run went; neither does what had been applied before. */
  #watch(
    before: AssistantMessage,
    events: readonly UnsayEvent[],
    after: AssistantMessage,
    now: number,
    isHeard: boolean,
  ): AssistantMessage {
    const known = before.run;
    const last = after.run;
    const isApplied = ({ run, seq }: UnsayEvent) =>
      seq === null || run !== last?.id || (seq <= last.lastSeq && (run !== known?.id || seq > known.lastSeq));
    return this.#context.watch.observe(this.messageId, events.filter(isApplied), after, now, isHeard);
  }

  #show(message: AssistantMessage): void {
    const { store } = this.#context;
    if (this.#replay !== null && !this.#hasCaughtUp(message)) {
      this.#replay = message;
      return;
    }
    this.#replay = null;
    if (isLive(message)) store.setMessageSoon(message);
    else store.setMessage(message);
  }

  #hasCaughtUp(replayed: AssistantMessage): boolean {
    const shown = this.#context.store.find(this.messageId);
    return !isLive(replayed) || (replayed.run?.lastSeq ?? 0) >= (shown?.run?.lastSeq ?? 0);
  }

  position(): RunPosition | null {
    return positionOf(this.#replay ?? this.#context.store.find(this.messageId));
  }

  isStopping(): boolean {
    return this.#context.store.find(this.messageId)?.stop != null;
  }

  connection(connection: ConnectionState): void {
    const { store } = this.#context;
    const current = store.state.connection;
    if (current.status !== connection.status || current.attempt !== connection.attempt) store.updateSoon({ connection });
  }

  reconnecting(): void {
    const { store, watch } = this.#context;
    if (store.find(this.messageId)?.reconnecting === false) watch.noteConnection(this.messageId, "connection-lost");
    store.change(this.messageId, (message) => markReconnecting(message, store.clock.now()));
  }

  busy(until: number | null): void {
    const { store } = this.#context;
    store.change(this.messageId, (message) => markBusy(message, until, store.clock.now()));
  }

  reconnected(gapMs: number | null): void {
    const { store, watch } = this.#context;
    watch.noteConnection(this.messageId, "connection-resumed");
    store.change(this.messageId, (message) => markReconnected(message, gapMs, store.clock.now()));
  }

  async adoptRecord(): Promise<boolean> {
    const record = await readRecord(this.#context, this.messageId);
    if (record === null || isLive(record)) return false;
    this.#context.store.setMessage(record);
    return true;
  }

  giveUp(end: LostEnd): void {
    const { store } = this.#context;
    store.change(this.messageId, (message) => endLocally(message, end, store.times()));
  }
}

/** `null` before a run has opened and after it has ended. */
function positionOf(message: AssistantMessage | undefined): RunPosition | null {
  if (message?.run == null || message.run.state === "ended") return null;
  return {
    run: message.run.id,
    after: message.run.lastSeq,
    heartbeatMs: message.run.heartbeatMs,
    canResume: message.run.caps.resume === true,
    isWaiting: message.run.state === "awaiting-approval",
  };
}
