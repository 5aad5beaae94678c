import type { EventOf, UnsayEvent } from "@unsay/core/protocol";

/**
 * The events whose text must go when `retract` expunges: the named spans, and what they had replaced. Returns the
 * changed copies only; their numbers stay, so no reader sees a hole.
 */
export function expungeEvents(events: readonly UnsayEvent[], retract: EventOf<"span.retract">): readonly UnsayEvent[] {
  const ids = retract.spans === "all" ? null : withEarlierWording(events, retract.spans);
  return events.flatMap((event) => {
    const emptied = emptyText(event, ids);
    return emptied === null ? [] : [emptied];
  });
}

function emptyText(event: UnsayEvent, ids: ReadonlySet<string> | null): UnsayEvent | null {
  if (event.type === "span.append" && (ids === null || ids.has(event.span))) return { ...event, text: "" };
  if (event.type === "span.revise" && (ids === null || ids.has(event.replacement.span))) {
    return { ...event, replacement: { ...event.replacement, text: "" } };
  }
  return null;
}

function withEarlierWording(events: readonly UnsayEvent[], spans: readonly string[]): ReadonlySet<string> {
  const ids = new Set(spans);
  for (const event of events.toReversed()) {
    if (event.type === "span.revise" && ids.has(event.replacement.span)) for (const span of event.spans) ids.add(span);
  }
  return ids;
}
