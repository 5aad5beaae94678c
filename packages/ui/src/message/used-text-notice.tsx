"use client";
import type { HTMLAttributes, ReactElement, RefObject } from "react";
import type { AssistantMessage } from "@unsay/core";
import { selectUsedNews, useUses, useUseStore } from "@unsay/react/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { revisionWords } from "../strings/english/revision.js";
import { useWords } from "../strings/strings.js";
import { CopyAnswer } from "./action-guard.js";
import { compareCorrection } from "./correction-strip.js";

export interface UsedTextNoticeProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
  /** The element the answer is drawn in; with it the two wordings can be compared. */
  readonly container?: RefObject<HTMLElement | null>;
}

/** Tells those who already used words of an answer what became of them. Renders a `div`, or nothing. */
export const UsedTextNotice: UiComponent<HTMLDivElement, UsedTextNoticeProps> = withRef("UsedTextNotice", (props, ref) => {
  const { message, container, className, children, ...rest } = props;
  const { used } = useWords(revisionWords);
  const store = useUseStore();
  const found = selectUsedNews(message, useUses(message.id));
  if (found === null) return null;
  const { use, news, revision } = found;
  return (
    <div {...rest} ref={ref} role="note" className={joinClasses("unsay-used", className)} data-unsay="used-text-notice" data-news={news}>
      {children ?? (
        <>
          <strong>{used[news][use.kind]}</strong>
          <span className="unsay-strip-actions">
            {use.kind === "copied" && news === "revised" ? (
              <CopyAnswer message={message} onCopied={() => store.dismiss(use, news, message.revisions)}>
                {used.copyNew}
              </CopyAnswer>
            ) : null}
            {container === undefined || revision === null ? null : (
              <CompareButton onCompare={() => compareCorrection(container.current, revision)} />
            )}
            <button
              type="button"
              className="unsay-link-button"
              data-action="dismiss"
              onClick={() => store.dismiss(use, news, message.revisions)}
            >
              {used.dismiss}
            </button>
          </span>
        </>
      )}
    </div>
  );
});

function CompareButton({ onCompare }: { readonly onCompare: () => void }): ReactElement {
  const { correction } = useWords(revisionWords);
  return (
    <button type="button" className="unsay-link-button" data-action="compare" onClick={onCompare}>
      {correction.compare}
    </button>
  );
}
