import { expect, test, vi } from "vitest";
import { renderToString } from "react-dom/server";
import { render } from "vitest-browser-react";
import { createSession, type Cause, type Liveness } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { SessionProvider } from "@unsay/react";
import { endedMessage, liveMessage, textPart, toolCall, truncatedMessage, userMessage } from "../testing/messages.js";
import { EndMark } from "./end-mark.js";
import { Message } from "./message.js";
import { StatusLine } from "./status-line.js";

const PARTS = [textPart("First drain the pool. Second, flip the", { status: "cut" })];

const ENDS: Record<Exclude<Cause, "withheld">, readonly [label: string, status: string]> = {
  stopped: ["You stopped this", "Not complete: you stopped it"],
  redirected: ["You redirected here: “only EU customers”", "Not complete: you redirected it"],
  disconnected: ["Connection lost", "Not complete: connection lost"],
  length: ["Cut off", "Not complete: length limit reached"],
  filtered: ["Stopped by a content rule", "Not complete: stopped by a content rule"],
  failed: ["Failed", "Not complete: provider error"],
  orphaned: ["Left unfinished", "Not complete: the run is gone"],
  corrupt: ["Unreadable from here", "Not complete: the rest could not be read"],
  unverified: ["Not verified", "Not complete: parts were never verified"],
};

test.each(Object.entries(ENDS))(
  "statements 6 and 97: an answer that is %s says so in its end mark, its status line and its heading",
  async (cause, [label, status]) => {
    const message = truncatedMessage(cause as Cause, { parts: PARTS, ...(cause === "failed" ? { userMessage: "provider error" } : {}) });
    const { container } = await render(<Message message={message} number={4} redirect="only EU customers" />);
    const answer = container.querySelector('[data-unsay="answer"]');
    expect(answer?.getAttribute("data-status")).toBe("truncated");
    expect(answer?.getAttribute("data-cause")).toBe(cause);
    expect(container.querySelector('[data-unsay="answer.end-label"]')?.textContent).toBe(label);
    expect(container.querySelector('[data-unsay="answer.status-text"]')?.textContent).toMatch(new RegExp(`^${status} · \\d\\d:\\d\\d$`));
    expect(container.querySelector("h3")?.textContent).toBe(`Assistant, answer 4, ${status.replace("Not", "not")}`);
  },
);

test("an answer that a busy server has not taken says when it is asked again, and offers Stop", async () => {
  const clock = createFakeClock();
  const session = createSession({ transport: createScriptedTransport(scripts.complete, { clock }), clock });
  const onStop = vi.fn();
  const message = { ...liveMessage("pending", "slow", { waitingSince: 0 }), busyUntil: 12_000 };
  const { container } = await render(
    <SessionProvider session={session} clock={clock}>
      <StatusLine message={message} onStop={onStop} />
    </SessionProvider>,
  );
  const text = () => container.querySelector('[data-unsay="answer.status-text"]')?.textContent;
  expect(text()).toBe("The server is busy. Trying again in 12 s.");
  await clock.advance(5_000);
  await expect.poll(text).toBe("The server is busy. Trying again in 7 s.");
  container.querySelector("button")?.click();
  expect(onStop).toHaveBeenCalledOnce();
});

test("statements 6 and 63: a withdrawn answer shows no text and no end mark, but the notice and what its tools did", async () => {
  const call = toolCall("send_email", "succeeded");
  const message = truncatedMessage("withheld", {
    parts: [...PARTS, { type: "call", id: "p", call: call.id }],
    calls: [call],
    userMessage: "medical advice",
  });
  const { container } = await render(<Message message={message} />);
  expect(container.textContent).not.toContain("drain");
  expect(container.querySelector('[data-unsay="answer.end"]')).toBeNull();
  expect(container.querySelector('[data-unsay="answer.retraction"]')?.textContent).toContain("This answer was withdrawn. Medical advice.");
  expect(container.querySelector('[data-unsay="receipt"]')?.getAttribute("data-status")).toBe("succeeded");
});

test("statement 9: an answer that ended before a word says that none was written", async () => {
  const { container } = await render(<EndMark message={truncatedMessage("failed")} />);
  expect(container.querySelector("strong")?.textContent).toBe("No answer was written");
});

test("a complete answer has no end mark, no chip and no cause", async () => {
  const { container } = await render(<Message message={endedMessage("complete", { parts: [textPart("Done.")] })} />);
  const answer = container.querySelector('[data-unsay="answer"]');
  expect(answer?.getAttribute("data-status")).toBe("complete");
  for (const name of ["data-cause", "data-liveness", "data-revisions"]) expect(answer?.hasAttribute(name)).toBe(false);
  expect(container.querySelector(".unsay-end, .unsay-state-chip")).toBeNull();
});

