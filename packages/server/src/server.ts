import { systemClock, textOf, type Clock, type Message } from "@unsay/core";
import {
  createEventFactory,
  type DecideCommand,
  type RunCommand,
  type StartCommand,
  type StopCommand,
  type UnsayEvent,
} from "@unsay/core/protocol";
import type { Agent } from "./agents/agent.js";
import { unknownApproval } from "./approval/approvals.js";
import { createApprovalSigner, type ApprovalSigner } from "./approval/signature.js";
import { checkOrigin, readJson, type GuardOptions } from "./http/guard.js";
import { parseCommand, parseStart } from "./http/parse-command.js";
import { conflict, emptyResponse, HttpProblem, invalidRequest, jsonResponse, notFound, problemResponse } from "./http/problem.js";
import { parseRoute, type Route } from "./http/route.js";
import { consoleLog, type Log } from "./log.js";
import { createEventBody } from "./run/event-body.js";
import { LiveRun } from "./run/live-run.js";
import { createRepair } from "./run/repair.js";
import { createStoredSource } from "./run/stored-source.js";
import type { EventSource } from "./run/run-log.js";
import { createMemoryStore } from "./stores/memory.js";
import type { Store, StoredRun, StoredStop } from "./stores/store.js";
import { foldThread, type RunWithEvents } from "./thread/history.js";
import type { ToolSet } from "./tool-call/tool.js";

export type Action = "start" | "read" | "stop" | "decide" | "undo";

export interface AuthorizeContext {
  readonly threadId: string;
  /** `null` where the request is about the thread as a whole. */
  readonly runId: string | null;
  readonly action: Action;
}

/** Whether this request may do this. A refusal is answered like an id that does not exist. */
export type Authorize = (request: Request, context: AuthorizeContext) => boolean | Promise<boolean>;

/** Lets everybody do everything. For servers that only their own machine can reach. */
export const allowAllUnsafe: Authorize = () => true;

export interface UnsayServerOptions extends GuardOptions {
  readonly agent: Agent;
  readonly authorize: Authorize;
  readonly tools?: ToolSet;
  /** Default: this process's memory. The server does not close it. */
  readonly store?: Store;
  /** Where the routes are mounted, such as `/api`. */
  readonly basePath?: string;
  readonly heartbeatMs?: number;
  /** What becomes of a run that nobody listens to. */
  readonly onDisconnect?: "continue" | { readonly cancelAfterMs: number };
  /** How long running tools may take to report after a stop. */
  readonly settleMs?: number;
  readonly approvalExpiryMs?: number;
  /** How long a producer counts as living without a sign of life. */
  readonly leaseMs?: number;
  /** Whether runs can be resumed here. Default: true. */
  readonly resume?: boolean | ((command: StartCommand) => boolean);
  /** Signs approvals. Needed where several processes serve the same runs; otherwise one is made up. */
  readonly secret?: string;
  readonly clock?: Clock;
  readonly createId?: () => string;
  readonly log?: Log;
}

export interface UnsayServer {
  /** Answers one request. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Refuses new runs, ends the live ones as `disconnected`, and resolves when that is stored and told. */
  readonly close: () => Promise<void>;
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

/** Tools get this long to report when the whole server stops. */
const SHUTDOWN_SETTLE_MS = 2_000;
/** Stops that came before their run; the oldest is forgotten first. */
const MAX_EARLY_STOPS = 1_000;

/**
 * The server side of Unsay as a Web-standard `fetch` handler: runs that outlive their connection, an acknowledged stop,
 * a gate that every tool call passes, and a record from which a reload shows the same. Throws without `authorize`.
 */
export function createUnsayServer(options: UnsayServerOptions): UnsayServer {
  if (typeof options.authorize !== "function") {
    throw new TypeError("createUnsayServer needs `authorize`, since run ids are no secrets. On your own machine, pass `allowAllUnsafe`.");
  }
  const server = new Server(options);
  return { fetch: (request) => server.answer(request), close: () => server.close() };
}

class Server {
  readonly #options: UnsayServerOptions;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #createId: () => string;
  readonly #signer: ApprovalSigner;
  readonly #heartbeatMs: number;
  readonly #owner: string;
  readonly #live = new Map<string, LiveRun>();
  readonly #byStartKey = new Map<string, LiveRun>();
  readonly #starting = new Map<string, Promise<LiveRun | StoredRun>>();
  readonly #earlyStops = new Map<string, StopCommand>();
  readonly #decided = new Map<string, string>();
  readonly #readers = new Map<string, number>();
  #isClosing = false;

