import { Fragment } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { createDocumentReader } from "../document-reader.js";
import { drawBlock } from "../markdown-block.js";

function textOf(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.body.textContent;
}

function draw(text: string, isWhole = true): string {
  const blocks = createDocumentReader({ math: false })(text, isWhole);
  return renderToStaticMarkup(
    blocks.map((block, index) => <Fragment key={index}>{drawBlock({ block, headingLevel: 3, live: false, isCut: false })}</Fragment>),
  );
}

const list = (depth: number) => Array.from({ length: depth }, (_, level) => `${"  ".repeat(level)}- word${level}.`).join("\n");
const quotes = (depth: number) => Array.from({ length: depth }, (_, level) => `${"> ".repeat(level + 1)}word${level}.`).join("\n>\n");
const oneLine = (depth: number) => `${"- ".repeat(depth)}word0.`;

describe("what is nested too deep", () => {
  test.each([
    ["a list of 40 levels", list(40), 40],
    ["a list of 300 levels", list(300), 300],
    ["a list of 1,000 levels", list(1_000), 1_000],
    ["quotes of 60 levels", quotes(60), 60],
    ["a list of 1,000 levels on one line", oneLine(1_000), 1],
  ])("stands there in words, and so does what follows: %s", (_name, text, words) => {
    const shown = textOf(draw(`${text}\n\nAfter all that.\n\n- and\n- more`));
    const missing = Array.from({ length: words }, (_, level) => `word${level}.`).filter((word) => !shown.includes(word));
    expect(missing).toEqual([]);
    expect(shown).toMatch(/After all that\.[\s\S]*and[\s\S]*more/);
  });

  test("goes no deeper in the page, and leads nowhere", () => {
    const html = draw(`${list(200)} [link](javascript:alert(1)) <img src=x onerror=alert(1)>`);
    expect(html.match(/<ul/g)?.length).toBeLessThanOrEqual(16);
    expect(html).not.toMatch(/href="javascript|<img/);
  });

  test("loses no word at any moment of its writing", () => {
    const text = `${list(40)}\n\nAfter.`;
    const read = createDocumentReader({ math: false });
    for (let length = 0; length <= text.length; length += 7) {
      const blocks = read(text.slice(0, length), false);
      const html = renderToStaticMarkup(
        blocks.map((block, index) => <Fragment key={index}>{drawBlock({ block, headingLevel: 3, live: true, isCut: false })}</Fragment>),
      );
      const written = text.slice(0, length).match(/word\d+\./g) ?? [];
      expect(written.filter((word) => !textOf(html).includes(word))).toEqual([]);
    }
  });
});
