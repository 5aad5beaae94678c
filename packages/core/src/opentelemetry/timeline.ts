import type { HrTime } from "@opentelemetry/api";

/** Places a moment of a trace in the day. */
export interface Timeline {
  /** `ms` since the request left. */
  at(ms: number): HrTime;
}

/** Seconds and nanoseconds, since a plain number may be read as time since the page was opened. */
export function createTimeline(startedAt: number): Timeline {
  return {
    at(ms) {
      const moment = startedAt + ms;
      const seconds = Math.floor(moment / 1_000);
      return [seconds, Math.round((moment - seconds * 1_000) * 1e6)];
    },
  };
}
