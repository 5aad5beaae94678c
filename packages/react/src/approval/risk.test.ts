import { describe, expect, it } from "vitest";
import type { ToolCall } from "@unsay/core";
import { mechanismOf, riskOf, riskOfCalls, riskOfHints } from "./risk.js";

const call = (effect: ToolCall["effect"], args: unknown = {}): ToolCall => ({
  id: "c",
  name: "t",
  effect,
  cancellable: true,
  undo: false,
  runsOn: "server",
  status: "ready",
  argsText: "",
  args,
});

describe("tiers:", () => {
  it("statement 69: a tool without hints is tier 3, and hints of a server that is not trusted never bring it below 2", () => {
    expect(riskOfHints(undefined, { trusted: true })).toBe(3);
    for (const readOnlyHint of [true, false]) {
      for (const destructiveHint of [true, false]) {
        for (const openWorldHint of [true, false]) {
          const hints = { readOnlyHint, destructiveHint, openWorldHint };
          expect(riskOfHints(hints, { trusted: false })).toBeGreaterThanOrEqual(2);
          expect(riskOfHints(hints, { trusted: false })).toBeGreaterThanOrEqual(riskOfHints(hints, { trusted: true }));
        }
      }
    }
    expect(riskOfHints({ destructiveHint: true }, { trusted: false })).toBe(3);
  });

  it("of a trusted server: looks, can be undone inside, leaves the system, destroys", () => {
    const trusted = { trusted: true };
    expect(riskOfHints({ readOnlyHint: true, openWorldHint: false }, trusted)).toBe(0);
    expect(riskOfHints({ destructiveHint: false, openWorldHint: false }, trusted)).toBe(1);
    expect(riskOfHints({ destructiveHint: false, openWorldHint: true }, trusted)).toBe(2);
    expect(riskOfHints({ readOnlyHint: true }, trusted)).toBe(2);
    expect(riskOfHints({ destructiveHint: true }, trusted)).toBe(3);
  });

  it("the app's own idea wins, sees the arguments, and what is asked at all is at least 2", () => {
    expect([call("read"), call("write"), call("irreversible")].map(riskOf)).toEqual([0, 2, 3]);
    expect(riskOfCalls([call("read")])).toBe(2);
    expect(riskOfCalls([call("read", { amount: 900 })], (_call, args) => ((args as { amount: number }).amount > 500 ? 4 : 2))).toBe(4);
    expect(riskOfCalls([call("read"), call("irreversible"), call("write")])).toBe(3);
  });

  it("each has a mechanism of its own", () => {
    expect(([2, 3, 4] as const).map((risk) => mechanismOf(risk))).toEqual(["press", "hold", "type"]);
    expect(mechanismOf(3, "two-step")).toBe("two-step");
  });
});
