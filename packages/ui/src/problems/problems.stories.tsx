import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ReactElement } from "react";
import { systemClock } from "@unsay/core";
import { createFakeClock, problems, type Problem } from "@unsay/core/testing";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { untilSeen } from "../testing/passing.js";
import { ProblemStage } from "./problem-stage.js";
import "./problems.css";

/**
 * To look at, a story plays as fast as life. In a test its time passes only while the play looks for something: what is
 * there for a moment is then seen on the slowest machine too.
 */
const held = import.meta.env.MODE === "test" ? createFakeClock() : null;

function Told({ problem }: { readonly problem: Problem }): ReactElement {
  return <ProblemStage problem={problem} clock={held ?? systemClock} />;
}

const meta: Meta<typeof Told> = { title: "Problems/Played", component: Told, parameters: { flush: true }, tags: ["incident"] };
export default meta;

type Story = StoryObj<typeof Told>;

/** What a reader sees of the page, and the ways to find it. */
interface Seen {
  readonly canvas: ReturnType<typeof within>;
  readonly root: HTMLElement;
  readonly beside: () => HTMLElement;
  readonly answer: (turn?: number) => HTMLElement | null;
  readonly text: (turn?: number) => string;
  /** Waits until the answer has this status, and says whether it ever had another end. */
  readonly ends: (status: string, cause?: string, turn?: number) => Promise<void>;
}

function look(root: HTMLElement): Seen {
  const answer = (turn = 0) => root.querySelectorAll<HTMLElement>('[data-unsay="answer"]')[turn] ?? null;
  return {
    canvas: within(root),
    root,
    beside: () => within(root).getByRole("complementary", { name: "Beside the conversation" }),
    answer,
    text: (turn = 0) => answer(turn)?.querySelector('[data-unsay="answer.body"]')?.textContent ?? "",
    async ends(status, cause, turn = 0) {
      await soon(() => expect(answer(turn)).toHaveAttribute("data-status", status));
      if (cause !== undefined) await expect(answer(turn)).toHaveAttribute("data-cause", cause);
    },
  };
}

async function soon(check: () => void | Promise<void>): Promise<void> {
  await (held === null ? waitFor(check) : untilSeen(held, check));
}

function tells(id: string, play: (seen: Seen) => Promise<void>): Story {
  const problem = problems.find((each) => each.id === id);
  if (problem === undefined) throw new Error(`There is no problem ${id}.`);
  const story = `**Elsewhere:** ${problem.whatOthersShow}\n\n**Here:** ${problem.whatYouSee}`;
  return {
    name: `${problem.id} ${problem.title}`,
    args: { problem },
    parameters: { docs: { description: { story } } },
    play: ({ canvasElement }) => play(look(canvasElement)),
  };
}

export const R1: Story = tells("r1", async ({ answer, ends, text }) => {
  await soon(() => expect(answer()).toHaveAttribute("data-liveness", "reconnecting"));
  const kept = text();
  await ends("complete");
  await expect(text().startsWith(kept.slice(0, 60))).toBe(true);
  await expect(text().match(/On Friday/g)).toHaveLength(1);
});

export const R3: Story = tells("r3", async ({ answer, beside, ends }) => {
  await soon(() => expect(answer()?.textContent).toMatch(/Thinking… \d s/));
  await ends("complete");
  await soon(() => expect(beside()).toHaveTextContent(/transport\.buffered.*holds the stream back/));
});

export const R4: Story = tells("r4", async ({ answer, ends }) => {
  const said = () => answer()?.querySelector('[data-unsay="answer.status-text"]')?.textContent ?? "";
  await soon(() => expect(said()).toMatch(/worker|Thinking/));
  await soon(() => expect(said()).toMatch(/Running: Look up the policy/));
  await soon(() => expect(said()).toMatch(/Checking the exclusions/));
  await ends("complete");
});

