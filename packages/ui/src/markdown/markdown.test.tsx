import { Profiler, type ReactElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import { AnswerBody } from "../message/answer-body.js";
import { AnswerText } from "../message/answer-text.js";
import { ENDED_AT, endedMessage, liveMessage, textPart, truncatedMessage } from "../testing/messages.js";
import type { CodeHighlighter, CodeToken } from "./code-highlight.js";
import { CopiedAnswerContext } from "./copied-answer.js";
import { ThreadIdContext } from "./image-grants.js";
import { MarkdownProvider, type MarkdownOptions } from "./markdown-options.js";
import "../styles/index.css";

afterEach(() => vi.restoreAllMocks());

function answer(
  text: string,
  { live = false, cut = false, options = {} }: { live?: boolean; cut?: boolean; options?: MarkdownOptions } = {},
) {
  return (
    <MarkdownProvider {...options}>
      <AnswerText text={text} marks={[]} live={live} cut={cut} />
    </MarkdownProvider>
  );
}

/** What the browser was asked for from that host. */
function requestsTo(host: string): number {
  return performance.getEntriesByType("resource").filter((entry) => entry.name.includes(host)).length;
}

const PIXEL = `${location.origin}/pixel.png`;

test("A1: an image loads only when the reader has let its origin, and then everywhere in this thread and nowhere else", async () => {
  const one = (
    <ThreadIdContext.Provider value="one">
      {answer(`![chart](${PIXEL}?a)\n\n![second](${PIXEL}?b)\n\n![other](https://other.example/p.png)`)}
    </ThreadIdContext.Provider>
  );
  const two = <ThreadIdContext.Provider value="two">{answer(`![elsewhere](${PIXEL}?c)`)}</ThreadIdContext.Provider>;
  const screen = await render(
    <>
      {one}
      {two}
    </>,
  );
  expect(screen.container.querySelector("img")).toBeNull();
  expect(screen.container.textContent).toContain(`[image: chart · ${location.host}]`);
  await screen
    .getByRole("button", { name: `Load image from ${location.host}` })
    .first()
    .click();
  const images = [...screen.container.querySelectorAll("img")];
  expect(images.map((image) => image.alt)).toEqual(["chart", "second"]);
  expect(images.every((image) => image.referrerPolicy === "no-referrer" && image.loading === "lazy")).toBe(true);
  expect(requestsTo("other.example")).toBe(0);
});

test.each([
  "data:image/png;base64,AA",
  "javascript:alert(1)",
  "//host.example/a.png",
  "/a.png",
  "blob:https://a.example/1",
  "https://me:pw@a.example/p",
])("A3: an image at %s is words, and there is nothing to press", async (src) => {
  const screen = await render(answer(`![alt](${src})`, { options: { allowedImageOrigins: ["https://a.example", "null"] } }));
  expect(screen.container.querySelector("img, button")).toBeNull();
  expect(screen.container.textContent).toContain("alt");
});

test("an origin that the app allows loads at once, and asks nobody while the text around it may still change", async () => {
  const options = { allowedImageOrigins: [location.origin] };
  const screen = await render(answer(`![a](${PIXEL})`, { live: true, options }));
  expect(screen.container.querySelector("img, button")).toBeNull();
  await screen.rerender(answer(`![a](${PIXEL})\n\nMore`, { live: true, options }));
  expect(screen.container.querySelector("img")?.alt).toBe("a");
});

test("A9: a link of the block that is being written leads nowhere until the block has closed", async () => {
  const screen = await render(answer("See [docs](https://docs.example/a)", { live: true }));
  expect(screen.container.querySelector("a")).toBeNull();
  expect(screen.container.querySelector("[data-pending]")?.textContent).toBe("docs");
  await screen.rerender(answer("See [docs](https://docs.example/a)\n\nNext", { live: true }));
  expect(screen.container.querySelector("a")?.href).toBe("https://docs.example/a");
});

test.each([
  ["https://bank.example@evil.example/", "evil.example"],
  ["[bank.example](https://xn--bnk-6na.example)", "xn--bnk-6na.example"],
  ["[www.bank.example](https://evil.example/www.bank.example)", "evil.example"],
])("A2: %s shows %s", async (text, host) => {
  const screen = await render(answer(text));
  const link = screen.container.querySelector("a");
  expect(link?.host).toBe(host);
  expect(link?.textContent).toContain(`(${host})`);
  expect([link?.rel, link?.referrerPolicy]).toEqual(["noopener noreferrer nofollow ugc", "no-referrer"]);
});

test("origins of links can be limited to a list; others are words", async () => {
  const screen = await render(
    answer("[a](https://in.example/x) [b](https://out.example/x)", { options: { allowedLinkOrigins: ["https://in.example"] } }),
  );
  expect([...screen.container.querySelectorAll("a")].map((link) => link.host)).toEqual(["in.example"]);
  expect(screen.container.textContent).toContain("b (https://out.example/x)");
});

test("A5: own components get what has passed the rules, and cannot let anything else in", async () => {
  const seen: string[] = [];
  const components = {
    Link: ({ href, target }: { readonly href: string; readonly target: string | null }): ReactElement => {
      seen.push(`link ${href} ${target}`);
      return <i />;
    },
    Image: ({ src }: { readonly src: string }): ReactElement => {
      seen.push(`image ${src}`);
      return <i />;
    },
  };
  await render(
    answer("[x](javascript:alert(1)) [ok.example](https://real.example) ![p](https://img.example/p.png)", { options: { components } }),
  );
  expect(seen).toEqual(["link https://real.example/ real.example"]);
});

test("A5: the unsafe renderer says so in development", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const screen = await render(answer("**x**", { options: { unsafeRenderMarkdown: ({ text }) => <pre>{text}</pre> } }));
  expect(screen.container.querySelector("pre")?.textContent).toBe("**x**");
  expect(warn.mock.calls.flat().join()).toContain("unsafeRenderMarkdown");
});

