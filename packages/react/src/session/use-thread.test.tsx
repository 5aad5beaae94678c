import { textOf, type Message } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts, type FakeClock } from "@unsay/core/testing";
import { act, cleanup, render, renderHook, screen } from "@testing-library/react";
import { StrictMode, type ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { useMessage } from "../message/use-message.js";
import { SessionProvider } from "./context.js";
import { useThread } from "./use-thread.js";

afterEach(cleanup);

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await act(() => clock.advance(ms));
}

function setUp() {
  const clock = createFakeClock();
  return { clock, transport: createScriptedTransport(scripts.complete, { clock }) };
}

function latest(messages: readonly Message[]): Message {
  const message = messages.at(-1);
  if (message === undefined) throw new Error("no message");
  return message;
}

describe("useThread", () => {
  it("answers a message from pending to complete", async () => {
    const { clock, transport } = setUp();
    const { result } = renderHook(() => useThread({ id: "t", transport, clock }));
    act(() => result.current.sendMessage("How do I deploy this?"));
    expect(latest(result.current.messages).status).toBe("pending");
    expect(result.current.status).toBe("submitted");
    await pass(clock, 1_000);
    expect(latest(result.current.messages).status).toBe("streaming");
    await pass(clock, 10_000);
    expect(latest(result.current.messages).status).toBe("complete");
    expect(textOf(latest(result.current.messages))).toContain("Drain the pool");
  });

  it("opens one connection and one run, however many hooks are mounted, in strict mode too", async () => {
    const { clock, transport } = setUp();
    const { result } = renderHook(() => [1, 2, 3].map(() => useThread({ id: "t", transport, clock })), { wrapper: StrictMode });
    act(() => result.current[0]?.sendMessage("go"));
    await pass(clock, 10_000);
    expect(result.current.map((thread) => latest(thread.messages).status)).toEqual(["complete", "complete", "complete"]);
    expect(transport.connections).toBe(1);
    expect(transport.sent).toHaveLength(1);
  });

  it("keeps its thread when the transport is made anew in each render", async () => {
    const { clock, transport } = setUp();
    const { result, rerender } = renderHook(() => useThread({ id: "t", transport: { ...transport }, clock }));
    act(() => result.current.sendMessage("go"));
    rerender();
    await pass(clock, 10_000);
    expect(latest(result.current.messages).status).toBe("complete");
  });

  it("finds the thread as it was when it is mounted again, and has stopped nothing", async () => {
    const { clock, transport } = setUp();
    const first = renderHook(() => useThread({ id: "t", transport, clock }));
    act(() => first.result.current.sendMessage("go"));
    await pass(clock, 800);
    first.unmount();
    await pass(clock, 1_000);
    const second = renderHook(() => useThread({ id: "t", transport, clock }));
    await pass(clock, 10_000);
    expect(latest(second.result.current.messages).status).toBe("complete");
    expect(transport.sent.map((command) => command.command)).toEqual(["start"]);
  });

  it("reads the stored thread once through the query client", async () => {
    const { clock, transport } = setUp();
    let reads = 0;
    transport.history = async () => {
      reads += 1;
      return [{ id: "u", thread: "t", role: "user", status: "complete", text: "stored", delivery: "sent", startedAt: null }];
    };
    const { result } = renderHook(() => [useThread({ id: "stored", transport, clock }), useThread({ id: "stored", transport, clock })]);
    await pass(clock, 10);
    expect(result.current[1]?.messages).toMatchObject([{ text: "stored" }]);
    expect(result.current[0]?.history).toBe("ready");
    expect(reads).toBe(1);
  });

  it.each([true, false])(
    "reads the stored thread for each transport that shows it, and not only for the first (at once: %s)",
    async (isAtOnce) => {
      for (const text of ["first", "second"]) {
        const { clock, transport } = setUp();
        transport.history = async () => [
          { id: "u", thread: "again", role: "user", status: "complete", text, delivery: "sent", startedAt: null },
        ];
        const { result, unmount } = renderHook(() => useThread({ id: `again ${isAtOnce}`, transport, clock }));
        await pass(clock, 10);
        expect(result.current.messages).toMatchObject([{ text }]);
        if (!isAtOnce) unmount();
      }
    },
  );
});

describe("useMessage", () => {
  it("wakes only when its own message changes", async () => {
    const { clock, transport } = setUp();
    const renders = new Map<string, number>();
    function Row({ id }: { readonly id: string }): ReactNode {
      const message = useMessage(id);
      renders.set(id, (renders.get(id) ?? 0) + 1);
      return <p>{message === undefined ? "" : textOf(message)}</p>;
    }
    function App(): ReactNode {
      const thread = useThread({ id: "t", transport, clock });
      return (
        <SessionProvider session={thread.session} clock={clock}>
          <button type="button" onClick={() => thread.sendMessage("go")}>
            send
          </button>
          <Row id={thread.messages[1]?.id ?? "none"} />
        </SessionProvider>
      );
    }
    render(<App />);
    act(() => screen.getByText("send").click());
    await pass(clock, 10_000);
    expect(screen.getByText(/Drain the pool/u)).toBeDefined();
  });
});
