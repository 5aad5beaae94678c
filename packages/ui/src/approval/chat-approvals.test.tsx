import { describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render, type RenderResult } from "vitest-browser-react";
import type { EventPayload } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import { createFakeClock, createScriptedTransport, openStep, readyCall, streamWords, type ScriptStep } from "@unsay/core/testing";
import { callIdOf, decisionsOf, EMAIL_CALL, eventsOfAsk, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { describeAtlasCall } from "../testing/state-atlas.js";
import { pass } from "../testing/passing.js";
import { Chat } from "../thread/chat.js";
import "../styles/index.css";

function asking(at: number, ask: Ask, approval: string): readonly ScriptStep[] {
  return eventsOfAsk(ask, approval).map((event: EventPayload) => ({ at, event }));
}

/** A whole conversation whose answer asks for something after a few words. */
async function converse(steps: readonly ScriptStep[], { width, height } = { width: 700, height: 600 }) {
  await page.viewport(width, height + 100);
  const clock = createFakeClock();
  const script = { id: "asks", title: "Asks", prompt: "Go", steps: [openStep(), ...steps] };
  const transport = createScriptedTransport(script, { clock });
  const screen = await render(
    <div style={{ blockSize: height, inlineSize: width }}>
      <Chat
        transport={transport}
        clock={clock}
        threadId={crypto.randomUUID()}
        describeCall={describeAtlasCall}
        requireTrustedInput={false}
      />
    </div>,
  );
  const find = (name: string): HTMLElement => screen.container.querySelector(`[data-unsay="${name}"]`) as HTMLElement;
  const input = screen.getByRole("textbox", { name: "Message" });
  await input.fill("Go");
  await userEvent.keyboard("{Enter}");
  return { clock, transport, screen, find, input };
}

describe("a request inside a conversation", () => {
  test.each([
    ["the button of the tray", (screen: RenderResult) => screen.getByRole("button", { name: "Go to request" }).click()],
    ["F6", () => userEvent.keyboard("{F6}")],
  ])("is brought wholly into view by %s, also on a small screen, so that it can be decided", async (_name, go) => {
    const words = streamWords("Drain the pool in one region before the switch. ".repeat(20), { at: 20, everyMs: 1 });
    const after = streamWords("Then flip the flag there. ".repeat(30), { at: 900, everyMs: 1, part: "more", open: true });
    const { clock, screen, find } = await converse([...words, ...asking(600, { calls: [EMAIL_CALL] }, "first"), ...after], {
      width: 320,
      height: 560,
    });
    await pass(clock, 3_000);
    find("transcript").scrollTop = find("transcript").scrollHeight;
    await pass(clock, 200);
    await go(screen);
    const gate = (): DOMRect => find("approval-gate").getBoundingClientRect();
    await vi.waitFor(() => expect(find("approval-gate").contains(document.activeElement)).toBe(true));
    const room = find("transcript").getBoundingClientRect();
    expect(gate().top).toBeGreaterThanOrEqual(room.top - 1);
    expect(gate().height < room.height ? gate().bottom : gate().top).toBeLessThanOrEqual(room.bottom + 1);
    await pass(clock, 1_000);
    expect(find("approval-gate").hasAttribute("data-armed")).toBe(true);
  });

  test.each(["yes", "Approve", "ok, send it", "no"])(
    "statement 47: “%s” in the composer is a message that waits, never a decision",
    async (words) => {
      const { clock, transport, screen, find, input } = await converse(asking(100, { calls: [EMAIL_CALL] }, "first"));
      await vi.waitFor(async () => {
        await pass(clock, 200);
        expect(find("approval-gate")).not.toBeNull();
      });
      await input.fill(words);
      await expect.element(screen.getByRole("button", { name: "Send after you decide" })).toBeVisible();
      await userEvent.keyboard("{Enter}");
      await pass(clock, 2_000);
      expect(decisionsOf(transport)).toEqual([]);
      expect(find("approval-gate").dataset["status"]).toBe("open");
      expect(find("queue-tray").textContent).toContain(words);
    },
  );

  test("statement 85: Reject and redirect answers no and puts the composer in redirect mode, with the call quoted", async () => {
    const { clock, transport, screen, find, input } = await converse([
      ...streamWords("I send it now. ", { at: 50, open: true }),
      ...asking(800, { calls: [EMAIL_CALL] }, "first"),
    ]);
    await vi.waitFor(async () => {
      await pass(clock, 300);
      expect(find("approval-gate")).not.toBeNull();
    });
    const title = find("approval-gate.title").textContent ?? "";
    await userEvent.click(find("approval-gate.reason-toggle"));
    await screen.getByRole("button", { name: "Don’t send, and redirect" }).click();
    await pass(clock, 500);
    expect(decisionsOf(transport)[0]?.items[0]?.decision).toBe("reject");
    await expect.element(input).toHaveFocus();
    expect(find("quoted-partial").textContent).toContain(title);
    await input.fill("only to Bo");
    await expect.element(screen.getByRole("button", { name: "Redirect", exact: true })).toBeVisible();
    await userEvent.keyboard("{Enter}");
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(transport.sent.flatMap((sent) => (sent.command === "start" ? [sent.message] : [])).at(-1)).toMatchObject({
        text: "only to Bo",
        quote: title,
      });
    });
  });

  test("statement 88: a request that nobody answered in time can be asked for again: the composer is about it, and nothing was decided", async () => {
    const call = callIdOf(EMAIL_CALL);
    const argsHash = createArgsHash(call, EMAIL_CALL.name, EMAIL_CALL.args);
    const { clock, transport, screen, find, input } = await converse([
      ...asking(100, { calls: [EMAIL_CALL], expiresInMs: 3_000 }, "first"),
      {
        at: 3_200,
        event: { type: "approval.decision", approval: "first", items: [{ call, argsHash, decision: "expired" }], by: "server" },
      },
    ]);
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(find("approval-tray")).toBeNull();
      expect(find("approval-gate").dataset["status"]).toBe("expired");
    });
    const title = find("approval-gate.title").textContent ?? "";
    await screen.getByRole("button", { name: "Ask again" }).click();
    await expect.element(input).toHaveFocus();
    expect(title).not.toBe("");
    expect(find("quoted-partial").textContent).toContain(title);
    expect(decisionsOf(transport)).toEqual([]);
  });

  test("statement 46: a request that expired holds nobody, though the server has not said so: the composer tells what Enter does, and nothing counts it", async () => {
    const { clock, transport, find, input } = await converse(asking(100, { calls: [EMAIL_CALL], expiresInMs: 3_000 }, "first"));
    await vi.waitFor(async () => {
      await pass(clock, 300);
      expect(find("composer").dataset["mode"]).toBe("held");
    });
    await input.fill("only to Bo");
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(find("composer").dataset["mode"]).toBe("redirect");
    });
    expect(find("composer.effect").textContent).toMatch(/^The request has expired\. Enter stops this answer/u);
    expect(find("answer.status").textContent).toContain("The request has expired.");
    expect(find("approval-gate").dataset["status"]).toBe("expired");
    expect(find("approval-tray")).toBeNull();
    expect(find("thread").dataset["needs"]).toBeUndefined();
    await userEvent.keyboard("{Enter}");
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(transport.sent.map(({ command }) => command)).toContain("stop");
    });
    expect(decisionsOf(transport)).toEqual([]);
  });

  test("statement 90: requests out of view are counted above the composer, and the button leads to them and to their question", async () => {
    const words = "Drain the pool in one region before the switch. ".repeat(60);
    const { clock, screen, find } = await converse([
      ...asking(50, { calls: [EMAIL_CALL] }, "first"),
      ...asking(60, { calls: [{ ...ROWS_CALL, id: "second" }] }, "second"),
      ...streamWords(words, { at: 100, everyMs: 1, open: true, part: "more" }),
    ]);
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(find("approval-tray")?.textContent).toContain("2 decisions needed");
    });
    await vi.waitFor(async () => {
      await pass(clock, 500);
      expect(find("transcript").scrollHeight).toBeGreaterThan(find("transcript").clientHeight + 400);
    });
    const transcript = find("transcript");
    transcript.scrollTop = transcript.scrollHeight;
    await pass(clock, 100);
    const gate = find("approval-gate");
    const isSeen = (): boolean => {
      const [box, frame] = [gate.getBoundingClientRect(), transcript.getBoundingClientRect()];
      return box.bottom > frame.top && box.top < frame.bottom;
    };
    expect(isSeen()).toBe(false);
    await screen.getByRole("button", { name: "Go to request" }).click();
    await vi.waitFor(() => expect(isSeen()).toBe(true));
    expect(document.activeElement?.getAttribute("data-unsay")).toBe("approval-gate.title");
    expect(gate.contains(document.activeElement)).toBe(true);
  });

  test("statements 33 and 34: Stop asks nobody any more: what was not started did not run, what runs is not known until it reports", async () => {
    const started: readonly ScriptStep[] = [
      ...readyCall(100, { call: "running", name: "export_rows", args: {}, effect: "write", title: "Export rows" }),
      { at: 900, event: { type: "tool.start", call: "running", attempt: 1, callKey: "k" } },
      ...readyCall(1_000, { call: "waiting", name: "post_message", args: {}, effect: "write", title: "Post to #launch" }),
    ];
    const { clock, transport, screen, find } = await converse([...started, ...asking(1_800, { calls: [EMAIL_CALL] }, "first")]);
    await vi.waitFor(async () => {
      await pass(clock, 300);
      expect(screen.container.querySelector('[data-approval="first"]')).not.toBeNull();
    });
    await screen.getByRole("button", { name: "Stop answering" }).click();
    const receipts = (): readonly string[] =>
      [...screen.container.querySelectorAll<HTMLElement>('[data-unsay="receipt"]')].map(
        (receipt) => `${receipt.dataset["status"]}: ${receipt.textContent}`,
      );
    await vi.waitFor(async () => {
      await pass(clock, 1_000);
      expect(find("answer").dataset["status"]).toBe("truncated");
    });
    expect(decisionsOf(transport)).toEqual([]);
    expect(screen.container.querySelector('[data-unsay="approval-gate.approve"]')).toBeNull();
    const all = receipts().join("\n");
    expect(all).toMatch(/cancelled: Did not run.*post/iu);
    expect(all).toMatch(/unknown: Not known.*export/iu);
    expect(all).toMatch(/cancelled: Did not run.*send email/iu);
  });
});
