"use client";
import { createContext, useContext, useMemo, type ComponentType, type ReactElement, type ReactNode } from "react";
import type { CodeHighlighter } from "./code-highlight.js";

/** What a component in place of ours gets for a link. The address has passed the rules; there is none that has not. */
export interface MarkdownLinkProps {
  readonly href: string;
  /** The host, or the mail address, where the words of the link hide it. Must be shown. */
  readonly target: string | null;
  readonly rel: string;
  readonly children: ReactNode;
}

export interface MarkdownCodeProps {
  readonly code: string;
  /** As the model named it; '' where it named none. */
  readonly language: string;
  /** The closing fence has come. */
  readonly isClosed: boolean;
}

export interface MarkdownImageProps {
  /** Only of an origin that the app or the reader has allowed. */
  readonly src: string;
  readonly alt: string;
}

/** Replacements for single elements. They get what has passed the rules, and cannot turn the rules off. */
export interface MarkdownComponents {
  readonly Link?: ComponentType<MarkdownLinkProps>;
  readonly Code?: ComponentType<MarkdownCodeProps>;
  readonly Image?: ComponentType<MarkdownImageProps>;
}

/** Draws a fence of one language (a diagram, a chart). Called once, when the fence has closed. */
export type FenceRenderer = (props: { readonly code: string; readonly language: string }) => ReactNode;

/** Draws mathematics. Called when it has closed. `KaTeX` must be given `trust: false` and `maxExpand` of at most 1000. */
export type MathRenderer = (props: { readonly source: string; readonly display: boolean }) => ReactNode;

export interface MarkdownOptions {
  readonly highlighter?: CodeHighlighter;
  /** By the language of the fence, in lower case. */
  readonly fences?: Readonly<Record<string, FenceRenderer>>;
  /** Dollar signs mean mathematics only where this is there. */
  readonly math?: MathRenderer;
  /** Origins whose images load without a question, as `https://images.example`. None by default. */
  readonly allowedImageOrigins?: readonly string[];
  /** Where given, only links to these origins are links. */
  readonly allowedLinkOrigins?: readonly string[];
  readonly components?: MarkdownComponents;
  /**
   * `[1]` leads to the first source of the message, where it has one list of sources and the number stands free; by default.
   * `anywhere` also takes it behind a letter, as in `word[1]`, where it might be an index. `false` leaves all as it was written.
   */
  readonly citations?: boolean | "anywhere";
  /**
   * Takes over the whole text of a part. Unsafe: addresses, images, HTML and nesting are then the renderer's own
   * business, and marks of corrections are not drawn in it.
   */
  readonly unsafeRenderMarkdown?: (props: { readonly text: string; readonly live: boolean }) => ReactNode;
}

const NO_OPTIONS: MarkdownOptions = {};
const MarkdownOptionsContext = createContext<MarkdownOptions>(NO_OPTIONS);

export function useMarkdownOptions(): MarkdownOptions {
  return useContext(MarkdownOptionsContext);
}

export interface MarkdownProviderProps extends MarkdownOptions {
  readonly children?: ReactNode;
}

/** Typed here alone: the types of Node would let every file of a browser package name what is not there. */
declare const process: { readonly env: { readonly NODE_ENV?: string } };

let hasWarned = false;

/** How the Markdown of the answers below is drawn. What is left out comes from the provider above. */
export function MarkdownProvider({ children, ...own }: MarkdownProviderProps): ReactElement {
  const above = useContext(MarkdownOptionsContext);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the values are the dependencies, in a fixed order
  const options = useMemo(() => ({ ...above, ...given(own) }), [above, ...NAMES.map((name) => own[name])]);
  warnIfUnsafe(options);
  return <MarkdownOptionsContext.Provider value={options}>{children}</MarkdownOptionsContext.Provider>;
}

const NAMES = [
  "highlighter",
  "fences",
  "math",
  "allowedImageOrigins",
  "allowedLinkOrigins",
  "components",
  "citations",
  "unsafeRenderMarkdown",
] as const satisfies readonly (keyof MarkdownOptions)[];

function given(own: MarkdownOptions): MarkdownOptions {
  return Object.fromEntries(NAMES.filter((name) => own[name] !== undefined).map((name) => [name, own[name]]));
}

function warnIfUnsafe({ unsafeRenderMarkdown }: MarkdownOptions): void {
  if (unsafeRenderMarkdown === undefined || hasWarned || !isDevelopment()) return;
  hasWarned = true;
  console.warn("unsafeRenderMarkdown is on: links, images and HTML in model text are no longer checked by Unsay.");
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false; // No bundler put the name there, so this is a page as it was published.
  }
}
