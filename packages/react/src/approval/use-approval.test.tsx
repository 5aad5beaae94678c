import type { Diagnostic, OnDiagnostic, RunCommand, StartCommand } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts, type FakeClock } from "@unsay/core/testing";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ReactNode } from "react";
import { SessionProvider } from "../session/context.js";
import { useThread } from "../session/use-thread.js";
import { useApproval } from "./use-approval.js";

afterEach(cleanup);

function Gate({ id }: { readonly id: string }): ReactNode {
  const gate = useApproval(id, { riskOf: () => 2 });
  return (
    <div {...gate.getGateProps()} data-testid="gate">
      <button {...gate.getApproveProps()}>Approve</button>
      <button {...gate.getRejectProps()}>Reject</button>
      <output>{`${gate.view} ${gate.blockedBy ?? "free"} ${gate.risk}`}</output>
    </div>
  );
}

async function openGate(requireTrustedInput = false, onDiagnostic: OnDiagnostic = () => {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(scripts.gate, { clock });
  function App(): ReactNode {
    const thread = useThread({ id: "gate", transport, clock, onDiagnostic });
    return (
      <SessionProvider session={thread.session} clock={clock} requireTrustedInput={requireTrustedInput}>
        <button type="button" onClick={() => thread.sendMessage("go")}>
          send
        </button>
        {thread.approvals.map(({ approval }) => (
          <Gate key={approval.id} id={approval.id} />
        ))}
      </SessionProvider>
    );
  }
  render(<App />);
  act(() => screen.getByText("send").click());
  await pass(clock, scriptLength());
  return { clock, transport };
}

function scriptLength(): number {
  return Math.max(...scripts.gate.steps.map((step) => step.at)) + 20;
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await act(() => clock.advance(ms));
}

function press(name: string): void {
  const button = screen.getByText(name);
  fireEvent.pointerDown(button);
  fireEvent.click(button, { detail: 1 });
}

function decisions(sent: readonly (StartCommand | RunCommand)[]): string[] {
  return sent.flatMap((command) => (command.command === "decide" ? (command.items[0]?.decision ?? []) : []));
}

describe("useApproval", () => {
  it("statement 72: ignores Approve until the gate has stood in view for 500 ms, and says so", async () => {
    const { clock, transport } = await openGate();
    expect(screen.getByRole("status").textContent).toBe("open arming 2");
    press("Approve");
    await pass(clock, 0);
    expect(decisions(transport.sent)).toEqual([]);
    await pass(clock, 1_000);
    expect(screen.getByRole("status").textContent).toBe("open free 2");
    press("Approve");
    await pass(clock, 0);
    expect(decisions(transport.sent)).toEqual(["approve"]);
  });

  it("approval.reflex: the time to decide is measured from when the gate is mounted", async () => {
    const diagnostics: Diagnostic[] = [];
    const { clock } = await openGate(false, (diagnostic) => diagnostics.push(diagnostic));
    await pass(clock, 560);
    press("Approve");
    await pass(clock, 0);
    expect(diagnostics).toEqual([{ code: "approval.reflex", approval: expect.any(String), dwellMs: expect.any(Number) }]);
    expect(diagnostics[0]).toMatchObject({ dwellMs: expect.toSatisfy((ms: number) => ms >= 500 && ms < 700) });
  });

  it("statement 76: never guards Reject", async () => {
    const { clock, transport } = await openGate();
    press("Reject");
    await pass(clock, 0);
    expect(decisions(transport.sent)).toEqual(["reject"]);
  });

  it("ignores a press that began before arming, and the second half of a double click", async () => {
    const { clock, transport } = await openGate();
    fireEvent.pointerDown(screen.getByText("Approve"));
    await pass(clock, 600);
    fireEvent.click(screen.getByText("Approve"), { detail: 1 });
    press("Approve");
    await pass(clock, 0);
    expect(decisions(transport.sent)).toEqual([]);
  });

  it("statement 74: ignores a key that is held down", async () => {
    const { clock, transport } = await openGate();
    await pass(clock, 600);
    const allowed = fireEvent.keyDown(screen.getByText("Approve"), { key: "Enter", repeat: true });
    expect(allowed).toBe(false);
    expect(decisions(transport.sent)).toEqual([]);
  });

  it("statement 75: takes only input that the browser vouches for, unless a test opts out", async () => {
    const { clock, transport } = await openGate(true);
    await pass(clock, 600);
    press("Approve");
    await pass(clock, 0);
    expect(decisions(transport.sent)).toEqual([]);
  });

  it("starts the guard again when the window comes back to the front", async () => {
    const { clock } = await openGate();
    await pass(clock, 600);
    act(() => {
      fireEvent.focus(window);
    });
    expect(screen.getByRole("status").textContent).toBe("open arming 2");
    await pass(clock, 600);
    expect(screen.getByRole("status").textContent).toBe("open free 2");
  });

  it("statement 82: sends one decision for two presses", async () => {
    const { clock, transport } = await openGate();
    await pass(clock, 600);
    press("Approve");
    await pass(clock, 10);
    press("Approve");
    await pass(clock, 10);
    expect(decisions(transport.sent)).toEqual(["approve"]);
  });
});