test("statement 8: a cut inside a fence closes the block, which says that it is unfinished in its edge and in words", async () => {
  const message = truncatedMessage("length", { parts: [textPart("Run:\n\n```sh\ndrain --reg", { status: "cut" })] });
  const screen = await render(<AnswerBody className="unsay-root" message={message} />);
  const code = screen.container.querySelector(".unsay-code");
  expect(code?.hasAttribute("data-unfinished")).toBe(true);
  expect(code?.textContent).toContain("unfinished");
  expect(getComputedStyle(code as Element).borderBottomStyle).toBe("dashed");
});

test("statement 8: a cut inside a table says that the table is not finished", async () => {
  const screen = await render(answer("| a | b |\n|---|---|\n| 1 | 2 |\n| 3", { cut: true }));
  expect(screen.container.textContent).toContain("This table is not finished.");
  expect(screen.container.querySelectorAll("tbody tr")).toHaveLength(2);
});

test("code that a model left open in a complete answer is not called unfinished", async () => {
  const screen = await render(<AnswerBody message={endedMessage("complete", { parts: [textPart("```sh\nls")] })} />);
  expect(screen.container.querySelector("[data-unfinished]")).toBeNull();
});

test("statement 12: Copy of code in an unfinished answer adds the note, of a closed block in a complete one it does not", async () => {
  const written: string[] = [];
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void written.push(text));
  const open = liveMessage("streaming", "flowing", { parts: [textPart("```js\nlet a;\nlet b", { status: "open" })] });
  const screen = await render(<AnswerBody message={open} />);
  await screen.getByRole("button", { name: "Copy" }).click();
  await screen.unmount();
  const done = await render(
    <AnswerBody message={endedMessage("complete", { parts: [textPart("```js\nlet a;\n```")], endedAt: ENDED_AT })} />,
  );
  await done.getByRole("button", { name: "Copy" }).click();
  await vi.waitFor(() => expect(written).toHaveLength(2));
  expect(written[0]).toMatch(/^let a;\n(?:let b\n)?\[Copied before the answer was finished, \d\d:\d\d\]$/);
  expect(written[1]).toBe("let a;");
});

test("B1, A11: hidden characters in code are shown, and copied as shown", async () => {
  const written: string[] = [];
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void written.push(text));
  const screen = await render(
    <CopiedAnswerContext.Provider value={() => null}>{answer("```sh\nrm\u202E -rf\u200B /\n```")}</CopiedAnswerContext.Provider>,
  );
  expect(screen.container.querySelector("code")?.textContent).toBe("rm‹U+202E› -rf‹U+200B› /");
  await screen.getByRole("button", { name: "Copy" }).click();
  await vi.waitFor(() => expect(written).toEqual(["rm‹U+202E› -rf‹U+200B› /"]));
});

