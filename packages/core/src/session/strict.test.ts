import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { converse } from "../../test-kit/conversation.js";
import { NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import type { SessionOptions } from "./session.types.js";

const open: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const unasked: EventPayload = { type: "tool.start", call: "c", attempt: 1, callKey: "k" };
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

let raised: unknown[] = [];
beforeEach(() => {
  raised = [];
  vi.stubGlobal("reportError", (error: unknown) => raised.push(error));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

async function meetViolation(options: Partial<SessionOptions> = {}) {
  const rules: number[] = [];
  const talk = await converse([open, unasked, complete], {}, { onProtocolError: ({ rule }) => rules.push(rule), ...options });
  await talk.clock.advance(1_000);
  return { status: talk.answer().status, rules, raised };
}

describe("an illegal event", () => {
  it("is an uncaught error in development, beside the callback, and the answer goes on", async () => {
    const met = await meetViolation();
    expect(met).toMatchObject({ status: "complete", rules: [7] });
    expect(met.raised).toMatchObject([{ code: "protocol-error", message: expect.stringContaining("strict: false") }]);
  });

  it("is counted and nothing more in production, and where strictness is off", async () => {
    expect(await meetViolation({ strict: false })).toMatchObject({ status: "complete", rules: [7], raised: [] });
    vi.stubEnv("NODE_ENV", "production");
    expect(await meetViolation()).toMatchObject({ status: "complete", rules: [7], raised: [] });
    expect((await meetViolation({ strict: true })).raised).toHaveLength(1);
  });

  it("is counted where nobody says what the environment is, as on a page that was never built", async () => {
    vi.stubGlobal("process", undefined);
    const met = await meetViolation();
    vi.unstubAllGlobals();
    expect(met).toMatchObject({ rules: [7], raised: [] });
  });
});
