import type { UserInput } from "../protocol/index.js";
import type { UserMessage } from "../message/message.js";
import type { QueuedMessage, SendOptions } from "./session.types.js";

/** What a user says, as it is sent and while it waits. All pure. */

export function isBlank(text: string, { attachments }: SendOptions): boolean {
  return text.trim() === "" && (attachments === undefined || attachments.length === 0);
}

export function inputOf({ id, text, attachments, quote, edits }: UserMessage): UserInput {
  return {
    id,
    text,
    ...(attachments === undefined ? {} : { attachments }),
    ...(quote === undefined ? {} : { quote }),
    ...(edits === undefined ? {} : { edits }),
  };
}

export function filesOf({
  attachments,
}: {
  readonly attachments?: QueuedMessage["attachments"] | undefined;
}): Pick<QueuedMessage, "attachments"> {
  return attachments === undefined || attachments.length === 0 ? {} : { attachments };
}

export function editQueued(queue: readonly QueuedMessage[], id: string, text: string): readonly QueuedMessage[] {
  return queue.map((item) => (item.id === id && !isBlank(text, item) ? { ...item, text } : item));
}

export function moveQueued(queue: readonly QueuedMessage[], id: string, by: number): readonly QueuedMessage[] {
  const from = queue.findIndex((item) => item.id === id);
  const item = queue[from];
  if (item === undefined) return queue;
  const to = Math.min(Math.max(0, from + by), queue.length - 1);
  return to === from ? queue : queue.toSpliced(from, 1).toSpliced(to, 0, item);
}
