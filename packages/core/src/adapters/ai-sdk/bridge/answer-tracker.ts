import { createPendingMessage } from "../../../message/create.js";
import { continueMessage } from "../../../message/local.js";
import type { AssistantMessage } from "../../../message/message.js";
import { foldEvents } from "../../../message/reducer.js";
import type { UnsayEvent } from "../../../protocol/index.js";
import type { AnswerBook } from "../../shared/bridge/answers.js";
import { explainEnd, withoutToolWaits, type Silence } from "../../shared/bridge/broken-answer.js";
import { objectOf, stringOf } from "../../shared/fields.js";
import { createId } from "../../shared/ids.js";
import { createValueDecoder, type ValueDecoder } from "../../shared/value-decoder.js";
import { EVENT_PART } from "../chunks.js";
import { UIMessageReader } from "../reader.js";
import { chunksOfMessage, type UIMessageLike } from "../ui-message.js";
import type { ChunkLike, HonestChatTransportOptions } from "./chat-transport.types.js";
import { fromUIMessage } from "./from-ui-message.js";

export interface TrackedRequest {
  readonly chatId: string;
  /** The answer that goes on, where the request continues one. */
  readonly continued: UIMessageLike | undefined;
  /** An id that the app knows this answer by already. */
  readonly knownId: string | undefined;
  /** What is already there and goes on with the tail of the same stream. */
  readonly prior: AssistantMessage | undefined;
}

/** Follows the chunks of one response, and keeps the answer in the book as truthful as they allow. */
export class AnswerTracker {
  readonly #book: AnswerBook;
  readonly #request: TrackedRequest;
  readonly #options: HonestChatTransportOptions;
  readonly #mintedId = createId("message");
  #decoder: ValueDecoder | null = null;
  #answer: AssistantMessage | null = null;
  /** Events that came before the id of the message. */
  #early: UnsayEvent[] = [];

  constructor(book: AnswerBook, request: TrackedRequest, options: HonestChatTransportOptions) {
    this.#book = book;
    this.#request = request;
    this.#options = options;
  }

  get answer(): AssistantMessage | null {
    return this.#answer;
  }

  /** What the app's client is to read in place of this chunk: the message gets its id from here where nobody gave one. */
  read<Chunk extends ChunkLike>(chunk: Chunk): readonly Chunk[] {
    const events = this.#decoderFor(chunk).push(chunk);
    const { type, transient, messageId } = objectOf(chunk);
    if (this.#answer !== null || transient === true) return this.#pass(chunk, events);
    const given = type === "start" ? stringOf(messageId) : undefined;
    const id = given ?? this.#request.continued?.id ?? this.#request.knownId ?? this.#mintedId;
    this.#begin(id);
    this.#pass(chunk, events);
    if (given !== undefined || this.#request.continued !== undefined) return [chunk];
    // Every UI message stream may hold this chunk.
    const start = { ...(type === "start" ? chunk : { type: "start" }), messageId: id } as unknown as Chunk;
    return type === "start" ? [start] : [start, chunk];
  }

  /** No more chunks come. */
  end(silence: Silence): AssistantMessage {
    const answer = this.#answer ?? this.#begin(this.#request.continued?.id ?? this.#request.knownId ?? this.#mintedId);
    const decoder = this.#decoder ?? this.#createDecoder();
    this.#fold(explainEnd(decoder.end(), silence));
    return this.#answer ?? answer;
  }

  #pass<Chunk>(chunk: Chunk, events: readonly UnsayEvent[]): readonly Chunk[] {
    if (this.#answer === null) this.#early.push(...events);
    else this.#fold(events);
    return [chunk];
  }

  /** What an earlier response said is read first, so that results and decisions find their calls. */
  #decoderFor(chunk: ChunkLike): ValueDecoder {
    if (this.#decoder !== null) return this.#decoder;
    this.#decoder = this.#createDecoder();
    const { continued } = this.#request;
    if (continued === undefined) return this.#decoder;
    if (objectOf(chunk)["type"] === EVENT_PART) this.#answer = baseOf(continued, this.#book.answerOf(continued.id));
    else for (const said of chunksOfMessage(continued)) this.#early.push(...this.#decoder.push(said));
    return this.#decoder;
  }

  #createDecoder(): ValueDecoder {
    const { effectOf, onDiagnostic } = this.#options;
    const context = {
      thread: this.#request.chatId,
      ...(effectOf === undefined ? {} : { effectOf }),
      ...(onDiagnostic === undefined ? {} : { onDiagnostic }),
    };
    return createValueDecoder("ai-sdk-ui", context, (output) => new UIMessageReader(output));
  }

  #begin(id: string): AssistantMessage {
    const { prior, chatId } = this.#request;
    const times = { epoch: this.#epoch() };
    this.#answer = prior === undefined ? createPendingMessage({ id, thread: chatId }, times) : continueMessage(prior, null);
    const early = this.#early;
    this.#early = [];
    this.#fold(early);
    return this.#answer;
  }

  #fold(events: readonly UnsayEvent[]): void {
    if (this.#answer === null) return;
    const meant = this.#options.runsTools === true ? withoutToolWaits(events) : events;
    this.#answer = foldEvents(this.#answer, meant, { epoch: this.#epoch() }).message;
    this.#book.publish([this.#answer.id], this.#answer);
  }

  #epoch(): number {
    return (this.#options.epoch ?? Date.now)();
  }
}

/** Where Unsay's own events go on, they name what the answer already has. */
function baseOf(continued: UIMessageLike, known: AssistantMessage | undefined): AssistantMessage {
  if (known?.run?.state === "awaiting-approval") return known;
  const stored = known ?? fromUIMessage(continued, { status: "truncated", cause: "disconnected", stated: false });
  return continueMessage(stored, null);
}