export const R6: Story = tells("r6", async ({ canvas, ends, root }) => {
  await ends("revised");
  const strip = canvas.getByRole("note");
  await expect(strip).toHaveTextContent(/Corrected/);
  const body = root.querySelector('[data-unsay="answer.body"]');
  await expect(body && strip.compareDocumentPosition(body) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

export const R7: Story = tells("r7", async ({ beside, ends, canvas }) => {
  const figure = (name: string) => within(beside()).getByRole("row", { name: new RegExp(name) });
  await soon(() => expect(figure("First thought")).toHaveTextContent(/\d s/));
  await expect(figure("First word painted")).toHaveTextContent("not yet");
  await ends("complete");
  await soon(() => expect(figure("First word painted")).toHaveTextContent(/[4-9]\.\d s/));
  await expect(canvas.getByRole("button", { name: "Thought" })).toBeVisible();
});

export const R8: Story = tells("r8", async ({ root, ends, text }) => {
  await soon(() => expect(text()).toMatch(/for the summer/));
  await expect(root.querySelector("table")).toBeNull();
  await soon(() => expect(root.querySelectorAll("tbody tr")).toHaveLength(4));
  await ends("complete");
});

export const R9: Story = tells("r9", async ({ answer, ends, root, text }) => {
  await soon(() => expect(answer()).toHaveAttribute("data-liveness", "reconnecting"));
  await ends("complete");
  await expect(root).not.toHaveTextContent(/Sign in|html/);
  await expect(text()).toMatch(/39 €/);
});

export const R10: Story = tells("r10", async ({ beside, ends }) => {
  await ends("complete");
  const facts = within(beside())
    .getAllByRole("definition")
    .map(({ textContent }) => textContent);
  await expect(facts).toEqual(["2", "1", "1", "1"]);
});

export const R11: Story = tells("r11", async ({ canvas, answer, beside, ends }) => {
  await soon(() => expect(answer()).toHaveAttribute("data-liveness", "looping"));
  await expect(canvas.getByRole("button", { name: "Let it run" })).toBeVisible();
  await expect(beside()).toHaveTextContent(/3 times in a row/);
  await ends("truncated", "length");
});

export const R12: Story = tells("r12", async ({ ends, text }) => {
  await soon(() => expect(text()).toMatch(/This half comes from the new model/));
  await expect(text()).not.toMatch(/all the same/);
  await ends("complete");
  await soon(() => expect(text()).toMatch(/all the same/));
});

export const R13: Story = tells("r13", async ({ beside, ends, text }) => {
  await soon(() => expect(within(beside()).getAllByRole("listitem").length).toBeGreaterThan(5));
  await ends("complete");
  // How many had come when it was pressed is a matter of the machine.
  await expect(beside()).toHaveTextContent(/\d of 12,400.*You had enough/);
  await expect(text()).toMatch(/From the hotels so far/);
});

export const R14: Story = tells("r14", async ({ beside, ends }) => {
  const apply = () => within(beside()).getByRole("button", { name: "Apply" });
  await soon(() => expect(apply()).toHaveAttribute("aria-disabled", "true"));
  await soon(() => expect(beside()).toHaveTextContent(/Archive/));
  await expect(beside()).toHaveTextContent(/Delete, if empty\s*final/);
  await ends("complete");
  await soon(() => expect(apply()).toHaveAttribute("aria-disabled", "false"));
  await userEvent.click(apply());
  await expect(beside()).toHaveTextContent(/Applied/);
});

export const R15: Story = tells("r15", async ({ canvas, beside, ends }) => {
  await soon(() => expect(canvas.getByText(/No new text/)).toBeVisible());
  await ends("complete");
  await soon(() => expect(within(beside()).getByRole("row", { name: /Stalls/ })).toHaveTextContent("1"));
});

export const R16: Story = tells("r16", async ({ ends, root, text, beside }) => {
  const seen: string[] = [];
  const watcher = new MutationObserver(() => seen.push(root.textContent ?? ""));
  watcher.observe(root, { subtree: true, childList: true, characterData: true });
  await ends("complete");
  watcher.disconnect();
  await expect(seen.filter((words) => /ten in the evening|nine euros/.test(words))).toEqual([]);
  await expect(text()).toMatch(/until one, and on Sunday/);
  await soon(() => expect(within(beside()).getByRole("row", { name: /Taken back/ })).toHaveTextContent("0 %"));
});

export const R17: Story = tells("r17", async ({ beside, ends }) => {
  const drawn = (field: string) => Number(/drawn (\d+)/.exec(beside().querySelector(`[data-field="${field}"]`)?.textContent ?? "")?.[1]);
  await soon(() => expect(beside()).toHaveTextContent(/1 tsp cumin/));
  await ends("complete");
  await expect(beside()).toHaveTextContent(/finish with the lemon/);
  await expect(drawn("title")).toBeLessThan(drawn("steps"));
});

export const R18: Story = tells("r18", async ({ beside, ends }) => {
  await soon(() => expect(beside()).toHaveTextContent(/not reported/));
  await ends("truncated", "stopped");
  await soon(() => expect(beside()).toHaveTextContent(/912 tokens.*800 tokens.*112 tokens/));
});

export const R19: Story = tells("r19", async ({ answer, ends, text, root }) => {
  await ends("truncated", "disconnected");
  await expect(text()).toMatch(/keep a copy\./);
  await expect(answer()?.querySelector('[data-unsay="answer.status"]')).toHaveTextContent(/^Not complete: connection lost/);
  await expect(root.querySelector('[data-unsay="answer.end"]')).toHaveTextContent(/Connection lost/);
  await expect(root).not.toHaveTextContent(/earlier conversation could not be loaded/);
});

export const R20: Story = tells("r20", async ({ ends, text }) => {
  await ends("truncated", "redirected");
  await expect(text()).toMatch(/For a Tuesday evening/);
  await ends("complete", undefined, 1);
  await expect(text(1)).toMatch(/chickpea curry/);
});

export const R23: Story = tells("r23", async ({ ends, root, canvas }) => {
  await soon(() => expect(root.querySelector('[data-mark="unverified"]')).toHaveTextContent(/free of charge/));
  await ends("complete");
  await userEvent.click(canvas.getByRole("button", { name: "[unverified]" }));
  await expect(canvas.getByText(/Another part of this answer says otherwise/)).toBeVisible();
});

export const R25: Story = tells("r25", async ({ ends, root, canvas }) => {
  await soon(() => expect(root.querySelector('[data-mark="waiting"]')).toHaveTextContent(/left the depot/));
  await ends("complete");
  await expect(canvas.getAllByRole("button", { name: "[unverified]" }).length).toBeGreaterThan(0);
  await expect(root.querySelector('[data-unsay="answer.status"]')).toHaveTextContent(/nothing supports/);
});

export const R27: Story = tells("r27", async ({ beside, ends, root, text }) => {
  const seen: string[] = [];
  const watcher = new MutationObserver(() => seen.push(text()));
  watcher.observe(root, { subtree: true, childList: true, characterData: true });
  const deploy = () => within(beside()).getByRole("button", { name: "Deploy" });
  await soon(() => expect(root.querySelector('[data-unsay="answer.hold"]')).toHaveAttribute("data-why", "decision"));
  await userEvent.click(deploy());
  await expect(beside()).toHaveTextContent(/Not yet/);
  await ends("complete");
  watcher.disconnect();
  await expect(seen.filter((words) => words.includes("safely") && !words.includes("us-east"))).toEqual([]);
  await soon(() => expect(deploy()).not.toHaveAttribute("aria-disabled"));
});

export const R28: Story = tells("r28", async ({ beside, ends }) => {
  await ends("truncated", "failed", 0);
  await ends("truncated", "length", 1);
  await ends("complete", undefined, 2);
  await soon(() => expect(beside()).toHaveTextContent(/1 good, 2 bad/));
});

export const R29: Story = tells("r29", async ({ beside, ends }) => {
  await ends("complete", undefined, 0);
  await ends("complete", undefined, 1);
  await soon(() => expect(within(beside()).getAllByRole("table")[0]).toHaveTextContent(/over 3\.0 s/));
  await expect(within(beside()).getAllByRole("table")[1]).not.toHaveTextContent(/over/);
});

export const R31: Story = tells("r31", async ({ beside, ends, root }) => {
  await soon(() => expect(beside()).toHaveTextContent(/failed in the same way 3 times/));
  await soon(() => expect(root.querySelectorAll('[data-unsay="receipt"][data-status="failed"]')).toHaveLength(3));
  await ends("complete");
});
