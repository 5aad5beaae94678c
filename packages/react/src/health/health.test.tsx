import type { AssistantMessage, MetricsReport } from "@unsay/core";
import { completeStep, createFakeClock, createScriptedTransport, openStep, type FakeClock, type Script } from "@unsay/core/testing";
import { act, cleanup, renderHook } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useThread } from "../session/use-thread.js";
import { useStreamMetrics } from "./use-stream-metrics.js";
import { useUsage } from "./use-usage.js";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const script: Script = {
  id: "h",
  title: "h",
  prompt: "go",
  steps: [
    openStep(),
    { at: 1_000, event: { type: "part.open", part: "p", kind: "answer" } },
    { at: 1_000, event: { type: "span.append", part: "p", span: "s", text: "Yes. " } },
    { at: 2_000, event: { type: "usage", generated: 9, billed: 9, billedReasoning: 0, source: "provider", final: true } },
    completeStep(3_000),
  ],
};

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await act(() => clock.advance(ms));
}

function setUp() {
  const clock = createFakeClock();
  const reports: MetricsReport[] = [];
  const transport = createScriptedTransport(script, { clock });
  const onMetrics = (report: MetricsReport) => reports.push(report);
  return { clock, reports, options: { id: "t", transport, clock, onMetrics } };
}

describe("useStreamMetrics", () => {
  it("gives the figures as they come, and the same object while none has moved", async () => {
    const { clock, options } = setUp();
    const { result, rerender } = renderHook(
      () => {
        const thread = useThread(options);
        const id = thread.messages[1]?.id ?? "none";
        return { thread, id, metrics: useStreamMetrics(id, { session: thread.session }) };
      },
      { wrapper: StrictMode },
    );
    expect(result.current.metrics).toBeNull();
    act(() => result.current.thread.sendMessage("go"));
    await pass(clock, 1_100);
    expect(result.current.metrics).toMatchObject({ ackMs: 0, firstAnswerReceivedMs: 1_000, firstAnswerPaintedMs: null, totalMs: null });
    const before = result.current.metrics;
    rerender();
    expect(result.current.metrics).toBe(before);
    act(() => result.current.thread.session.markPainted(result.current.id, new Map([["s", 5]])));
    expect(result.current.metrics).toMatchObject({ firstAnswerPaintedMs: 1_100, heldBackMs: 100 });
    await pass(clock, 5_000);
    expect(result.current.metrics).toMatchObject({ totalMs: 3_000, waitMs: 1_100, streamMs: 1_900 });
  });
});

describe("useUsage", () => {
  it("says what is known, and null for what is not", async () => {
    const { clock, options } = setUp();
    const { result } = renderHook(() => {
      const thread = useThread(options);
      return { thread, usage: useUsage((thread.messages[1] ?? EMPTY) as AssistantMessage) };
    });
    act(() => result.current.thread.sendMessage("go"));
    await pass(clock, 1_500);
    expect(result.current.usage).toMatchObject({ billed: null, overrun: null, status: "pending" });
    await pass(clock, 5_000);
    expect(result.current.usage).toMatchObject({ billed: 9, painted: 9, overrun: 0, status: "final" });
  });
});

describe("r29-abandon", () => {
  it("a tab that is hidden before the first paint is told as left while waiting; one that goes, as navigated", async () => {
    for (const [by, leave] of [
      ["hidden", hide],
      ["navigated", () => window.dispatchEvent(new Event("pagehide"))],
    ] as const) {
      const { clock, reports, options } = setUp();
      const { result, unmount } = renderHook(() => useThread(options));
      act(() => result.current.sendMessage("go"));
      await pass(clock, 400);
      act(() => void leave());
      await pass(clock, 5_000);
      expect(reports[0]?.metrics.abandoned).toEqual({ at: 400, phase: "waiting", by });
      unmount();
      vi.restoreAllMocks();
    }
  });

  function hide(): void {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
  }
});

const EMPTY = { parts: [], usage: null, status: "pending", run: null, role: "assistant" };
