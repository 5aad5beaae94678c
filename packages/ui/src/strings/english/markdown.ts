import { english } from "./formats.js";

const { number, bytes, count } = english;

/** Words of Markdown, files and sources. */
export const markdownWords = {
  number: (amount: number): string => number(amount),

  markdown: {
    code: "Code",
    codeIn: (language: string): string => `Code, ${language}`,
    table: "Table",
    image: (alt: string, host: string): string => `[image: ${[alt, host].filter(Boolean).join(" · ") || "no description"}]`,
    linkTo: (target: string): string => ` (${target})`,
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

  sources: {
    label: "Sources",
    citation: (position: number, title: string): string => `Source ${number(position)}${title === "" ? "" : `: ${title}`}`,
    size: (size: number): string => bytes(size),
  },

  part: {
    source: "Source",
    file: "File",
    data: "Data",
  },
};

export type MarkdownWords = typeof markdownWords;