const LIVENESS: Record<Liveness, string> = {
  flowing: "Still answering",
  slow: "Still answering",
  stalled: "No new text. The answer is not finished.",
  silent: "No new text. The answer is not finished.",
  looping: "It may be repeating itself.",
  reconnecting: "Reconnecting",
  "awaiting-approval": "Needs your decision: 1 request",
  stopping: "Stopping…",
};

test.each(Object.entries(LIVENESS))("a streaming answer that is %s says %j", async (liveness, words) => {
  const { container } = await render(
    <Message message={liveMessage("streaming", liveness as Liveness, { parts: [textPart("Text", { status: "open" })] })} />,
  );
  expect(container.querySelector('[data-unsay="answer"]')?.getAttribute("data-liveness")).toBe(liveness);
  expect(container.querySelector('[data-unsay="answer.status-text"]')?.textContent).toBe(words);
});

test("an end mark offers only what somebody handles, and hands over the message", async () => {
  const onContinue = vi.fn();
  const message = truncatedMessage("stopped", { parts: PARTS });
  const screen = await render(<EndMark message={message} onContinue={onContinue} />);
  expect(screen.container.querySelectorAll("button")).toHaveLength(1);
  await screen.getByRole("button", { name: "Continue" }).click();
  expect(onContinue).toHaveBeenCalledExactlyOnceWith(message);
});

test("statement 40: reconnect is offered only where the server can resume", async () => {
  const nothing = (): void => {};
  for (const resumable of [true, false]) {
    const { container } = await render(
      <EndMark message={truncatedMessage("disconnected", { parts: PARTS, resumable })} onReconnect={nothing} onContinue={nothing} />,
    );
    expect(container.querySelector("[data-action='reconnect']") !== null).toBe(resumable);
  }
});

test("statement 32: text that arrived after Stop is not shown", async () => {
  const stop = {
    intent: "stop",
    by: "user",
    phase: "done",
    upstream: "aborted",
    command: "c",
    atSeq: 3,
    painted: { parts: ["answer"], spans: [["span-1", 10]] },
  } as const;
  const message = truncatedMessage("stopped", { parts: [textPart("First part and four more words")], stop });
  const screen = await render(<Message message={message} />);
  expect(screen.container.querySelector('[data-unsay="answer.body"]')?.textContent).toBe("First part");
});

test("what a person wrote is not read as markdown", async () => {
  const { container } = await render(<Message message={userMessage("# no heading\n<b>x</b>")} number={2} />);
  expect(container.querySelector('[data-unsay="message.user"]')?.textContent).toBe("# no heading\n<b>x</b>");
  expect(container.querySelector("article")?.getAttribute("data-role")).toBe("user");
  expect(container.querySelector("h3")?.textContent).toBe("You, message 2");
});

test("statement 105: a server can draw every state without a session", () => {
  const html = renderToString(<Message message={liveMessage("streaming", "flowing", { parts: PARTS })} />);
  expect(html).toContain("Still answering");
  expect(html).toContain('data-status="streaming"');
});

test("class, style, rest and handlers of the user reach the element", async () => {
  const onClick = vi.fn();
  const screen = await render(
    <EndMark
      message={truncatedMessage("length", { parts: PARTS })}
      className="mine"
      style={{ opacity: 0.5 }}
      title="t"
      onClick={onClick}
    />,
  );
  const end = screen.container.querySelector<HTMLElement>('[data-unsay="answer.end"]');
  expect(end?.className).toBe("unsay-end mine");
  expect(end?.style.opacity).toBe("0.5");
  end?.click();
  expect(onClick).toHaveBeenCalledOnce();
});

test("a refusal is shown in the model's own words and is not called withdrawn", async () => {
  const refusal = textPart("I’m sorry, I can’t help with that.", { id: "refusal", kind: "refusal", status: "cut" });
  const message = truncatedMessage("withheld", { parts: [refusal] });
  const screen = await render(<Message message={message} />);
  const text = screen.container.textContent ?? "";
  expect(text).toContain("I’m sorry, I can’t help with that.");
  expect(text).toContain("Not complete: the assistant declined to answer");
  expect(text).not.toContain("withdrawn");
});

test("the server's sentence ends ours: no capital in the middle, no full stop before the time", async () => {
  const screen = await render(
    <Message message={truncatedMessage("failed", { parts: [textPart("Half an")], userMessage: "The model is busy right now." })} />,
  );
  expect(screen.container.textContent).toContain("Not complete: the model is busy right now ·");
});
