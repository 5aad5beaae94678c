"use client";
import type { HTMLAttributes } from "react";
import type { ConnectionState } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { threadWords, type ThreadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";

export interface ConnectionNoticeProps extends HTMLAttributes<HTMLDivElement> {
  readonly connection: ConnectionState;
  /** A live answer already says it in its status line. */
  readonly isSaidAbove?: boolean;
}

/** The connection of the whole thread, where it is in trouble. Renders a `div`, or nothing. */
export const ConnectionNotice: UiComponent<HTMLDivElement, ConnectionNoticeProps> = withRef("ConnectionNotice", (props, ref) => {
  const { connection, isSaidAbove = false, className, ...rest } = props;
  const text = selectConnectionText(connection, useWords(threadWords));
  if (text === null || isSaidAbove) return null;
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-connection", className)}
      data-unsay="connection-notice"
      data-status={connection.status}
    >
      {text}
    </div>
  );
});

/** `null` where there is nothing to say. */
export function selectConnectionText(connection: ConnectionState, strings: ThreadWords): string | null {
  switch (connection.status) {
    case "lost":
    case "resuming":
      return strings.connection.reconnecting(Math.max(1, connection.attempt));
    case "gone":
      return strings.connection.gone;
    case "idle":
    case "connecting":
    case "open":
    case "quiet":
    case "closed":
      return null;
  }
}
