import { announceWords, type AnnounceWords } from "./english/announce.js";
import { exportWords, type ExportWords } from "./english/export.js";
import { healthWords, type HealthWords } from "./english/health.js";
import { markdownWords, type MarkdownWords } from "./english/markdown.js";
import { revisionWords, type RevisionWords } from "./english/revision.js";
import { toolWords, type ToolWords } from "./english/tool.js";
import { writingWords, type WritingWords } from "./english/writing.js";
import { mergeWords } from "./merge-words.js";

/**
 * Every word the components show or say, by group. Functions take counts, seconds and times (epoch ms), so that a
 * translation decides about plurals and order.
 */
export type Strings = AnnounceWords & ExportWords & HealthWords & MarkdownWords & RevisionWords & ToolWords & WritingWords;

/** In English. Replace any of them with `StringsProvider`. Components import the groups that they show and not this. */
export const en: Strings = /* @__PURE__ */ mergeWords(
  announceWords,
  exportWords,
  healthWords,
  markdownWords,
  revisionWords,
  toolWords,
  writingWords,
);

/** Groups may be given in part; what is left out stays English. */
export type StringOverrides = {
  readonly [Group in keyof Strings]?: Strings[Group] extends string | ((...values: never[]) => string)
    ? Strings[Group]
    : Partial<Strings[Group]>;
};
