import { describe, expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import type { AssistantMessage, Part, ValuePart } from "@unsay/core";
import { Message } from "../message/message.js";
import { endedMessage, liveMessage, textPart } from "../testing/messages.js";
import { MarkdownProvider, type MarkdownOptions } from "./markdown-options.js";
import "../styles/index.css";

const source = (number: number, url = `https://example.org/${number}`): ValuePart => ({
  type: "value",
  id: `source-${number}`,
  kind: "source",
  status: "closed",
  value: { title: `Source ${number}`, url },
});
const TWO = [source(1), source(2)];
const said = (text: string, after: readonly Part[] = TWO): AssistantMessage =>
  endedMessage("complete", { parts: [textPart(text), ...after] });

async function draw(message: AssistantMessage, options: MarkdownOptions = {}) {
  const screen = await render(
    <MarkdownProvider {...options}>
      <Message message={message} />
    </MarkdownProvider>,
  );
  await vi.waitFor(() => expect(screen.container.querySelector("[data-unsay='answer.block'] p, pre")).not.toBeNull());
  const block = screen.container.querySelector("[data-unsay='answer.block']") as HTMLElement;
  const cited = Array.from(block.querySelectorAll('[data-unsay="answer.citation"]'), (sup) => {
    const link = sup.querySelector("a");
    return `${link?.getAttribute("aria-label")} → ${link?.getAttribute("href")}`;
  });
  return { text: block.textContent, cited };
}

describe("a number in brackets", () => {
  test("leads to the source with this number, by name, alone and in a row", async () => {
    const { cited, text } = await draw(said("It drains. [1] It flips.[2][1]"));
    expect(cited).toEqual([
      "Source 1: Source 1 → https://example.org/1",
      "Source 2: Source 2 → https://example.org/2",
      "Source 1: Source 1 → https://example.org/1",
    ]);
    expect(text).toBe("It drains. 1 It flips.21");
  });

  test.each([
    ["no such source", "It drains. [3] [0] [12]", TWO],
    ["an index", "Take list[1], f(x)[2] and rows[0][1].", TWO],
    ["code", "Use `[1]` there.", TWO],
    ["a link of the model's own", "See [1](https://other.example) there.", TWO],
    ["several numbers at once", "It drains [1, 2] and [1-2].", TWO],
    ["two lists of sources", "It drains. [1]", [source(1), textPart("And then.", { id: "more" }), source(2)]],
    ["no source at all", "It drains. [1]", []],
  ] as const)("is what was written where a source would be a guess: %s", async (_why, text, parts) => {
    expect((await draw(said(text, parts))).cited).toEqual([]);
  });

  test("is no citation before the text can't become anything else", async () => {
    const open = liveMessage("streaming", "flowing", { parts: [...TWO, textPart("It drains. [1]", { status: "open" })] });
    expect((await draw(open)).cited).toEqual([]);
  });

  test("leads nowhere where the address of its source is none that a reader may follow", async () => {
    const { cited, text } = await draw(said("It drains. [1]", [source(1, "javascript:alert(1)")]));
    expect(cited).toEqual(["undefined → undefined"]);
    expect(text).toBe("It drains. 1");
  });

  test("stays as it was written where the app says so, and is taken behind a letter where it knows its model", async () => {
    expect((await draw(said("It drains. [1]"), { citations: false })).cited).toEqual([]);
    expect((await draw(said("It drains[1]."), { citations: "anywhere" })).cited).toHaveLength(1);
  });
});
