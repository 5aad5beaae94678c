import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { selectOpenApprovals, type AssistantMessage, type Clock, type Decision, type Message, type Session } from "@unsay/core";
import { createTestSession, scripts } from "@unsay/core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { useApproval } from "../approval/use-approval.js";
import { SessionProvider } from "../session/context.js";
import { useBridgedSession } from "./use-bridged-session.js";

afterEach(cleanup);

/** The messages of an app that keeps them itself: a question that waits for an answer, and what came of it. */
async function asking() {
  const page = createTestSession(scripts.gate);
  page.session.send("Go on");
  const messages = () => page.session.store.getState().messages;
  const openIn = (answer: AssistantMessage | undefined) => (answer === undefined ? undefined : selectOpenApprovals(answer)[0]);
  await page.until(() => openIn(page.answer()) !== undefined);
  const open = messages();
  const id = openIn(page.answer())?.id ?? "";
  await page.session.decide(id, { decision: "reject" });
  await page.until(() => openIn(page.answer()) === undefined);
  return { open, rejected: messages(), id, clock: page.clock };
}

interface PageProps {
  readonly messages: readonly Message[];
  readonly approval: string;
  readonly clock: Clock;
  readonly decide: (id: string, decision: Decision) => void | Promise<void>;
  readonly take?: (session: Session) => void;
}

function Page({ messages, approval, clock, decide, take }: PageProps): ReactNode {
  const session = useBridgedSession({ messages, decide });
  take?.(session);
  return (
    <SessionProvider session={session} clock={clock}>
      <Gate id={approval} />
    </SessionProvider>
  );
}

function Gate({ id }: { readonly id: string }): ReactNode {
  const { view, reject } = useApproval(id);
  return <button onClick={() => reject("Not today")}>{view}</button>;
}

describe("a bridged session", () => {
  it("carries the answer to a request to the app's own client, and shows what came of it from its messages", async () => {
    const { open, rejected, id, clock } = await asking();
    const decided: unknown[] = [];
    const decide = (...answer: unknown[]): void => void decided.push(answer);
    const { rerender } = render(<Page messages={open} approval={id} clock={clock} decide={decide} />);
    expect(screen.getByRole("button").textContent).toBe("open");
    await act(async () => fireEvent.click(screen.getByRole("button")));
    expect(decided).toEqual([[id, { decision: "reject", reason: "Not today" }]]);
    expect(screen.getByRole("button").textContent).toBe("open");
    rerender(<Page messages={rejected} approval={id} clock={clock} decide={decide} />);
    expect(screen.getByRole("button").textContent).toBe("rejected");
  });

  it("sends one answer while it is on its way, and another once that has failed", async () => {
    const { open, id, clock } = await asking();
    const waiting: ((error: Error) => void)[] = [];
    const decide = (): Promise<void> => new Promise((_, fail) => waiting.push(fail));
    let session: Session | undefined;
    render(<Page messages={open} approval={id} clock={clock} decide={decide} take={(given) => (session = given)} />);
    const first = session?.decide(id, { decision: "approve" });
    expect(session?.decide(id, { decision: "reject" })).toBe(first);
    waiting[0]?.(new Error("No network"));
    await expect(first).rejects.toThrow("No network");
    void session?.decide(id, { decision: "reject" });
    expect(waiting).toHaveLength(2);
  });

  it("does nothing that is for the other client to do, and says so where somebody waits", async () => {
    const { open, id, clock } = await asking();
    let session: Session | undefined;
    render(<Page messages={open} approval={id} clock={clock} decide={() => {}} take={(given) => (session = given)} />);
    session?.send("Hello");
    expect(session?.store.getState().messages).toEqual(open);
    await expect(session?.steer("Hello")).rejects.toMatchObject({ code: "unsupported", message: expect.stringContaining("ask that one") });
  });
});
