import { english } from "./formats.js";

const { number, bytes } = english;

/** Words of sources and files. */
export const sourceWords = {
  number: (amount: number): string => number(amount),

  markdown: {
    linkTo: (target: string): string => ` (${target})`,
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

export type SourceWords = typeof sourceWords;
