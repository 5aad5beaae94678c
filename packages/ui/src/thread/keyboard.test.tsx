import { afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, scripts, type Script } from "@unsay/core/testing";
import type { RunCommand, Transport } from "@unsay/core";
import { en } from "../strings/en.js";
import { longScript } from "../testing/scripts.js";
import { Chat, type ChatProps } from "./chat.js";
import "../styles/index.css";

afterEach(() => document.getSelection()?.removeAllRanges());

async function open(script: Script, props: Partial<ChatProps> = {}) {
  const clock = createFakeClock();
  const scripted = createScriptedTransport(script, { clock });
  // A server takes its time to answer a command.
  const later = (command: RunCommand): Promise<void> =>
    new Promise((resolve) => clock.after(500, () => resolve(scripted.command?.(command))));
  const transport: Transport = { ...scripted, command: later };
  const screen = await render(
    <div style={{ blockSize: 500 }}>
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} {...props} />
    </div>,
  );
  const all = (name: string): HTMLElement[] => Array.from(screen.container.querySelectorAll<HTMLElement>(`[data-unsay="${name}"]`));
  const find = (name: string): HTMLElement | null => all(name)[0] ?? null;
  return { clock, screen, all, find, answers: () => all("answer"), input: () => find("composer.input") as HTMLTextAreaElement };
}

function focused(): string | null {
  return document.activeElement?.getAttribute("data-unsay") ?? document.activeElement?.tagName ?? null;
}

/** Nothing but Tab and the keys of the kit. */
async function tabTo(name: string): Promise<void> {
  for (let press = 0; press < 30 && focused() !== name; press++) await userEvent.tab();
  expect(focused()).toBe(name);
}

describe("stop and redirect by keyboard alone", () => {
  it("statements 28, 30 and 39: Tab reaches Stop, Enter stops, everything stays, and the focus is at the first offer without a scroll", async () => {
    const { clock, find, answers, input } = await open(longScript);
    await tabTo("composer.input");
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(2_000);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("streaming"));
    await userEvent.keyboard("my next words");
    await tabTo("stop-button");
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const shown = find("answer.body")?.textContent ?? "";
    const line = (): number => Math.round(find("answer.body")?.getBoundingClientRect().top ?? 0);
    const before = line();
    await userEvent.keyboard("{Enter}");
    await vi.waitFor(() => expect(find("answer.status-text")?.textContent).toContain("Stopping…"));
    expect(focused()).toBe("stop-button");
    await clock.advance(1_500);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-cause")).toBe("stopped"));
    expect(find("answer.body")?.textContent).toBe(shown);
    expect(input().value).toBe("my next words");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-action")).toBe("continue"));
    await vi.waitFor(() => expect(line()).toBe(before));
  });

  it("statement 39: the focus stays where it is when it was not on Stop", async () => {
    const { clock, answers } = await open(longScript);
    await tabTo("composer.input");
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(2_000);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("streaming"));
    await userEvent.keyboard("{Escape}");
    await clock.advance(1_500);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-cause")).toBe("stopped"));
    expect(focused()).toBe("composer.input");
  });

  it("keys: a redirect is typed and sent with Enter, the answer is kept as redirected, and the new one is read with F6 and Alt", async () => {
    const { clock, all, answers, input } = await open(longScript);
    await tabTo("composer.input");
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(2_000);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("streaming"));
    await userEvent.keyboard("only EU customers{Enter}");
    expect(input().value).toBe("");
    await clock.advance(2_500);
    await vi.waitFor(() => expect(answers()).toHaveLength(2));
    expect(answers()[0]?.getAttribute("data-cause")).toBe("redirected");
    expect(all("answer.end-label")[0]?.textContent).toBe("You redirected here: “only EU customers”");
    await userEvent.keyboard("{F6}");
    expect(focused()).toBe("transcript");
    await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
    expect(document.activeElement?.textContent).toContain("Assistant, answer 2");
    await userEvent.keyboard("{Shift>}{F6}{/Shift}");
    expect(focused()).toBe("composer.input");
  });

  it("statement 50, keys: Escape closes an open RevisionPeek and stops only with the next press", async () => {
    const revisedThenMore: Script = {
      ...scripts.revision,
      steps: scripts.revision.steps.map((step, index, all) => (index === all.length - 1 ? { ...step, at: step.at + 20_000 } : step)),
    };
    const { clock, screen, answers, find } = await open(revisedThenMore);
    await tabTo("composer.input");
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(9_000);
    await vi.waitFor(() => expect(screen.container.querySelector("ins")).not.toBeNull());
    (find("answer.peek") as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    expect(screen.container.querySelector("del")).not.toBeNull();
    await userEvent.keyboard("{Escape}");
    expect(screen.container.querySelector("del")).toBeNull();
    expect(answers()[0]?.getAttribute("data-liveness")).not.toBe("stopping");
    await userEvent.keyboard("{Escape}");
    await clock.advance(1_500);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-cause")).toBe("stopped"));
  });

  it("keys: every one may be another, or none", async () => {
    const { clock, answers } = await open(longScript, { keys: { stop: "Mod+.", nextArea: false } });
    await tabTo("composer.input");
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(2_000);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("streaming"));
    await userEvent.keyboard("{Escape}{F6}");
    await clock.advance(500);
    expect(answers()[0]?.getAttribute("data-status")).toBe("streaming");
    expect(focused()).toBe("composer.input");
    await userEvent.keyboard("{Control>}.{/Control}");
    await clock.advance(1_500);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-cause")).toBe("stopped"));
  });
});

