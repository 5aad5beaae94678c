"use client";
import type { HTMLAttributes, ReactElement } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { clampText, makeVisible } from "./visible-text.js";

/** A standing permission as data, from wherever the app keeps or reads them. */
export interface Grant {
  readonly id: string;
  /** What it allows, with its boundary: "Create ticket in OPS". */
  readonly words: string;
  /** The pattern of arguments it covers, where it is to be shown. */
  readonly argsPattern?: string;
  /** Epoch ms; `null` where it does not end by itself. */
  readonly expiresAt: number | null;
  /** How often it has allowed something. */
  readonly uses?: number;
}

export interface GrantListProps extends HTMLAttributes<HTMLElement> {
  readonly grants: readonly Grant[];
  readonly onRevoke: (grant: Grant) => void;
}

const PATTERN_CHARACTERS = 200;

/** What is allowed without asking, and the way to end it. Renders a `section`. */
export const GrantList: UiComponent<HTMLElement, GrantListProps> = withRef("GrantList", (props, ref) => {
  const { grants, onRevoke, className, ...rest } = props;
  const { grants: words } = useWords(toolWords);
  return (
    <section aria-label={words.label} {...rest} ref={ref} className={joinClasses("unsay-grants", className)} data-unsay="grant-list">
      {grants.length === 0 ? (
        <p className="unsay-approval-note">{words.none}</p>
      ) : (
        <ul className="unsay-receipts">
          {grants.map((grant) => (
            <li key={grant.id} className="unsay-receipt unsay-grant">
              <GrantText grant={grant} />
              <Button aria-label={words.revokeItem(makeVisible(grant.words))} onClick={() => onRevoke(grant)}>
                {words.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
});

function GrantText({ grant: { words: text, argsPattern, expiresAt, uses } }: { readonly grant: Grant }): ReactElement {
  const { grants: words } = useWords(toolWords);
  const facts = [expiresAt === null ? words.noEnd : words.until(words.date(expiresAt)), uses === undefined ? "" : words.used(uses)];
  return (
    <span className="unsay-receipt-text" dir="auto">
      <b>{makeVisible(text)}</b>
      <span className="unsay-receipt-by">{facts.filter(Boolean).join(" · ")}</span>
      {argsPattern === undefined ? null : <code>{clampText(makeVisible(argsPattern), PATTERN_CHARACTERS).text}</code>}
    </span>
  );
}
