import { UnsayError } from "../protocol/index.js";
import { networkError } from "./http-problem.js";
import { parseServerFrame, type Answer, type Question } from "./web-socket-frames.js";

/** What is needed of a `WebSocket`: the browser's, the `ws` package's, or a test's. */
export interface WebSocketLike {
  /** 1 is open, as the standard has it. */
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: object) => void): void;
}

/** One question on its way. */
export interface Asking {
  /** An answer came; `false` when it was the last. */
  onAnswer(answer: Answer): boolean;
  /** The socket closed, or holds what nobody can read. */
  onCut(error: UnsayError): void;
}

const OPEN = 1;

const UNREADABLE = new UnsayError({
  code: "stream-corrupt",
  message: "A message on the socket is no frame of this protocol, so events may be missing. The socket was closed; resume on a new one.",
  retryable: true,
});

/** One socket for everything that is asked at a time. It opens with the first question and closes after the last answer. */
export class WebSocketLink {
  readonly #connect: () => Promise<WebSocketLike>;
  readonly #asking = new Map<string, Asking>();
  #socket: Promise<WebSocketLike> | null = null;
  #sockets = 0;
  #count = 0;

  constructor(connect: () => Promise<WebSocketLike>) {
    this.#connect = connect;
  }

  /** Sends a question; gives back what takes it away again. */
  ask(question: Question, asking: Asking): () => void {
    this.#count += 1;
    const id = String(this.#count);
    this.#asking.set(id, asking);
    this.#ready().then(
      (socket) => {
        if (this.#asking.get(id) === asking) send(socket, { id, ...question });
      },
      (error: unknown) => this.#cut(id, error instanceof UnsayError ? error : networkError(error)),
    );
    return () => this.#leave(id);
  }

  #leave(id: string): void {
    if (!this.#asking.delete(id)) return;
    void this.#socket?.then((socket) => send(socket, { id, type: "leave" })).catch(() => {});
    this.#closeIfIdle();
  }

  #ready(): Promise<WebSocketLike> {
    this.#socket ??= this.#open();
    return this.#socket;
  }

  /** A socket that this link has left may still close or speak; by then another one may be in use. */
  async #open(): Promise<WebSocketLike> {
    this.#sockets += 1;
    const own = this.#sockets;
    const socket = await this.#connect();
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        reject(networkError("the socket closed"));
        if (own === this.#sockets) this.#dropAll(networkError("the socket closed"));
      };
      socket.addEventListener("message", (event) => {
        if (own === this.#sockets) this.#read(socket, "data" in event ? event.data : undefined);
      });
      socket.addEventListener("close", fail);
      socket.addEventListener("error", fail);
      socket.addEventListener("open", () => resolve());
      if (socket.readyState === OPEN) resolve();
    });
    return socket;
  }

  #read(socket: WebSocketLike, data: unknown): void {
    const frame = parseServerFrame(data);
    if (frame === "unknown") return;
    if (frame === null) {
      this.#dropAll(UNREADABLE);
      return socket.close();
    }
    const asking = this.#asking.get(frame.id);
    if (asking === undefined || asking.onAnswer(frame)) return;
    this.#asking.delete(frame.id);
    this.#closeIfIdle();
  }

  #cut(id: string, error: UnsayError): void {
    const asking = this.#asking.get(id);
    this.#asking.delete(id);
    if (this.#asking.size === 0) this.#socket = null;
    asking?.onCut(error);
  }

  #dropAll(error: UnsayError): void {
    this.#socket = null;
    const asking = [...this.#asking.values()];
    this.#asking.clear();
    for (const each of asking) each.onCut(error);
  }

  #closeIfIdle(): void {
    if (this.#asking.size > 0) return;
    const socket = this.#socket;
    this.#socket = null;
    void socket?.then((open) => open.close()).catch(() => {});
  }
}

function send(socket: WebSocketLike, frame: object): void {
  if (socket.readyState === OPEN) socket.send(JSON.stringify(frame));
}
