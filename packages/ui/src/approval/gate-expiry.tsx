"use client";
import type { HTMLAttributes } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useApprovalSettings } from "./approval-settings.js";
import { useGate } from "./gate-context.js";
import { makeVisible } from "./visible-text.js";

/** With so much left or less, in seconds, there is a way to more time. */
const EXTEND_FROM_S = 60;

/** How long the request still waits, and the way to more time; nothing where it does not expire. Renders a `p`. */
export const ApprovalGateExpiry: UiComponent<HTMLParagraphElement, HTMLAttributes<HTMLParagraphElement>> = withRef(
  "ApprovalGateExpiry",
  (props, ref) => {
    const { control, question } = useGate("ApprovalGateExpiry");
    const { approval: words } = useWords(toolWords);
    const { onExtend, onAskAgain } = useApprovalSettings();
    const { approval, calls, expiresInS, view } = control;
    const [call] = calls;
    if (expiresInS === null || view !== "open" || approval === null) return null;
    const isSoon = expiresInS <= EXTEND_FROM_S;
    return (
      <p {...props} ref={ref} className={joinClasses("unsay-approval-expiry", props.className)} data-unsay="approval-gate.expiry">
        {props.children ?? (
          <>
            {words.expiresIn(expiresInS)}{" "}
            {isSoon && onExtend !== undefined ? <Button onClick={() => onExtend(approval)}>{words.extend}</Button> : null}
            {isSoon && onExtend === undefined && onAskAgain !== undefined && call !== undefined ? (
              <Button onClick={() => onAskAgain(call, makeVisible(question.title))}>{words.askAgain}</Button>
            ) : null}
          </>
        )}
      </p>
    );
  },
);
