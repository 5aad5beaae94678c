import { describe, expect, it } from "vitest";
import { createFakeClock, createRandom } from "@unsay/core/testing";
import { createArgsHash, type DecideCommand, type EventPayload } from "@unsay/core/protocol";
import { Approvals } from "../approval/approvals.js";
import type { ApprovalSigner } from "../approval/signature.js";
import { createMemoryStore } from "../stores/memory.js";
import { bindCall } from "./bound-call.js";
import { CallGate } from "./call-gate.js";
import { CallLedger } from "./call-ledger.js";
import { CallRunner } from "./call-runner.js";
import { CommittedCalls } from "./committed-calls.js";
import type { ToolSet } from "./tool.js";
import { reportFigure } from "../testing/figures.js";

/** Runs for `pnpm test`; the night may ask for more. */
const RUNS = Number(process.env["UNSAY_PROPERTY_RUNS"] ?? 5_000);

type Step =
  | { readonly do: "delta"; readonly text: string }
  | { readonly do: "call"; readonly value: number }
  | { readonly do: "mutate"; readonly value: number }
  | { readonly do: "decide"; readonly about: number; readonly edited: number | null; readonly approve: boolean }
  | { readonly do: "cancel" }
  | { readonly do: "stop" }
  | { readonly do: "time"; readonly ms: number };

/** Steps by chance, the same for the same seed. */
function stepsOf(seed: number): readonly Step[] {
  const random = createRandom(seed);
  const upTo = (count: number) => Math.floor(random() * count);
  const pick = <const T>(list: readonly [T, ...T[]]): T => list[upTo(list.length)] ?? list[0];
  const kinds = ["delta", "call", "call", "mutate", "decide", "decide", "decide", "cancel", "stop", "time"] as const;
  return Array.from({ length: 3 + upTo(12) }, (): Step => {
    const kind = pick(kinds);
    if (kind === "delta") return { do: kind, text: pick(['{"v":', "1", "9}"]) };
    if (kind === "call" || kind === "mutate") return { do: kind, value: upTo(4) };
    if (kind === "decide") return { do: kind, about: upTo(4), edited: upTo(3) === 0 ? upTo(4) : null, approve: upTo(4) > 0 };
    return kind === "time" ? { do: kind, ms: pick([1, 500, 1_000]) } : { do: kind };
  });
}

/** Signs at once, so that the same seed is the same run: the real one waits for another thread. */
const signer: ApprovalSigner = {
  sign: async (subject) => createArgsHash("signature", "secret", subject),
  verify: async (subject, signature) => createArgsHash("signature", "secret", subject) === signature,
};

/** One run without its server, its clock in hand. */
function createRig(used: ApprovalSigner = signer) {
  const events: EventPayload[] = [];
  const executed: string[] = [];
  const clock = createFakeClock();
  const ledger = new CallLedger();
  const ids = { thread: "t", run: "r" };
  let made = 0;
  const createId = () => `id-${(made += 1)}`;
  const emit = (payload: EventPayload) => {
    events.push(payload);
    ledger.apply(payload);
  };
  const tools: ToolSet = {
    act: { parse: (args) => args, execute: (args, { call }) => void executed.push(createArgsHash(call, "act", args)) },
  };
  const approvals = new Approvals({ ...ids, clock, expiryMs: 1_000, signer, createId, emit });
  const log = () => {};
  const gate = new CallGate({ ...ids, clock, signer: used, approvals, store: createMemoryStore(), createId, log });
  const flush = () => Promise.resolve(true);
  const committed = new CommittedCalls([]);
  const waits = { undoWindowMs: 0, minToolLeadMs: 0 };
  const calls = new CallRunner({ ...ids, ...waits, tools, clock, gate, approvals, ledger, committed, createId, log, emit, flush });
  return { events, executed, clock, gate, calls };
}

type Rig = ReturnType<typeof createRig>;

