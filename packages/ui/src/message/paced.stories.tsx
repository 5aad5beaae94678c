import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import type { EventPayload } from "@unsay/core/protocol";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  openStep,
  readyCall,
  streamWords,
  type FakeClock,
  type ScriptStep,
} from "@unsay/core/testing";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { Chat, type ChatProps } from "../thread/chat.js";

/**
 * What of the received text is shown, and when. Each story stands still on a clock of its own. Holding back in a browser
 * is cosmetic: the bytes are there to be read. Only a server that holds back protects.
 */
interface PlayingProps extends Omit<ChatProps, "transport" | "clock"> {
  readonly steps: readonly ScriptStep[];
  readonly clock: FakeClock;
}

function Playing({ steps, clock, ...rest }: PlayingProps): ReactElement {
  const script = { id: "paced", title: "Paced", prompt: "Can I deploy this now?", steps: [openStep(), ...steps] };
  const [transport] = useState(() => createScriptedTransport(script, { clock }));
  return <Chat {...rest} transport={transport} clock={clock} style={{ blockSize: 480 }} />;
}

const meta: Meta<typeof Playing> = { title: "Transcript/What is painted", component: Playing, parameters: { flush: true } };
export default meta;

type Story = StoryObj<typeof Playing>;

/** Asks, lets `ms` pass, and looks for the words. */
function shows(steps: readonly ScriptStep[], ms: number, words: RegExp, args: Partial<Omit<ChatProps, "transport" | "clock">> = {}): Story {
  const clock = createFakeClock();
  return {
    args: { steps, clock, ...args },
    play: async ({ canvasElement }) => {
      await userEvent.type(within(canvasElement).getByRole("textbox", { name: "Message" }), "Can I deploy this now?{Enter}");
      await clock.advance(ms);
      await waitFor(() => expect(canvasElement.querySelector('[data-unsay="answer"]')?.textContent).toMatch(words));
    },
  };
}

function at(ms: number, event: EventPayload): ScriptStep {
  return { at: ms, event };
}

const verdict = streamWords("Yes, you can deploy this safely", { at: 100, kind: "verdict", open: true });
const advice = streamWords("Drain the pool first. Then flip the flag and", { at: 100, open: true });
const turning = streamWords("Yes, it is safe. Actually, us-east still drains. So wait.", { at: 100 });
const draft = at(700, { type: "span.append", part: "answer", span: "draft", text: "Maybe restart the node.", state: "speculative" });
const cut: EventPayload = {
  type: "run.end",
  outcome: "truncated",
  cause: "length",
  resumable: false,
  effects: { succeeded: [], failed: [], unknown: [], cancelled: [] },
};

export const WholeSentences: Story = shows(advice, 1_000, /first\.(?!.*flip)/);
export const HeldVerdict: Story = shows(verdict, 2_000, /The answer is held until it is whole/);
export const CutVerdict: Story = shows([...verdict, at(900, cut)], 2_000, /Show 6 words anyway/);
export const HiddenDraft: Story = shows([...advice, draft], 1_000, /Drain(?!.*Maybe)/);
/** Words that are held stand before the draft, so it waits with them. */
export const DraftBehindHeldWords: Story = shows([...advice, draft], 1_000, /Drain(?!.*Maybe)/, { drafts: "shown" });

const spec = (ms: number, span: string, text: string): ScriptStep =>
  at(ms, { type: "span.append", part: "answer", span, text, state: "speculative" });
const drop = (ms: number, span: string): ScriptStep => at(ms, { type: "span.drop", spans: [span] });
const settle = (ms: number, span: string): ScriptStep => at(ms, { type: "span.settle", spans: [span], to: "provisional", by: "model" });
const begun = streamWords("Drain the pool ", { at: 100, open: true });
const SHOWN = { drafts: "shown", isolation: "uncommitted", pacing: false } as const;
const marksOf = (root: HTMLElement): readonly string[] =>
  [...root.querySelectorAll<HTMLElement>(".unsay-draft")].map((span) => `${span.dataset["mark"]}: ${span.textContent}`);

export const ShownDraft: Story = shows([...advice, draft], 1_000, /flip the flag and\s*Maybe restart/, SHOWN);
export const DraftAccepted: Story = {
  ...shows([...begun, spec(500, "d", "in each region first."), settle(1_500, "d")], 2_000, /Drain the pool in each region first\./, SHOWN),
  tags: ["statement:60"],
};
export const DraftSuffixRejected: Story = {
  ...shows(
    [...begun, spec(500, "d", "in each region "), spec(510, "e", "and restart the node."), settle(1_500, "d"), drop(1_510, "e")],
    2_000,
    /Drain the pool in each region(?!.*restart)/,
    SHOWN,
  ),
  tags: ["statement:59"],
};
const stood = shows(
  ["first, ", "then ", "the ", "queue."].reduce<ScriptStep[]>(
    (steps, text, index) => [...steps, spec(600 + index * 100, "d", text)],
    [...begun],
  ),
  1_500,
  /first, then the queue\./,
  SHOWN,
);
/** Words that three updates left as they were have lost their dots; they may still go. */
export const DraftStable: Story = {
  ...stood,
  tags: ["statement:60"],
  play: async (context) => {
    await stood.play?.(context);
    await expect(marksOf(context.canvasElement)).toEqual(["provisional: first, ", "draft: then the queue."]);
  },
};
/** All words of a block at once, better with each step. Only what stands behind what was said changes. */
export const DiffusionBlock: Story = {
  ...shows(
    ["▒▒▒ ▒▒▒▒▒ pool ▒▒▒", "and ▒▒▒▒▒ pool then", "and drain pool then", "and drain it twice"].flatMap((text, step) => [
      ...(step === 0 ? begun : [drop(600 + step * 200, `d${step - 1}`)]),
      spec(600 + step * 200, `d${step}`, text),
    ]),
    2_000,
    /Drain the pool and drain it twice/,
    SHOWN,
  ),
  tags: ["statement:59"],
};
const inCode = shows(
  [...streamWords("Run this:\n\n```sh\nkubectl drain ", { at: 100, open: true }), spec(700, "d", "node-3 --force")],
  1_500,
  /kubectl drain node-3 --force/,
  SHOWN,
);
/** The pair of a draft and a fence: it stands in its line of code, and is no code yet. */
export const DraftInCode: Story = {
  ...inCode,
  tags: ["statement:58"],
  play: async (context) => {
    await inCode.play?.(context);
    await waitFor(() => expect(context.canvasElement.querySelector("pre .unsay-draft")).not.toBeNull());
    await expect(context.canvasElement.querySelector("pre .unsay-draft")).toHaveAttribute("aria-hidden", "true");
  },
};
export const MayContradict: Story = shows([...turning, completeStep(900)], 2_000, /may contradict the above/, {
  detectSelfCorrection: true,
});
export const WaitingForTool: Story = shows(
  [
    ...readyCall(100, { call: "call", name: "check_regions", args: {}, effect: "read", title: "Check of the regions" }),
    at(400, { type: "tool.start", call: "call", attempt: 1, callKey: "key" }),
    at(500, { type: "part.open", part: "answer", kind: "answer" }),
    at(510, { type: "span.append", part: "answer", span: "s", text: "All regions have drained.\n", dependsOn: ["call"] }),
  ],
  1_000,
  /waiting for Check of the regions/,
);
