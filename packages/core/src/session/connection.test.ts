import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, clampWait, MAX_WAIT_MS, planRecovery, RECONNECT_POLICY, type Loss } from "./backoff.js";
import { stepConnection, type ConnectionInput } from "./connection.js";
import type { ConnectionState, ConnectionStatus } from "./session.types.js";

const AT_REST: ConnectionState = { status: "idle", attempt: 0 };

function run(...inputs: readonly ConnectionInput[]): readonly ConnectionStatus[] {
  let state = AT_REST;
  return inputs.map((input) => (state = stepConnection(state, input).state).status);
}

const request: ConnectionInput = { type: "request" };
const opened: ConnectionInput = { type: "opened" };
const bytes: ConnectionInput = { type: "bytes" };
const silence: ConnectionInput = { type: "silence" };
const cut: ConnectionInput = { type: "cut", attempt: 1 };
const resume: ConnectionInput = { type: "ask", attempt: 1 };
const over: ConnectionInput = { type: "over", isStated: true };
const spent: ConnectionInput = { type: "give-up", because: "tries-spent" };
const nothing: ConnectionInput = { type: "give-up", because: "nothing-to-ask" };
const refused: ConnectionInput = { type: "refused" };
const leave: ConnectionInput = { type: "leave" };

describe("the connection machine", () => {
  it("goes from connecting over open and quiet to closed", () => {
    expect(run(request, opened, silence, bytes, bytes, over)).toEqual(["connecting", "open", "quiet", "open", "open", "closed"]);
  });

  it("goes from lost over resuming back to open, or to gone when the tries are spent", () => {
    expect(run(request, opened, cut, resume, opened)).toEqual(["connecting", "open", "lost", "resuming", "open"]);
    expect(run(request, opened, cut, resume, cut, spent).slice(2)).toEqual(["lost", "resuming", "lost", "gone"]);
  });

  it("keeps its state for bytes while open: they wake nobody", () => {
    const state: ConnectionState = { status: "open", attempt: 0 };
    expect(stepConnection(state, bytes).state).toBe(state);
  });

  it("rests while a busy server lets it wait: nothing is lost and nothing is under way", () => {
    expect(run(request, refused, request, opened)).toEqual(["connecting", "idle", "connecting", "open"]);
    expect(illegalIn(refused, 0)).toEqual(["idle", "open", "quiet", "lost", "gone", "closed"]);
  });

  it("can be taken up again after it closed or was given up", () => {
    expect(run(request, opened, over, request)).toEqual(["connecting", "open", "closed", "connecting"]);
    expect(run(request, cut, nothing, resume)).toEqual(["connecting", "lost", "gone", "resuming"]);
  });
});

const EVERY: readonly ConnectionStatus[] = ["idle", "connecting", "open", "quiet", "lost", "resuming", "gone", "closed"];

function illegalIn(input: ConnectionInput, rule: number): readonly ConnectionStatus[] {
  return EVERY.filter((status) => {
    const state = { status, attempt: 0 };
    const step = stepConnection(state, input);
    if (step.illegal === rule) expect(step.state).toBe(state);
    return step.illegal === rule;
  });
}

describe("illegal transitions of the connection, which change nothing", () => {
  it("connection 1: closed without a terminal event", () => {
    expect(illegalIn({ type: "over", isStated: false }, 1)).toEqual(EVERY);
    expect(illegalIn(over, 1)).toEqual(["idle", "lost", "gone", "closed"]);
  });

  it("connection 2: giving an answer up before a resume has failed", () => {
    expect(illegalIn(spent, 2)).toEqual(EVERY);
    expect(stepConnection({ status: "lost", attempt: 0 }, spent).illegal).toBe(2);
    expect(stepConnection({ status: "lost", attempt: 1 }, spent).illegal).toBeNull();
    expect(illegalIn(nothing, 2)).toEqual(EVERY.filter((status) => status !== "lost"));
  });

  it("connection 3: a second connection for the same run", () => {
    expect(illegalIn(request, 3)).toEqual(["connecting", "open", "quiet", "lost", "resuming"]);
    expect(illegalIn(resume, 3)).toEqual(["connecting", "open", "quiet", "resuming"]);
    expect(illegalIn(opened, 3)).toEqual(["open", "quiet"]);
  });

  it("whatever comes, it is closed only by a stated end or by leaving, and gone only from lost", () => {
    const inputs = fc.constantFrom(request, opened, bytes, silence, cut, resume, over, spent, nothing, leave, {
      type: "over",
      isStated: false,
    } as const);
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 40 }), (sequence) => {
        let state = AT_REST;
        for (const input of sequence) {
          const { state: next } = stepConnection(state, input);
          if (next.status === "closed" && next !== state) expect(input === over || input === leave).toBe(true);
          if (next.status === "gone" && next !== state) expect(state.status).toBe("lost");
          state = next;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const LOSS: Loss = {
  cause: "disconnected",
  error: { code: "stream-eof", message: "", retryable: true },
  isFinal: false,
  hasRun: true,
  canAsk: true,
  attempt: 0,
  moveInMs: null,
};
const hostile = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e308, 2 ** 31, undefined));

describe("what follows a loss", () => {
  it("waits anything from 0 to the doubled base, capped", () => {
    expect([1, 2, 3, 6, 8].map((attempt) => backoffMs(RECONNECT_POLICY, attempt, () => 1))).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
    expect(backoffMs(RECONNECT_POLICY, 5, () => 0)).toBe(0);
  });

  it("is nothing where there is nobody to ask, nothing to find, or no try left", () => {
    const plan = (change: Partial<Loss>) => planRecovery({ ...LOSS, ...change }, RECONNECT_POLICY, () => 1).type;
    expect(plan({})).toBe("ask");
    expect(plan({ isFinal: true })).toBe("give-up");
    expect(plan({ canAsk: false })).toBe("give-up");
    expect(plan({ attempt: 8 })).toBe("give-up");
    expect(plan({ hasRun: false, error: { ...LOSS.error, retryable: false } })).toBe("give-up");
    expect(plan({ hasRun: false, cause: "corrupt" })).toBe("give-up");
  });

  it("never waits longer than a minute or less than nothing, whatever a server asks for", () => {
    fc.assert(
      fc.property(hostile, fc.nat(7), fc.double({ min: 0, max: 1, noNaN: true }), (retryAfterMs, attempt, die) => {
        const error = { code: "rate-limited", message: "", retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
        const plan = planRecovery({ ...LOSS, error, attempt }, RECONNECT_POLICY, () => die);
        expect(plan.type).toBe("ask");
        if (plan.type !== "ask") return;
        expect(plan.inMs).toBeGreaterThanOrEqual(0);
        expect(plan.inMs).toBeLessThanOrEqual(MAX_WAIT_MS);
        expect(clampWait(retryAfterMs)).toBeLessThanOrEqual(MAX_WAIT_MS);
      }),
      { numRuns: 5_000 },
    );
  });
});
