import { createPendingMessage } from "../../../message/create.js";
import type { AssistantMessage } from "../../../message/message.js";
import { foldEvents } from "../../../message/reducer.js";
import type { UnsayEvent } from "../../../protocol/index.js";
import type { AnswerBook } from "../../shared/bridge/answers.js";
import { explainEnd, withoutToolWaits, type Silence } from "../../shared/bridge/broken-answer.js";
import { isObject, objectOf } from "../../shared/fields.js";
import { createValueDecoder, type ValueDecoder } from "../../shared/value-decoder.js";
import { AgUiReader } from "../reader.js";
import type { AgentBridgeOptions } from "./bridge-agent.js";

/** Follows the events of one run, and keeps the answer in the book as truthful as they allow. */
export class RunTracker {
  readonly #book: AnswerBook;
  readonly #options: AgentBridgeOptions;
  readonly #decoder: ValueDecoder;
  /** The run, and every message of the thread that it speaks into. */
  readonly #ids: Set<string>;
  #answer: AssistantMessage;

  constructor(book: AnswerBook, input: { readonly runId: string; readonly threadId: string }, options: AgentBridgeOptions) {
    const { effectOf, onDiagnostic } = options;
    const context = {
      thread: input.threadId,
      run: input.runId,
      message: input.runId,
      ...(effectOf === undefined ? {} : { effectOf }),
      ...(onDiagnostic === undefined ? {} : { onDiagnostic }),
    };
    this.#book = book;
    this.#options = options;
    this.#decoder = createValueDecoder("ag-ui", context, (output) => new AgUiReader(output));
    this.#ids = new Set([input.runId]);
    this.#answer = createPendingMessage({ id: input.runId, thread: input.threadId }, { epoch: this.#epoch() });
    book.publish(this.#ids, this.#answer);
  }

  read(event: unknown): void {
    for (const id of idsIn(event)) this.#ids.add(id);
    this.#fold(this.#decoder.push(event));
  }

  /** No more events come. */
  end(silence: Silence): AssistantMessage {
    this.#fold(explainEnd(this.#decoder.end(), silence));
    return this.#answer;
  }

  #fold(events: readonly UnsayEvent[]): void {
    const meant = this.#options.runsTools === true ? withoutToolWaits(events) : events;
    this.#answer = foldEvents(this.#answer, meant, { epoch: this.#epoch() }).message;
    this.#book.publish(this.#ids, this.#answer);
  }

  #epoch(): number {
    return (this.#options.epoch ?? Date.now)();
  }
}

/** A call that names no message opens one of its own id. */
function idsIn(event: unknown): readonly string[] {
  if (!isObject(event)) return [];
  const { type, messageId, parentMessageId, toolCallId, value } = event;
  const opened = type === "TOOL_CALL_START" ? (parentMessageId ?? toolCallId) : undefined;
  return [messageId, opened, objectOf(value)["message"]].filter((id) => typeof id === "string");
}
