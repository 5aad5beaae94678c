import { mergeWords } from "../merge-words.js";
import { english } from "./formats.js";
import { sourceWords, type SourceWords } from "./source.js";

const { count } = english;

const own = {
  markdown: {
    code: "Code",
    codeIn: (language: string): string => `Code, ${language}`,
    table: "Table",
    image: (alt: string, host: string): string => `[image: ${[alt, host].filter(Boolean).join(" · ") || "no description"}]`,
    loadImage: (host: string): string => `Load image from ${host}`,
    copyCode: "Copy",
    copied: "Copied",
    copyFailed: "Could not copy",
    wrap: "Wrap lines",
    unfinished: "unfinished",
    tableUnfinished: "This table is not finished.",
    moreRows: (rows: number): string => `The table goes on with ${count(rows, "more row", "more rows")}, shown as text.`,
    taskDone: "Done, says the answer",
    taskOpen: "Not done, says the answer",
    footnote: (label: string): string => `Note ${label}`,
    asText: "Too much to lay out. The rest is shown as text.",
  },
};

export type MarkdownWords = SourceWords & typeof own;

/** Words of Markdown. */
export const markdownWords: MarkdownWords = /* @__PURE__ */ mergeWords(sourceWords, own);
