"use client";
import type { HTMLAttributes } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { revisionWords } from "../strings/english/revision.js";
import { useWords } from "../strings/strings.js";

export interface MessageVersionsProps extends Omit<HTMLAttributes<HTMLDivElement>, "onSelect"> {
  /** From 1. */
  readonly version: number;
  readonly versions: number;
  /** Asks for another one by its place, from 1. */
  readonly onVersion: (version: number) => void;
}

/** "2 of 3": the answers to one question. Renders a `div`, or nothing where there is only one. */
export const MessageVersions: UiComponent<HTMLDivElement, MessageVersionsProps> = withRef("MessageVersions", (props, ref) => {
  const { version, versions, onVersion, className, children, ...rest } = props;
  const strings = useWords(revisionWords);
  if (versions < 2) return null;
  const step = (by: -1 | 1) => ({
    "aria-disabled": version + by < 1 || version + by > versions ? true : undefined,
    onClick: () => (version + by < 1 || version + by > versions ? undefined : onVersion(version + by)),
  });
  return (
    <div
      aria-label={strings.version.label}
      {...rest}
      ref={ref}
      role="group"
      className={joinClasses("unsay-versions", className)}
      data-unsay="message.versions"
    >
      {children ?? (
        <>
          <Button {...step(-1)} aria-label={strings.version.previous} className="unsay-step" data-step="previous" />
          <span>{strings.version.of(version, versions)}</span>
          <Button {...step(1)} aria-label={strings.version.next} className="unsay-step" data-step="next" />
        </>
      )}
    </div>
  );
});
