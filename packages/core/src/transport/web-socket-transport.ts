import { decodeUnsay } from "../adapters/unsay/index.js";
import { guardCallbacks, UnsayError, type Decode, type DecodeContext } from "../protocol/index.js";
import { parseMessages } from "../thread/parse-messages.js";
import { ChunkQueue } from "./chunk-queue.js";
import { networkError } from "./http-problem.js";
import { decodeChunks, type Chunk } from "./iterable-transport.js";
import type { ActiveRun, ResumeResult, Transport } from "./transport.js";
import type { Question } from "./web-socket-frames.js";
import { WebSocketLink, type WebSocketLike } from "./web-socket-link.js";

export interface WebSocketTransportOptions {
  /** Read for every new socket, so that it may carry a fresh token. */
  readonly url: string | (() => string | Promise<string>);
  /** By default the `WebSocket` of the runtime. */
  readonly createSocket?: (url: string) => WebSocketLike;
  /** The adapter of the events on the socket; by default they are Unsay's own. */
  readonly decode?: Decode;
  /** The server starts once for one `startKey`; `true` by default, as for Unsay's own events. */
  readonly idempotentStart?: boolean;
  readonly effectOf?: DecodeContext["effectOf"];
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
}

/**
 * One socket for all runs and commands of this transport, opened when something is asked and closed when nothing is
 * left. A socket that closes cuts its streams, which are resumed by cursor on the next; closing it stops nothing.
 * The frames stand in `ClientFrame` and `ServerFrame`.
 */
export function createWebSocketTransport(given: WebSocketTransportOptions): Transport {
  const options = guardCallbacks(given, ["onDiagnostic"]);
  const { decode = decodeUnsay, idempotentStart = decode === decodeUnsay } = options;
  const link = new WebSocketLink(() => connect(options));
  const hooks: DecodeContext = {
    ...(options.effectOf === undefined ? {} : { effectOf: options.effectOf }),
    ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
  };
  return {
    wire: decode().wire,
    idempotentStart,
    async start(command, { signal }) {
      const context = { ...hooks, thread: command.thread, message: command.answer, run: command.startKey };
      const found = await openStream(link, { type: "start", command }, signal);
      if (found.type !== "stream") throw new UnsayError(NO_RUN);
      return decodeChunks(found.chunks, decode, context, signal);
    },
    async resume(request, { signal }) {
      const found = await openStream(link, { type: "resume", ...request }, signal);
      if (found.type !== "stream") return found;
      const { thread, run, message } = request;
      return { type: "stream", stream: decodeChunks(found.chunks, decode, { ...hooks, thread, run, message }, signal) };
    },
    async active(thread, { signal }) {
      return ((await call(link, { type: "active", thread }, signal)) ?? null) as ActiveRun | null;
    },
    async history(thread, { signal }) {
      return parseMessages(await call(link, { type: "history", thread }, signal), thread);
    },
    async command(command) {
      await call(link, { type: "command", command });
    },
  };
}

const NO_RUN = {
  code: "run-not-live",
  message: "The server answered a start as if it were a resume: it has no such run. Answer `start` with `open` or `error`.",
  retryable: false,
};

/** Rejects with an `UnsayError`; code `network` when no socket could be opened. */
async function connect({ url, createSocket }: WebSocketTransportOptions): Promise<WebSocketLike> {
  const target = typeof url === "function" ? await url() : url;
  return createSocket === undefined ? new WebSocket(target) : createSocket(target);
}

type Found = Exclude<ResumeResult, { type: "stream" }> | { readonly type: "stream"; readonly chunks: ChunkQueue<Chunk> };

/** Settles with the server's first word about the stream. */
function openStream(link: WebSocketLink, question: Question, signal: AbortSignal): Promise<Found> {
  return new Promise((resolve, reject) => {
    const chunks = new ChunkQueue<Chunk>();
    const leave = link.ask(question, {
      onAnswer(answer) {
        if (answer.type === "open") resolve({ type: "stream", chunks });
        else if (answer.type === "event") chunks.push(answer.event);
        else if (answer.type === "error") reject(new UnsayError(answer.error));
        else if (answer.type === "none" || answer.type === "gone") resolve({ type: answer.type });
        if (answer.type === "error") chunks.end(new UnsayError(answer.error));
        else if (answer.type === "end") chunks.end();
        return answer.type === "open" || answer.type === "event";
      },
      onCut(error) {
        reject(error);
        // A closed socket is a cut like any other; what could not be read is said.
        chunks.end(error.code === "stream-corrupt" ? error : null);
      },
    });
    onAbort(signal, () => {
      leave();
      reject(networkError("the reader left"));
    });
  });
}

function call(link: WebSocketLink, question: Question, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const leave = link.ask(question, {
      onAnswer(answer) {
        if (answer.type === "error") reject(new UnsayError(answer.error));
        else resolve(answer.type === "reply" ? answer.value : null);
        return false;
      },
      onCut: reject,
    });
    onAbort(signal, () => {
      leave();
      reject(networkError("the reader left"));
    });
  });
}

function onAbort(signal: AbortSignal | undefined, leave: () => void): void {
  if (signal?.aborted === true) leave();
  else signal?.addEventListener("abort", leave, { once: true });
}
