import { NO_EFFECTS, type UnsayEvent } from "@unsay/core/protocol";
import type { Transport } from "@unsay/core";
import {
  always,
  burst,
  corrupt,
  cutAfter,
  offline,
  stall,
  withFaults,
  type EventFault,
  type FakeClock,
  type UnitFault,
} from "@unsay/core/testing";

/** How the way to the backend may be, by the word on the toolbar. */
export const NETWORKS = ["normal", "slow", "hole", "silence", "burst", "drop", "cut", "200 then error", "corrupt", "offline"] as const;
export type Network = (typeof NETWORKS)[number];

/** Events before something goes wrong: in the middle of the answer. */
const AFTER = 14;
const JITTER_MS = 300;

const FAULTS: Readonly<Record<Network, readonly EventFault[]>> = {
  normal: [],
  slow: [jitter()],
  hole: [stall({ after: AFTER, ms: 4_000 })],
  silence: [stall({ after: AFTER, ms: 12_000 })],
  burst: [burst()],
  drop: [cutAfter(AFTER)],
  cut: [cutAfter(AFTER)],
  "200 then error": [failsAfter(AFTER)],
  corrupt: [always(corrupt({ at: AFTER }))],
  offline: [always(offline())],
};

/** The transport over that network. A `cut` cannot be resumed; a `drop` can. */
export function overNetwork(transport: Transport, network: Network, clock: FakeClock): Transport {
  const faulty = withFaults(transport, FAULTS[network], { clock });
  if (network !== "cut") return faulty;
  const lost = new Set(["resume", "active", "idempotentStart"]);
  return Object.fromEntries(Object.entries(faulty).filter(([name]) => !lost.has(name))) as unknown as Transport;
}

function jitter(): UnitFault {
  return {
    level: "units",
    name: `jitter(${JITTER_MS})`,
    strikes: () => true,
    async *transform(batches, { clock, random }) {
      for await (const batch of batches) {
        await new Promise<void>((resolve) => void clock.after(random() * 2 * JITTER_MS, resolve));
        yield batch;
      }
    },
  };
}

/** The answer had begun, with 200, when the backend failed. */
function failsAfter(events: number): UnitFault {
  return {
    level: "units",
    name: `failsAfter(${events})`,
    strikes: () => true,
    async *transform<Unit>(batches: AsyncIterable<readonly Unit[]>) {
      let left = events;
      for await (const batch of batches) {
        const kept = batch.slice(0, left);
        left -= kept.length;
        if (kept.length > 0) yield kept;
        if (left > 0) continue;
        const last = kept.at(-1);
        if (last !== undefined) yield [failureAfter(last)];
        return;
      }
    },
  };
}

/** Over a transport the units are events. */
function failureAfter<Unit>(last: Unit): Unit {
  const event = last as UnsayEvent;
  const failed = {
    ...event,
    seq: (event.seq ?? 0) + 1,
    type: "run.end",
    outcome: "truncated",
    cause: "failed",
    resumable: false,
    effects: NO_EFFECTS,
    error: {
      code: "provider-overloaded",
      message: "The provider failed in the middle of the stream.",
      retryable: true,
      userMessage: "provider error",
    },
  };
  return failed as Unit;
}