test("honest right-to-left words, joiners and flags stay as they are", async () => {
  const honest = "שלום \u200Fעולם\u200E مرحبا नमस्ते क्\u200Dष 👩\u200D👩\u200D👧 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
  const screen = await render(answer(honest));
  expect(screen.container.querySelector("p")?.textContent).toBe(honest);
});

test("lines can be wrapped, and the selected text of code has every line break once", async () => {
  const lines = Array.from({ length: 70 }, (_line, index) => `line ${index}`).join("\n");
  const screen = await render(answer(`\`\`\`txt\n${lines}\n\`\`\``));
  const code = screen.container.querySelector("code") as HTMLElement;
  expect(screen.container.querySelectorAll(".unsay-lines").length).toBeGreaterThan(1);
  const selection = document.getSelection() as Selection;
  selection.selectAllChildren(code);
  expect(selection.toString().replace(/\n+$/, "")).toBe(lines);
  selection.removeAllRanges();
  const wrap = screen.getByRole("button", { name: "Wrap lines" });
  await wrap.click();
  await expect.element(wrap).toHaveAttribute("aria-pressed", "true");
  expect(getComputedStyle(code).whiteSpace).toBe("pre-wrap");
});

/** Colours every `let`, and counts how often it was asked. */
function countingHighlighter(asked: string[]): CodeHighlighter {
  return {
    tokenize: (code) => {
      asked.push(code);
      return code.split(/(let)/).map((text): CodeToken => (text === "let" ? { text, kind: "keyword" } : { text }));
    },
  };
}

test("colours come after the paint, for closed lines only, and do not go while the code grows", async () => {
  const asked: string[] = [];
  const options = { highlighter: countingHighlighter(asked) };
  const lines = (amount: number): string => `\`\`\`js\n${"let a = 1;\n".repeat(amount)}let unfin`;
  const screen = await render(answer(lines(2), { live: true, options }));
  const coloured = (): number => screen.container.querySelectorAll('[data-token="keyword"]').length;
  await vi.waitFor(() => expect(coloured()).toBe(2));
  let least = 2;
  for (let amount = 3; amount <= 60; amount += 1) {
    await screen.rerender(answer(lines(amount), { live: true, options }));
    least = Math.min(least, coloured());
  }
  expect(least).toBe(2);
  await screen.rerender(answer(`${lines(60)};\n\`\`\`\n`, { live: true, options }));
  await vi.waitFor(() => expect(coloured()).toBe(61));
  expect(asked.length).toBeLessThan(25);
  expect(asked.every((code) => code.endsWith("\n"))).toBe(true);
});

test("code is not coloured in the task that draws it", async () => {
  let isDrawing = true;
  const during: boolean[] = [];
  const highlighter: CodeHighlighter = {
    tokenize: () => {
      during.push(isDrawing);
      return null;
    },
  };
  const root = createRoot(document.createElement("div"));
  flushSync(() => root.render(answer("```js\nlet a;\n```", { options: { highlighter } })));
  isDrawing = false;
  await vi.waitFor(() => expect(during).toEqual([false]));
  root.unmount();
});

test("C3: code of more than 50 kB, a line of more than 2,000 and tokens that are not the code stay plain", async () => {
  const asked: string[] = [];
  const options = { highlighter: countingHighlighter(asked) };
  const screen = await render(answer(`\`\`\`js\n${"let a;\n".repeat(8_000)}\`\`\``, { options }));
  await screen.rerender(answer(`\`\`\`js\n${"let ".repeat(600)}\n\`\`\``, { options }));
  expect(asked).toEqual([]);
  const liar: CodeHighlighter = { tokenize: () => [{ text: "something else", kind: "keyword" }] };
  await screen.rerender(answer("```js\nlet a;\n```", { options: { highlighter: liar } }));
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.container.querySelector("code")?.textContent).toBe("let a;");
});