  constructor(options: UnsayServerOptions) {
    this.#options = options;
    this.#store = options.store ?? createMemoryStore();
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? consoleLog;
    this.#createId = options.createId ?? (() => crypto.randomUUID());
    this.#signer = createApprovalSigner(options.secret);
    this.#heartbeatMs = options.heartbeatMs ?? 15_000;
    this.#owner = crypto.randomUUID();
  }

  async answer(request: Request): Promise<Response> {
    try {
      checkOrigin(request, this.#options);
      const url = new URL(request.url);
      return await this.#handle(parseRoute(request.method, url.pathname, this.#options.basePath ?? ""), request, url);
    } catch (error) {
      if (error instanceof HttpProblem) return problemResponse(error);
      this.#log({ level: "error", event: "request.failed", message: "A request could not be answered.", error });
      return problemResponse(INTERNAL);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#starting.values());
    const settleMs = Math.min(SHUTDOWN_SETTLE_MS, this.#settleMs);
    await Promise.all([...this.#live.values()].map((run) => run.interrupt(SHUT_DOWN, settleMs)));
  }

  async #handle(route: Route, request: Request, url: URL): Promise<Response> {
    switch (route.name) {
      case "start":
        return this.#start(request, route.thread);
      case "active":
        return this.#active(request, route.thread);
      case "messages":
        return this.#messages(request, route.thread);
      case "events":
        return this.#events(request, route.run, url);
      case "run-commands":
        return this.#runCommand(request, route.run);
      case "thread-commands":
        return this.#threadCommand(request, route.thread);
    }
  }

  async #allow(request: Request, context: AuthorizeContext): Promise<void> {
    if (!(await this.#options.authorize(request, context))) throw notFound();
  }

  get #settleMs(): number {
    return this.#options.settleMs ?? 10_000;
  }

  // ── starting ─────────────────────────────────────────────────────────────────────────────────

  async #start(request: Request, thread: string): Promise<Response> {
    await this.#allow(request, { threadId: thread, runId: null, action: "start" });
    const command = parseStart(await readJson(request), thread);
    const run = await this.#findOrCreate(command);
    return this.#stream(run, 0);
  }

  /** The same key is the same run, however often and however fast it is asked for. */
  #findOrCreate(command: StartCommand): Promise<LiveRun | StoredRun> {
    const key = keyOf(command.thread, command.startKey);
    const starting = this.#starting.get(key);
    if (starting !== undefined) return starting.then((run) => checkSame(run, command));
    const created = this.#create(command, key).finally(() => this.#starting.delete(key));
    this.#starting.set(key, created);
    return created;
  }

  async #create(command: StartCommand, key: string): Promise<LiveRun | StoredRun> {
    const live = this.#byStartKey.get(key);
    if (live !== undefined) return checkSame(live, command);
    const known = await this.#store.findRun(command.thread, command.startKey);
    if (known !== null) return checkSame(await this.#refresh(known), command);
    if (this.#isClosing) throw CLOSING;
    const messages = await this.#fold(command.thread);
    const context = this.#contextOf(command, messages);
    const { run: record, created } = await this.#store.createRun(this.#recordOf(command, context.parent));
    if (!created) return checkSame(record, command);
    return this.#launch(record, command, context, key);
  }

  /** Checks that this answer may be asked for now, and gathers what the agent will know. */
  #contextOf(command: StartCommand, messages: readonly Message[]): AnswerContext {
    if ([...this.#live.values()].some((run) => run.record.thread === command.thread && run.hasOpenApproval)) {
      throw conflict(
        "approval-open",
        "An approval of this thread is open, and free text is never read as a decision. Approve, reject or stop first.",
      );
    }
    switch (command.mode) {
      case "new":
        return contextOfNew(command, messages);
      case "regenerate":
        return contextOfRegenerate(command, messages);
      case "continue":
        return contextOfContinue(command, messages);
    }
  }

  #recordOf(command: StartCommand, parent: string | null): Parameters<Store["createRun"]>[0] {
    const createdAt = this.#clock.epoch();
    return {
      run: this.#createId(),
      thread: command.thread,
      message: command.answer,
      startKey: command.startKey,
      client: command.client,
      mode: command.mode,
      user: command.message ?? null,
      parent,
      redirects: command.redirects ?? null,
      labels: command.labels ?? {},
      createdAt,
      owner: this.#owner,
      leaseUntil: createdAt + this.#leaseMs,
    };
  }

  get #leaseMs(): number {
    return this.#options.leaseMs ?? 30_000;
  }

  async #launch(record: StoredRun, command: StartCommand, context: AnswerContext, key: string): Promise<LiveRun> {
    const { agent, tools = {}, approvalExpiryMs = 900_000, resume = true } = this.#options;
    const run = new LiveRun({
      record,
      agent,
      tools,
      store: this.#store,
      clock: this.#clock,
      signer: this.#signer,
      log: this.#log,
      createId: this.#createId,
      heartbeatMs: this.#heartbeatMs,
      settleMs: this.#settleMs,
      approvalExpiryMs,
      leaseMs: this.#leaseMs,
      caps: { resume: typeof resume === "function" ? resume(command) : resume, cancelTool: true },
      input: context.input,
      messages: context.before,
      partial: context.partial,
      onEnded: () => this.#forget(record.run, key),
    });
    this.#live.set(record.run, run);
    this.#byStartKey.set(key, run);
    await run.open();
    const early = this.#earlyStops.get(key);
    this.#earlyStops.delete(key);
    if (early !== undefined) await this.#stop(run, early);
    if (this.#isClosing) void run.interrupt(SHUT_DOWN, 0);
    run.start();
    return run;
  }

  #forget(run: string, key: string): void {
    this.#live.delete(run);
    this.#byStartKey.delete(key);
    this.#readers.delete(run);
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────

  async #active(request: Request, thread: string): Promise<Response> {
    await this.#allow(request, { threadId: thread, runId: null, action: "read" });
    const records = await this.#records(thread);
    const record = records.findLast((candidate) => candidate.end === null);
    if (record === undefined) return emptyResponse();
    const live = this.#live.get(record.run);
    const last = live?.log.visibleSeq ?? record.lastSeq;
    const t = live?.log.elapsedMs ?? Math.max(0, this.#clock.epoch() - record.createdAt);
    return jsonResponse(200, { run: record.run, message: record.message, last, t });
  }

  async #messages(request: Request, thread: string): Promise<Response> {
    await this.#allow(request, { threadId: thread, runId: null, action: "read" });
    return jsonResponse(200, { messages: await this.#fold(thread) });
  }

  async #fold(thread: string): Promise<readonly Message[]> {
    const records = await this.#records(thread);
    return foldThread(thread, await Promise.all(records.map((record) => this.#withEvents(record))));
  }

  async #withEvents(record: StoredRun): Promise<RunWithEvents> {
    const live = this.#live.get(record.run);
    if (live !== undefined) return { record, events: live.log.after(0) };
    return { record, events: await this.#store.read(record.run, 0) };
  }

  async #records(thread: string): Promise<readonly StoredRun[]> {
    const records = await this.#store.listRuns(thread);
    return Promise.all(records.map((record) => this.#refresh(record)));
  }

  /** An unfinished run whose producer gave no sign of life gets its end here: no reader has to guess. */
  async #refresh(record: StoredRun): Promise<StoredRun> {
    const now = this.#clock.epoch();
    if (record.end !== null || this.#live.has(record.run) || record.leaseUntil > now) return record;
    const repair = createRepair(record, await this.#store.read(record.run, 0));
    const isRepaired = await this.#store.repair(record.run, now, repair);
    if (isRepaired)
      this.#log({
        level: "warn",
        event: "run.orphaned",
        run: record.run,
        thread: record.thread,
        message: "Its producer is gone; the run was ended as orphaned.",
      });
    return (await this.#store.getRun(record.run)) ?? record;
  }

  async #events(request: Request, run: string, url: URL): Promise<Response> {
    const record = await this.#find(request, run, "read");
    const after = cursorOf(request, url);
    const live = this.#live.get(run);
    if (live !== undefined) {
      if (after > live.log.visibleSeq) throw beyondEnd(after, live.log.visibleSeq);
      return this.#stream(live, after);
    }
    if (record.end !== null && after >= record.lastSeq) return emptyResponse();
    if (after > record.lastSeq) throw beyondEnd(after, record.lastSeq);
    return this.#stream(record, after);
  }

  /** The run, when it exists and this user may do this with it. */
  async #find(request: Request, run: string, action: Action): Promise<StoredRun> {
    const record = await this.#store.getRun(run);
    if (record === null) throw notFound();
    await this.#allow(request, { threadId: record.thread, runId: run, action });
    return this.#refresh(record);
  }

  #stream(run: LiveRun | StoredRun, after: number): Response {
    const record = recordOf(run);
    const source: EventSource =
      run instanceof LiveRun ? run.log : createStoredSource(record, this.#store, this.#clock, (current) => this.#refresh(current));
    if (run instanceof LiveRun) this.#countReader(run, 1);
    const body = createEventBody({
      source,
      after,
      clock: this.#clock,
      heartbeatMs: this.#heartbeatMs,
      beat: (last) => heartbeatOf(run, record, last),
      onClose: () => run instanceof LiveRun && this.#countReader(run, -1),
    });
    return new Response(body, { status: 200, headers: { ...STREAM_HEADERS, "x-unsay-run": record.run } });
  }

  #countReader(run: LiveRun, change: 1 | -1): void {
    const id = run.record.run;
    const count = (this.#readers.get(id) ?? 0) + change;
    if (run.isEnded) return void this.#readers.delete(id);
    this.#readers.set(id, count);
    const { onDisconnect = "continue" } = this.#options;
    if (count > 0 || onDisconnect === "continue") return;
    this.#clock.after(onDisconnect.cancelAfterMs, () => {
      if (this.#readers.get(id) === 0) void run.interrupt(NOBODY_LISTENS);
    });
  }

  // ── commands ─────────────────────────────────────────────────────────────────────────────────

  async #runCommand(request: Request, run: string): Promise<Response> {
    const known = await this.#store.getRun(run);
    if (known === null) throw notFound();
    await this.#allow(request, { threadId: known.thread, runId: run, action: "read" });
    const command = parseCommand(await readJson(request), known.thread);
    if (command.run !== undefined && command.run !== run) throw invalidRequest("`run` must be the run that the address names.", "run");
    await this.#allow(request, { threadId: known.thread, runId: run, action: command.command });
    await this.#obey(command, await this.#refresh(known));
    return jsonResponse(202, { command: command.id });
  }

  async #threadCommand(request: Request, thread: string): Promise<Response> {
    await this.#allow(request, { threadId: thread, runId: null, action: "read" });
    const command = parseCommand(await readJson(request), thread);
    await this.#allow(request, { threadId: thread, runId: command.run ?? null, action: command.command });
    const record = await this.#recordFor(command, thread);
    if (record !== null) await this.#obey(command, record);
    return jsonResponse(202, { command: command.id });
  }

