import type { Meta, StoryObj } from "@storybook/react-vite";
import { useRef, useState, type ReactElement } from "react";
import type { AssistantMessage, Message as MessageFacts } from "@unsay/core";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { Button } from "../button/button.js";
import { Message } from "../message/message.js";
import { finishedThread, longThreadTransport } from "../testing/long-thread.js";
import { liveMessage, textPart, userMessage } from "../testing/messages.js";
import { longScript } from "../testing/scripts.js";
import { Chat } from "./chat.js";
import { Transcript, type TranscriptHandle } from "./transcript.js";

const LINE = "Drain the pool in one region before the switch, then flip the flag there.";

function growing(steps: number): AssistantMessage {
  const text = Array.from({ length: steps }, (_, index) => `Step ${index + 1}. ${LINE}`).join("\n\n");
  return { ...liveMessage("streaming", "flowing", { parts: [textPart(text, { status: "open" })] }), id: "live" };
}

/** A transcript in which each thing that moves a page is a button. */
function Moving(): ReactElement {
  const handle = useRef<TranscriptHandle>(null);
  const [older, setOlder] = useState(0);
  const [sent, setSent] = useState<readonly MessageFacts[]>([]);
  const [steps, setSteps] = useState(0);
  const [picture, setPicture] = useState(0);
  const messages = [...finishedThread(10 + older), ...sent, ...(steps === 0 ? [] : [growing(steps)])];
  return (
    <div style={{ display: "flex", flexDirection: "column", blockSize: 420, inlineSize: "min(560px, 100%)" }}>
      <Transcript
        handle={handle}
        isGrowing={steps > 0}
        jump={steps > 0 ? "answering" : "finished"}
        count={messages.length}
        anchor={messages.findLast(({ role }) => role === "user")?.id}
      >
        {messages.map((message, index) => (
          <Message key={keyOf(index, older, message)} message={message} position={index + 1} total={messages.length} />
        ))}
      </Transcript>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, padding: 8 }}>
        <Button
          onClick={() => {
            handle.current?.expectSent();
            setSent([{ ...userMessage("And then?"), id: "sent" }]);
          }}
        >
          Send
        </Button>
        <Button onClick={() => setSteps((count) => count + 4)}>Write on</Button>
        <Button onClick={() => setOlder((count) => count + 20)}>Older messages</Button>
        <Button onClick={() => setPicture((size) => size + 120)}>A picture above</Button>
      </div>
      <style>{`.unsay-transcript article:first-child { padding-block-start: ${picture}px }`}</style>
    </div>
  );
}

/** Messages keep their place from the end, so that older ones come in front of them. */
function keyOf(index: number, older: number, { id }: MessageFacts): string {
  return id.startsWith("m") ? `stored ${index - older}` : id;
}

const meta: Meta<typeof Moving> = { title: "Transcript/Other/Scroll", component: Moving };
export default meta;

type Story = StoryObj<typeof Moving>;

interface Page {
  readonly box: HTMLElement;
  readonly press: (name: string) => Promise<void>;
  readonly follows: () => boolean;
  readonly scrollTo: (top: number) => Promise<void>;
}

function pageOf(canvasElement: HTMLElement): Page {
  const box = canvasElement.querySelector<HTMLElement>('[data-unsay="transcript"]') as HTMLElement;
  return {
    box,
    follows: () => box.hasAttribute("data-follow"),
    async press(name) {
      within(canvasElement).getByRole("button", { name }).click();
      await frames();
    },
    async scrollTo(top) {
      box.scrollTop = top;
      await frames();
    },
  };
}

