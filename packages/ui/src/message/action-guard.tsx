"use client";
import { useState, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import type { AssistantMessage } from "@unsay/core";
import { useActionGuard, useClock, type GuardedAct, type UseActionGuardOptions } from "@unsay/react";
import { Button, type ButtonProps } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { guardWords } from "../strings/english/guard.js";
import { useWords } from "../strings/strings.js";
import { copyTextOf } from "./copy-text.js";

export interface ActionGuardProps extends Omit<HTMLAttributes<HTMLSpanElement>, "onClick" | "part">, UseActionGuardOptions {
  readonly message: AssistantMessage;
  /** Called only when the text may be acted on. A promise keeps the action bound to its text until it settles. */
  readonly onAct: (act: GuardedAct) => unknown;
  readonly tone?: ButtonProps["tone"];
  /** Draws another button with the props of the guard. */
  readonly button?: (props: Record<string, unknown>) => ReactNode;
}

/** One action on an answer that may still change: it waits and says why, or acts and remembers what was used. Renders a `span`. */
export const ActionGuard: UiComponent<HTMLSpanElement, ActionGuardProps> = withRef("ActionGuard", (props, ref) => {
  const { message, kind, policy, settle, part, text, onAct, tone, button, className, children, ...rest } = props;
  const { guard } = useWords(guardWords);
  const control = useActionGuard(message, { kind, policy, settle, part, text });
  const buttonProps = control.getButtonProps({ onAct });
  return (
    <span
      {...rest}
      ref={ref}
      className={joinClasses("unsay-guard", className)}
      data-unsay="action-guard"
      data-guard={control.policy}
      data-blocked-by={control.blockedBy ?? undefined}
    >
      {button?.({ ...buttonProps, children }) ?? (
        <Button {...buttonProps} {...(tone === undefined ? {} : { tone })}>
          {children}
        </Button>
      )}
      {control.blockedBy === null ? null : (
        <span {...control.getReasonProps()} className="unsay-guard-reason" data-tried={control.wasTried ? "" : undefined}>
          {guard.blocked[control.blockedBy]}
        </span>
      )}
    </span>
  );
});

export interface CopyAnswerProps extends Omit<ActionGuardProps, "onAct" | "kind" | "message"> {
  readonly message: AssistantMessage;
  /** What goes to the clipboard; the shown words with their note without it. */
  readonly serialize?: (message: AssistantMessage) => string;
  readonly onCopied?: () => void;
}

/** Copies an answer as it is shown. What is not finished says so in the copy. Renders an `ActionGuard`. */
export function CopyAnswer({ message, serialize, onCopied, children, ...rest }: CopyAnswerProps): ReactElement {
  const strings = useWords(guardWords);
  const [isCopied, setIsCopied] = useState(false);
  const clock = useClock();
  return (
    <ActionGuard
      {...rest}
      message={message}
      kind="copied"
      data-action="copy"
      onBlur={() => setIsCopied(false)}
      onAct={async () => {
        await navigator.clipboard.writeText(serialize?.(message) ?? copyTextOf(message, strings, clock.epoch()));
        setIsCopied(true);
        onCopied?.();
      }}
    >
      {children ?? (isCopied ? strings.action.copied : strings.action.copy)}
    </ActionGuard>
  );
}
