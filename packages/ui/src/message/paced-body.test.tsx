import { afterEach, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  endOf,
  openStep,
  readyCall,
  streamWords,
  type Script,
  type ScriptStep,
} from "@unsay/core/testing";
import { NO_EFFECTS } from "@unsay/core/protocol";
import { Chat, type ChatProps } from "../thread/chat.js";
import "../styles/index.css";

afterEach(() => document.getSelection()?.removeAllRanges());

function scriptOf(...steps: readonly ScriptStep[]): Script {
  return { id: "paced", title: "Paced", prompt: "Go", steps: [openStep(), ...steps] };
}

function cutStep(at: number): ScriptStep {
  return { at, event: { type: "run.end", outcome: "truncated", cause: "length", resumable: false, effects: NO_EFFECTS } };
}

/** A chat that has asked, and the words that stand in its answer. */
async function ask(script: Script, props: Partial<ChatProps> = {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock });
  const screen = await render(<Chat transport={transport} clock={clock} threadId={crypto.randomUUID()} {...props} />);
  const find = (name: string): HTMLElement | null => screen.container.querySelector(`[data-unsay="${name}"]`);
  await screen.getByRole("textbox", { name: "Message" }).fill("Go");
  await userEvent.keyboard("{Enter}");
  const words = (): string => find("answer.body")?.textContent ?? "";
  return { clock, screen, find, words, status: () => find("answer")?.getAttribute("data-status") };
}

const TWO = streamWords("Drain the pool first. Then flip the flag. Done.", { at: 100, everyMs: 50 });
const PLAIN = scriptOf(...TWO, completeStep(endOf(TWO)));

test("r23-levels: an answer shows whole sentences while it runs", async () => {
  const { clock, words, status } = await ask(PLAIN);
  const seen = new Set<string>();
  while (status() !== "complete") {
    await clock.advance(17);
    if (status() === "streaming") seen.add(words().trim());
  }
  expect([...seen].filter((text) => text !== "")).toEqual(["Drain the pool first.", "Drain the pool first. Then flip the flag."]);
});

test("r8-nodelay: without pacing and isolation every word stands there in the frame in which it came", async () => {
  const { clock, words } = await ask(PLAIN, { isolation: "uncommitted", pacing: false });
  await clock.advance(117);
  for (const word of ["Drain", "Drain the", "Drain the pool"]) {
    await clock.advance(50);
    await vi.waitFor(() => expect(words().trim()).toBe(word));
  }
});

test("r23-marker: unsettled text has a description for assistive technology, and loses it in the frame in which it settles", async () => {
  const { clock, find, status } = await ask(PLAIN);
  let described = 0;
  while (status() !== "complete") {
    const body = find("answer.body");
    if (status() === "streaming" && body !== null) {
      const note = document.getElementById(body.getAttribute("aria-describedby") ?? "");
      expect(note?.textContent).toBe("Being written. It may still change.");
      described += 1;
    }
    await clock.advance(17);
  }
  expect(described).toBeGreaterThan(5);
  expect(find("answer.body")?.hasAttribute("aria-describedby")).toBe(false);
  expect(find("answer.unsettled")).toBeNull();
});

test("r27-verdict: no word of a verdict stands in the document before its paragraph closes", async () => {
  const verdict = streamWords("Yes, you can deploy this safely. Go ahead, except in us-east.", { at: 100, kind: "verdict", everyMs: 200 });
  const { clock, screen, find, words, status } = await ask(scriptOf(...verdict, completeStep(endOf(verdict))));
  let wasSaid = false;
  while (status() !== "complete") {
    if (!words().includes("us-east")) expect(screen.container.innerHTML).not.toContain("safely");
    wasSaid ||= find("answer.hold")?.textContent === "The answer is held until it is whole.";
    await clock.advance(50);
  }
  expect(wasSaid).toBe(true);
  expect(words()).toContain("safely. Go ahead, except in us-east.");
  expect(find("answer.hold")).toBeNull();
});

test("r27-verdict: a verdict that was cut stays behind a disclosure", async () => {
  const verdict = streamWords("Yes, you can deploy this safely", { at: 100, kind: "verdict", open: true });
  const { clock, screen, find, words, status } = await ask(scriptOf(...verdict, cutStep(endOf(verdict))));
  await clock.advance(2_000);
  await vi.waitFor(() => expect(status()).toBe("truncated"));
  expect(screen.container.innerHTML).not.toContain("safely");
  expect(find("answer.kept")?.textContent).toContain("Held back, and never finished.");
  await screen.getByRole("button", { name: "Show 6 words anyway" }).click();
  expect(words()).toContain("Yes, you can deploy this safely");
  expect(find("answer.kept")).toBeNull();
});

test("r16-zero-churn: drafts are not in the document, and with drafts shown only for the eye", async () => {
  const draft: ScriptStep = {
    at: 800,
    event: { type: "span.append", part: "answer", span: "draft", text: "Maybe restart.", state: "speculative" },
  };
  const drop: ScriptStep = { at: 1_500, event: { type: "span.drop", spans: ["draft"] } };
  const open = streamWords("Drain the pool first.\n", { at: 100, open: true });
  const script = scriptOf(...open, draft, drop, completeStep(2_000));
  const hidden = await ask(script);
  await hidden.clock.advance(1_000);
  await vi.waitFor(() => expect(hidden.words()).toContain("Drain"));
  expect(hidden.screen.container.innerHTML).not.toContain("Maybe");
  await hidden.screen.unmount();
  const shown = await ask(script, { drafts: "shown" });
  await shown.clock.advance(1_000);
  await vi.waitFor(() => expect(shown.screen.container.querySelector('[data-mark="draft"]')?.textContent).toBe("Maybe restart."));
  const ghost = shown.screen.container.querySelector('[data-mark="draft"]') as HTMLElement;
  expect(ghost.getAttribute("aria-hidden")).toBe("true");
  expect(getComputedStyle(ghost).userSelect).toBe("none");
  await shown.clock.advance(1_000);
  await vi.waitFor(() => expect(shown.screen.container.innerHTML).not.toContain("Maybe"));
});

