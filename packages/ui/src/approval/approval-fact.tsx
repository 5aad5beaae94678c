"use client";
import { useState, type ReactElement } from "react";
import { useStrings } from "../strings/strings.js";
import type { CallFact } from "./describe-call.js";
import { clampText, makeVisible } from "./visible-text.js";

/** Longer values are folded, with the count of what is not shown. */
const FIELD_CHARACTERS = 512;

/** One row of a gate. Renders a `dt` and a `dd`. */
export function ApprovalFact({ fact }: { readonly fact: CallFact }): ReactElement {
  const { action, approval } = useStrings();
  const [open, setOpen] = useState(false);
  const whole = makeVisible(fact.value);
  const short = clampText(whole, FIELD_CHARACTERS);
  return (
    <>
      <dt>{makeVisible(fact.label)}</dt>
      <dd dir="auto">
        {open ? whole : short.text}
        {short.hidden > 0 ? (
          <>
            {open ? null : <span className="unsay-approval-more"> {approval.moreCharacters(short.hidden)} </span>}
            <button type="button" className="unsay-link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? action.showLess : action.showAll}
            </button>
          </>
        ) : null}
      </dd>
    </>
  );
}