describe("what a change costs", () => {
  it("a finished message renders 0 times while another streams", async () => {
    const renders: string[] = [];
    const strings = {
      message: {
        ...en.message,
        answerHeading: (position: number, state: string) => {
          renders.push(`answer ${position}`);
          return en.message.answerHeading(position, state);
        },
        userHeading: (position: number) => {
          renders.push(`user ${position}`);
          return en.message.userHeading(position);
        },
      },
      status: {
        ...en.status,
        complete: "Complete",
      },
    };
    const { clock, answers, input } = await open(longScript, { strings });
    input().focus();
    await userEvent.keyboard("Go{Enter}");
    await clock.runUntil(() => answers()[0]?.getAttribute("data-status") === "complete");
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("complete"));
    input().focus();
    await userEvent.keyboard("Again{Enter}");
    await clock.advance(400);
    await vi.waitFor(() => expect(answers()).toHaveLength(2));
    await vi.waitFor(() => expect(answers()[1]?.getAttribute("data-status")).toBe("streaming"));
    renders.length = 0;
    for (let step = 0; step < 20; step++) await clock.advance(100);
    expect(answers()[1]?.textContent).toContain("Step 1.");
    expect(renders.filter((name) => name === "answer 2").length).toBeGreaterThan(3);
    expect(renders.filter((name) => name !== "answer 2")).toEqual([]);
  });

  it("versions: a regenerated answer stands in the place of the first, which can be read again", async () => {
    const { clock, screen, answers, input, find } = await open(scripts.length);
    input().focus();
    await userEvent.keyboard("Go{Enter}");
    await clock.advance(5_000);
    await vi.waitFor(() => expect(answers()[0]?.getAttribute("data-status")).toBe("truncated"));
    // The backend can't go on, so a new answer is asked for where the app offers it.
    expect(find("message.versions")).toBeNull();
    const orphan = await open(scripts.filtered);
    orphan.input().focus();
    await userEvent.keyboard("Go{Enter}");
    await orphan.clock.advance(5_000);
    await vi.waitFor(() => expect(orphan.answers()[0]?.getAttribute("data-cause")).toBe("filtered"));
    await orphan.screen.getByRole("button", { name: "Regenerate" }).click();
    await orphan.clock.advance(5_000);
    await vi.waitFor(() => expect(orphan.find("message.versions")?.textContent).toContain("2 of 2"));
    expect(orphan.answers()).toHaveLength(1);
    await orphan.screen.getByRole("button", { name: "Previous version" }).click();
    expect(orphan.find("message.versions")?.textContent).toContain("1 of 2");
    expect(orphan.answers()[0]?.getAttribute("data-cause")).toBe("filtered");
    expect(screen.container).toBeDefined();
  });
});
