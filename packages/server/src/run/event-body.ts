import type { Clock } from "@unsay/core";
import { encodeEvent, encodeSse, type UnsayEvent } from "@unsay/core/protocol";
import type { EventSource } from "./run-log.js";

export interface EventBodyOptions {
  readonly source: EventSource;
  /** The last `seq` the reader has. */
  readonly after: number;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** A heartbeat for a reader who has everything up to `last`. */
  readonly beat: (last: number) => UnsayEvent;
  /** The reader is gone, or has everything. Called once. */
  readonly onClose?: () => void;
}

/** Most events of one chunk: a long replay is sent as fast as the reader takes it, not faster. */
const EVENTS_PER_CHUNK = 100;

/**
 * The body of one subscription. It holds a cursor and no buffer: what a slow reader has not taken stays in the log.
 * A reader that goes away closes its subscription and nothing else.
 */
export function createEventBody(options: EventBodyOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let cursor = options.after;
  let sentAt = options.clock.now();
  let isOpen = true;
  const send = (controller: ReadableStreamDefaultController<Uint8Array>, events: readonly UnsayEvent[]) => {
    cursor = events.at(-1)?.seq ?? cursor;
    sentAt = options.clock.now();
    if (isOpen) controller.enqueue(encoder.encode(events.map(frame).join("")));
  };
  const close = () => {
    if (isOpen) options.onClose?.();
    isOpen = false;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (isOpen) {
          const isLast = options.source.isClosed();
          const changed = options.source.changed();
          const events = (await options.source.after(cursor)).slice(0, EVENTS_PER_CHUNK);
          if (events.length > 0) return send(controller, events);
          if (isLast) {
            close();
            return controller.close();
          }
          if (options.source.isClosed()) continue;
          if (await isSilent(changed, options, sentAt)) return send(controller, [options.beat(cursor)]);
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function frame(event: UnsayEvent): string {
  return encodeSse({ data: encodeEvent(event), ...(event.seq === null ? {} : { id: String(event.seq) }) });
}

/** `true` when a heartbeat is due before there is any news. */
async function isSilent(changed: Promise<void>, { clock, heartbeatMs }: EventBodyOptions, sentAt: number): Promise<boolean> {
  let cancel: () => void = () => {};
  const due = new Promise<true>((resolve) => (cancel = clock.after(heartbeatMs - (clock.now() - sentAt), () => resolve(true))));
  const silent = await Promise.race([changed.then(() => false), due]);
  cancel();
  return silent;
}