test("C2: a table shows 2,000 cells and the rest of its rows as they were written", async () => {
  const rows = Array.from({ length: 1_000 }, (_row, index) => `| ${index} | b | c |`).join("\n");
  const screen = await render(answer(`| x | y | z |\n|---|---|---|\n${rows}`));
  expect(screen.container.querySelectorAll("tbody tr")).toHaveLength(666);
  expect(screen.container.textContent).toContain("The table goes on with 334 more rows, shown as text.");
  expect(screen.container.textContent).toContain("| 999 | b | c |");
});

test("C2: what would make too many elements is text, and so is what comes after it", async () => {
  const screen = await render(answer(`first\n\n${"*a* ".repeat(30_000)}\n\nlast`));
  expect(screen.container.querySelectorAll("*").length).toBeLessThan(100);
  expect(screen.container.textContent).toContain("Too much to lay out.");
  expect(screen.container.textContent).toContain("last");
});

test("a task says whether it is done and cannot be pressed; a heading of a table names its column", async () => {
  const screen = await render(answer("- [ ] open\n- [x] done\n\n| a |\n|---|\n| 1 |"));
  const boxes = [...screen.container.querySelectorAll("input")];
  expect(boxes.map((box) => [box.disabled, box.checked, box.getAttribute("aria-label")])).toEqual([
    [true, false, "Not done, says the answer"],
    [true, true, "Done, says the answer"],
  ]);
  expect(screen.container.querySelector("th")?.scope).toBe("col");
  expect(screen.container.querySelector(".unsay-table")?.getAttribute("tabindex")).toBe("0");
});

test("A7: a fence or a formula with a plug-in is drawn by it once it has closed, and not before", async () => {
  const options: MarkdownOptions = {
    fences: { mermaid: ({ code }) => <figure>{code}</figure> },
    math: ({ source, display }) => <var>{`${display ? "block" : "inline"} ${source}`}</var>,
  };
  const screen = await render(answer("```mermaid\na-->b\n", { live: true, options }));
  expect(screen.container.querySelector("figure")).toBeNull();
  await screen.rerender(answer("```mermaid\na-->b\n```\n\nso $x^2$", { live: true, options }));
  expect(screen.container.querySelector("figure")?.textContent).toBe("a-->b");
  expect(screen.container.querySelector("var")).toBeNull();
  await screen.rerender(answer("```mermaid\na-->b\n```\n\nso $x^2$ and $5 or $6\n\n$$\ny\n$$", { options }));
  expect([...screen.container.querySelectorAll("var")].map((formula) => formula.textContent)).toEqual(["inline x^2", "block y"]);
});

test("without a plug-in dollars are dollars", async () => {
  const screen = await render(answer("It costs $5 and *$6*, $x$."));
  expect(screen.container.textContent).toBe("It costs $5 and $6, $x$.");
});

test("statement 22: while the last block grows no other block is drawn", async () => {
  const head = Array.from({ length: 30 }, (_block, index) => `Paragraph ${index} with *words*.\n\n`).join("");
  const screen = await render(answer(`${head}The last`, { live: true }));
  const before = [...screen.container.querySelectorAll(".unsay-block")];
  const changed = new Set<Node>();
  const observer = new MutationObserver((records) => records.forEach(({ target }) => changed.add(target)));
  observer.observe(screen.container, { subtree: true, childList: true, characterData: true, attributes: true });
  for (const more of [" one", " one grows", " one grows on"]) await screen.rerender(answer(`${head}The last${more}`, { live: true }));
  await vi.waitFor(() => expect(changed.size).toBeGreaterThan(0));
  observer.disconnect();
  expect([...screen.container.querySelectorAll(".unsay-block")]).toEqual(before);
  for (const block of before.slice(0, -1)) for (const target of changed) expect(block.contains(target)).toBe(false);
});

test("statement 22: a finished text draws nothing when its parent is drawn again", async () => {
  const commits: string[] = [];
  const tree = (
    <Profiler id="text" onRender={(_id, phase) => void commits.push(phase)}>
      {answer("one\n\ntwo")}
    </Profiler>
  );
  const screen = await render(tree);
  const node = screen.container.querySelector("p")?.firstChild;
  await screen.rerender(tree);
  expect(screen.container.querySelector("p")?.firstChild).toBe(node);
  expect(commits).toEqual(["mount"]);
});
