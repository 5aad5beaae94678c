import MarkdownIt from "markdown-it";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { MarkdownProvider, type MarkdownComponents } from "../markdown/markdown-options.js";
import { liveMessage, textPart } from "../testing/messages.js";
import { Answer } from "./answer.js";
import { hasSameStatus } from "./status-words.js";

/** Every text that the parser is given, whole or in blocks, comes by here. */
const parsed = vi.spyOn(Object.getPrototypeOf(new MarkdownIt().block) as { parse: (text: string) => void }, "parse");
const textsParsed = (): readonly string[] => parsed.mock.calls.map(([text]) => text);
afterEach(() => parsed.mockClear());

const SHAPES: readonly ((name: string) => string)[] = [
  (name) => `A paragraph ${name} with **words**, \`code\` and [a link](https://docs.example/${name}) that goes on for a while.`,
  (name) => `## Heading ${name}`,
  (name) => `- one ${name}\n- two *words*\n  - three\n- four`,
  (name) => `\`\`\`ts\nconst ${name} = 1;\n${"call(it);\n".repeat(20)}\`\`\``,
  (name) => `| Name | Value |\n|---|---|\n| ${name} | 1 |\n| other | 2 |`,
  (name) => `> a quote ${name}\n> of two lines`,
];

/** Each block says its own name, so that it can be told who read it. */
const nameOf = (index: number): string => `block${String(index).padStart(4, "0")}`;
const BLOCKS = 480;
const TEXT = Array.from({ length: BLOCKS }, (_block, index) => `${SHAPES[index % SHAPES.length]?.(nameOf(index)) ?? ""}\n\n`).join("");
const STEP = 64;
/** The block that is written, and the one above it, which had to be told that it is finished. */
const BEHIND = 2;

const messageOf = (text: string) => liveMessage("streaming", "flowing", { parts: [textPart(text, { status: "open" })] });

/** The last name that has been written whole. */
const newestIn = (text: string): number => Number(/.*block(\d{4})/s.exec(text)?.[1] ?? -1);
const oldestIn = (text: string): number => Number(/block(\d{4})/.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);

function mount(text: string, components: MarkdownComponents = {}) {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  const show = (shown: string): void =>
    flushSync(() =>
      root.render(
        <MarkdownProvider components={components}>
          <Answer message={messageOf(shown)} />
        </MarkdownProvider>,
      ),
    );
  show(text);
  const unmount = (): void => {
    root.unmount();
    container.remove();
  };
  return { container, show, blocks: () => [...container.querySelectorAll('[data-unsay="answer.block"]')], unmount };
}

/** Components that say what of them was drawn. */
function watchDrawing(drawn: string[]): MarkdownComponents {
  return {
    Link: ({ href, children }) => {
      drawn.push(href);
      return <a href={href}>{children}</a>;
    },
    Code: ({ code }) => {
      drawn.push(code);
      return <pre>{code}</pre>;
    },
  };
}

test("statement 22: of an answer of 40 kB nothing that is finished is parsed, drawn or touched again", { timeout: 120_000 }, () => {
  expect(TEXT.length).toBeGreaterThan(40_000);
  const drawn: string[] = [];
  const { container, show, blocks, unmount } = mount("", watchDrawing(drawn));
  const touched: string[] = [];
  const again: string[] = [];
  const observer = new MutationObserver(() => {});
  observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true });
  for (let end = STEP; end < TEXT.length + STEP; end += STEP) {
    const finished = blocks().slice(0, -BEHIND);
    const newest = newestIn(TEXT.slice(0, end - STEP));
    parsed.mockClear();
    drawn.length = 0;
    show(TEXT.slice(0, end));
    for (const { target } of observer.takeRecords()) if (finished.some((block) => block.contains(target))) touched.push(target.nodeName);
    for (const text of [...textsParsed(), ...drawn]) if (oldestIn(text) <= newest - BEHIND) again.push(text.slice(0, 80));
  }
  observer.disconnect();
  expect(blocks()).toHaveLength(BLOCKS);
  expect(again).toEqual([]);
  expect(touched).toEqual([]);
  unmount();
});

test("what one more word costs the parser does not depend on what stands above", () => {
  const costBelow = (head: string): number => {
    const { show, unmount } = mount(head);
    parsed.mockClear();
    for (let words = 1; words <= 10; words += 1) show(`${head}${"word ".repeat(words)}`);
    unmount();
    return textsParsed().reduce((sum, text) => sum + text.length, 0);
  };
  const lastBlock = TEXT.slice(TEXT.lastIndexOf("\n\n", TEXT.length - 3) + 2);
  expect(costBelow(TEXT)).toBe(costBelow(lastBlock));
});

test("the status is told anew when its words may change, and not for text alone", () => {
  const before = messageOf("one");
  const later = { ...before, parts: messageOf("one two").parts, waitingSince: 5 };
  const run = { id: "r", lastSeq: 1, caps: {}, heartbeatMs: null, phase: null, state: "open" } as const;
  expect(hasSameStatus({ ...before, run }, { ...later, run: { ...run, lastSeq: 2 } })).toBe(true);
  expect(hasSameStatus({ ...before, run }, { ...later, run: { ...run, lastSeq: 2, phase: "thinking" } })).toBe(false);
  expect(hasSameStatus({ ...before, run }, { ...later, run, revisions: 1 })).toBe(false);
  expect(hasSameStatus({ ...before, run }, { ...later, run, model: "m" })).toBe(false);
  expect(hasSameStatus({ ...before, run }, { ...liveMessage("streaming", "slow"), run })).toBe(false);
  expect(hasSameStatus({ ...before, run }, { ...liveMessage("streaming", "stalled"), run })).toBe(false);
});

test.each([
  ["a paragraph", "Some **bold** words and `code`.", "\n\nNext"],
  ["an item", "- Some **bold** words and `code`.", "\n- Next"],
  ["an item that gets a list of its own", "- Some **bold** words and `code`.", "\n  - Next"],
  ["a paragraph of a quote", "> Some **bold** words and `code`.", "\n>\n> Next"],
  ["a cell", "| a | b |\n|---|---|\n| **bold** | `code`", " |\n| Next"],
])("statement 22: %s keeps its nodes when the caret goes on, and a selection in it", (_what, text, next) => {
  const { container, show, unmount } = mount(text);
  const before = wordsIn(container);
  show(text + next);
  expect(container.textContent).toContain("Next");
  expect(before.filter((node) => !node.isConnected).map(({ data }) => data)).toEqual([]);
  unmount();
});

function wordsIn(container: Element): readonly Text[] {
  const walker = document.createTreeWalker(container.querySelector('[data-unsay="answer.body"]') ?? container, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  return found;
}