  /** `null`: a stop that came before its run, which is remembered until the run comes. */
  async #recordFor(command: RunCommand, thread: string): Promise<StoredRun | null> {
    if (command.run !== undefined) {
      const record = await this.#store.getRun(command.run);
      if (record?.thread !== thread) throw notFound();
      return this.#refresh(record);
    }
    if (command.command !== "stop" || command.startKey === undefined)
      throw invalidRequest("The command names neither `run` nor, for a stop, `startKey`.", "run");
    const record = await this.#store.findRun(thread, command.startKey);
    const key = keyOf(thread, command.startKey);
    if (this.#byStartKey.has(key) || record?.end != null) return this.#byStartKey.get(key)?.record ?? record;
    this.#rememberStop(key, command);
    return null;
  }

  #rememberStop(key: string, command: StopCommand): void {
    this.#earlyStops.set(key, command);
    const oldest = this.#earlyStops.keys().next();
    if (this.#earlyStops.size > MAX_EARLY_STOPS && oldest.done !== true) this.#earlyStops.delete(oldest.value);
  }

  async #obey(command: RunCommand, record: StoredRun): Promise<void> {
    switch (command.command) {
      case "stop":
        return this.#obeyStop(command, record);
      case "decide":
        return this.#obeyDecision(command, record);
      case "undo":
        throw conflict("undo-unavailable", "No tool here declares how to undo what it did. The receipt stays as it is.");
    }
  }

