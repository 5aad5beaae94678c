import type { Diagnostic, UnsayEvent } from "../protocol/index.js";

/** Content events that must have been seen before anything is said about the way they came. */
const MIN_EVENTS = 8;
const MIN_SPREAD_MS = 1_000;
const MAX_ARRIVAL_MS = 50;

/** What is remembered of the first content events; `null` once the verdict is out. */
export type BufferingWatch = { readonly count: number; readonly firstT: number; readonly firstAt: number } | null | undefined;

type Verdict = Extract<Diagnostic, { code: "transport.buffered" }>;

const CONTENT: ReadonlySet<UnsayEvent["type"]> = new Set(["span.append", "tool.args"]);

/**
 * Notices a proxy that keeps a stream back and hands it over in one piece: the server's clock says that the first events
 * were made over a second or more, and all of them arrived at once. A fast server makes them at once, too, and is no
 * such case; wires without `t` say nothing. `joined`: how many events of the log this one stands for; it has the time of the last.
 */
export function watchBuffering(
  watch: BufferingWatch,
  event: UnsayEvent,
  now: number,
  joined: number,
): readonly [BufferingWatch, Verdict | null] {
  if (watch === null || event.t === null || !CONTENT.has(event.type)) return [watch, null];
  if (watch === undefined) return [{ count: joined, firstT: event.t, firstAt: now }, null];
  const arrivalMs = now - watch.firstAt;
  if (arrivalMs > MAX_ARRIVAL_MS) return [null, null];
  const count = watch.count + joined;
  const spreadMs = event.t - watch.firstT;
  if (count < MIN_EVENTS || spreadMs < MIN_SPREAD_MS) return [{ ...watch, count }, null];
  return [null, { code: "transport.buffered", spreadMs, arrivalMs }];
}
