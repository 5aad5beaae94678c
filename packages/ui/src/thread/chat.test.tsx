import { afterEach, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock, createScriptedTransport, scripts, type FakeClock, type Script } from "@unsay/core/testing";
import type { Announcement } from "@unsay/react";
import { longScript } from "../testing/scripts.js";
import { Chat } from "./chat.js";
import "../styles/index.css";

afterEach(() => document.getSelection()?.removeAllRanges());

async function open(script: Script, height: number | "auto" = 600) {
  const clock: FakeClock = createFakeClock();
  const log: Announcement[] = [];
  const transport = createScriptedTransport(script, { clock });
  const screen = await render(
    <div style={{ blockSize: height }}>
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} onAnnounce={(announcement) => log.push(announcement)} />
    </div>,
  );
  const { container } = screen;
  const answer = (): Element | null => container.querySelector('[data-unsay="answer"]');
  const send = async (): Promise<void> => {
    await screen.getByRole("textbox", { name: "Message" }).fill("Go");
    await userEvent.keyboard("{Enter}");
  };
  return { clock, log, transport, screen, container, answer, send };
}

/** The frame in which news is drawn, and the one in which what was drawn is measured. */
function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

test("statement 1: an answer goes from pending over streaming to complete, and only the end is called complete", async () => {
  const { clock, answer, send, container } = await open(scripts.complete);
  await send();
  await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("pending"));
  await clock.advance(500);
  await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("streaming"));
  expect(container.querySelector(".unsay-caret")).not.toBeNull();
  await clock.advance(10_000);
  await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("complete"));
  expect(container.querySelector(".unsay-caret")).toBeNull();
});

test("in a box without a height a chat is as high as the screen, and Stop stays where it is while an answer grows", async () => {
  const { clock, send, container, screen } = await open(longScript, "auto");
  const chat = container.querySelector('[data-unsay="chat"]') as HTMLElement;
  expect(chat.offsetHeight).toBe(innerHeight);
  await send();
  const stop = screen.getByRole("button", { name: "Stop answering" });
  await vi.waitFor(() => expect(stop.query()).not.toBeNull());
  const place = stop.element().getBoundingClientRect().bottom;
  const transcript = container.querySelector('[data-unsay="transcript"]') as HTMLElement;
  for (let second = 0; second < 60 && transcript.scrollHeight < transcript.clientHeight + 150; second++) {
    await clock.advance(1_000);
    await nextFrame();
  }
  expect(transcript.scrollHeight).toBeGreaterThan(transcript.clientHeight);
  expect(chat.offsetHeight).toBe(innerHeight);
  expect(stop.element().getBoundingClientRect().bottom).toBe(place);
});

test("statement 95, announcements: tokens are never announced: the start and the end are", async () => {
  const { clock, log, answer, send } = await open(longScript);
  await send();
  for (let second = 0; second < 60 && answer()?.getAttribute("data-status") !== "complete"; second++) {
    await clock.advance(1_000);
    await nextFrame();
  }
  await clock.advance(5_000);
  await vi.waitFor(() =>
    expect(log.map(({ text }) => text)).toEqual(["Answering.", expect.stringMatching(/^Answer complete, \d+ words\.$/)]),
  );
});

test("statements 30 and 50: Escape stops, keeps the text and the draft", async () => {
  const { clock, answer, send, screen } = await open(scripts.complete);
  await send();
  await clock.advance(600);
  await vi.waitFor(() => expect(answer()?.textContent).toContain("Drain"));
  const field = screen.getByRole("textbox", { name: "Message" });
  await field.fill("my draft");
  await userEvent.keyboard("{Escape}");
  await clock.advance(1_000);
  await vi.waitFor(() => expect(answer()?.getAttribute("data-cause")).toBe("stopped"));
  expect(answer()?.textContent).toContain("Drain");
  expect((field.element() as HTMLTextAreaElement).value).toBe("my draft");
});

test("statements 51 and 53: a correction is marked in place and told once", async () => {
  const { clock, answer, log, send, container } = await open(scripts.revision);
  await send();
  await clock.advance(20_000);
  await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("revised"));
  await clock.advance(5_000);
  expect(answer()?.getAttribute("data-revisions")).toBe("1");
  expect(container.querySelector("ins")?.textContent).toContain("Not yet: us-east is still draining.");
  expect(container.querySelector('[data-unsay="answer.strip"]')?.textContent).toContain("Corrected.");
  expect(log.filter(({ text }) => text === "Answer corrected.")).toHaveLength(1);
});

test("scroll S2: an upward scroll lets go at once, and the button leads back to the end", async () => {
  const { clock, send, container, screen } = await open(longScript, 360);
  await send();
  const transcript = container.querySelector('[data-unsay="transcript"]') as HTMLElement;
  const distance = (): number => transcript.scrollHeight - transcript.clientHeight - transcript.scrollTop;
  await vi.waitFor(async () => {
    await clock.advance(1_000);
    expect(transcript.scrollHeight).toBeGreaterThan(transcript.clientHeight + 150);
  });
  await vi.waitFor(() => expect(distance()).toBeLessThanOrEqual(8));
  transcript.scrollTop -= 60;
  await vi.waitFor(() => expect(transcript.hasAttribute("data-follow")).toBe(false));
  const before = transcript.scrollTop;
  await clock.advance(2_000);
  await nextFrame();
  expect(transcript.scrollTop).toBe(before);
  await screen.getByRole("button", { name: /Still answering|Finished/ }).click();
  await vi.waitFor(() => expect(distance()).toBeLessThanOrEqual(8));
});

test("statement 104: a plain class of the app, outside of layers, wins over every rule of the kit", async () => {
  const style = document.createElement("style");
  style.textContent =
    ".app-answer { border-inline-start-color: rgb(1, 2, 3); padding-inline-start: 99px } .app-button { background: rgb(4, 5, 6) }";
  document.head.append(style);
  const { clock, answer, send, container } = await open(scripts.complete);
  await send();
  await clock.advance(500);
  await vi.waitFor(() => expect(answer()?.getAttribute("data-status")).toBe("streaming"));
  answer()?.classList.add("app-answer");
  const button = container.querySelector('[data-unsay="composer.submit"]') as HTMLElement;
  button.classList.add("app-button");
  const drawn = getComputedStyle(answer() as Element);
  expect([drawn.borderInlineStartColor, drawn.paddingInlineStart]).toEqual(["rgb(1, 2, 3)", "99px"]);
  expect(getComputedStyle(button).backgroundColor).toBe("rgb(4, 5, 6)");
  style.remove();
});

test("statement 104: every selector of the stylesheet has no weight, and every rule stands in a layer", () => {
  const rules = Array.from(document.styleSheets)
    .flatMap((sheet) => Array.from(sheet.cssRules))
    .filter((rule) => rule.cssText.includes("unsay"));
  const outside = rules.filter((rule) => rule instanceof CSSStyleRule);
  expect(outside).toEqual([]);
  const weighty = rules.flatMap(selectorsOf).filter((selector) => !/^(?::where\([^]*\)(?:::[a-z-]+)?\s*[>+~]?\s*)+$/.test(selector));
  expect(weighty).toEqual([]);
});

function selectorsOf(rule: CSSRule): readonly string[] {
  if (rule instanceof CSSStyleRule) return splitSelectors(rule.selectorText);
  return rule instanceof CSSGroupingRule ? Array.from(rule.cssRules).flatMap(selectorsOf) : [];
}

/** At the commas outside of parentheses. */
function splitSelectors(text: string): readonly string[] {
  let depth = 0;
  const parts = [""];
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
