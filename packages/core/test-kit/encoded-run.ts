import { createPendingMessage } from "../src/message/create.js";
import type { AssistantMessage } from "../src/message/message.js";
import { foldEvents } from "../src/message/reducer.js";
import { textOfPart } from "../src/message/selectors.js";
import { createEventFactory, encodeSse, NO_EFFECTS, type EventPayload, type UnsayEvent } from "../src/protocol/index.js";

/** The events of one run that has opened. */
export function run(...payloads: readonly EventPayload[]): readonly UnsayEvent[] {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  const opened: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
  return [opened, ...payloads].map((payload) => factory.make(payload));
}

export const close = (part: string): EventPayload => ({ type: "part.close", part });
export const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

export function fold(events: readonly UnsayEvent[]): AssistantMessage {
  return foldEvents(createPendingMessage({ id: "m", thread: "t" }), events).message;
}

/** The words of the answer, or of its reasoning, that stand. */
export function shown(message: AssistantMessage, isReasoning: boolean): string {
  return message.parts
    .map((part) => (part.type === "text" && (part.kind === "reasoning") === isReasoning ? textOfPart(part) : ""))
    .join("");
}

/** The body of an event stream that carries these. */
export function bodyOf(carried: readonly object[]): string {
  return carried.map((one) => encodeSse({ data: JSON.stringify(one) })).join("");
}

/** A `fetch` that has one event stream to give. */
export function fetchOf(body: string): () => Promise<Response> {
  return () => Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
}
