import type { EventPayload, RunCommand } from "@unsay/core";
import { UnsayError } from "@unsay/core";
import { createFakeClock, createScriptedTransport, type Script } from "@unsay/core/testing";
import { act, cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { SessionProvider } from "../session/context.js";
import { useThread } from "../session/use-thread.js";
import { useReceipt } from "./use-receipt.js";
import { useToolCall } from "./use-tool-call.js";

afterEach(cleanup);

function Call(): ReactNode {
  const { call, canStop, canRetry, enough, retry } = useToolCall("c");
  const { receipt, canUndo, undoableForS, undo } = useReceipt("r");
  return (
    <>
      <output>{[call?.status, canStop && "stop", canRetry && "retry", canUndo && `undo ${undoableForS}`].filter(Boolean).join(" ")}</output>
      <p role="status">{call?.request?.error?.code ?? receipt?.request?.error?.code ?? call?.request?.phase ?? receipt?.request?.phase}</p>
      <button onClick={enough}>Enough</button>
      <button onClick={retry}>Retry</button>
      <button onClick={undo}>Undo</button>
    </>
  );
}

const running: readonly EventPayload[] = [
  { type: "run.open", caps: { resume: true, stop: "command", cancelTool: true }, heartbeatMs: null, ttlMs: null },
  { type: "tool.propose", call: "c", name: "export", effect: "read", cancellable: true, undo: true },
  { type: "tool.ready", call: "c", args: {}, argsHash: "h" },
  { type: "tool.start", call: "c", attempt: 1, callKey: "k" },
];

async function show(events: readonly EventPayload[], onCommand: (command: RunCommand) => "hang" | UnsayError) {
  const clock = createFakeClock();
  const script: Script = { id: "s", title: "s", prompt: "go", steps: events.map((event) => ({ at: 0, event })) };
  const transport = createScriptedTransport(script, { clock, onCommand });
  function App(): ReactNode {
    const { session, sendMessage } = useThread({ id: "calls", transport, clock });
    return (
      <SessionProvider session={session} clock={clock}>
        <button onClick={() => sendMessage("go")}>send</button>
        <Call />
      </SessionProvider>
    );
  }
  render(<App />);
  const press = async (name: string) => {
    act(() => screen.getByText(name).click());
    await act(() => clock.advance(50));
  };
  await press("send");
  return {
    press,
    text: () => screen.getAllByRole("status")[0]?.textContent,
    sent: transport.sent,
    said: () => screen.getAllByRole("status")[1]?.textContent,
  };
}

describe("useToolCall and useReceipt", () => {
  it("offer what may be asked for, and show that it was", async () => {
    const { press, text, said, sent } = await show(running, () => "hang");
    expect(text()).toBe("executing stop");
    await press("Enough");
    expect(said()).toBe("sending");
    expect(sent.at(-1)).toMatchObject({ scope: "tool", intent: "enough", keepPartial: true });
  });

  it("offer to try again only what its tool allows, and show why the server would not", async () => {
    const failed: EventPayload = {
      type: "tool.result",
      call: "c",
      result: "error",
      error: { code: "tool-timeout", message: "slow", retryable: true },
    };
    const { press, text, said } = await show(
      [...running, failed],
      () => new UnsayError({ code: "run-not-live", message: "gone", retryable: false }),
    );
    expect(text()).toBe("failed retry");
    await press("Retry");
    expect(said()).toBe("run-not-live");
  });

  it("offer to undo what was done, with the time that is left, and say nothing of it before a receipt does", async () => {
    const until = createFakeClock().epoch() + 10_000;
    const receipt: EventPayload = {
      type: "receipt",
      receipt: "r",
      call: "c",
      outcome: "succeeded",
      summary: "done",
      doneAt: 0,
      undo: { untilAt: until },
    };
    const { press, text, said } = await show(
      [...running, receipt],
      () => new UnsayError({ code: "undo-expired", message: "late", retryable: false }),
    );
    expect(text()).toBe("succeeded undo 10");
    await press("Undo");
    expect([text(), said()]).toEqual(["succeeded undo 10", "undo-expired"]);
  });
});
