"use client";
import { createContext, useContext, useId, useState, type Context, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import type { AssistantMessage, Receipt as ReceiptFacts, ToolCall } from "@unsay/core";
import { makeVisible } from "../approval/visible-text.js";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import type { Strings } from "../strings/en.js";
import { useStrings } from "../strings/strings.js";
import { nameOfCall, objectOfCall } from "./call-words.js";
import { ReceiptIcon } from "./receipt-icon.js";

/** What can be asked of a tool call. A button stands there only where its handler does. */
export interface ReceiptActions {
  readonly onUndo?: ((receipt: ReceiptFacts) => void) | undefined;
}

export const ReceiptActionsContext: Context<ReceiptActions> = createContext<ReceiptActions>({});

export interface ReceiptProps extends HTMLAttributes<HTMLDivElement>, ReceiptActions {
  readonly call: ToolCall;
  /** The newest receipt of the call, where the server gave one. */
  readonly receipt?: ReceiptFacts | undefined;
}

/** What a tool really did. Renders a `div`. */
export const Receipt: UiComponent<HTMLDivElement, ReceiptProps> = withRef("Receipt", (props, ref) => {
  const { call, receipt, onUndo, className, children, ...rest } = props;
  const strings = useStrings();
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-receipt", className)}
      data-unsay="receipt"
      data-status={call.status}
      data-tool={call.name}
    >
      {children ?? (
        <>
          <ReceiptIcon status={call.status} />
          <span className="unsay-receipt-text" data-unsay="receipt.text">
            <b>{selectVerdict(call, strings)}</b> {selectReceiptText(call, receipt, strings)}
          </span>
          <ReceiptAside call={call} receipt={receipt} onUndo={onUndo} />
        </>
      )}
    </div>
  );
});

/** The word in front: never more certain than what is known. */
export function selectVerdict(call: ToolCall, strings: Strings): string {
  const { tool } = strings;
  if (call.status === "held" && call.heldMs !== undefined) return tool.heldFor(Math.ceil(call.heldMs / 1_000));
  if (call.status === "succeeded" && call.effect === "read") return tool.read;
  return tool.verdict[call.status];
}

/** What it was, in the words of the receipt where there is one; else the name of the tool. */
export function selectReceiptText(call: ToolCall, receipt: ReceiptFacts | undefined, strings: Strings): string {
  const what = receipt === undefined ? [lowerFirst(nameOfCall(call)), objectOfCall(call)].filter(Boolean).join(", ") : receipt.summary;
  const why = reasonOf(call, receipt, strings) ?? (receipt?.late === true ? strings.tool.late : undefined);
  return makeVisible(why === undefined ? what : `${what} · ${why}`);
}

function reasonOf(call: ToolCall, receipt: ReceiptFacts | undefined, { tool }: Strings): string | undefined {
  switch (call.status) {
    case "rejected":
      return call.reason ?? tool.youRejected;
    case "expired":
      return tool.expired;
    case "failed":
    case "undo-failed":
      return call.error?.userMessage;
    case "unknown":
      return receipt === undefined ? tool.started : undefined;
    case "executing":
      return progressOf(call, tool);
    case "proposed":
    case "ready":
    case "awaiting-approval":
    case "approved":
    case "held":
    case "succeeded":
    case "cancelled":
    case "undoing":
    case "undone":
      return undefined;
  }
}

function progressOf({ progress }: ToolCall, tool: Strings["tool"]): string | undefined {
  if (progress?.count === undefined) return undefined;
  return progress.total === undefined ? tool.progress(progress.count) : tool.progressOf(progress.count, progress.total);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function ReceiptAside({ call, receipt, onUndo }: Pick<ReceiptProps, "call" | "receipt" | "onUndo">): ReactNode {
  const { action, tool } = useStrings();
  const shared = useContext(ReceiptActionsContext);
  const undo = onUndo ?? shared.onUndo;
  if (call.status === "succeeded" && receipt?.undo !== undefined && undo !== undefined) {
    return <Button onClick={() => undo(receipt)}>{action.undo}</Button>;
  }
  if (call.status === "succeeded" && call.effect === "irreversible") return <span className="unsay-receipt-note">{tool.cannotUndo}</span>;
  return call.error === undefined ? null : <ErrorDetails error={call.error} />;
}

/** Developers' words stay folded: they were not written for readers. */
function ErrorDetails({ error }: { readonly error: NonNullable<ToolCall["error"]> }): ReactElement {
  const { action } = useStrings();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <Button aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {action.details}
      </Button>
      {open ? (
        <code id={id} className="unsay-receipt-details">
          {makeVisible(`${error.code}: ${error.message}`)}
        </code>
      ) : null}
    </>
  );
}

export interface ReceiptListProps extends HTMLAttributes<HTMLUListElement>, ReceiptActions {
  readonly message: AssistantMessage;
  /** Which calls; by default all that were decided, cancelled or started. */
  readonly calls?: readonly ToolCall[];
}

/** The receipts of an answer. Renders a `ul`, or nothing where there are none. */
export const ReceiptList: UiComponent<HTMLUListElement, ReceiptListProps> = withRef("ReceiptList", (props, ref) => {
  const { message, calls = message.calls.filter(hasReceipt), onUndo, className, ...rest } = props;
  const { tool } = useStrings();
  if (calls.length === 0) return null;
  return (
    <ul aria-label={tool.receipts} {...rest} ref={ref} className={joinClasses("unsay-receipts", className)} data-unsay="receipt-list">
      {calls.map((call) => (
        <li key={call.id}>
          <Receipt call={call} receipt={newestReceipt(message, call)} onUndo={onUndo} />
        </li>
      ))}
    </ul>
  );
});

function hasReceipt(call: ToolCall): boolean {
  return call.status !== "proposed" && call.status !== "ready" && call.status !== "awaiting-approval";
}

export function newestReceipt(message: AssistantMessage, call: ToolCall): ReceiptFacts | undefined {
  return message.receipts.findLast((receipt) => receipt.call === call.id);
}
