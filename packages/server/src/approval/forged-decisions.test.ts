import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EventOf } from "@unsay/core/protocol";
import { reportFigure } from "../testing/figures.js";
import { subscribe, startCommand } from "../testing/test-server.js";
import { closeServers, createBench, decision, untilAsked, type Bench } from "../testing/tool-bench.js";

/** `UNSAY_FORGERIES=5000` for more; a failure prints its seed and the smallest forgery. */
const FORGERIES = Number(process.env["UNSAY_FORGERIES"] ?? 500);
vi.setConfig({ testTimeout: 60_000 + FORGERIES * 20 });
afterEach(closeServers);

type Request = EventOf<"approval.request">;
type Body = Record<string, unknown>;

/** One way to bend a decision: who sends it, to which run, and what it says. */
interface Forgery {
  readonly kind: string;
  readonly user: string;
  readonly bend: (genuine: Body, mine: Request, other: Request) => { readonly run: string; readonly body: Body };
}

const asAna = (kind: string, change: (genuine: Body, mine: Request, other: Request) => Body): Forgery => ({
  kind,
  user: "ana",
  bend: (genuine, mine, other) => ({ run: mine.run, body: { ...genuine, ...change(genuine, mine, other) } }),
});

const strange = fc.oneof(
  fc.string({ maxLength: 80, unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "", "*", "' OR 1=1 --", "../x", "0".repeat(64)),
  fc.jsonValue({ maxDepth: 2 }),
);
const itemsOf = (body: Body) => body["items"] as readonly Body[];

const forgeries: fc.Arbitrary<Forgery> = fc.oneof(
  strange.map((approval) => asAna("forged", () => ({ approval }))),
  strange.map((argsHash) => asAna("forged", (body) => ({ items: itemsOf(body).map((item) => ({ ...item, argsHash })) }))),
  strange.map((call) => asAna("forged", (body) => ({ items: itemsOf(body).map((item) => ({ ...item, call })) }))),
  fc
    .jsonValue({ maxDepth: 2 })
    .map((edited) => asAna("edited", (body) => ({ items: itemsOf(body).map((item) => ({ ...item, edited: edited ?? 0 })) }))),
  fc.integer({ min: 0, max: 3 }).map((times) =>
    asAna("edited", (body) => ({
      items: times === 1 ? [] : Array.from({ length: times + 1 }, () => itemsOf(body)[0]).slice(times === 0 ? 1 : 0),
    })),
  ),
  strange.map((scope) =>
    asAna("edited", (body) => ({ items: itemsOf(body).map((item) => ({ ...item, scope: { argsPattern: scope, ms: 1_000 } })) })),
  ),
  fc.constant(
    asAna("cross-run", (_body, _mine, other) => ({
      approval: other.approval,
      items: other.items.map((item) => ({ ...item, decision: "approve" })),
    })),
  ),
  fc.constant(asAna("cross-run", (_body, _mine, other) => ({ run: other.run }))),
  fc.constant<Forgery>({
    kind: "cross-run",
    user: "ana",
    bend: (genuine, _mine, other) => ({ run: other.run, body: { ...genuine, run: other.run, thread: other.thread } }),
  }),
  fc
    .constantFrom("eve", "", "Ana", "ana,ana")
    .map((user): Forgery => ({ kind: "cross-user", user, bend: (body, mine) => ({ run: mine.run, body }) })),
  strange.map((thread) => asAna("cross-user", () => ({ thread: thread === "t1" ? "t2" : thread }))),
  fc.constant(asAna("pre-approved", () => ({ command: "approve", approved: true, status: "approved" }))),
);

/** Sending nothing for a field may leave a decision that is the genuine one. */
const isGenuine = (genuine: Body, body: Body) => JSON.stringify(genuine) === JSON.stringify(body);

async function askTwice(): Promise<{ readonly bench: Bench; readonly mine: Request; readonly other: Request }> {
  const bench = await createBench({}, { authorize: (request) => request.headers.get("x-user") === "ana", approvalExpiryMs: 10_000_000 });
  const ask = async (thread: string) =>
    untilAsked(subscribe(await bench.server.post(`/threads/${thread}/runs`, startCommand({ thread }), { "x-user": "ana" })));
  return { bench, mine: await ask("t1"), other: await ask("t2") };
}

describe("r24-forge: any decision but the one that was asked for, by whomever", () => {
  it("is refused and runs nothing, and the question stays open for the genuine one", async () => {
    const { bench, mine, other } = await askTwice();
    const genuine = decision(mine);
    const tally = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(forgeries, async ({ kind, user, bend }) => {
        const { run, body } = bend(genuine, mine, other);
        fc.pre(user !== "ana" || run !== mine.run || !isGenuine(genuine, body));
        const response = await bench.server.post(`/runs/${run}/commands`, body, { "x-user": user });
        expect([kind, response.status, Math.floor(response.status / 100)]).toEqual([kind, response.status, 4]);
        expect(await response.json()).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
        expect(bench.ran).toHaveLength(0);
        tally.set(kind, (tally.get(kind) ?? 0) + 1);
      }),
      { numRuns: FORGERIES },
    );
    const send = () => bench.server.post(`/runs/${mine.run}/commands`, genuine, { "x-user": "ana" });
    expect((await send()).status).toBe(202);
    await vi.waitFor(() => expect(bench.ran).toHaveLength(1));
    expect((await bench.server.post(`/runs/${mine.run}/commands`, { ...genuine, id: "again" }, { "x-user": "ana" })).status).toBe(409);
    await bench.server.clock.advance(10_000_000);
    expect((await bench.server.post(`/runs/${other.run}/commands`, decision(other), { "x-user": "ana" })).status).toBe(409);
    expect(bench.ran).toHaveLength(1);
    const kinds = [...tally, ["replayed", 1] as const, ["expired", 1] as const].map(([kind, count]) => `${count} ${kind}`);
    reportFigure("r24-forge, decisions that are not genuine", `${kinds.join(", ")}: all 4xx, 0 tools run`);
  });
});
