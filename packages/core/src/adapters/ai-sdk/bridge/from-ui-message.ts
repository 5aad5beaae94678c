import { createPendingMessage } from "../../../message/create.js";
import type { AssistantMessage } from "../../../message/message.js";
import { foldEvents } from "../../../message/reducer.js";
import { selectOpenApprovals } from "../../../message/selectors.js";
import type { Cause, DecodeContext, UnsayErrorData, UnsayEvent } from "../../../protocol/index.js";
import { isObject, type JsonObject } from "../../shared/fields.js";
import { isCause } from "../../shared/profile-words.js";
import type { Ending } from "../../shared/run-writer.js";
import { createValueDecoder } from "../../shared/value-decoder.js";
import { STATUS_PART } from "../chunks.js";
import { UIMessageReader } from "../reader.js";
import { endingOfStatus } from "../status.js";
import { chunksOfMessage, partsOf, type UIMessageLike } from "../ui-message.js";

/**
 * How a stored message ended, as the host's own record has it. A `UIMessage` does not say: one that was cut after its
 * text looks like one that is whole.
 */
export type UIMessageEnding =
  | { readonly status: "complete" }
  | { readonly status: "awaiting-approval" }
  | {
      readonly status: "truncated";
      readonly cause: Cause;
      readonly error?: UnsayErrorData;
      /** `false` where the host inferred it; by default its record states it. */
      readonly stated?: boolean;
    };

export interface FromUIMessageOptions extends Pick<DecodeContext, "effectOf" | "onDiagnostic"> {
  readonly thread?: string;
}

/**
 * A stored answer of the AI SDK as one of Unsay. `ending` has no default: pass what your record says (`statusOf`). An
 * ending that contradicts the message's own status part, or that is none, leaves the answer truncated as `corrupt`.
 */
export function fromUIMessage(message: UIMessageLike, ending: UIMessageEnding, options: FromUIMessageOptions = {}): AssistantMessage {
  const ids = { thread: options.thread ?? "", run: `${message.id}.stored`, message: message.id };
  const decoder = createValueDecoder("ai-sdk-ui", { ...options, ...ids }, (output) => new UIMessageReader(output));
  const pending = createPendingMessage({ id: message.id, thread: ids.thread });
  const told = foldEvents(
    pending,
    chunksOfMessage(message).flatMap((chunk) => decoder.push(chunk)),
  ).message;
  const events = decoder.finish(endingOf(message, ending, told));
  return foldEvents(told, isInferred(ending) ? events.map(asLocal) : events).message;
}

/** The ending that the status part of the Unsay profile states, where a message carries one; `null` while it is open. */
export function statedEndingOf(message: UIMessageLike): UIMessageEnding | null {
  const record = statusPartOf(message)?.["data"];
  if (!isObject(record)) return null;
  const { status } = record;
  if (status === "complete" || status === "revised") return { status: "complete" };
  if (status === "awaiting-approval") return { status };
  const ending = endingOfStatus(record);
  if (ending === null) return null;
  return { status: "truncated", cause: ending.cause, ...(ending.error === undefined ? {} : { error: ending.error }) };
}

function statusPartOf(message: UIMessageLike): JsonObject | undefined {
  return partsOf(message).findLast((part) => part["type"] === STATUS_PART);
}

function endingOf(message: UIMessageLike, ending: UIMessageEnding, told: AssistantMessage): Ending {
  const open = selectOpenApprovals(told).map(({ id }) => id);
  if (!isObject(ending)) return CONTRADICTED;
  const isStillOpen = statusPartOf(message) !== undefined && statedEndingOf(message) === null;
  if (ending.status === "complete" && !isStillOpen) return { outcome: "complete" };
  if (ending.status === "awaiting-approval" && open.length > 0) return { outcome: "awaiting-approval", approvals: open };
  if (ending.status !== "truncated" || !isCause(ending.cause)) return CONTRADICTED;
  return { outcome: "truncated", cause: ending.cause, ...(ending.error === undefined ? {} : { error: ending.error }) };
}

const CONTRADICTED: Ending = {
  outcome: "truncated",
  cause: "corrupt",
  error: {
    code: "stream-corrupt",
    message:
      "The ending given for this message is none, or the message itself says otherwise: expected `complete`, `awaiting-approval` with an open approval, or `truncated` with a cause.",
    retryable: false,
  },
};

function isInferred(ending: UIMessageEnding): boolean {
  return isObject(ending) && ending.status === "truncated" && ending.stated === false;
}

function asLocal(event: UnsayEvent): UnsayEvent {
  return event.type === "run.end" && event.outcome === "truncated" ? { ...event, local: true } : event;
}
