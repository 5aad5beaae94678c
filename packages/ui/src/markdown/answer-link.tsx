"use client";
import type { ReactNode } from "react";
import { markdownWords } from "../strings/english/markdown.js";
import { useWords } from "../strings/strings.js";
import { cleanProse } from "./clean-text.js";
import { LINK_REL, needsVisibleTarget, parseSafeUrl, targetOf } from "./links.js";
import { useMarkdownOptions } from "./markdown-options.js";

export interface AnswerLinkProps {
  readonly href: string;
  /** The words as plain text, to tell whether they name another place. */
  readonly words: string;
  /** The text around it may still change what is a link: the words stand there, and lead nowhere yet. */
  readonly isPending: boolean;
  readonly children: ReactNode;
}

const SHOWN = 80;

/** A link whose address has passed the rules, or its words with the address that has not. Renders an `a` or a `span`. */
export function AnswerLink({ href, words, isPending, children }: AnswerLinkProps): ReactNode {
  const { markdown } = useWords(markdownWords);
  const { allowedLinkOrigins, components } = useMarkdownOptions();
  const url = parseSafeUrl(href);
  if (url === null || !isAllowed(url, allowedLinkOrigins)) return <RefusedLink href={href}>{children}</RefusedLink>;
  const target = needsVisibleTarget(words, url) ? targetOf(url) : null;
  const shown = (
    <>
      {children}
      {target === null ? null : markdown.linkTo(target)}
    </>
  );
  if (isPending)
    return (
      <span data-unsay="answer.link" data-pending="">
        {shown}
      </span>
    );
  if (components?.Link !== undefined)
    return (
      <components.Link href={url.href} rel={LINK_REL} target={target}>
        {children}
      </components.Link>
    );
  return (
    <a data-unsay="answer.link" href={url.href} rel={LINK_REL} referrerPolicy="no-referrer">
      {shown}
    </a>
  );
}

function isAllowed(url: URL, origins: readonly string[] | undefined): boolean {
  return origins === undefined || url.protocol === "mailto:" || origins.includes(url.origin);
}

function RefusedLink({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode {
  const { markdown } = useWords(markdownWords);
  const shown = href.length > SHOWN ? `${href.slice(0, SHOWN)}…` : href;
  return (
    <span data-unsay="answer.link" data-refused="">
      {children}
      {href === "" ? null : markdown.linkTo(cleanProse(shown))}
    </span>
  );
}
