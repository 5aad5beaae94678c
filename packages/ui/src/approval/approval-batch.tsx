"use client";
import { useId, useMemo, useState, type HTMLAttributes, type ReactElement, type Ref } from "react";
import type { ToolCall } from "@unsay/core";
import { useBatch, type UseApprovalResult, type UseBatchResult } from "@unsay/react";
import { Button } from "../button/button.js";
import { joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { nameOfCall } from "../tool-call/call-words.js";
import { useGateState } from "./approval-gate.js";
import type { CallDescription, DescribeCall } from "./describe-call.js";
import { ApprovalGateActions } from "./gate-actions.js";
import { GateContext } from "./gate-context.js";
import { ApprovalGateExpiry } from "./gate-expiry.js";
import { ApprovalGateTitle, CallFacts } from "./gate-facts.js";
import { makeVisible } from "./visible-text.js";

export interface ApprovalBatchProps extends HTMLAttributes<HTMLDivElement> {
  /** Of an approval about several calls of one tool, none above tier 2: see `whyNotBatch`. */
  readonly control: UseApprovalResult;
  readonly describeCall?: DescribeCall;
}

/**
 * Several requests of one tool, decided row by row and sent together: one answer and one receipt a row. Nothing is
 * chosen beforehand, and what is not chosen does not run. Renders a `div` with the role of a group.
 */
export const ApprovalBatch: UiComponent<HTMLDivElement, ApprovalBatchProps> = withRef("ApprovalBatch", (props, ref) => {
  const { control, describeCall, className, ...rest } = props;
  const { batch: words } = useWords(toolWords);
  const batch = useBatch(control);
  const gate = useGateState(control, describeCall);
  const [first] = control.calls;
  const title = words.question(control.calls.length, first === undefined ? "" : nameOfCall(first));
  const { ref: watchRef, ...gateProps } = control.getGateProps() as { ref?: Ref<HTMLDivElement> } & Record<string, unknown>;
  const merged = useMemo(() => mergeRefs(ref, watchRef), [ref, watchRef]);
  return (
    <GateContext.Provider value={{ ...gate, question: { ...gate.question, title } }}>
      <div
        {...gateProps}
        {...rest}
        ref={merged}
        className={joinClasses("unsay-approval unsay-batch", className)}
        data-unsay="approval-gate"
        data-batch={control.calls.length}
        data-tool={first?.name}
        data-approval={control.approval?.id}
        role="group"
        aria-labelledby={gate.titleId}
      >
        <ApprovalGateTitle />
        {batch.parts.map((part, index) => (
          <BatchPart key={index} batch={batch} calls={part} part={index + 1} descriptions={gate.descriptions} control={control} />
        ))}
        {control.view === "open" ? <BatchActions control={control} batch={batch} /> : <ApprovalGateActions />}
        <ApprovalGateExpiry />
      </div>
    </GateContext.Provider>
  );
});

interface PartProps {
  readonly control: UseApprovalResult;
  readonly batch: UseBatchResult;
  readonly calls: readonly ToolCall[];
  readonly part: number;
  readonly descriptions: readonly CallDescription[];
}

function BatchPart({ control, batch, calls, part, descriptions }: PartProps): ReactElement {
  const { batch: words } = useWords(toolWords);
  return (
    <fieldset className="unsay-batch-part" disabled={control.view !== "open"} data-unsay="approval-batch.part">
      <legend className={batch.parts.length === 1 ? "unsay-visually-hidden" : undefined}>{words.part(part, batch.parts.length)}</legend>
      {calls.map((call) => {
        const description = descriptions[control.calls.indexOf(call)];
        return description === undefined ? null : <BatchRow key={call.id} batch={batch} call={call} description={description} />;
      })}
    </fieldset>
  );
}

interface RowProps {
  readonly batch: UseBatchResult;
  readonly call: ToolCall;
  readonly description: CallDescription;
}

function BatchRow({ batch, call, description }: RowProps): ReactElement {
  const { action } = useWords(toolWords);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div ref={batch.rowRef(call.id)} className="unsay-batch-row" data-unsay="approval-batch.row">
      <label className="unsay-choice" dir="auto">
        <input type="checkbox" checked={batch.chosen.has(call.id)} onChange={() => batch.toggle(call.id)} />
        {makeVisible(description.title)}
      </label>
      <button
        type="button"
        className="unsay-link-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {action.details} <span className="unsay-visually-hidden">{makeVisible(description.title)}</span>
      </button>
      {isOpen ? (
        <div id={id} className="unsay-approval-facts">
          <CallFacts description={description} />
        </div>
      ) : null}
    </div>
  );
}

/** A press is guarded like that of a single request; to refuse all is not. */
function BatchActions({ control, batch }: { readonly control: UseApprovalResult; readonly batch: UseBatchResult }): ReactElement {
  const { batch: words, approval } = useWords(toolWords);
  const { length } = control.calls;
  const { size } = batch.chosen;
  return (
    <div className="unsay-approval-actions" data-unsay="approval-gate.actions">
      <Button data-unsay="approval-gate.reject" onClick={() => control.reject()}>
        {words.rejectAll(length)}
      </Button>
      <Button tone="primary" {...control.getApproveProps()} data-unsay="approval-gate.approve" data-mechanism="press">
        {size === 0 ? words.approveAll(length) : words.approveSelected(size, length - size)}
      </Button>
      {size === 0 && !batch.isSeen ? <p className="unsay-approval-note">{words.unseen}</p> : null}
      {control.blockedBy === "reconnecting" ? <p className="unsay-approval-note">{approval.blocked.reconnecting}</p> : null}
    </div>
  );
}
