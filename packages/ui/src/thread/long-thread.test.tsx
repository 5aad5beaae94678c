import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createFakeClock } from "@unsay/core/testing";
import { preload } from "../on-demand/pieces.js";
import { en } from "../strings/en.js";
import { longThreadTransport } from "../testing/long-thread.js";
import { longScript } from "../testing/scripts.js";
import { Chat, type ChatProps } from "./chat.js";
import "../styles/index.css";

beforeAll(() => preload());
afterEach(() => document.getSelection()?.removeAllRanges());

async function open(count: number, props: Partial<ChatProps> = {}) {
  const clock = createFakeClock();
  const transport = longThreadTransport(count, longScript, clock);
  const screen = await render(
    <div style={{ blockSize: 500, inlineSize: 640 }}>
      <Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} {...props} />
    </div>,
  );
  const box = screen.container.querySelector('[data-unsay="transcript"]') as HTMLElement;
  const articles = (): HTMLElement[] => Array.from(box.querySelectorAll<HTMLElement>('[data-unsay="message"]'));
  const message = (position: number): HTMLElement => box.querySelector(`[aria-posinset="${position}"]`) as HTMLElement;
  const settled = (total = count): Promise<void> => until(() => articles().length === total);
  const distance = (): number => box.scrollHeight - box.clientHeight - box.scrollTop;
  const ask = async (): Promise<void> => {
    (screen.container.querySelector('[data-unsay="composer.input"]') as HTMLElement).focus({ preventScroll: true });
    await userEvent.keyboard("Go{Enter}");
    await until(() => answers().at(-1)?.getAttribute("data-status") === "pending");
    await clock.advance(1_500);
    await until(() => answers().at(-1)?.getAttribute("data-status") === "streaming");
  };
  const answers = (): Element[] => Array.from(box.querySelectorAll('[data-unsay="answer"]'));
  await until(() => articles().length > 0);
  await frames();
  return { clock, screen, box, articles, message, settled, distance, ask, answers };
}

async function until(done: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!done()) throw new Error("not yet");
    },
    { timeout: 60_000, interval: 30 },
  );
}

/** What was painted, and not what a frame began with: observers put the place right in between. */
async function frames(count = 4): Promise<void> {
  for (let frame = 0; frame < count; frame++) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Of a frame as it is painted: after the observers that were there before, which put the place right. */
function whenPainted<T>(box: HTMLElement, measure: () => T): Promise<T> {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      observer.disconnect();
      resolve(measure());
    });
    requestAnimationFrame(() => observer.observe(box));
  });
}

/** The message at the upper edge, and where it stands. */
function lineOf(box: HTMLElement): { readonly element: Element; readonly top: number } {
  const { left, top, width } = box.getBoundingClientRect();
  const at = (depth: number): Element | null => document.elementFromPoint(left + width / 2, top + depth)?.closest("article") ?? null;
  const element = at(40) ?? at(80);
  if (element === null) throw new Error("nothing is in view");
  return { element, top: element.getBoundingClientRect().top };
}