  /** Stopping what is over is no mistake: it was whole before the stop came. */
  async #obeyStop(command: StopCommand, record: StoredRun): Promise<void> {
    const live = this.#live.get(record.run);
    if (live === undefined) {
      if (record.end === null) throw notLiveHere(record.run);
      return;
    }
    if (command.scope === "tool") {
      if (!live.cancelCall(command.call ?? ""))
        throw conflict("tool-not-ready", `The call ${String(command.call)} is over, unknown here, or can't be cancelled.`);
      return;
    }
    await this.#stop(live, command);
  }

  /** Decided at once, stored before the answer. */
  async #stop(live: LiveRun, command: StopCommand): Promise<void> {
    const { id, client, intent, ackSeq, painted } = command;
    const stop: StoredStop = { command: id, client, intent, ackSeq, painted };
    const isNews = !live.isStopping;
    live.stop({ id, client, intent });
    if (isNews && live.isStopping) await this.#store.saveStop(live.record.run, stop);
  }

  async #obeyDecision(command: DecideCommand, record: StoredRun): Promise<void> {
    const fingerprint = JSON.stringify([command.approval, command.items]);
    const known = this.#decided.get(`${record.run} ${command.id}`) ?? (await this.#store.findCommand(record.run, command.id));
    if (known === fingerprint) return;
    if (known !== null)
      throw conflict("approval-closed", `The command ${command.id} was used for another decision. Give each decision its own id.`);
    const live = this.#live.get(record.run);
    if (live === undefined) throw await this.#refusalOfPast(command, record);
    this.#decide(live, command, fingerprint);
    await this.#store.saveCommand(record.run, command.id, fingerprint);
  }

  /** In one step with the check that it was not decided before: parallel repetitions find it done. */
  #decide(live: LiveRun, command: DecideCommand, fingerprint: string): void {
    const key = `${live.record.run} ${command.id}`;
    const known = this.#decided.get(key);
    if (known === fingerprint) return;
    live.decide(command);
    this.#decided.set(key, fingerprint);
    void live.done.then(() => this.#decided.delete(key));
  }

  async #refusalOfPast(command: DecideCommand, record: StoredRun): Promise<HttpProblem> {
    if (record.end === null) return notLiveHere(record.run);
    const events = await this.#store.read(record.run, 0);
    const wasAsked = events.some((event) => event.type === "approval.request" && event.approval === command.approval);
    if (!wasAsked) return unknownApproval(command.approval);
    return conflict(
      "approval-closed",
      `The run of the approval ${command.approval} has ended, so nothing can be decided any more. Load the thread to see how.`,
    );
  }
}

