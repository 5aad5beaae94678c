import type { EventPayload, UnsayEvent } from "./events.js";

export interface EventFactory {
  readonly run: string;
  /** The seq the next numbered event will carry. */
  readonly nextSeq: number;
  /** Wraps a payload in its envelope and numbers it. */
  make(payload: EventPayload, extra?: { readonly t?: number | null; readonly local?: true }): UnsayEvent;
  /** What `make` would return, without taking the number. */
  peek(payload: EventPayload, extra?: { readonly t?: number | null; readonly local?: true }): UnsayEvent;
}

const UNNUMBERED = new Set(["run.heartbeat", "run.goaway"]);

/** Numbers the events of one run from 1 (or from `from`), without holes. */
export function createEventFactory(
  ids: { readonly thread: string; readonly run: string; readonly message: string },
  from = 1,
): EventFactory {
  let next = from;
  const build: EventFactory["make"] = (payload, extra) =>
    // The envelope last: a payload that came from outside can't give itself another run or number.
    ({
      ...payload,
      v: 1,
      thread: ids.thread,
      run: ids.run,
      message: ids.message,
      seq: UNNUMBERED.has(payload.type) ? null : next,
      t: extra?.t ?? null,
      ...(extra?.local === true ? { local: true as const } : {}),
    });
  return {
    run: ids.run,
    get nextSeq() {
      return next;
    },
    make(payload, extra) {
      const event = build(payload, extra);
      if (event.seq !== null) next += 1;
      return event;
    },
    peek: build,
  };
}
