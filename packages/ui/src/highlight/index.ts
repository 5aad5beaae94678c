import type { HLJSApi } from "highlight.js";
import type { CodeHighlighter, CodeToken } from "../markdown/code-highlight.js";
import { findLanguage, type KnownLanguage } from "./languages.js";
import { readSpans } from "./read-spans.js";

export type { CodeHighlighter, CodeToken, CodeTokenKind } from "../markdown/code-highlight.js";

/**
 * Colours by highlight.js, which the app installs itself. Its core and each language are fetched when an answer first
 * needs them. Give it to `MarkdownProvider`; make it once, outside of components.
 */
export function createHighlighter(): CodeHighlighter {
  let core: Promise<HLJSApi> | null = null;
  const loadCore = (): Promise<HLJSApi> => {
    core ??= import("highlight.js/lib/core").then((module) => module.default);
    return core;
  };
  return {
    tokenize: async (code, named) => {
      const language = findLanguage(named);
      return language === null ? null : highlight(await loadCore(), language, code);
    },
  };
}

async function highlight(core: HLJSApi, { name, load }: KnownLanguage, code: string): Promise<readonly CodeToken[]> {
  if (core.getLanguage(name) === undefined) core.registerLanguage(name, (await load()).default);
  return readSpans(core.highlight(code, { language: name, ignoreIllegals: true }).value);
}
