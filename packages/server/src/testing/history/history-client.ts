import { parseEvent, SseFramer, type EventOf, type UnsayEvent } from "@unsay/core/protocol";
import { startCommand, stopCommand } from "../test-server.js";
import type { Operation, View } from "./history.js";

/** How long a client waits for an answer, or for the next word of a stream, before it thinks the connection dead. */
const PATIENCE_MS = 2_500;
/** How long a person thinks before the next question, at most. */
const THINK_MS = 1_500;
const LONGEST_RUN_MS = 9_000;
/** How long it still reads when it is over. */
const LAST_WORDS_MS = 3_000;
/** Longer than all that can befall a run together: who is still read to then never ends. */
const NEVER_ENDS_MS = 45_000;

export interface ClientOptions {
  readonly name: string;
  readonly thread: string;
  /** Where the servers can be reached. */
  readonly urls: readonly string[];
  readonly random: () => number;
  readonly operations: Operation[];
  readonly views: View[];
  /** Until when it asks for more. */
  readonly endsAt: number;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Asked = Pick<Operation, "kind" | "id" | "approval" | "choice"> & { readonly run?: string };

/**
 * One person with one thread on a bad day: asks, reads, loses the connection and comes back elsewhere, decides, stops,
 * takes back, asks again. Writes down what it asked for and what it was told, and what nobody told it.
 */
export class HistoryClient {
  readonly #options: ClientOptions;
  #count = 0;
  #lastAsked: string | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async live(): Promise<void> {
    const { endsAt, random } = this.#options;
    while (Date.now() < endsAt) {
      const run = (await this.#join()) ?? (await this.#start());
      if (run !== null) await this.#readToEnd(run);
      await sleep(random() * THINK_MS);
    }
  }

  /** What somebody else in the thread has asked for, if anything is going on. */
  async #join(): Promise<string | null> {
    const abort = new AbortController();
    const response = await this.#send(`/threads/${this.#options.thread}/active`, undefined, abort);
    if (response?.status !== 200) return null;
    const patience = setTimeout(() => abort.abort(), PATIENCE_MS);
    const answer = (await response.json().catch(() => ({}))) as { readonly run?: string };
    clearTimeout(patience);
    return answer.run ?? null;
  }

