import type { EventOf, UnsayEvent } from "../protocol/index.js";
import type { Draft } from "./draft.js";
import { placeOf } from "./id-index.js";
import { isClosedForText } from "./reduce-text.js";

/**
 * Applies the events behind `index` that only go on with its words, and says how many they were. What the rules said of the
 * first holds for those as well, so their texts are joined and nothing is asked or copied again.
 */
export function appendFollowing(draft: Draft, events: readonly UnsayEvent[], index: number): number {
  const event = events[index];
  if (event === undefined || event.seq === null || draft.fields.run?.lastSeq !== event.seq) return 0;
  if (event.type === "span.append") return appendText(draft, event, event.seq, events, index);
  if (event.type === "tool.args") return appendArgs(draft, event, event.seq, events, index);
  return 0;
}

function appendText(draft: Draft, first: EventOf<"span.append">, seq: number, events: readonly UnsayEvent[], index: number): number {
  const part = draft.findTextPart(first.part);
  const span = part?.spans[placeOf(part.spans, first.span)];
  if (part?.status !== "open" || span === undefined || isClosedForText(span)) return 0;
  let { text } = span;
  let count = 0;
  for (let event = events[index + 1]; event?.type === "span.append"; event = events[index + 1 + count]) {
    if (event.part !== first.part || event.span !== first.span || !isNext(first, event, seq + count)) break;
    text += event.text;
    count += 1;
  }
  if (count === 0) return 0;
  const spans = draft.writableSpans(part);
  spans[placeOf(spans, span.id)] = { ...span, text };
  noteSeq(draft, seq + count);
  return count;
}

function appendArgs(draft: Draft, first: EventOf<"tool.args">, seq: number, events: readonly UnsayEvent[], index: number): number {
  const call = draft.findCall(first.call);
  if (call?.status !== "proposed") return 0;
  let { argsText } = call;
  let count = 0;
  for (let event = events[index + 1]; event?.type === "tool.args"; event = events[index + 1 + count]) {
    if (event.call !== first.call || !isNext(first, event, seq + count)) break;
    argsText += event.delta;
    count += 1;
  }
  if (count === 0) return 0;
  draft.upsertCall({ ...call, argsText });
  noteSeq(draft, seq + count);
  return count;
}

function isNext(first: UnsayEvent, event: UnsayEvent, seq: number): boolean {
  return event.seq === seq + 1 && event.run === first.run && event.local !== true;
}

function noteSeq(draft: Draft, lastSeq: number): void {
  const { run } = draft.fields;
  if (run !== null) draft.fields.run = { ...run, lastSeq };
}
