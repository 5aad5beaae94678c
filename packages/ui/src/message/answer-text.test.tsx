import { expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import type { Span } from "@unsay/core";
import { textPart } from "../testing/messages.js";
import { AnswerText } from "./answer-text.js";
import { selectMarkedText } from "./marked-text.js";

async function draw(text: string, live = false): Promise<HTMLElement> {
  return (await render(<AnswerText text={text} marks={[]} live={live} />)).container;
}

async function drawSpans(spans: readonly Span[]): Promise<HTMLElement> {
  return (await render(<AnswerText {...selectMarkedText(textPart(spans))} />)).container;
}

const settled = (id: string, text: string): Span => ({ id, text, state: "settled" });
const replaced = (id: string, text: string, by: string): Span => ({ id, text, state: "replaced", replacedBy: by });
const revised = (id: string, text: string, replaces: string): Span => ({
  id,
  text,
  state: "settled",
  replaces: [replaces],
  revision: 1,
  reason: "checked again",
});

test("HTML in an answer is text", async () => {
  const container = await draw('<img src=x onerror="alert(1)"> <script>alert(1)</script>\n\n<b>bold</b>');
  expect(container.querySelector("img, script, b")).toBeNull();
  expect(container.textContent).toContain("<script>alert(1)</script>");
});

test("images are not loaded: alternative text and host stand there as words", async () => {
  const before = performance.getEntriesByType("resource").length;
  const container = await draw("![a chart](https://evil.example/p.png?secret=1)");
  await vi.waitFor(() => expect(container.textContent).toContain("[image: a chart · evil.example]"));
  expect(container.querySelector("img, picture, iframe, object")).toBeNull();
  expect(
    performance
      .getEntriesByType("resource")
      .slice(before)
      .filter((entry) => entry.name.includes("evil.example")),
  ).toEqual([]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///etc/passwd",
  "/relative",
  "//host.example/x",
  "JaVaScRiPt:alert(1)",
])("a link to %s leads nowhere, and its words stay", async (href) => {
  const container = await draw(`[press here](${href})`);
  expect(container.querySelector("a")).toBeNull();
  expect(container.textContent).toContain("press here");
});

test("web and mail links are links that give nothing away", async () => {
  const container = await draw("[docs](https://docs.example/a) <mailto:ana@north.example>");
  const links = Array.from(container.querySelectorAll("a"));
  expect(links.map((link) => link.protocol)).toEqual(["https:", "mailto:"]);
  expect(links.every((link) => link.rel === "noopener noreferrer nofollow ugc")).toBe(true);
});

test("a link whose words name another place says where it goes", async () => {
  const container = await draw(
    "[https://bank.example](https://evil.example/login) and [bank.example](https://bank.example/a) and [](https://bare.example)",
  );
  expect(container.textContent).toContain("https://bank.example (evil.example)");
  expect(container.textContent).not.toContain("(bank.example)");
  expect(container.textContent).toContain("(bare.example)");
});

test("headings start below the heading of the message", async () => {
  const container = await draw("# One\n\n###### Six");
  expect(container.querySelector("h4")?.textContent).toBe("One");
  expect(container.querySelector("h6")?.textContent).toBe("Six");
});

test("code is left to right and isolated, whatever stands around it", async () => {
  const container = await draw("שלום `code`\n\n```js\nlet a;\n```");
  expect(container.querySelector("code")?.getAttribute("dir")).toBe("ltr");
  expect(container.querySelector("pre")?.getAttribute("aria-label")).toBe("Code, js");
  expect(getComputedStyle(container.querySelector(".unsay-block") as Element).direction).toBe("rtl");
});

test("only the last block of a live text is provisional and carries the caret", async () => {
  const container = await draw("done\n\n- a\n- last", true);
  const blocks = Array.from(container.querySelectorAll(".unsay-block"));
  expect(blocks.map((block) => block.getAttribute("data-mark"))).toEqual([null, "provisional"]);
  expect(container.querySelectorAll(".unsay-caret")).toHaveLength(1);
  expect(container.querySelector("li:last-child .unsay-caret")).not.toBeNull();
});

test("a complete text carries no decoration", async () => {
  const container = await draw("done\n\nlast");
  expect(container.querySelector("[data-mark], .unsay-caret")).toBeNull();
});

test("a correction is an ins with hidden words, and its earlier wording one press away", async () => {
  const screen = await render(
    <AnswerText {...selectMarkedText(textPart([replaced("a", "Yes.", "b"), revised("b", "Not yet.", "a"), settled("c", " Wait.")]))} />,
  );
  expect(screen.container.querySelector("ins")?.textContent).toBe("Revised text: Not yet.");
  expect(screen.container.textContent).not.toContain("Yes.");
  const reference = screen.getByRole("button", { name: "Revision r1, show earlier wording" });
  await reference.click();
  expect(screen.container.querySelector("del")?.textContent).toContain("Earlier wording: Yes.");
  expect(screen.container.querySelector("del")?.compareDocumentPosition(screen.container.querySelector("ins") as Node)).toBe(
    Node.DOCUMENT_POSITION_FOLLOWING,
  );
});

test.each([
  ["a list item", "- one\n", "- two\n", "li"],
  ["a heading", "# one\n", "# two\n", "h4"],
  ["a quotation", "> one\n", "> two\n", "blockquote"],
  ["a numbered item", "1. one\n", "1. two\n", "li"],
])("a correction that is %s keeps the block as it is", async (_name, before, now, tag) => {
  const container = await drawSpans([settled("i", "Intro\n\n"), replaced("a", before, "b"), revised("b", now, "a"), settled("z", "\nEnd")]);
  expect(container.querySelector(`${tag} ins`)?.textContent).toContain("two");
});

test("a correction over several blocks, a table and a fence marks words and breaks nothing", async () => {
  const now = "para one\n\n- item\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x;\n```\n\nlast";
  const container = await drawSpans([replaced("a", "old", "b"), revised("b", now, "a")]);
  expect(container.querySelectorAll("table th")).toHaveLength(2);
  expect(container.querySelector("pre")?.getAttribute("data-language")).toBe("js");
  expect(container.querySelector("pre ins")?.textContent).toContain("let x;");
  expect(container.querySelectorAll(".unsay-ref")).toHaveLength(1);
});

test("a correction inside emphasis stays inside it", async () => {
  const container = await drawSpans([
    settled("p", "It is **very "),
    replaced("a", "good", "b"),
    revised("b", "bad", "a"),
    settled("q", "** today."),
  ]);
  expect(container.querySelector("strong ins")?.textContent).toContain("bad");
});

test("withdrawn words leave fixed words and the reason, and nothing of themselves when expunged", async () => {
  const container = await drawSpans([
    settled("a", "Ask "),
    { id: "b", text: "", state: "retracted", reason: "personal data", expunged: true },
    settled("c", " now."),
  ]);
  expect(container.querySelector("[data-mark='retracted']")?.textContent).toBe("withdrawn: personal data");
  expect(container.querySelector("button")).toBeNull();
});

test("sentinel characters from a model are removed, and entities do not make them", async () => {
  const container = await draw(selectMarkedText(textPart("a\uFDD0\uFDE0b\uFDD1\uFDE0 &#xFDD0;&#xFDE0; c")).text);
  expect(container.querySelector("ins, [data-mark]")).toBeNull();
  expect(container.textContent).not.toMatch(/[\uFDD0-\uFDEF]/);
});
