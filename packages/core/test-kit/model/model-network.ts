import { decodeUnsay } from "../../src/adapters/unsay/index.js";
import { encodeEvent, encodeSse, UnsayError, type Decode, type RunCommand, type UnsayEvent } from "../../src/protocol/index.js";
import { decodeBody } from "../../src/transport/event-stream.js";
import type { EventStream, Transport } from "../../src/transport/transport.js";
import { encode } from "../recordings.js";
import type { ModelRun, ModelServer } from "./model-server.js";
import { THREAD } from "./model-server.js";

/** The way of one client to the server: late, cut, or without an answer, as the model says. */
export class ModelNetwork {
  isOnline = true;
  isDead = false;
  /** Something under way was lost at some time, so this client may have had to guess an end. */
  hasLost = false;
  /** Commands this client sent, whether or not they arrived. */
  readonly sent: RunCommand[] = [];
  /** Those that the server refused, by id. */
  readonly refused = new Set<string>();
  readonly #server: ModelServer;
  readonly #wire: ModelWire;
  readonly #connections = new Set<Connection>();
  #lose: "request" | "reply" | null = null;

  constructor(server: ModelServer, wire: ModelWire) {
    this.#server = server;
    this.#wire = wire;
  }

  goOffline(): void {
    this.isOnline = false;
    this.hasLost = true;
    for (const connection of this.#connections) connection.cut();
  }

  /** The page is gone: nothing it asks is heard, and nothing reaches it. */
  kill(): void {
    this.goOffline();
    this.isDead = true;
  }

  goOnline(): void {
    this.isOnline = true;
    this.#lose = null;
  }

  loseNext(what: "request" | "reply"): void {
    this.#lose = what;
    this.hasLost = true;
  }

  /** Bytes that wait reach the client, at most so many of each connection. */
  deliver(bytes: number): void {
    for (const connection of this.#connections) connection.deliver(bytes);
  }

  get transport(): Transport {
    const start: Transport["start"] = async (command, { signal }) =>
      this.#request(() => this.#connect(this.#server.start(command), 0, signal));
    if (!this.#wire.isUnsay) return { wire: this.#wire.name, start };
    return {
      wire: "unsay",
      idempotentStart: true,
      start,
      resume: async ({ run: id, after }, { signal }) =>
        this.#request(() => {
          const run = this.#server.find(id);
          return run === undefined ? { type: "none" as const } : { type: "stream" as const, stream: this.#connect(run, after, signal) };
        }),
      active: async () =>
        this.#request(() => {
          const run = this.#server.live;
          return run === undefined ? null : { run: run.id, message: run.answer, last: run.log.length };
        }),
      history: async () => this.#request(() => this.#server.history()),
      command: async (command) => {
        this.sent.push(command);
        return this.#request(() => this.#obey(command));
      },
    };
  }

  #obey(command: RunCommand): void {
    try {
      this.#server.command(command);
    } catch (error) {
      this.refused.add(command.id);
      throw error;
    }
  }

  #request<T>(run: () => T): T | Promise<never> {
    if (this.isDead) return new Promise<never>(() => {});
    const lost = this.#lose;
    this.#lose = null;
    if (!this.isOnline || lost === "request") throw networkError();
    const result = run();
    if (lost !== "reply") return result;
    throw networkError();
  }

  #connect(run: ModelRun, after: number, signal: AbortSignal): EventStream {
    const connection = new Connection(this.#wire, run, after);
    this.#connections.add(connection);
    signal.addEventListener("abort", () => connection.cut());
    const forget = () => this.#connections.delete(connection);
    const decoder = this.#wire.decode({ thread: THREAD, run: run.id, message: run.answer });
    return decodeBody(connection.read(forget), decoder, { run: run.id });
  }
}

function networkError(): UnsayError {
  return new UnsayError({ code: "network", message: "Nothing came back.", retryable: true });
}

/** How the events of the model stand on a wire. */
export interface ModelWire {
  readonly name: string;
  readonly decode: Decode;
  readonly isUnsay: boolean;
  /** Nothing, where the wire has no such thing. */
  readonly frame: (event: UnsayEvent) => string;
}

export const UNSAY_WIRE: ModelWire = {
  name: "unsay",
  decode: decodeUnsay,
  isUnsay: true,
  frame: (event) => encodeSse({ data: encodeEvent(event), ...(event.seq === null ? {} : { id: String(event.seq) }) }),
};

class Connection {
  readonly #wire: ModelWire;
  readonly #run: ModelRun;
  #waiting: Uint8Array = new Uint8Array();
  #ready: Uint8Array[] = [];
  #isCut = false;
  #wake: () => void = () => {};
  readonly #listen = (event: UnsayEvent | null): void => (event === null ? this.cut() : this.#queue(event));

  constructor(wire: ModelWire, run: ModelRun, after: number) {
    this.#wire = wire;
    this.#run = run;
    for (const event of run.log.slice(after)) this.#queue(event);
    run.readers.add(this.#listen);
  }

  #queue(event: UnsayEvent): void {
    this.#waiting = Buffer.concat([this.#waiting, encode(this.#wire.frame(event))]);
  }

  deliver(bytes: number): void {
    if (this.#waiting.length === 0) return;
    this.#ready.push(this.#waiting.subarray(0, bytes));
    this.#waiting = this.#waiting.subarray(bytes);
    this.#wake();
  }

  /** What was under way is lost. */
  cut(): void {
    this.#isCut = true;
    this.#wake();
  }

  async *read(forget: () => void): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.#ready.shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#isCut || (this.#run.end !== null && this.#waiting.length === 0)) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#run.readers.delete(this.#listen);
      forget();
    }
  }
}