function decide({ events, calls }: Rig, { about, edited, approve }: Extract<Step, { do: "decide" }>): void {
  const request = events.findLast((event) => event.type === "approval.request");
  const command: DecideCommand = {
    command: "decide",
    id: "d",
    client: "c",
    thread: "t",
    run: "r",
    approval: request?.type === "approval.request" ? request.approval : "none",
    items: [
      {
        call: "call",
        argsHash: createArgsHash("call", "act", { v: about }),
        decision: approve ? "approve" : "reject",
        ...(edited === null ? {} : { edited: { v: edited } }),
      },
    ],
  };
  try {
    calls.decide(command);
  } catch {
    // A refusal is an answer.
  }
}

async function play(steps: readonly Step[]): Promise<Rig> {
  const rig = createRig();
  const args = { v: 0 };
  for (const next of steps) {
    if (next.do === "delta") rig.calls.appendArgs("call", next.text);
    else if (next.do === "call") {
      args.v = next.value;
      void rig.calls.call("act", args, "call");
    } else if (next.do === "mutate") args.v = next.value;
    else if (next.do === "decide") decide(rig, next);
    else if (next.do === "cancel") rig.calls.cancel("call", "user");
    else if (next.do === "stop") rig.calls.shut("user");
    else await rig.clock.advance(next.ms);
    for (let round = 0; round < 3; round += 1) await Promise.resolve();
    if (next.do === "call" || next.do === "decide") await new Promise((resolve) => setImmediate(resolve));
  }
  await rig.clock.advance(5_000);
  return rig;
}

/** What a person said yes to: the arguments that were shown, or those they wrote themselves. */
function approvedDigests({ events }: Rig): readonly string[] {
  return events.flatMap((event) =>
    event.type !== "approval.decision"
      ? []
      : event.items
          .filter((item) => item.decision === "approved")
          .map((item) => (item.edited === undefined ? item.argsHash : createArgsHash(item.call, "act", item.edited))),
  );
}

describe("B3: deltas, calls sent again, changed objects, decisions, edits, stops and time in any order", () => {
  it("run only what was approved, once, or nothing", async () => {
    let ran = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const rig = await play([{ do: "call", value: 1 }, ...stepsOf(seed)]);
      ran += rig.executed.length;
      expect(rig.executed.length, `seed ${seed}`).toBeLessThanOrEqual(1);
      expect(approvedDigests(rig), `seed ${seed}`).toEqual(expect.arrayContaining(rig.executed));
      const start = rig.events.findIndex((event) => event.type === "tool.start");
      const cancelled = rig.events.findIndex((event) => event.type === "tool.result" && event.result === "cancelled");
      expect(start === -1 || cancelled === -1 || start < cancelled, `seed ${seed}: nothing starts after it was cancelled`).toBe(true);
    }
    reportFigure("B3, interleavings at the gate", `${RUNS}, ${ran} executions: each of the digest that was approved`);
    expect(ran).toBeGreaterThan(RUNS / 50);
  }, 120_000);
});

describe("B3: a decision without the server's signature", () => {
  it("runs nothing", async () => {
    const rig = createRig({ ...signer, verify: async () => false });
    const outcome = rig.calls.call("act", { v: 1 }, "call");
    await new Promise((resolve) => setImmediate(resolve));
    decide(rig, { do: "decide", about: 1, edited: null, approve: true });
    expect(await outcome).toMatchObject({ result: "error", error: { code: "approval-args-mismatch" } });
    expect(rig.executed).toEqual([]);
  });
});

describe("B3: a call that was let through", () => {
  it("is refused when what it holds is not what was let through", async () => {
    const { gate } = createRig();
    const tool = { effect: "read", execute: () => null } as const;
    const bound = bindCall({ id: "call", name: "look", tool, effect: "read", abort: new AbortController() }, { v: 1 }, 0);
    if (!bound.ok) throw new Error("The arguments do not bind.");
    const [verdict] = await gate.pass([bound.call], () => {});
    if (verdict?.kind !== "pass") throw new Error("It was not let through.");
    expect(await verdict.passage.check()).toBeNull();
    Object.assign(bound.call, { json: '{"v":9}' });
    expect(await verdict.passage.check()).toMatchObject({ code: "approval-args-mismatch" });
  });
});
