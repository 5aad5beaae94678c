import type { AssistantMessage, MessageStatus } from "../../../message/message.js";

/** Answers that pass through a bridge, by the id that the app knows them by. */
export interface Answers {
  /** `undefined` for a message that did not come through here, such as a stored one. */
  readonly answerOf: (id: string) => AssistantMessage | undefined;
  /** Just how it stands with that answer. */
  readonly statusOf: (id: string) => MessageStatus | undefined;
  /** Calls back after every change of any answer, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** A number that changes with every change of any answer. */
  readonly version: () => number;
}

export class AnswerBook implements Answers {
  readonly #answers = new Map<string, AssistantMessage>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  readonly answerOf = (id: string): AssistantMessage | undefined => this.#answers.get(id);

  readonly statusOf = (id: string): MessageStatus | undefined => this.#answers.get(id);

  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  publish(ids: Iterable<string>, answer: AssistantMessage): void {
    let hasChanged = false;
    for (const id of ids) {
      hasChanged ||= this.#answers.get(id) !== answer;
      this.#answers.set(id, answer);
    }
    if (!hasChanged) return;
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
