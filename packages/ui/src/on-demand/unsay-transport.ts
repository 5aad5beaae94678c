import type { Transport, UnsayTransportOptions } from "@unsay/core";
import { createLateUnsayTransport } from "@unsay/core/base";
import { createOnDemand } from "./on-demand.js";
import { whenIdle } from "./pieces.js";

const streams = createOnDemand({
  name: "the reader of streams",
  meanwhile: "Nothing is sent and no answer goes on until it is there.",
  fetch: () => import("@unsay/core/unsay-transport"),
});

/**
 * Speaks to `@unsay/server`, mounted at `url`, as the function of this name in `@unsay/core` does. What reads a stream is
 * fetched while the page has nothing to do, or when the first run begins, and not with the first screen.
 */
export function createUnsayTransport(options: UnsayTransportOptions): Transport {
  if (typeof document !== "undefined") whenIdle(() => void streams.load().catch(() => {}));
  return createLateUnsayTransport(options, async () => (await streams.load()).createUnsayTransport);
}
