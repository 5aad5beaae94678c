import { AbstractChat, type ChatInit, type ChatState, type ChatStatus, type UIMessage } from "ai";

class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = "ready";
  error: Error | undefined;
  messages: UIMessage[];

  constructor(messages: UIMessage[]) {
    this.messages = messages;
  }

  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
  };

  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };

  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, structuredClone(message));
  };

  snapshot = <T>(thing: T): T => structuredClone(thing);
}

/** The client of the AI SDK that `useChat` wraps, without React. */
export class PlainChat extends AbstractChat<UIMessage> {
  constructor({ messages = [], ...init }: ChatInit<UIMessage>) {
    super({ ...init, state: new PlainState(messages) });
  }
}

/** All text of a kind in the last message. */
export function textIn(message: UIMessage | undefined, type: "text" | "reasoning"): string {
  return (message?.parts ?? []).map((part) => (part.type === type && "text" in part ? part.text : "")).join("");
}