/** "Drain the pool " and a draft behind it that comes in four pieces, 100 ms apart. */
function drafting(...then: readonly ScriptStep[]): Script {
  const open = streamWords("Drain the pool ", { at: 100, open: true });
  const pieces = ["first, ", "then ", "the ", "queue."].map((text, index): ScriptStep => ({
    at: 800 + index * 100,
    event: { type: "span.append", part: "answer", span: "draft", text, state: "speculative" },
  }));
  return scriptOf(...open, ...pieces, ...then);
}

test("statement 60: a draft that stood through 3 updates looks provisional, stays for the eye alone, and is text once it is committed", async () => {
  const settle: ScriptStep = { at: 2_000, event: { type: "span.settle", spans: ["draft"], to: "provisional", by: "model" } };
  const { clock, screen, find, words } = await ask(drafting(settle), { drafts: "shown", isolation: "uncommitted", pacing: false });
  const drawn = (): readonly (readonly (string | null)[])[] =>
    [...screen.container.querySelectorAll(".unsay-draft")].map((span) => [span.getAttribute("data-mark"), span.textContent]);
  await clock.advance(1_050);
  await vi.waitFor(() => expect(drawn()).toEqual([["draft", "first, then the "]]));
  await clock.advance(100);
  await vi.waitFor(() =>
    expect(drawn()).toEqual([
      ["provisional", "first, "],
      ["draft", "then the queue."],
    ]),
  );
  const [stable] = screen.container.querySelectorAll(".unsay-draft");
  expect(stable?.getAttribute("aria-hidden")).toBe("true");
  expect(getComputedStyle(stable as HTMLElement).userSelect).toBe("none");
  expect(getComputedStyle(stable as HTMLElement).textDecorationLine).toBe("none");
  expect(find("answer.chip")?.textContent).toBe("draft");
  await clock.advance(1_000);
  await vi.waitFor(() => expect(drawn()).toEqual([]));
  expect(words()).toContain("Drain the pool first, then the queue.");
});

test("statement 58: a draft stands where its words would, in the line and inside a code block, and no heading or name has them", async () => {
  const fence = streamWords("```sh\nkubectl drain ", { at: 100, open: true });
  const draft: ScriptStep = {
    at: 900,
    event: { type: "span.append", part: "answer", span: "draft", text: "--force node-3", state: "speculative" },
  };
  const { clock, screen } = await ask(scriptOf(...fence, draft), { drafts: "shown", isolation: "uncommitted", pacing: false });
  await clock.advance(1_500);
  await vi.waitFor(() => expect(screen.container.querySelector("pre .unsay-draft")?.textContent).toBe("--force node-3"));
  expect(
    screen.container.querySelector(".unsay-caret")?.compareDocumentPosition(screen.container.querySelector(".unsay-draft") as Node),
  ).toBe(Node.DOCUMENT_POSITION_PRECEDING);
  expect(screen.container.querySelector('[data-unsay="message.heading"]')?.textContent).not.toContain("force");
});

test("r25-demote: text that rests on a call without a result names the tool it waits for", async () => {
  const call = readyCall(100, { call: "call", name: "check_weather", args: {}, effect: "read", title: "Weather" });
  const start: ScriptStep = { at: 400, event: { type: "tool.start", call: "call", attempt: 1, callKey: "k" } };
  const text: readonly ScriptStep[] = [
    { at: 500, event: { type: "part.open", part: "answer", kind: "answer" } },
    { at: 510, event: { type: "span.append", part: "answer", span: "s", text: "It rains.\n", dependsOn: ["call"] } },
  ];
  const result: ScriptStep = { at: 1_500, event: { type: "tool.result", call: "call", result: "ok", output: 1 } };
  const { clock, find, words } = await ask(scriptOf(...call, start, ...text, result, completeStep(2_000)));
  await clock.advance(1_000);
  await vi.waitFor(() => expect(words()).toContain("It rains."));
  expect(find("answer.note")?.textContent).toBe("(waiting for Weather)");
  await clock.advance(700);
  await vi.waitFor(() => expect(find("answer.note")).toBeNull());
  expect(words()).toContain("It rains.");
});

test("r6-inferred: a sentence that seems to take something back gets a note, no mark and no strike", async () => {
  const open = streamWords("Yes, it is safe. Actually, us-east still drains. So wait.", { at: 100 });
  const { clock, find, screen, status } = await ask(scriptOf(...open, completeStep(endOf(open))), { detectSelfCorrection: true });
  await clock.advance(3_000);
  await vi.waitFor(() => expect(status()).toBe("complete"));
  expect(find("answer.note")?.textContent).toBe("(may contradict the above)");
  expect(find("answer.body")?.textContent).toContain("safe.  (may contradict the above) Actually");
  expect(screen.container.querySelector("del, ins, s")).toBeNull();
});
