import type { AssistantMessage, Message, Receipt } from "@unsay/core";

/** Answers to the same question, oldest first. */
export interface Versions {
  readonly all: readonly AssistantMessage[];
  /** From 0. */
  readonly index: number;
}

/** One place of a thread: a message, and the versions it is one of where there are several. */
export interface VersionedMessage {
  readonly message: Message;
  readonly versions: Versions | null;
}

/** A thread with one version of each answer: the chosen one, else the newest. A version stands where the first one stood. */
export function selectVersions(messages: readonly Message[], chosen: ReadonlyMap<string, string> = new Map()): readonly VersionedMessage[] {
  const byQuestion = new Map<string, readonly AssistantMessage[]>();
  for (const message of messages) {
    if (message.role !== "assistant" || message.parent === null) continue;
    byQuestion.set(message.parent, [...(byQuestion.get(message.parent) ?? []), message]);
  }
  return messages.flatMap((message) => {
    const all = message.role === "assistant" && message.parent !== null ? byQuestion.get(message.parent) : undefined;
    if (all === undefined || all.length < 2) return [{ message, versions: null }];
    return all[0] === message ? [chooseVersion(all, chosen)] : [];
  });
}

function chooseVersion(all: readonly AssistantMessage[], chosen: ReadonlyMap<string, string>): VersionedMessage {
  const wanted = all.findIndex(({ id }) => id === chosen.get(all[0]?.parent ?? ""));
  const index = wanted === -1 ? all.length - 1 : wanted;
  return { message: all[index] as AssistantMessage, versions: { all, index } };
}

/** What tools did in the versions that are not shown: it has happened whichever of them is read. */
export function otherReceipts({
  all,
  index,
}: Versions): readonly { readonly message: AssistantMessage; readonly receipts: readonly Receipt[] }[] {
  return all
    .filter((message, place) => place !== index && message.calls.some(({ effect }) => effect !== "read"))
    .map((message) => ({ message, receipts: message.receipts }));
}
