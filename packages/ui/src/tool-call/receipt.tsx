"use client";
import { createContext, useContext, useId, useState, type Context, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import type { AssistantMessage, Receipt as ReceiptFacts, ToolCall, UserRequest } from "@unsay/core";
import { useHeldCountdown } from "@unsay/react";
import { makeVisible } from "../approval/visible-text.js";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { hasReceipt, nameOfCall, objectOfCall } from "./call-words.js";
import { ReceiptIcon } from "./receipt-icon.js";
import { allowedBy, type AllowedBy } from "./allowed-by.js";

/** What can be asked of a tool call. A button stands there only where its handler does. */
export interface ReceiptActions {
  readonly onUndo?: ((receipt: ReceiptFacts) => void) | undefined;
  /** Of a call that is held: it is not to run. */
  readonly onDontRun?: ((call: ToolCall) => void) | undefined;
  /** Of an outcome that nobody knows: looks it up. */
  readonly onCheck?: ((call: ToolCall) => void) | undefined;
  /** Of a failed call whose tool says that it may be tried again. */
  readonly onRetry?: ((call: ToolCall) => void) | undefined;
  /** Of what a rule allowed: shows the rule. */
  readonly onChangeRule?: ((call: ToolCall) => void) | undefined;
}

export const ReceiptActionsContext: Context<ReceiptActions> = createContext<ReceiptActions>({});

export interface ReceiptProps extends HTMLAttributes<HTMLDivElement>, ReceiptActions {
  readonly call: ToolCall;
  /** The newest receipt of the call, where the server gave one. */
  readonly receipt?: ReceiptFacts | undefined;
  /** Who allowed it; nothing is said without. */
  readonly by?: AllowedBy | undefined;
}

/** What a tool really did. Renders a `div`. */
export const Receipt: UiComponent<HTMLDivElement, ReceiptProps> = withRef("Receipt", (props, ref) => {
  const { call, receipt, by, onUndo, onDontRun, onCheck, onRetry, onChangeRule, className, children, ...rest } = props;
  const shared = useContext(ReceiptActionsContext);
  const own = definedOnly({ onUndo, onDontRun, onCheck, onRetry, onChangeRule });
  const actions = { ...shared, ...own };
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-receipt", className)}
      data-unsay="receipt"
      data-status={call.status}
      data-tool={call.name}
      data-by={by}
    >
      {children ?? (
        <>
          <ReceiptIcon status={call.status} />
          <ReceiptText call={call} receipt={receipt} by={by} actions={actions} />
          <ReceiptAside call={call} receipt={receipt} actions={actions} />
        </>
      )}
    </div>
  );
});

function definedOnly(actions: ReceiptActions): ReceiptActions {
  return Object.fromEntries(Object.entries(actions).filter(([, handler]) => handler !== undefined));
}

interface ViewProps {
  readonly call: ToolCall;
  readonly receipt: ReceiptFacts | undefined;
  readonly actions: ReceiptActions;
}

function ReceiptText({ call, receipt, by, actions }: ViewProps & { readonly by: AllowedBy | undefined }): ReactElement {
  const strings = useWords(toolWords);
  const heldS = useHeldCountdown(call);
  const request = call.request ?? receipt?.request;
  return (
    <span className="unsay-receipt-text" data-unsay="receipt.text" dir="auto">
      <b>{selectVerdict(call, strings, heldS ?? undefined)}</b> <bdi>{selectReceiptText(call, receipt, strings)}</bdi>
      {by === undefined ? null : (
        <span className="unsay-receipt-by" data-unsay="receipt.by">
          {strings.tool.by[by]}
          {receipt === undefined ? null : ` · ${strings.time(receipt.doneAt)}`}
          {by === "grant" && actions.onChangeRule !== undefined ? (
            <>
              {" · "}
              <button type="button" className="unsay-link-button" onClick={() => actions.onChangeRule?.(call)}>
                {strings.tool.change}
              </button>
            </>
          ) : null}
        </span>
      )}
      {request === undefined ? null : (
        <span className="unsay-receipt-by" data-unsay="receipt.request">
          {selectRequestText(request, strings)}
        </span>
      )}
    </span>
  );
}

/** The word in front: never more certain than what is known. `heldS` counts down what is held. */
export function selectVerdict(call: ToolCall, strings: ToolWords, heldS?: number): string {
  const { tool } = strings;
  if (call.status === "held" && heldS !== 0 && (heldS !== undefined || call.heldMs !== undefined)) {
    return tool.heldFor(heldS ?? Math.ceil((call.heldMs ?? 0) / 1_000));
  }
  if (call.status === "succeeded" && call.effect === "read") return tool.read;
  return tool.verdict[call.status];
}

/** What it was, in the words of the receipt where there is one; else the name of the tool. */
export function selectReceiptText(call: ToolCall, receipt: ReceiptFacts | undefined, strings: ToolWords): string {
  const what = receipt === undefined ? [lowerFirst(nameOfCall(call)), objectOfCall(call)].filter(Boolean).join(", ") : receipt.summary;
  const why = reasonOf(call, receipt, strings) ?? (receipt?.late === true ? strings.tool.late : undefined);
  return makeVisible(why === undefined ? what : `${what} · ${why}`);
}