async function frames(): Promise<void> {
  for (let frame = 0; frame < 4; frame++) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function topOf(box: HTMLElement, element: Element | null): number {
  return (element?.getBoundingClientRect().top ?? Number.NaN) - box.getBoundingClientRect().top;
}

/** scroll S1 */
export const Anchor: Story = {
  play: async ({ canvasElement }) => {
    const { box, press, scrollTo } = pageOf(canvasElement);
    await frames();
    await scrollTo(0);
    await press("Send");
    await expect(Math.abs(topOf(box, box.querySelector('[data-message="sent"]')) - 56)).toBeLessThanOrEqual(1);
  },
};

async function follow(canvasElement: HTMLElement): Promise<Page> {
  const page = pageOf(canvasElement);
  await frames();
  for (let round = 0; round < 3; round++) await page.press("Write on");
  await page.scrollTo(page.box.scrollHeight);
  await expect(page.follows()).toBe(true);
  return page;
}

/** scroll S2 */
export const Follow: Story = {
  play: async ({ canvasElement }) => {
    const { box, press } = await follow(canvasElement);
    await press("Write on");
    await expect(box.scrollHeight - box.clientHeight - box.scrollTop).toBeLessThanOrEqual(8);
  },
};

function releasedBy(release: (page: Page) => Promise<void>): Story {
  return {
    play: async ({ canvasElement }) => {
      const page = await follow(canvasElement);
      await release(page);
      await frames();
      const before = page.box.scrollTop;
      await page.press("Write on");
      await expect(page.box.scrollTop).toBe(before);
    },
  };
}

/** scroll S2 */
export const ReleasedByScrolling: Story = releasedBy(({ box, scrollTo }) => scrollTo(box.scrollTop - 1));
/** scroll S4 */
export const ReleasedBySelection: Story = releasedBy(async ({ box }) => {
  document.getSelection()?.selectAllChildren(box.querySelector('[data-message="live"] p') as Element);
});
/** scroll S4 */
export const ReleasedByFocus: Story = releasedBy(async ({ box }) => {
  (box.querySelector('[data-message="live"]') as HTMLElement).focus({ preventScroll: true });
});

function keepsTheLine(change: string): Story {
  return {
    play: async ({ canvasElement }) => {
      const { box, press, scrollTo } = pageOf(canvasElement);
      await frames();
      await scrollTo(300);
      const { left, top, width } = box.getBoundingClientRect();
      const line = document.elementFromPoint(left + width / 2, top + 30) as Element;
      const before = topOf(box, line);
      await press(change);
      await expect(Math.abs(topOf(box, line) - before)).toBeLessThanOrEqual(1);
    },
  };
}

/** scroll S6 */
export const Prepended: Story = keepsTheLine("Older messages");
/** scroll S6 */
export const ImageAbove: Story = keepsTheLine("A picture above");

function LongThread({ count }: { readonly count: number }): ReactElement {
  const [transport] = useState(() => longThreadTransport(count, longScript));
  return <Chat transport={transport} threadId="long" title={`${count} messages`} style={{ blockSize: 600 }} />;
}

/** scroll S3: from the top of a long thread to its end, which is there before the rest is. */
export const TwoThousandMessages: Story = {
  render: () => <LongThread count={2_000} />,
  // Axe lays out and reads all of them whatever it is told to leave out: 50 s. `SeventyMessages` is made of the same and is looked at.
  parameters: { a11y: { test: "off" } },
  play: async ({ canvasElement }) => {
    const articles = (): Element[] => Array.from(canvasElement.querySelectorAll("article"));
    await waitFor(() => expect(articles().at(-1)).toHaveAttribute("aria-posinset", "2000"));
    const { box, scrollTo, follows } = pageOf(canvasElement);
    await frames();
    await scrollTo(0);
    await expect(follows()).toBe(false);
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Finished" }));
    await frames();
    await expect(follows()).toBe(true);
    await expect(topOf(box, articles().at(-1) ?? null)).toBeLessThan(box.clientHeight);
    await expect(articles()[0]).toHaveAttribute("aria-setsize", "2000");
  },
};

/** Three groups of messages, of which the first is laid out only where the reader is: what axe can look at in seconds. */
export const SeventyMessages: Story = {
  render: () => <LongThread count={70} />,
  play: async ({ canvasElement }) => {
    await waitFor(() => expect(canvasElement.querySelectorAll("article")).toHaveLength(70));
    await expect(canvasElement.querySelectorAll("[data-contained]")).toHaveLength(1);
  },
};