// ── what an answer starts from ─────────────────────────────────────────────────────────────────

interface AnswerContext {
  readonly parent: string | null;
  readonly input: string;
  readonly before: readonly Message[];
  readonly partial: string;
}

function contextOfNew(command: StartCommand, messages: readonly Message[]): AnswerContext {
  const { message, answer } = command;
  if (messages.some((known) => known.id === answer || known.id === message?.id)) throw idTaken();
  return { parent: message?.id ?? null, input: message?.text ?? "", before: messages, partial: "" };
}

function contextOfRegenerate(command: StartCommand, messages: readonly Message[]): AnswerContext {
  if (messages.some((known) => known.id === command.answer)) throw idTaken();
  const index = messages.findIndex((known) => known.id === command.parent);
  const parent = messages[index];
  if (parent?.role !== "user") throw invalidRequest("`parent` names no user message of this thread.", "parent");
  return { parent: parent.id, input: parent.text, before: messages.slice(0, index), partial: "" };
}

function contextOfContinue(command: StartCommand, messages: readonly Message[]): AnswerContext {
  const answer = messages.find((known) => known.id === command.answer);
  if (answer?.role !== "assistant")
    throw invalidRequest("`answer` names no answer of this thread, so there is nothing to continue.", "answer");
  if (answer.status !== "truncated")
    throw conflict("invalid-request", `The answer is ${answer.status}; only one that was cut can be continued.`);
  if (answer.cause === "withheld" || answer.cause === "filtered")
    throw conflict("invalid-request", `The answer was ${answer.cause}, so it can't be continued. Ask again in other words.`);
  const index = messages.findIndex((known) => known.id === answer.parent);
  const parent = messages[index];
  return {
    parent: answer.parent,
    input: parent?.role === "user" ? parent.text : "",
    before: messages.slice(0, Math.max(0, index)),
    partial: textOf(answer),
  };
}

