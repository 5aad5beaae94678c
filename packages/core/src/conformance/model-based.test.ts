import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelServer, THREAD } from "../../test-kit/model/model-server.js";
import { MODEL_WIRES } from "../../test-kit/model/model-wires.js";
import { happenings, happeningsOf, type Happening } from "../../test-kit/model/happenings.js";
import { World } from "../../test-kit/model/model.js";
import type { ModelWire } from "../../test-kit/model/model-network.js";
import { createPendingMessage } from "../message/create.js";
import { foldEvents } from "../message/reducer.js";

/**
 * L5: users, networks, clocks and servers do what they like, at least 40 things in a row; what the session shows is held
 * against the server's log after each (`model.ts`). Half of the runs have a fixed seed, half a new one, printed.
 */
const RUNS = Number(process.env["UNSAY_MODEL_RUNS"] ?? 2_000);
const FIXED_SEED = 20_260_102;
const SEEDS = process.env["UNSAY_SEED"] === undefined ? [FIXED_SEED, Date.now() % 2_147_483_647] : [Number(process.env["UNSAY_SEED"])];
/** A machine that is busy with other things is not at fault. */
const TIMEOUT_MS = 60_000 + RUNS * 100;

/** Seeds that once went wrong, by what they came down to. */
const FOUND: readonly (readonly [string, string])[] = [
  [
    "a start that is being repeated is not forgotten when the thread is loaded while another device's run is live",
    "send(1) loseRequest(0) send(0) attach(0) deliverAll(0)",
  ],
];

async function live(wire: ModelWire, commands: Iterable<Happening>): Promise<readonly string[]> {
  const world = new World(wire);
  await fc.asyncModelRun(() => ({ model: { texts: 0 }, real: world }), commands);
  await world.drain();
  return world.ends();
}

describe("L5: whatever happens, in whatever order", () => {
  it.each(MODEL_WIRES.map((wire) => [wire.name, wire] as const))("%s", { timeout: TIMEOUT_MS }, async (name, wire) => {
    const started = performance.now();
    let count = 0;
    const ends = new Map<string, number>();
    for (const seed of SEEDS) {
      const property = fc.asyncProperty(happenings(wire), async (commands) => {
        count += commands.length;
        for (const end of await live(wire, commands)) ends.set(end, (ends.get(end) ?? 0) + 1);
      });
      const result = await fc.check(property, { numRuns: Math.ceil(RUNS / SEEDS.length), seed });
      if (result.failed) expect.fail(describeFailure(wire, seed, result));
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const reached = [...ends].map(([end, times]) => `${end} ${times.toLocaleString("en")}`).join(", ");
    console.log(
      `L5 ${name}: ${RUNS.toLocaleString("en")} runs of ${Math.round(count / RUNS)} happenings, seeds ${SEEDS.join(" and ")}, 0 wrong; ${seconds} s; ${reached}`,
    );
    expect([...ends.keys()]).toEqual(expect.arrayContaining(["complete", "stopped", "failed"]));
  });

  function describeFailure(wire: ModelWire, seed: number, result: fc.RunDetails<[Happening[]]>): string {
    const happened = result.counterexample?.[0].join(" ") ?? "";
    return `${wire.name}, seed ${seed}, path ${result.counterexamplePath}: ${happened}\n${String(result.errorInstance)}`;
  }

  it.each(FOUND)("%s", async (_what, happened) => {
    for (const wire of MODEL_WIRES.slice(0, 1)) await live(wire, happeningsOf(happened));
  });
});

describe("replay", () => {
  const CLIENT = { client: "one", thread: THREAD };
  type Deed = (server: ModelServer, id: string) => void;
  const decide =
    (decision: "approve" | "reject"): Deed =>
    (server, id) => {
      const { live: run } = server;
      if (run?.question == null) return;
      const { approval, call, argsHash } = run.question;
      server.command({ ...CLIENT, command: "decide", id, run: run.id, approval, items: [{ call, argsHash, decision }] });
    };
  const stop: Deed = (server, id) => {
    const { live: run } = server;
    if (run !== undefined)
      server.command({ ...CLIENT, command: "stop", id, run: run.id, scope: "run", intent: "stop", ackSeq: 0, painted: null });
  };
  const start: Deed = (server, id) => {
    if (server.live === undefined)
      server.start({ ...CLIENT, command: "start", startKey: id, answer: `answer-${id}`, mode: "new", message: { id, text: id } });
  };
  const DEEDS: readonly Deed[] = [
    (server) => server.append("word "),
    (server) => server.append("\nparagraph "),
    (server) => server.revise(),
    (server) => server.ask(),
    decide("approve"),
    decide("reject"),
    (server) => server.expireQuestion(),
    stop,
    (server) => server.complete(),
    (server) => server.fail(),
    start,
  ];
  const RUNS_OF_REPLAY = Math.max(5_000, RUNS);

  it("any suffix of any run, applied again at any time, changes nothing", { timeout: TIMEOUT_MS }, () => {
    let folds = 0;
    const property = fc.property(
      fc.array(fc.nat({ max: DEEDS.length - 1 }), { minLength: 40, maxLength: 60, size: "max" }),
      fc.nat(),
      (deeds, random) => {
        const server = new ModelServer();
        start(server, "first");
        for (const [index, deed] of deeds.entries()) DEEDS[deed]?.(server, `id-${index}`);
        for (const run of server.runs) folds += expectReplayed(run.log, random % (run.log.length + 1));
      },
    );
    fc.assert(property, { numRuns: RUNS_OF_REPLAY, seed: SEEDS[0] ?? FIXED_SEED });
    console.log(`replay: ${RUNS_OF_REPLAY.toLocaleString("en")} runs, ${folds.toLocaleString("en")} suffixes, none changed anything`);
  });

  /** Of the whole log, and of a beginning of it. */
  function expectReplayed(log: ModelServer["runs"][number]["log"], cut: number): number {
    const pending = createPendingMessage({ id: log[0]?.message ?? "", thread: THREAD });
    for (const known of [log, log.slice(0, cut)]) {
      const { message } = foldEvents(pending, known);
      for (let from = 0; from < known.length; from += 1) {
        const again = foldEvents(message, known.slice(from));
        if (again.message !== message || again.violations.length > 0)
          expect(again, `from ${from} of ${known.length}`).toMatchObject({ message, violations: [] });
      }
    }
    return log.length + cut;
  }
});
