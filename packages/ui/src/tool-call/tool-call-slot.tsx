"use client";
import { useCallback, useRef, type ReactElement, type ReactNode } from "react";
import { selectCall, type AssistantMessage } from "@unsay/core/base";
import { focusStop } from "@unsay/react/base";
import { ApprovalStandIn } from "../approval/approval-stand-in.js";
import { makeVisible } from "../approval/visible-text.js";
import { usePiece } from "../on-demand/pieces.js";
import { requestWords } from "../strings/english/request.js";
import { useWords } from "../strings/strings.js";
import { hasReceipt, nameOfCall } from "./call-words.js";

export interface ToolCallSlotProps {
  readonly message: AssistantMessage;
  readonly callId: string;
}

/** The place of a tool call in an answer. Until gates and receipts have been fetched, how it stands is there in words. */
export function ToolCallSlot(props: ToolCallSlotProps): ReactElement {
  const { module } = usePiece("tools");
  const hadFocus = useRef(false);
  const land = useCallback((element: HTMLElement | null) => {
    if (element === null || !hadFocus.current) return;
    hadFocus.current = false;
    focusStop(element.querySelector<HTMLElement>(LANDING) ?? element, { preventScroll: true });
  }, []);
  return module === null ? <StandIn {...props} hadFocus={hadFocus} land={land} /> : <module.ToolCall {...props} ref={land} />;
}

/** What the tools of an answer did, in words until receipts have been fetched. Only calls of which something is known. */
export function ReceiptListSlot({ message }: Pick<ToolCallSlotProps, "message">): ReactNode {
  const { module } = usePiece("tools");
  if (module !== null) return <module.ReceiptList message={message} />;
  return message.calls.filter(hasReceipt).map(({ id }) => <ToolCallSlot key={id} message={message} callId={id} />);
}

/** What had already happened when an answer was stopped, with receipts in words above it. */
export function StopLedgerSlot({ message }: Pick<ToolCallSlotProps, "message">): ReactNode {
  return message.stop === null || message.calls.length === 0 ? null : <LoadedLedger message={message} />;
}

function LoadedLedger({ message }: Pick<ToolCallSlotProps, "message">): ReactNode {
  const { module } = usePiece("tools");
  return module === null ? null : <module.StopLedger message={message} />;
}

/** Whoever stood in the stand-in finds themselves at the question or at what came of it, never at a button that agrees. */
const LANDING = '[data-unsay="approval-gate.title"], [data-unsay="approval-dialog.review"], [data-unsay="receipt"]';

interface StandInProps extends ToolCallSlotProps {
  readonly hadFocus: { current: boolean };
  readonly land: (element: HTMLElement | null) => void;
}

function StandIn({ message, callId, hadFocus, land }: StandInProps): ReactNode {
  const { tool } = useWords(requestWords);
  const noteFocus = useCallback((element: HTMLElement | null) => (hadFocus.current = holdsFocus(element)), [hadFocus]);
  const call = selectCall(message, callId);
  if (call === undefined) return null;
  const approval = message.approvals.findLast(({ items }) => items[0]?.call === call.id);
  return (
    <div data-unsay="tool-call" data-status={call.status} data-tool={call.name}>
      {call.status === "awaiting-approval" && approval !== undefined ? (
        <ApprovalStandIn approval={approval} call={call} onLeave={noteFocus} />
      ) : (
        <p ref={land} tabIndex={-1} className="unsay-tool-line" data-unsay="tool-call.line">
          {`${tool.verdict[call.status]} ${makeVisible(nameOfCall(call))}`}
        </p>
      )}
    </div>
  );
}

function holdsFocus(element: HTMLElement | null): boolean {
  return element?.contains(document.activeElement) === true;
}
