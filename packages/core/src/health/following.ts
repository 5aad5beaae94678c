import type { UnsayEvent } from "../protocol/index.js";

/** How many events behind `index` only bring more text of the same part: what there is to note of them, the first one told. */
export function countFollowing(events: readonly UnsayEvent[], index: number): number {
  const first = events[index];
  if (first?.type !== "span.append" || first.text === "") return 0;
  let next = index + 1;
  for (let event = events[next]; event?.type === "span.append" && event.part === first.part; event = events[next]) next += 1;
  return next - index - 1;
}