// ── small answers ──────────────────────────────────────────────────────────────────────────────

function keyOf(thread: string, startKey: string): string {
  return JSON.stringify([thread, startKey]);
}

function recordOf(run: LiveRun | StoredRun): StoredRun {
  return run instanceof LiveRun ? run.record : run;
}

function checkSame<T extends LiveRun | StoredRun>(run: T, command: StartCommand): T {
  const record = recordOf(run);
  if (record.message === command.answer && record.mode === command.mode) return run;
  throw conflict(
    "start-key-conflict",
    "The same `startKey` was used for another answer. Make a new key for each new request, and reuse it only to repeat one.",
  );
}

function idTaken(): HttpProblem {
  return conflict("invalid-request", "The thread has a message with this id already. Make a new id for each message.");
}

const CURSOR = /^(?:0|[1-9]\d{0,14})$/u;

/** The header is what a browser's own reconnect sends, and newer than the address. Throws an `HttpProblem`. */
function cursorOf(request: Request, url: URL): number {
  const cursor = request.headers.get("last-event-id") ?? url.searchParams.get("after") ?? "0";
  if (CURSOR.test(cursor)) return Number(cursor);
  throw invalidRequest("The cursor (`after` or Last-Event-ID) must be the `seq` of an event of this run.", "after");
}

function beyondEnd(after: number, last: number): HttpProblem {
  return invalidRequest(`The cursor is ${after}, but the run has only ${last} events. Use the \`seq\` of an event of this run.`, "after");
}

function heartbeatOf(run: LiveRun | StoredRun, record: StoredRun, last: number): UnsayEvent {
  if (run instanceof LiveRun) return run.log.unnumbered({ type: "run.heartbeat", last, phase: run.phase });
  return createEventFactory({ thread: record.thread, run: record.run, message: record.message }).peek({
    type: "run.heartbeat",
    last,
    phase: "queued",
  });
}

function notLiveHere(run: string): HttpProblem {
  return new HttpProblem(409, {
    code: "run-not-live",
    message: `The run ${run} is not produced by this process. If another process produces it, send the command there; if it is gone, the run is ended soon.`,
    retryable: true,
    retryAfterMs: 1_000,
  });
}

const CLOSING = new HttpProblem(503, {
  code: "run-not-live",
  message: "The server is shutting down and takes no new runs. Ask again in a moment.",
  retryable: true,
  retryAfterMs: 2_000,
  userMessage: "The server is restarting.",
});

const INTERNAL = new HttpProblem(500, {
  code: "internal",
  message: "The server failed to answer this request. Its log has the details; asking again may help.",
  retryable: true,
  userMessage: "The server had a problem.",
});

const SHUT_DOWN = {
  cause: "disconnected",
  resumable: false,
  error: {
    code: "server-shutdown",
    message: "The server was shut down while answering. What was said until then is stored. Continue the answer, or ask again.",
    retryable: true,
    userMessage: "The server was shut down while answering.",
  },
} as const;

const NOBODY_LISTENS = {
  cause: "disconnected",
  resumable: false,
  error: {
    code: "stream-eof",
    message: "Nobody listened to this answer any more, so the server ended it.",
    retryable: true,
  },
} as const;
