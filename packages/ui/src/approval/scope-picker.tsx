"use client";
import { useId, useState, type HTMLAttributes } from "react";
import type { GrantScope, ToolCall } from "@unsay/core";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { nameOfCall } from "../tool-call/call-words.js";
import type { RememberOffer } from "./describe-call.js";
import { makeVisible } from "./visible-text.js";

/** A conversation's permission ends after a day, in ms. */
export const THREAD_MS: number = 24 * 60 * 60 * 1000;
/** One for always after 30 days, the longest that a server keeps it. */
export const ALWAYS_MS: number = 30 * THREAD_MS;

export interface ScopePickerProps extends Omit<HTMLAttributes<HTMLDivElement>, "onChange"> {
  readonly call: ToolCall;
  readonly offer?: RememberOffer | undefined;
  readonly value: GrantScope | null;
  readonly onChange: (scope: GrantScope | null) => void;
}

/** Once, this conversation, always: opened first and chosen then, with the boundary in words. Renders a `div`. */
export const ScopePicker: UiComponent<HTMLDivElement, ScopePickerProps> = withRef("ScopePicker", (props, ref) => {
  const { call, offer, value, onChange, className, ...rest } = props;
  const { scope: words } = useWords(toolWords);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const pattern = offer?.argsPattern ?? exactPattern(call.args);
  if (pattern === null) return null;
  const choices = [
    { reach: "once", scope: null },
    ...(offer?.reaches ?? ["thread", "always"]).map((reach) => ({
      reach,
      scope: { argsPattern: pattern, ms: reach === "always" ? ALWAYS_MS : THREAD_MS },
    })),
  ] as const;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-scope", className)} data-unsay="scope-picker">
      <Button aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={() => setOpen(!isOpen)}>
        {words.more}
      </Button>
      {isOpen ? (
        <fieldset id={id}>
          <legend>{makeVisible(words.boundary(nameOfCall(call), offer?.boundary ?? words.exact))}</legend>
          {choices.map(({ reach, scope }) => (
            <label key={reach} className="unsay-choice">
              <input
                type="radio"
                name={id}
                value={reach}
                checked={(value?.ms ?? 0) === (scope?.ms ?? 0)}
                onChange={() => onChange(scope)}
              />
              {words[reach]}
            </label>
          ))}
        </fieldset>
      ) : null}
    </div>
  );
});

/** `null` where a star stands in the arguments: in a pattern it would mean anything. */
function exactPattern(args: unknown): string | null {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return null;
  const text = JSON.stringify(args);
  return text.includes("*") ? null : text;
}
