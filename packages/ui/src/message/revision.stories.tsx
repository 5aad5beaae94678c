import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import type { AssistantMessage, Span } from "@unsay/core";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { endedMessage, liveMessage, receipt, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { Message } from "./message.js";

const meta: Meta<typeof Message> = { title: "Transcript/Revision", component: Message };
export default meta;

type Story = StoryObj<typeof Message>;

const span = (id: string, text: string, state: Span["state"] = "settled"): Span => ({ id, text, state });

/** One correction of a span, as the two spans that it leaves behind. */
function corrected(id: string, before: string, now: string, revision: number): readonly Span[] {
  return [
    { ...span(id, before, "replaced"), replacedBy: `${id}-new` },
    { ...span(`${id}-new`, now), replaces: [id], revision, reason: "checked again" },
  ];
}

function revised(revisions: number, ...spans: readonly (Span | readonly Span[])[]): AssistantMessage {
  return endedMessage("revised", { revisions, parts: [textPart(spans.flat())] });
}

const LONG = "The pool drains in each region before the switch, so no request is lost on the way.\n\n";

export const Word: Story = {
  args: { message: revised(1, span("a", "The limit is "), corrected("b", "40", "60", 1), span("c", " requests a minute.")) },
};
export const Sentence: Story = {
  args: { message: revised(1, span("a", LONG), corrected("b", "Then flip the flag.", "Then wait ten minutes, and flip the flag.", 1)) },
};
export const FirstSentence: Story = {
  args: {
    message: revised(
      1,
      corrected("a", "Yes, you can deploy this safely.", "Not yet: us-east is still draining.", 1),
      span("b", " Other regions are safe."),
    ),
  },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Compare" }));
    await expect(canvasElement.querySelector("del")).toHaveTextContent("Yes, you can deploy this safely.");
    await userEvent.keyboard("{Escape}");
    await expect(canvasElement.querySelector("del")).toBeNull();
  },
};
export const ThreeAtOnce: Story = {
  args: {
    message: revised(
      3,
      corrected("a", "Yes, deploy.", "Not yet.", 1),
      span("b", " "),
      corrected("c", "Two regions drain.", "Three regions drain.", 2),
      span("d", " "),
      corrected("e", "Wait a minute.", "Wait ten minutes.", 3),
    ),
  },
};
export const OfARevision: Story = {
  args: {
    message: revised(2, [
      { ...span("a", "Yes.", "replaced"), replacedBy: "b" },
      { ...span("b", "Not yet.", "replaced"), replaces: ["a"], replacedBy: "c", revision: 1 },
      { ...span("c", "Yes, since the pool has drained."), replaces: ["b"], revision: 2 },
    ]),
  },
};
export const ThenTruncated: Story = {
  args: {
    message: truncatedMessage("length", {
      revisions: 1,
      parts: [
        textPart([...corrected("a", "Yes, deploy now.", "Not yet.", 1), span("b", " First drain the pool. Second, flip the")], {
          status: "cut",
        }),
      ],
    }),
  },
};
/** It was corrected, and then taken back whole: no word of either wording stays, and what its tools did does. */
export const ThenWithheld: Story = {
  tags: ["statement:63"],
  args: {
    message: truncatedMessage("withheld", {
      revisions: 2,
      userMessage: "It broke the medical-advice rule.",
      parts: [
        { type: "call", id: "call-part", call: "c" },
        textPart(
          [
            { ...span("a", ""), state: "retracted", expunged: true, replacedBy: "b" },
            { ...span("b", ""), state: "retracted", expunged: true, replaces: ["a"], revision: 1 },
          ],
          { status: "withdrawn" },
        ),
      ],
      calls: [toolCall("send_email", "succeeded", { id: "c" })],
      receipts: [receipt("c", "email sent to 3 people")],
    }),
  },
  play: async ({ canvasElement }) => {
    await expect(canvasElement).toHaveTextContent(/This answer was withdrawn/);
    await expect(canvasElement.querySelector("ins, del")).toBeNull();
    await waitFor(() => expect(canvasElement.querySelector('[data-unsay="receipt"]')).not.toBeNull());
  },
};
export const ResumedThenRevised: Story = {
  args: {
    message: endedMessage("revised", {
      revisions: 1,
      parts: [textPart([span("a", "First drain the pool.\n\n"), ...corrected("b", "Then flip the flag.", "Then wait.", 1)])],
      seams: [{ run: "run", part: "answer", offset: 23, why: "resume", gapMs: 14_000 }],
    }),
  },
};
export const Retracted: Story = {
  args: {
    message: revised(
      1,
      span("a", "Contact the owner at "),
      { ...span("b", "ana.novak@north.example", "retracted"), reason: "personal data" },
      span("c", " to confirm."),
    ),
  },
};
export const Unsupported: Story = {
  args: {
    message: endedMessage("complete", {
      notes: ["unsupported"],
      parts: [
        textPart([
          span("a", "The limit is "),
          { ...span("b", "40 requests a minute", "unsupported"), why: "failed", reason: "the service answered 503" },
          span("c", ", and "),
          { ...span("d", "every region has the same", "unsupported"), why: "contradicted" },
          span("e", "."),
        ]),
      ],
    }),
  },
  play: async ({ canvasElement }) => {
    for (const button of within(canvasElement).getAllByRole("button", { name: "[unverified]" })) await userEvent.click(button);
    await expect(canvasElement).toHaveTextContent("The source for this failed: the service answered 503");
  },
};
export const RightToLeft: Story = {
  args: { message: revised(1, corrected("a", "כן, אפשר לפרוס.", "עוד לא: us-east עדיין מתרוקן.", 1), span("b", " שאר האזורים בטוחים.")) },
};

/** A correction that comes while somebody reads: the old words stay struck for a moment. */
function Arriving(): ReactElement {
  const [isRevised, setIsRevised] = useState(false);
  const rest = span("rest", ` ${LONG}`, "provisional");
  const spans = isRevised
    ? [...corrected("a", "Yes, you can deploy.", "Not yet.", 1), rest]
    : [span("a", "Yes, you can deploy.", "provisional"), rest];
  const message = liveMessage("streaming", "flowing", { parts: [textPart(spans, { status: "open" })], revisions: isRevised ? 1 : 0 });
  return (
    <>
      <Message message={{ ...message, id: "arriving" }} />
      <button type="button" onClick={() => setIsRevised(true)}>
        Correct it
      </button>
    </>
  );
}

export const WhileRead: Story = {
  render: () => <Arriving />,
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Correct it" }));
    await expect(canvasElement.querySelector("del[data-struck]")).toHaveTextContent("Yes, you can deploy.");
  },
};