function reasonOf(call: ToolCall, receipt: ReceiptFacts | undefined, { tool }: ToolWords): string | undefined {
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
    case "succeeded":
      return call.partial === true ? tool.partial[call.cut?.by ?? "unknown"] : undefined;
    case "proposed":
    case "ready":
    case "awaiting-approval":
    case "approved":
    case "held":
    case "cancelled":
    case "undoing":
    case "undone":
      return undefined;
  }
}

function progressOf({ progress }: ToolCall, tool: ToolWords["tool"]): string | undefined {
  if (progress?.count === undefined) return undefined;
  return progress.total === undefined ? tool.progress(progress.count) : tool.progressOf(progress.count, progress.total);
}

/** What the reader asked for is not what happened: it is only said that it was asked. */
function selectRequestText({ verb, phase, error }: UserRequest, { tool }: ToolWords): string {
  if (phase === "refused") return [tool.refused, error?.userMessage].filter(Boolean).join(" ");
  return phase === "unconfirmed" ? `${tool.asked[verb]} ${tool.askedUnconfirmed}` : tool.asked[verb];
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function ReceiptAside({ call, receipt, actions }: ViewProps): ReactNode {
  const { action, tool } = useWords(toolWords);
  const { onUndo, onDontRun, onCheck, onRetry } = actions;
  switch (call.status) {
    case "held":
      return onDontRun === undefined ? null : <Button onClick={() => onDontRun(call)}>{tool.dontRun}</Button>;
    case "unknown":
      return onCheck === undefined ? <ErrorDetails call={call} /> : <Button onClick={() => onCheck(call)}>{tool.check}</Button>;
    case "succeeded":
      if (receipt?.undo !== undefined && onUndo !== undefined) return <Button onClick={() => onUndo(receipt)}>{action.undo}</Button>;
      return call.effect === "irreversible" ? <span className="unsay-receipt-note">{tool.cannotUndo}</span> : null;
    case "failed":
      return (
        <ErrorDetails call={call}>
          {onRetry === undefined || call.error?.retryable !== true ? null : <Button onClick={() => onRetry(call)}>{action.retry}</Button>}
        </ErrorDetails>
      );
    default:
      return <ErrorDetails call={call} />;
  }
}

/** Developers' words stay folded: they were not written for readers. */
function ErrorDetails({ call: { error }, children }: { readonly call: ToolCall; readonly children?: ReactNode }): ReactElement | null {
  const { action } = useWords(toolWords);
  const [open, setOpen] = useState(false);
  const id = useId();
  if (error === undefined) return null;
  return (
    <>
      <span className="unsay-receipt-actions">
        <Button aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
          {action.details}
        </Button>
        {children}
      </span>
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
  const {
    message,
    calls = message.calls.filter(hasReceipt),
    onUndo,
    onDontRun,
    onCheck,
    onRetry,
    onChangeRule,
    className,
    ...rest
  } = props;
  const actions = { onUndo, onDontRun, onCheck, onRetry, onChangeRule };
  const { tool } = useWords(toolWords);
  if (calls.length === 0) return null;
  return (
    <ul aria-label={tool.receipts} {...rest} ref={ref} className={joinClasses("unsay-receipts", className)} data-unsay="receipt-list">
      {calls.map((call) => (
        <li key={call.id}>
          <Receipt call={call} receipt={newestReceipt(message, call)} by={allowedBy(message, call)} {...actions} />
        </li>
      ))}
    </ul>
  );
});

export interface ReceiptLogProps extends HTMLAttributes<HTMLOListElement> {
  /** Of a thread, in its order. */
  readonly messages: readonly ReceiptLogMessage[];
}

type ReceiptLogMessage = AssistantMessage | { readonly role: "user" };

/** All that the tools of a conversation did, without actions: a record to read. Renders an `ol`, or nothing. */
export const ReceiptLog: UiComponent<HTMLOListElement, ReceiptLogProps> = withRef("ReceiptLog", (props, ref) => {
  const { messages, className, ...rest } = props;
  const { tool } = useWords(toolWords);
  const rows = messages.flatMap((message) =>
    message.role === "user" ? [] : message.calls.filter(hasReceipt).map((call) => ({ message, call })),
  );
  if (rows.length === 0) return null;
  return (
    <ReceiptActionsContext.Provider value={NO_ACTIONS}>
      <ol aria-label={tool.log} {...rest} ref={ref} className={joinClasses("unsay-receipts", className)} data-unsay="receipt-log">
        {rows.map(({ message, call }) => (
          <li key={`${message.id} ${call.id}`}>
            <Receipt call={call} receipt={newestReceipt(message, call)} by={allowedBy(message, call)} />
          </li>
        ))}
      </ol>
    </ReceiptActionsContext.Provider>
  );
});

const NO_ACTIONS: ReceiptActions = {};

export function newestReceipt(message: AssistantMessage, call: ToolCall): ReceiptFacts | undefined {
  return message.receipts.findLast((receipt) => receipt.call === call.id);
}
