import type { StopCommand, UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock } from "@unsay/core/testing";
import { describe, expect, it } from "vitest";
import { allowAllUnsafe } from "../access/authorize.js";
import { resolveSettings } from "../settings.js";
import { createMemoryStore } from "../stores/memory.js";
import type { NewRun, Store } from "../stores/store.js";
import { wrapStore } from "../testing/wrap-store.js";
import { postCommand } from "./post-command.js";

const RUN: NewRun = {
  run: "r1",
  thread: "t1",
  message: "m1",
  startKey: "k1",
  client: "c1",
  mode: "new",
  user: null,
  parent: null,
  redirects: null,
  labels: {},
  createdAt: 0,
  owner: "another process",
  leaseUntil: 30_000,
};
const STOP: StopCommand = {
  command: "stop",
  id: "s1",
  client: "c1",
  thread: "t1",
  run: "r1",
  scope: "run",
  intent: "stop",
  ackSeq: 0,
  painted: null,
};
const END: UnsayEvent = {
  v: 1,
  thread: "t1",
  run: "r1",
  message: "m1",
  seq: 1,
  t: null,
  type: "run.end",
  outcome: "complete",
  effects: { succeeded: [], failed: [], unknown: [], cancelled: [] },
};

/** A stop for a run of a process that never says anything, while the record is what `store` tells. */
async function stop(store: Store) {
  const clock = createFakeClock();
  const record = (await createdIn(store)).run;
  const settings = resolveSettings({ agent: async function* () {}, authorize: allowAllUnsafe, log: () => {}, clock, store });
  const answer = postCommand(settings, STOP, record);
  return { clock, answer };
}

async function createdIn(store: Store) {
  const created = await store.createRun(RUN);
  if (created === null) throw new Error("The run was not created.");
  return created;
}

describe("a stop for a run of another process that says nothing", () => {
  it("is accepted when the record has the run's end: there is nothing left to stop", async () => {
    const store = createMemoryStore();
    const { clock, answer } = await stop(store);
    await store.append("r1", RUN.owner, [END], 30_000);
    await clock.advance(1_000);
    expect(await answer).toEqual({ status: 202, problem: null });
  });

  it("is not accepted while the run is on record and lives", async () => {
    const { clock, answer } = await stop(createMemoryStore());
    await clock.advance(6_000);
    expect(await answer).toBeNull();
  });

  it("is not accepted because the run is gone from the record: nobody knows how it ended", async () => {
    const { clock, answer } = await stop(wrapStore(createMemoryStore(), { getRun: async () => null }));
    await clock.advance(6_000);
    expect(await answer).toBeNull();
  });
});
