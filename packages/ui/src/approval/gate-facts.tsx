"use client";
import { createElement, useState, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useHeadingLevel } from "../message/heading-level.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useApprovalSettings } from "./approval-settings.js";
import type { CallDescription } from "./describe-call.js";
import { FoldableText, useFold } from "./foldable-text.js";
import { useGate } from "./gate-context.js";
import { doubtOfName } from "./look-alike.js";
import { isSecret } from "./mask-secret.js";
import { clampText, makeVisible } from "./visible-text.js";

const TITLE_CHARACTERS = 200;
const WHY_CHARACTERS = 280;
const FIELD_LIMIT = 32;

/** The question. Takes focus only when someone asks to go to the request. Renders a heading one below the message's. */
export const ApprovalGateTitle: UiComponent<HTMLHeadingElement, HTMLAttributes<HTMLHeadingElement>> = withRef(
  "ApprovalGateTitle",
  (props, ref) => {
    const { titleId, question } = useGate("ApprovalGateTitle");
    const level = Math.min(6, useHeadingLevel() + 1);
    return createElement(
      `h${level}`,
      {
        tabIndex: -1,
        dir: "auto",
        ...props,
        ref,
        id: titleId,
        className: joinClasses("unsay-approval-title", props.className),
        "data-unsay": "approval-gate.title",
      },
      props.children ?? clampText(makeVisible(question.title), TITLE_CHARACTERS).text,
    );
  },
);

/** What is asked, row by row. Renders a `div` with one `dl` a call. */
export const ApprovalGateFacts: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef("ApprovalGateFacts", (props, ref) => {
  const { control, descriptions, factsId } = useGate("ApprovalGateFacts");
  const { approval } = useWords(toolWords);
  if (control.view === "forming") return <p className="unsay-approval-note">{approval.forming}</p>;
  return (
    <div
      {...props}
      ref={ref}
      id={factsId}
      className={joinClasses("unsay-approval-facts", props.className)}
      data-unsay="approval-gate.facts"
    >
      <NameDoubts />
      {props.children ??
        descriptions.map((description, index) => (
          <CallFacts key={index} description={description} heading={descriptions.length > 1 ? description.title : undefined} />
        ))}
    </div>
  );
});

/** A tool that goes by a strange name, or by one like another's. */
function NameDoubts(): ReactNode {
  const { control } = useGate("ApprovalGateFacts");
  const { knownTools } = useApprovalSettings();
  const { approval } = useWords(toolWords);
  const names = [...new Set(control.calls.map(({ name }) => name))];
  return names.map((name) => {
    const doubt = doubtOfName(name, knownTools);
    if (doubt === null) return null;
    const shown = makeVisible(name);
    return (
      <p key={name} className="unsay-approval-warning" data-unsay="approval-gate.name-doubt">
        <bdi>{doubt.kind === "odd" ? approval.oddName(shown) : approval.lookAlike(shown, doubt.other)}</bdi>
      </p>
    );
  });
}

export function CallFacts({
  description,
  heading,
}: {
  readonly description: CallDescription;
  readonly heading?: string | undefined;
}): ReactElement {
  const { approval } = useWords(toolWords);
  const [all, setAll] = useState(false);
  const facts = all ? description.facts : description.facts.slice(0, FIELD_LIMIT);
  const hidden = description.facts.length - facts.length;
  useFold(hidden > 0);
  return (
    <>
      {heading === undefined ? null : <strong>{makeVisible(heading)}</strong>}
      <dl>
        {facts.map((fact, index) => (
          <div key={index} className="unsay-approval-fact">
            <dt>
              <bdi>{clampText(makeVisible(fact.label), TITLE_CHARACTERS).text}</bdi>
            </dt>
            <dd dir="auto">
              <FoldableText text={fact.value} label={fact.label} isSecret={isSecret(fact)} />
            </dd>
          </div>
        ))}
      </dl>
      {hidden > 0 ? <Button onClick={() => setAll(true)}>{approval.moreFields(hidden)}</Button> : null}
    </>
  );
}

/** Words of the model, quoted and named as such; nothing without any. Renders a `blockquote`. */
export const ApprovalGateWhy: UiComponent<HTMLQuoteElement, HTMLAttributes<HTMLQuoteElement>> = withRef("ApprovalGateWhy", (props, ref) => {
  const { control, descriptions } = useGate("ApprovalGateWhy");
  const { approval } = useWords(toolWords);
  const why = descriptions.length === 1 ? descriptions[0]?.why : undefined;
  if (why === undefined || control.view === "forming") return null;
  const short = clampText(makeVisible(why), WHY_CHARACTERS);
  return (
    <blockquote {...props} ref={ref} className={joinClasses("unsay-approval-why", props.className)} data-unsay="approval-gate.why">
      <span className="unsay-approval-more">{approval.says}: </span>
      <q dir="auto">{short.hidden > 0 ? `${short.text}…` : short.text}</q>
    </blockquote>
  );
});
