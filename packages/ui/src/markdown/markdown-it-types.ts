import type { StateBlock, StateInline, Token } from "markdown-it";
import type { MarkdownIt } from "markdown-it";

/** The parser's own types under one roof; the state of its core rules is not exported by name. */
export type { MarkdownIt, StateBlock, StateInline, Token };
export type StateCore = Parameters<Parameters<MarkdownIt["core"]["ruler"]["push"]>[1]>[0];
