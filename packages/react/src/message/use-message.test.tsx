import { createPendingMessage, type Message } from "@unsay/core";
import { complete, createTestSession, say } from "@unsay/core/testing";
import { act, cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { SessionProvider } from "../session/context.js";
import { useMessage } from "./use-message.js";

afterEach(cleanup);

const stored = (index: number): Message => ({
  ...createPendingMessage({ id: `m${index}`, thread: "thread" }),
  status: "complete" as const,
});

it("wakes the reader of the message that changes, and none of five hundred others", async () => {
  const { session, transport, advance, answer, until } = createTestSession(
    [say("Drain the pool first. Then flip.", { everyMs: 20 }), complete()],
    {
      act,
    },
  );
  Object.assign(transport, { history: async () => Array.from({ length: 500 }, (_, index) => stored(index)), active: async () => null });
  await act(() => session.load());
  const renders = new Map<string, number>();
  function Line({ id }: { readonly id: string }): string {
    renders.set(id, (renders.get(id) ?? 0) + 1);
    return useMessage(id)?.status ?? "gone";
  }
  act(() => session.send("go"));
  const ids = session.store.getState().messages.map(({ id }) => id);
  render(
    <SessionProvider session={session}>
      {ids.map((id) => (
        <Line key={id} id={id} />
      ))}
    </SessionProvider>,
  );
  await until(() => answer().status === "streaming");
  renders.clear();
  await advance(200);
  expect([...renders.keys()]).toEqual([answer().id]);
  expect(renders.get(answer().id)).toBeGreaterThan(2);
});
