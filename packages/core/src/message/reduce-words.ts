import type { EventOf, UnsayEvent } from "../protocol/index.js";
import { placeOf } from "./id-index.js";
import type { AssistantMessage } from "./message.js";
import { isClosedForText } from "./reduce-text.js";

export type Words = EventOf<"span.append"> | EventOf<"tool.args">;

export function wordsOf(event: Words): string {
  return event.type === "span.append" ? event.text : event.delta;
}

export function joinWords(last: Words, words: string, firstSeq: number): Words {
  return last.type === "span.append" ? { ...last, seq: firstSeq, text: words } : { ...last, seq: firstSeq, delta: words };
}

/** Whether what goes on with this event, which was applied, can be applied as well. */
export function takesMore({ parts, calls }: Pick<AssistantMessage, "parts" | "calls">, event: UnsayEvent): event is Words {
  if (event.type === "tool.args") return calls[placeOf(calls, event.call)]?.status === "proposed";
  const part = event.type === "span.append" ? parts[placeOf(parts, event.part)] : undefined;
  if (event.type !== "span.append" || part?.type !== "text" || part.status !== "open") return false;
  const span = part.spans[placeOf(part.spans, event.span)];
  return span !== undefined && !isClosedForText(span);
}

/** What goes on with the event at `index`, as one event with the words of all `count`; `null` where nothing does. */
export function joinFollowing(events: readonly UnsayEvent[], index: number): { readonly event: Words; readonly count: number } | null {
  const first = events[index];
  if (first === undefined || first.seq === null) return null;
  let words = "";
  let last: Words | null = null;
  let seq = first.seq + 1;
  for (let event = events[index + 1]; event !== undefined && isNext(first, event, seq); event = events[index + seq - first.seq]) {
    words += wordsOf(event);
    last = event;
    seq += 1;
  }
  return last === null ? null : { event: joinWords(last, words, first.seq + 1), count: seq - first.seq - 1 };
}

/** Whether an event does no more than to go on, as number `seq` of the log, with the words of another one. */
export function isNext(before: UnsayEvent, event: UnsayEvent, seq: number): event is Words {
  if (event.seq !== seq || event.run !== before.run || event.message !== before.message || event.local === true) return false;
  if (event.type === "span.append") return before.type === "span.append" && event.part === before.part && event.span === before.span;
  return event.type === "tool.args" && before.type === "tool.args" && event.call === before.call;
}
