import type { Cause } from "../protocol/index.js";
import type { AssistantMessage, Liveness } from "../message/index.js";
import type { Session, SessionState } from "../session/session.types.js";

/** What an answer was, from one commit to the next. */
export interface StatusEntry {
  readonly message: string;
  readonly status: AssistantMessage["status"];
  readonly cause?: Cause;
  readonly liveness?: Liveness;
}

/** Everything a reader of the session could have seen, in order, without repetitions. */
export interface StatusHistory {
  readonly entries: readonly StatusEntry[];
  /** Stops watching. */
  readonly stop: () => void;
}

/** Watches every answer of a session from now on. What was published is what a page could have shown. */
export function watchStatuses(session: Session): StatusHistory {
  const entries: StatusEntry[] = [];
  const latest = new Map<string, StatusEntry>();
  const look = ({ messages }: SessionState) => {
    for (const message of messages) {
      if (message.role !== "assistant") continue;
      const entry = entryOf(message);
      if (isSame(latest.get(message.id), entry)) continue;
      latest.set(message.id, entry);
      entries.push(entry);
    }
  };
  look(session.store.getState());
  return { entries, stop: session.store.subscribe(look) };
}

function entryOf(message: AssistantMessage): StatusEntry {
  const { id, status } = message;
  if (message.status === "truncated") return { message: id, status, cause: message.cause };
  return "liveness" in message ? { message: id, status, liveness: message.liveness } : { message: id, status };
}

function isSame(a: StatusEntry | undefined, b: StatusEntry): boolean {
  return a?.status === b.status && a.cause === b.cause && a.liveness === b.liveness;
}

/** `pending, streaming, truncated (disconnected)`: one word for each change of status, as failures and logs read best. */
export function describeHistory(entries: readonly StatusEntry[]): string {
  const words = entries.map(({ status, cause }) => (cause === undefined ? status : `${status} (${cause})`));
  return words.filter((word, index) => word !== words[index - 1]).join(", ");
}
