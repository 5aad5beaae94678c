import type { ReactElement } from "react";
import type { ToolCallStatus } from "@unsay/core";

type Icon = "clock" | "arc" | "check" | "question" | "slash" | "cross" | "back";

const ICON_OF: Record<ToolCallStatus, Icon> = {
  proposed: "clock",
  ready: "clock",
  "awaiting-approval": "clock",
  approved: "clock",
  held: "clock",
  executing: "arc",
  undoing: "arc",
  succeeded: "check",
  unknown: "question",
  cancelled: "slash",
  rejected: "slash",
  expired: "slash",
  failed: "cross",
  "undo-failed": "cross",
  undone: "back",
};

const PATHS: Record<Icon, ReactElement> = {
  clock: (
    <>
      <circle cx="10" cy="10" r="8" />
      <path d="M10 5.5V10l3 2.5" />
    </>
  ),
  arc: <path d="M10 2.2a7.8 7.8 0 1 1-7.8 7.8" />,
  check: (
    <>
      <circle cx="10" cy="10" r="8" />
      <path d="m6.3 10.2 2.6 2.6 4.8-5.4" />
    </>
  ),
  question: (
    <>
      <path d="M10 1.8 18.2 10 10 18.2 1.8 10Z" />
      <path d="M10 6.2v4.6m0 2.6v.4" />
    </>
  ),
  slash: (
    <>
      <circle cx="10" cy="10" r="8" strokeDasharray="3 2.6" />
      <path d="m5 15 10-10" />
    </>
  ),
  cross: (
    <>
      <path d="M7 2h6l5 5v6l-5 5H7l-5-5V7Z" />
      <path d="m7.2 7.2 5.6 5.6m0-5.6-5.6 5.6" />
    </>
  ),
  back: (
    <>
      <path d="M4 8h8a4.5 4.5 0 0 1 0 9H7.5" />
      <path d="M7.6 4.2 3.8 8l3.8 3.8" />
    </>
  ),
};

/** One shape for each kind of outcome; the words beside it say the same. Renders an `svg`. */
export function ReceiptIcon({ status }: { readonly status: ToolCallStatus }): ReactElement {
  return (
    <svg className="unsay-receipt-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {PATHS[ICON_OF[status]]}
    </svg>
  );
}
