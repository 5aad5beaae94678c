"use client";
import type { HTMLAttributes } from "react";
import type { ValuePart } from "@unsay/core";
import { makeVisible } from "../approval/visible-text.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { LINK_REL, parseSafeUrl } from "../markdown/links.js";
import { readValue } from "../source/read-value.js";
import { sourceWords } from "../strings/english/source.js";
import { useWords } from "../strings/strings.js";

export interface AnswerFileProps extends Omit<HTMLAttributes<HTMLParagraphElement>, "part"> {
  /** A part of kind `file` or `data`. */
  readonly part: ValuePart;
}

/** A file or a piece of data by its name. Nothing of it is loaded or run; a web address is a link. Renders a `p`. */
export const AnswerFile: UiComponent<HTMLParagraphElement, AnswerFileProps> = withRef("AnswerFile", (props, ref) => {
  const { part, className, ...rest } = props;
  const strings = useWords(sourceWords);
  const { label, url, mediaType, size } = readValue(part.value);
  const safe = url === null ? null : parseSafeUrl(url);
  const words = makeVisible(label ?? safe?.host ?? "");
  const facts = [...(mediaType === null ? [] : [makeVisible(mediaType)]), ...(size === null ? [] : [strings.sources.size(size)])];
  return (
    <p {...rest} ref={ref} className={joinClasses("unsay-value", className)} data-unsay={`answer.${part.kind}`}>
      <span className="unsay-value-kind">{strings.part[part.kind]}</span>{" "}
      {safe === null ? (
        words
      ) : (
        <a data-unsay="answer.link" href={safe.href} rel={LINK_REL} referrerPolicy="no-referrer">
          {words}
          {words === safe.host ? null : strings.markdown.linkTo(safe.host)}
        </a>
      )}
      {facts.length === 0 ? null : <span className="unsay-value-kind">{` · ${facts.join(" · ")}`}</span>}
    </p>
  );
});