describe("a long thread", () => {
  it.each([1, 100, 10_000])(
    "of %i messages: a finished message renders 0 times while another streams",
    async (count) => {
      const renders = new Map<string, number>();
      const note = (name: string): void => void renders.set(name, (renders.get(name) ?? 0) + 1);
      const strings = {
        message: {
          ...en.message,
          answerHeading: (position: number, state: string) => {
            note(`answer ${position}`);
            return en.message.answerHeading(position, state);
          },
          userHeading: (position: number) => {
            note(`user ${position}`);
            return en.message.userHeading(position);
          },
        },
      };
      const { clock, ask, answers } = await open(count, { strings });
      await ask();
      const streamed = `answer ${Math.floor(count / 2) + 1}`;
      renders.delete(streamed);
      const before = new Map(renders);
      for (let step = 0; step < 15; step++) await clock.advance(100);
      expect(answers().at(-1)?.textContent).toContain("Step 1.");
      expect(renders.get(streamed)).toBeGreaterThan(3);
      // Older ones may be drawn for the first time meanwhile, and none twice.
      const again = [...renders].filter(([name, times]) => name !== streamed && times !== (before.get(name) ?? 1));
      expect(again).toEqual([]);
    },
    120_000,
  );

  it("is there from its end at once, and whole a little later, in order and with its place in the whole", async () => {
    const { articles, settled, ask } = await open(500);
    expect(articles().length).toBeLessThan(200);
    expect(articles().at(-1)?.getAttribute("aria-posinset")).toBe("500");
    expect(articles()[0]?.getAttribute("aria-setsize")).toBe("500");
    await settled();
    await ask();
    await until(() => articles()[0]?.getAttribute("aria-setsize") === "502");
    expect(articles().map((article) => Number(article.getAttribute("aria-posinset")))).toEqual(
      Array.from({ length: 502 }, (_, index) => index + 1),
    );
    expect(new Set(articles().map((article) => article.getAttribute("aria-setsize")))).toEqual(new Set(["502"]));
  }, 60_000);

  it("scroll S6: the reader's place does not move while older messages come above it", async () => {
    const { box, settled, articles } = await open(600);
    box.scrollTop -= 700;
    await frames();
    const { element, top } = lineOf(box);
    const drawn = articles().length;
    let drift = 0;
    while (articles().length < 600) {
      drift = Math.max(drift, await whenPainted(box, () => Math.abs(element.getBoundingClientRect().top - top)));
    }
    await settled();
    await frames();
    expect(articles().length).toBeGreaterThan(drawn);
    expect(Math.max(drift, Math.abs(element.getBoundingClientRect().top - top))).toBeLessThanOrEqual(1);
  }, 60_000);

  it("scroll S6: heights that were guessed settle without a jump under the eyes of who scrolls up", async () => {
    const { box, settled } = await open(600);
    await settled();
    await frames();
    let drift = 0;
    for (let page = 0; page < 25; page++) {
      box.scrollTop -= 420;
      await frames(2);
      const { element, top } = lineOf(box);
      await frames(3);
      drift = Math.max(drift, Math.abs(element.getBoundingClientRect().top - top));
    }
    expect(drift).toBeLessThanOrEqual(1);
  }, 60_000);

  it("is searched as a whole: find in page reaches what was never in view, and the place it leads to stands still", async () => {
    const { box, settled } = await open(2_000);
    await settled();
    const find = (window as unknown as { readonly find: (text: string) => boolean }).find.bind(window);
    expect(find("Answer 4.2:")).toBe(true);
    expect(document.getSelection()?.toString()).toBe("Answer 4.2:");
    // A window of its own reveals what it finds; the frame that tests run in does not.
    const words = document.getSelection()?.anchorNode?.parentElement as Element;
    words.scrollIntoView({ block: "center" });
    await frames(1);
    const top = words.getBoundingClientRect().top;
    await frames(6);
    expect(Math.abs(words.getBoundingClientRect().top - top)).toBeLessThanOrEqual(1);
    expect(top).toBeGreaterThan(box.getBoundingClientRect().top);
    expect(top).toBeLessThan(box.getBoundingClientRect().bottom);
  }, 90_000);

  it("scroll S7: a selection over several messages survives a stream and what comes above", async () => {
    const { clock, message, ask, settled } = await open(400);
    await ask();
    const [from, to] = [message(380), message(386)];
    document.getSelection()?.setBaseAndExtent(from, 0, to, to.childNodes.length);
    const chosen = document.getSelection()?.toString();
    expect(chosen).toContain("Answer 382.1");
    for (let step = 0; step < 15; step++) await clock.advance(100);
    await settled(402);
    await frames();
    expect(document.getSelection()?.toString()).toBe(chosen);
  }, 60_000);

  it("keeps the focus where it is, through a stream and what comes above", async () => {
    const { clock, message, ask, settled } = await open(400);
    await ask();
    message(390).focus();
    for (let step = 0; step < 10; step++) await clock.advance(100);
    await settled(402);
    expect(document.activeElement).toBe(message(390));
  }, 60_000);

  it("keys: goes from message to message with Alt, into what was not laid out", async () => {
    const { box, message, settled } = await open(300);
    await settled();
    box.scrollTop = 0;
    await frames();
    message(40).focus();
    for (let step = 0; step < 12; step++) await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await frames();
    expect(document.activeElement).toBe(message(52));
    const [inner, outer] = [message(52).getBoundingClientRect(), box.getBoundingClientRect()];
    expect(inner.top).toBeGreaterThanOrEqual(outer.top - 1);
    expect(inner.top).toBeLessThan(outer.bottom);
  }, 60_000);

  it.each([
    ["End", "{End}"],
    ["Command and down", "{Meta>}{ArrowDown}{/Meta}"],
    ["the button", null],
  ])(
    "scroll S3: %s leads from the very top to the end, and follows there",
    async (_name, key) => {
      const { box, screen, settled, distance, clock, ask } = await open(800);
      await settled();
      await ask();
      box.scrollTop = 0;
      await frames();
      expect(box.hasAttribute("data-follow")).toBe(false);
      if (key === null) await screen.getByRole("button", { name: /Still answering/ }).click();
      else {
        box.focus();
        await userEvent.keyboard(key);
      }
      await frames();
      expect([box.hasAttribute("data-follow"), distance() <= 8]).toEqual([true, true]);
      for (let step = 0; step < 25; step++) await clock.advance(100);
      await frames();
      expect([box.hasAttribute("data-follow"), distance() <= 8]).toEqual([true, true]);
    },
    60_000,
  );
});
