"use client";
import type { HTMLAttributes, ReactElement } from "react";
import type { ValuePart } from "@unsay/core";
import { makeVisible } from "../approval/visible-text.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { LINK_REL, parseSafeUrl } from "../markdown/links.js";
import { sourceWords } from "../strings/english/source.js";
import { useWords } from "../strings/strings.js";
import { readValue } from "./read-value.js";

export interface SourceProps extends Omit<HTMLAttributes<HTMLElement>, "part"> {
  /** A part of kind `source`: a text, or an object with `title` and `url`. */
  readonly part: ValuePart;
}

/** One source: its title, and in words the host it leads to. Nothing is loaded from there. Renders a `cite`. */
export const Source: UiComponent<HTMLElement, SourceProps> = withRef("Source", (props, ref) => {
  const { part, className, ...rest } = props;
  const { markdown, part: kinds } = useWords(sourceWords);
  const { label, url } = readValue(part.value);
  const safe = url === null ? null : parseSafeUrl(url);
  const words = makeVisible(label ?? safe?.host ?? kinds.source);
  return (
    <cite {...rest} ref={ref} className={joinClasses("unsay-source", className)} data-unsay="answer.source">
      {safe === null ? (
        words
      ) : (
        <a data-unsay="answer.link" href={safe.href} rel={LINK_REL} referrerPolicy="no-referrer">
          {words}
          {words === safe.host ? null : markdown.linkTo(safe.host)}
        </a>
      )}
    </cite>
  );
});

export interface SourceListProps extends HTMLAttributes<HTMLElement> {
  readonly parts: readonly ValuePart[];
}

/** Sources that stand together, numbered as the answer may cite them. Renders a `section`. */
export const SourceList: UiComponent<HTMLElement, SourceListProps> = withRef("SourceList", (props, ref): ReactElement => {
  const { parts, className, ...rest } = props;
  const { sources } = useWords(sourceWords);
  return (
    <section {...rest} ref={ref} className={joinClasses("unsay-sources", className)} data-unsay="answer.sources" aria-label={sources.label}>
      <span className="unsay-value-kind" aria-hidden="true">
        {sources.label}
      </span>
      <ol>
        {parts.map((part) => (
          <li key={part.id}>
            <Source part={part} />
          </li>
        ))}
      </ol>
    </section>
  );
});

export interface CitationProps extends Omit<HTMLAttributes<HTMLElement>, "part"> {
  /** Number of the source in its list; 1 for the first. */
  readonly number: number;
  readonly part: ValuePart;
}

/** A number in the text that leads to its source, and names it. Renders a `sup`. */
export const Citation: UiComponent<HTMLElement, CitationProps> = withRef("Citation", (props, ref) => {
  const { number, part, className, ...rest } = props;
  const strings = useWords(sourceWords);
  const { label, url } = readValue(part.value);
  const safe = url === null ? null : parseSafeUrl(url);
  const name = strings.sources.citation(number, makeVisible(label ?? safe?.host ?? ""));
  return (
    <sup {...rest} ref={ref} className={joinClasses("unsay-citation", className)} data-unsay="answer.citation">
      {safe === null ? (
        <span role="img" aria-label={name}>
          {strings.number(number)}
        </span>
      ) : (
        <a href={safe.href} rel={LINK_REL} referrerPolicy="no-referrer" aria-label={name}>
          {strings.number(number)}
        </a>
      )}
    </sup>
  );
});
