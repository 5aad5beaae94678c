import { afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createSession, systemClock, type AssistantMessage, type Clock, type Message as MessageFacts } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { SessionProvider } from "@unsay/react";
import { endedMessage, liveMessage, textPart, truncatedMessage, userMessage } from "../testing/messages.js";
import { Message } from "../message/message.js";
import { Transcript, type TranscriptHandle } from "./transcript.js";
import "../styles/index.css";

afterEach(() => document.getSelection()?.removeAllRanges());

const LINE = "Drain the pool in one region before the switch, then flip the flag there.";
const paragraphs = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `Step ${from + index}. ${LINE}`).join("\n\n");

const growing = (steps: number): AssistantMessage => ({
  ...liveMessage("streaming", "flowing", { parts: [textPart(paragraphs(0, steps), { status: "open" })] }),
  id: "live",
});
const old = (id: string, steps = 3): AssistantMessage => ({ ...endedMessage("complete", { parts: [textPart(paragraphs(0, steps))] }), id });
const question = (id: string): MessageFacts => ({ ...userMessage(`Question ${id}`), id });

async function mount(messages: readonly MessageFacts[], isGrowing = true, clock: Clock = systemClock) {
  const session = createSession({ transport: createScriptedTransport(scripts.complete) });
  const handle: { current: TranscriptHandle | null } = { current: null };
  const draw = (next: readonly MessageFacts[], growingNow: boolean) => (
    <div className="unsay-root" style={{ blockSize: 360, display: "flex", flexDirection: "column", inlineSize: 480 }}>
      <SessionProvider session={session} clock={clock}>
        <Transcript
          handle={handle}
          isGrowing={growingNow}
          count={next.length}
          anchor={next.findLast(({ role }) => role === "user")?.id}
          jump={growingNow ? "answering" : "finished"}
        >
          {next.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </Transcript>
      </SessionProvider>
      <button type="button">outside</button>
    </div>
  );
  const screen = await render(draw(messages, isGrowing));
  const box = screen.container.querySelector('[data-unsay="transcript"]') as HTMLElement;
  const show = async (next: readonly MessageFacts[], growingNow = isGrowing): Promise<void> => {
    await screen.rerender(draw(next, growingNow));
    await frames();
  };
  await frames();
  const distance = (): number => box.scrollHeight - box.clientHeight - box.scrollTop;
  const scrollTo = async (top: number): Promise<void> => {
    box.scrollTop = top;
    await frames();
  };
  const toEnd = (): Promise<void> => scrollTo(box.scrollHeight);
  const step = (number: number): HTMLElement =>
    Array.from(box.querySelectorAll<HTMLElement>('[data-unsay="answer.block"]')).find((block) =>
      block.textContent?.startsWith(`Step ${number}. `),
    ) as HTMLElement;
  return { screen, box, show, distance, scrollTo, toEnd, step, handle, follows: () => box.hasAttribute("data-follow") };
}

/** Observers and scroll events of one change arrive within two frames. */
async function frames(): Promise<void> {
  for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

describe("scroll", () => {
  it("scroll S1: a sent message stands near the top under a peek of the one before, and its answer grows into the space", async () => {
    const history = [question("1"), old("a", 12)];
    const { box, show, scrollTo, handle } = await mount(history, false);
    await scrollTo(0);
    handle.current?.expectSent();
    const sent = [...history, question("2")];
    await show(sent, true);
    const top = (): number =>
      (box.querySelector('[data-message="2"]') as HTMLElement).getBoundingClientRect().top - box.getBoundingClientRect().top;
    expect(Math.abs(top() - 56)).toBeLessThanOrEqual(1);
    await show([...sent, growing(1)], true);
    await show([...sent, growing(2)], true);
    expect(Math.abs(top() - 56)).toBeLessThanOrEqual(1);
  });

  it("scroll S2: text that grows is followed at the edge, and any upward scroll of 1 px releases at once", async () => {
    const { box, show, distance, follows, toEnd } = await mount([question("1"), growing(10)]);
    await toEnd();
    await show([question("1"), growing(14)]);
    expect(distance()).toBeLessThanOrEqual(8);
    box.scrollTop -= 1;
    await frames();
    expect(follows()).toBe(false);
    const before = box.scrollTop;
    await show([question("1"), growing(20)]);
    expect(box.scrollTop).toBe(before);
  });

  it.each(["wheel", "key"])("scroll S2: released by %s", async (by) => {
    const { box, follows, toEnd } = await mount([question("1"), growing(14)]);
    await toEnd();
    expect(follows()).toBe(true);
    if (by === "wheel") await userEvent.wheel(box, { delta: { y: -20 } });
    else {
      box.focus();
      await userEvent.keyboard("{PageUp}");
    }
    await vi.waitFor(() => expect(follows()).toBe(false));
  });

  it("scroll S3 and keys: it returns by reaching the edge downwards, by the button, by End and Cmd+↓, and by nothing else", async () => {
    const { screen, box, follows, distance, scrollTo, toEnd } = await mount([question("1"), growing(20)]);
    await toEnd();
    await scrollTo(100);
    await scrollTo(300);
    expect(follows()).toBe(false);
    await toEnd();
    expect(follows()).toBe(true);
    await scrollTo(100);
    await screen.getByRole("button", { name: /Still answering/ }).click();
    await frames();
    expect([follows(), distance() <= 8]).toEqual([true, true]);
    await scrollTo(100);
    box.focus();
    await userEvent.keyboard("{End}");
    await frames();
    expect([follows(), distance() <= 8]).toEqual([true, true]);
    await scrollTo(100);
    await userEvent.keyboard("{Meta>}{ArrowDown}{/Meta}");
    await frames();
    expect([follows(), distance() <= 8]).toEqual([true, true]);
  });

  const SUSPENDERS: Record<string, (box: HTMLElement, step: HTMLElement) => void> = {
    "a selection": (_box, step) => document.getSelection()?.selectAllChildren(step),
    "focus inside": (box) => (box.querySelector("article") as HTMLElement).focus({ preventScroll: true }),
    "find in page": (box) => box.dispatchEvent(new KeyboardEvent("keydown", { key: "f", ctrlKey: true, bubbles: true })),
    "a held pointer": (box) => box.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true })),
  };
  it.each(Object.keys(SUSPENDERS))("scroll S4: %s suspends it", async (name) => {
    const { box, show, step, toEnd } = await mount([question("1"), growing(14)]);
    await toEnd();
    SUSPENDERS[name]?.(box, step(12));
    await frames();
    const before = box.scrollTop;
    await show([question("1"), growing(20)]);
    expect(box.scrollTop).toBe(before);
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  });

  it("scroll S4: an open RevisionPeek suspends it", async () => {
    const corrected = (steps: number): AssistantMessage => ({
      ...growing(1),
      revisions: 1,
      parts: [
        textPart(
          [
            { id: "rest", text: `${paragraphs(0, steps)}\n\n`, state: "provisional" },
            { id: "claim", text: "Yes.", state: "replaced", replacedBy: "new" },
            { id: "new", text: "Not yet.", state: "provisional", replaces: ["claim"], revision: 1 },
          ],
          { status: "open" },
        ),
      ],
    });
    const { screen, box, show, toEnd } = await mount([question("1"), corrected(14)]);
    await toEnd();
    (screen.getByRole("button", { name: /Revision r1/ }).element() as HTMLElement).click();
    (document.activeElement as HTMLElement | null)?.blur();
    await frames();
    await toEnd();
    const before = box.scrollTop;
    await show([question("1"), { ...corrected(14), parts: [...corrected(14).parts, textPart(paragraphs(0, 4), { id: "more" })] }]);
    expect(box.scrollTop).toBe(before);
  });

  it("scroll S5: a stop and an end scroll nothing, and the end mark is in view all the same", async () => {
    const { box, show, toEnd } = await mount([question("1"), growing(14)]);
    await userEvent.keyboard("{Shift}");
    await toEnd();
    const before = box.scrollTop;
    const parts = growing(14).parts;
    await show([question("1"), { ...growing(14), liveness: "stopping" } as AssistantMessage], false);
    expect(box.scrollTop).toBe(before);
    await show([question("1"), { ...truncatedMessage("stopped", { parts }), id: "live" }], false);
    expect(box.scrollTop).toBe(before);
    const mark = box.querySelector('[data-unsay="answer.end"]') as HTMLElement;
    expect(mark.getBoundingClientRect().bottom).toBeLessThanOrEqual(box.getBoundingClientRect().bottom);
  });

  it("opens at its end, and stays there while what it shows is still on its way", async () => {
    const late = { ...liveMessage("streaming", "awaiting-approval", { parts: [textPart(paragraphs(0, 6))] }), id: "live" };
    const { show, distance, follows } = await mount([question("1"), old("a", 8), late], false);
    expect(distance()).toBeLessThanOrEqual(8);
    await show([question("1"), old("a", 8), { ...late, parts: [textPart(paragraphs(0, 12))] }], false);
    expect(distance()).toBeLessThanOrEqual(8);
    expect(follows()).toBe(true);
  });

  it("leaves what comes late below once somebody has touched the page", async () => {
    const late = { ...liveMessage("streaming", "awaiting-approval", { parts: [textPart(paragraphs(0, 6))] }), id: "live" };
    const { box, show, screen, follows } = await mount([question("1"), old("a", 8), late], false);
    await screen.getByRole("button", { name: "outside" }).click();
    const before = box.scrollTop;
    await show([question("1"), old("a", 8), { ...late, parts: [textPart(paragraphs(0, 12))] }], false);
    expect(box.scrollTop).toBe(before);
    expect(follows()).toBe(false);
  });

  it("leaves what comes after a while below, also where nobody has touched the page", async () => {
    const clock = createFakeClock();
    const late = { ...liveMessage("streaming", "awaiting-approval", { parts: [textPart(paragraphs(0, 6))] }), id: "live" };
    const { box, show } = await mount([question("1"), old("a", 8), late], false, clock);
    await clock.advance(3_000);
    const before = box.scrollTop;
    await show([question("1"), old("a", 8), { ...late, parts: [textPart(paragraphs(0, 12))] }], false);
    expect(box.scrollTop).toBe(before);
  });

  it("scroll S6: history put in front and a block that grows above keep the reader's line within 1 px", async () => {
    const messages = [question("1"), old("a", 8), question("2"), growing(12)];
    const { box, show, scrollTo, step } = await mount(messages);
    await scrollTo(0);
    const first = box.querySelector('[data-message="1"] .unsay-user-text') as HTMLElement;
    const before = first.getBoundingClientRect().top;
    await show([question("0"), old("z", 10), ...messages]);
    expect(Math.abs(first.getBoundingClientRect().top - before)).toBeLessThanOrEqual(1);
    step(5).scrollIntoView({ block: "start" });
    await frames();
    const line = step(5).getBoundingClientRect().top;
    for (const blockSize of ["300px", "20px", ""]) {
      first.style.blockSize = blockSize;
      await frames();
      expect(Math.abs(step(5).getBoundingClientRect().top - line)).toBeLessThanOrEqual(1);
    }
  });

  it("scroll S6: a fold inside the very paragraph that is read keeps the line", async () => {
    const claim = `${LINE} `.repeat(8);
    const correction = (isOpen: boolean): AssistantMessage => ({
      ...endedMessage("revised", {
        revisions: 1,
        parts: [
          textPart([
            { id: "claim", text: claim, state: "replaced", replacedBy: "new" },
            { id: "new", text: isOpen ? "Not yet. " : "Not. ", state: "settled", replaces: ["claim"], revision: 1 },
            { id: "rest", text: `The reader is here: ${claim}${claim}${claim}`, state: "settled" },
          ]),
        ],
      }),
      id: "live",
    });
    const { screen, box, scrollTo } = await mount([question("1"), correction(true)], false);
    (screen.getByRole("button", { name: /Revision r1/ }).element() as HTMLElement).click();
    await frames();
    await scrollTo(520);
    const text = (): DOMRect => {
      const walker = document.createTreeWalker(box.querySelector('[data-unsay="answer.block"]') as Node, NodeFilter.SHOW_TEXT);
      let node = walker.nextNode();
      while (node !== null && !(node.nodeValue ?? "").includes("The reader is here")) node = walker.nextNode();
      const range = document.createRange();
      range.setStart(node as Node, 900);
      range.setEnd(node as Node, 901);
      return range.getBoundingClientRect();
    };
    const before = text().top;
    (screen.getByRole("button", { name: /Revision r1/ }).element() as HTMLElement).click();
    await frames();
    expect(Math.abs(text().top - before)).toBeLessThanOrEqual(1);
  });

  it("scroll S7: a selection inside a growing answer survives 100 further commits", async () => {
    const words = `${LINE} `.repeat(12).split(" ");
    const at = (count: number): AssistantMessage => ({
      ...liveMessage("streaming", "flowing", { parts: [textPart(words.slice(0, count).join(" "), { status: "open" })] }),
      id: "live",
    });
    const { box, show } = await mount([question("1"), at(20)]);
    const text = document
      .createTreeWalker(box.querySelector('[data-unsay="answer.block"]') as Node, NodeFilter.SHOW_TEXT)
      .nextNode() as Text;
    document.getSelection()?.setBaseAndExtent(text, 30, text, 10);
    await frames();
    const chosen = document.getSelection()?.toString();
    expect(chosen).toHaveLength(20);
    for (let count = 21; count <= 120; count++) await show([question("1"), at(count)]);
    expect(document.getSelection()?.toString()).toBe(chosen);
    expect(document.getSelection()?.direction).not.toBe("forward");
  });

  it("scroll S8: what gets the focus stands free of the edges", async () => {
    const { box, step, scrollTo } = await mount([question("1"), old("a", 20)], false);
    await scrollTo(0);
    const block = step(15);
    block.tabIndex = -1;
    block.focus();
    await frames();
    const [inner, outer] = [block.getBoundingClientRect(), box.getBoundingClientRect()];
    expect(inner.bottom).toBeLessThanOrEqual(outer.bottom);
    expect(inner.top).toBeGreaterThanOrEqual(outer.top);
  });

  it("the way back says how many messages came meanwhile", async () => {
    const { screen, show, scrollTo, toEnd } = await mount([question("1"), old("a", 12)], false);
    await toEnd();
    await scrollTo(50);
    await vi.waitFor(() => expect(screen.getByRole("button", { name: "Finished" }).query()).not.toBeNull());
    await show([question("1"), old("a", 12), old("b"), old("c"), old("d")]);
    await vi.waitFor(() => expect(screen.getByRole("button", { name: "3 new" }).query()).not.toBeNull());
  });
});