  /** Sent until somebody answers, always under the same key. */
  async #start(): Promise<string | null> {
    const { name, thread } = this.#options;
    this.#count += 1;
    const startKey = `${name}-${this.#count}`;
    const body = this.#startOf(startKey);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const abort = new AbortController();
      const response = await this.#ask({ kind: "start", id: startKey }, `/threads/${thread}/runs`, body, abort);
      if (response !== null && response.status < 500) return response.headers.get("x-unsay-run");
      await sleep(300);
    }
    return null;
  }

  #startOf(startKey: string): Record<string, unknown> {
    const { thread, random, name } = this.#options;
    const fresh = { thread, startKey, client: name, answer: `answer ${startKey}` };
    if (this.#lastAsked !== null && random() < 0.25)
      return startCommand({ ...fresh, message: undefined, mode: "regenerate", parent: this.#lastAsked });
    this.#lastAsked = `message ${startKey}`;
    return startCommand({ ...fresh, message: { id: this.#lastAsked, text: `${startKey}-` } });
  }

  async #readToEnd(run: string): Promise<void> {
    const { random } = this.#options;
    const giveUpAt = Math.min(Date.now() + LONGEST_RUN_MS, this.#options.endsAt + LAST_WORDS_MS);
    const handled = new Set<number>();
    if (random() < 0.25) void sleep(random() * 2_000).then(() => this.#stop(run));
    let after = 0;
    while (Date.now() < giveUpAt) {
      const read = await this.#read(run, after, (event) => this.#react(event, handled));
      after = read.last;
      if (read.isOver) return;
      await sleep(100 + random() * 200);
    }
  }

  /** One connection: until the end, a cut, or a silence that is too long. */
  async #read(
    run: string,
    after: number,
    react: (event: UnsayEvent) => void,
  ): Promise<{ readonly last: number; readonly isOver: boolean }> {
    const abort = new AbortController();
    const response = await this.#send(`/runs/${run}/events?after=${after}`, undefined, abort);
    if (response?.status !== 200) return { last: after, isOver: response !== null && response.status < 500 };
    const view: View = { client: this.#options.name, run, after, events: [] };
    this.#options.views.push(view);
    await this.#take(response, view, abort, react);
    const last = view.events.at(-1);
    return { last: last?.seq ?? after, isOver: last?.type === "run.end" };
  }

  async #take(response: Response, view: View, abort: AbortController, react: (event: UnsayEvent) => void): Promise<void> {
    const framer = new SseFramer();
    const reader = response.body?.getReader();
    const cutAt = this.#options.random() < 0.15 ? Date.now() + this.#options.random() * 1_500 : Number.POSITIVE_INFINITY;
    const stuckAt = Date.now() + NEVER_ENDS_MS;
    for (;;) {
      const silence = setTimeout(() => abort.abort(), PATIENCE_MS);
      const chunk = await reader?.read().catch(() => undefined);
      clearTimeout(silence);
      if (chunk === undefined || chunk.done || Date.now() > cutAt) break;
      if (Date.now() > stuckAt) throw new Error(`The run ${view.run} goes on and on: ${view.events.map(({ type }) => type).join(" ")}`);
      for (const frame of framer.push(chunk.value)) {
        const parsed = parseEvent(JSON.parse(frame.data));
        if (!parsed.ok || parsed.event.seq === null) continue;
        view.events.push(parsed.event);
        react(parsed.event);
      }
    }
    abort.abort();
  }

  #react(event: UnsayEvent, handled: Set<number>): void {
    const { random } = this.#options;
    if (handled.has(event.seq ?? 0)) return;
    handled.add(event.seq ?? 0);
    if (event.type === "approval.request") void sleep(random() * 900).then(() => this.#decide(event));
    if (event.type === "receipt" && event.outcome === "succeeded" && random() < 0.2)
      void sleep(random() * 500).then(() => this.#undo(event));
  }

  #stop(run: string): Promise<void> {
    const id = this.#commandId("stop");
    return this.#command({ kind: "stop", id, run }, stopCommand({ id, run, thread: this.#options.thread, client: this.#options.name }));
  }

  /** Two who read the same thread may say different things about the same question. */
  async #decide({ run, approval, items }: EventOf<"approval.request">): Promise<void> {
    const { random, thread, name } = this.#options;
    const choice = random() < 0.7 ? "approve" : random() < 0.7 ? "reject" : "forged";
    const id = this.#commandId("decide");
    const decided = items.map(({ call, argsHash }) => ({
      call,
      argsHash: choice === "forged" ? `${argsHash.slice(1)}0` : argsHash,
      decision: choice === "reject" ? "reject" : "approve",
    }));
    const body = { command: "decide", id, client: name, thread, run, approval, items: decided };
    await this.#command({ kind: "decide", id, run, approval, choice }, body);
  }

  #undo({ run, receipt }: EventOf<"receipt">): Promise<void> {
    const { thread, name } = this.#options;
    const id = this.#commandId("undo");
    return this.#command({ kind: "undo", id, run }, { command: "undo", id, client: name, thread, run, receipt });
  }

  /** Repeated under the same id until somebody answers. */
  async #command(asked: Asked & { readonly run: string }, body: unknown): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const response = await this.#ask(asked, `/runs/${asked.run}/commands`, body, new AbortController());
      await response?.body?.cancel();
      if (response !== null && response.status < 500) return;
      await sleep(200);
    }
  }

  async #ask(asked: Asked, path: string, body: unknown, abort: AbortController): Promise<Response | null> {
    const operation: Operation = {
      run: null,
      ...asked,
      client: this.#options.name,
      askedAt: Date.now(),
      answeredAt: null,
      outcome: "unknown",
    };
    this.#options.operations.push(operation);
    const response = await this.#send(path, body, abort);
    if (response === null) return null;
    operation.answeredAt = Date.now();
    operation.outcome = response.status < 300 ? "ok" : response.status < 500 ? "refused" : "unknown";
    operation.run ??= response.headers.get("x-unsay-run");
    // A start answers with the stream itself, which is read anew like any other.
    if (asked.kind === "start") abort.abort();
    return response;
  }

  /** `null`: nobody answered. */
  async #send(path: string, body?: unknown, abort: AbortController = new AbortController()): Promise<Response | null> {
    const { urls, random } = this.#options;
    const url = urls[Math.floor(random() * urls.length)] ?? "";
    const patience = setTimeout(() => abort.abort(), PATIENCE_MS * 2);
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
    try {
      return await fetch(`${url}${path}`, { ...init, signal: abort.signal });
    } catch {
      return null;
    } finally {
      clearTimeout(patience);
    }
  }

  #commandId(kind: string): string {
    this.#count += 1;
    return `${kind} ${this.#options.name}-${this.#count}`;
  }
}
