import type { AssistantMessage } from "../../../message/message.js";
import { AnswerBook } from "../../shared/bridge/answers.js";
import { ERROR_CAUSES, errorOfAnswer, type Silence } from "../../shared/bridge/broken-answer.js";
import type { UIMessageLike } from "../ui-message.js";
import { AnswerTracker, type TrackedRequest } from "./answer-tracker.js";
import type {
  ChatTransportLike,
  ChunkLike,
  HonestChatTransport,
  HonestChatTransportOptions,
  ReconnectOptionsLike,
  SendOptionsLike,
} from "./chat-transport.types.js";

/**
 * Wraps the `ChatTransport` of an app that keeps `useChat`. The chunks pass as they are, and are read on the way: ask
 * `answerOf(message.id)` or `statusOf(message.id)` what may truthfully be said of an answer. A message whose server gave
 * it no id gets one here, so that both sides mean the same.
 *
 * By default an answer that was cut reaches `useChat` as an error, and a lost connection as one that it can resume;
 * without the wrapper its status is `ready`.
 */
export function createHonestChatTransport<Send extends SendOptionsLike, Reconnect extends ReconnectOptionsLike, Chunk extends ChunkLike>(
  inner: ChatTransportLike<Send, Reconnect, Chunk>,
  options: HonestChatTransportOptions = {},
): HonestChatTransport<Send, Reconnect, Chunk> {
  const book = new AnswerBook();
  const lastIds = new Map<string, string>();

  function follow(stream: ReadableStream<Chunk>, request: TrackedRequest, signal: AbortSignal | undefined): ReadableStream<Chunk> {
    const tracker = new AnswerTracker(book, request, options);
    return watch(stream, signal, {
      read(chunk) {
        const chunks = tracker.read(chunk);
        if (tracker.answer !== null) lastIds.set(request.chatId, tracker.answer.id);
        return chunks;
      },
      end: (silence) => errorFor(tracker.end(silence), options),
    });
  }

  return {
    ...(inner.resumeStreamIsReplay === undefined ? {} : { resumeStreamIsReplay: inner.resumeStreamIsReplay }),
    close: () => inner.close?.(),
    answerOf: book.answerOf,
    statusOf: book.statusOf,
    subscribe: book.subscribe,
    version: book.version,
    async sendMessages(sent) {
      const stream = await inner.sendMessages(sent);
      const request = { chatId: sent.chatId, continued: continuedBy(sent), knownId: undefined, prior: undefined };
      return follow(stream, request, sent.abortSignal);
    },
    async reconnectToStream(asked) {
      const stream = await inner.reconnectToStream(asked);
      if (stream === null) return null;
      const knownId = lastIds.get(asked.chatId);
      const prior = inner.resumeStreamIsReplay === false && knownId !== undefined ? book.answerOf(knownId) : undefined;
      return follow(stream, { chatId: asked.chatId, continued: undefined, knownId, prior }, asked.abortSignal);
    },
  };
}

/** A request whose answer goes on in a message that is there: an approval was answered, or a tool's result is sent. */
function continuedBy(sent: SendOptionsLike): UIMessageLike | undefined {
  if (sent.trigger === "regenerate-message") return undefined;
  const named = sent.messages.find(({ id }) => id === sent.messageId);
  const target = named ?? sent.messages.at(-1);
  return target?.role === "assistant" ? target : undefined;
}

/** `useChat` knows a lost connection, which it may resume, by this type and word. */
function errorFor(answer: AssistantMessage, options: HonestChatTransportOptions): Error | null {
  const error = errorOfAnswer(answer, options.errorOn ?? ERROR_CAUSES);
  if (error === null || answer.status !== "truncated" || answer.cause !== "disconnected") return error;
  return new TypeError(`network error: ${error.message}`, { cause: error });
}

interface Watcher<Chunk> {
  read(chunk: Chunk): readonly Chunk[];
  end(silence: Silence): Error | null;
}

/** Passes a stream on chunk by chunk, as fast as it is read, and tells the watcher how it ended. */
function watch<Chunk>(stream: ReadableStream<Chunk>, signal: AbortSignal | undefined, watcher: Watcher<Chunk>): ReadableStream<Chunk> {
  const reader = stream.getReader();
  const silence = (): Silence => (signal?.aborted === true ? "stopped" : "lost");
  signal?.addEventListener("abort", () => watcher.end("stopped"), { once: true });
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return watcher.read(value).forEach((chunk) => controller.enqueue(chunk));
          const error = watcher.end(silence());
          if (error === null) controller.close();
          else controller.error(error);
        } catch (error) {
          watcher.end(silence());
          controller.error(error);
        }
      },
      cancel(reason) {
        watcher.end(silence());
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
