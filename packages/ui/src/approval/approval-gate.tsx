"use client";
import {
  createContext,
  createElement,
  useContext,
  useId,
  useMemo,
  useRef,
  useState,
  type HTMLAttributes,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from "react";
import { useApproval, type UseApprovalResult } from "@unsay/react";
import { Button } from "../button/button.js";
import { flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { useHeadingLevel } from "../message/heading-level.js";
import type { Strings } from "../strings/en.js";
import { useStrings } from "../strings/strings.js";
import { ApprovalFact } from "./approval-fact.js";
import { describeWith, useDescribeCall, type CallDescription, type DescribeCall } from "./describe-call.js";
import { makeVisible } from "./visible-text.js";

export interface ApprovalGateProps extends HTMLAttributes<HTMLDivElement> {
  /** The approval, found in the session of the nearest provider. Give this or `control`. */
  readonly approvalId?: string;
  /** The result of `useApproval`, or one made from a message alone. */
  readonly control?: UseApprovalResult;
  /** The app's words for the question. Wins over `DescribeCallContext`. */
  readonly describeCall?: DescribeCall;
}

/**
 * Asks before a tool call. Takes no focus, scrolls nothing, and takes no press that was not meant for it. Renders a
 * `div` with the role of a group.
 */
export const ApprovalGate: UiComponent<HTMLDivElement, ApprovalGateProps> = withRef("ApprovalGate", (props, ref) => {
  const { approvalId, control, ...rest } = props;
  if (control !== undefined) return <GateView {...rest} control={control} gateRef={ref} />;
  return approvalId === undefined ? null : <ConnectedGate {...rest} approvalId={approvalId} gateRef={ref} />;
});

interface GateRef {
  readonly gateRef: Ref<HTMLDivElement>;
}

function ConnectedGate({
  approvalId,
  ...rest
}: Omit<ApprovalGateProps, "control" | "approvalId"> & GateRef & { readonly approvalId: string }): ReactElement {
  return <GateView {...rest} control={useApproval(approvalId)} />;
}

interface GateState {
  readonly control: UseApprovalResult;
  readonly descriptions: readonly CallDescription[];
  readonly question: Pick<CallDescription, "title" | "approveLabel" | "rejectLabel">;
  readonly titleId: string;
  readonly factsId: string;
}

const GateContext = createContext<GateState | null>(null);

function useGate(part: string): GateState {
  const gate = useContext(GateContext);
  if (gate === null) throw new Error(`${part} stands outside a gate and knows no request to show. Put it inside <ApprovalGate>.`);
  return gate;
}

function GateView(
  props: Omit<ApprovalGateProps, "control" | "approvalId"> & GateRef & { readonly control: UseApprovalResult },
): ReactElement {
  const { control, gateRef, describeCall, className, children, ...rest } = props;
  const strings = useStrings();
  const describe = useDescribeCall(describeCall);
  const id = useId();
  const { calls } = control;
  const { ref: watchRef, ...gateProps } = control.getGateProps() as { ref?: Ref<HTMLDivElement> } & Record<string, unknown>;
  const merged = useMemo(() => mergeRefs(gateRef, watchRef), [gateRef, watchRef]);
  const gate = useMemo<GateState>(() => {
    const descriptions = calls.map((call) => describeWith(describe, call, strings));
    return { control, descriptions, question: questionOf(descriptions, strings), titleId: `${id}-title`, factsId: `${id}-facts` };
  }, [calls, control, describe, id, strings]);
  return (
    <GateContext.Provider value={gate}>
      <div
        {...gateProps}
        {...rest}
        ref={merged}
        className={joinClasses("unsay-approval", className)}
        data-unsay="approval-gate"
        data-tool={calls.length === 1 ? calls[0]?.name : undefined}
        data-approval={control.approval?.id}
        role="group"
        aria-labelledby={gate.titleId}
        aria-describedby={control.view === "forming" ? undefined : gate.factsId}
      >
        {children ?? <DefaultGate />}
      </div>
    </GateContext.Provider>
  );
}

function DefaultGate(): ReactElement {
  return (
    <>
      <ApprovalGateTitle />
      <ApprovalGateFacts />
      <ApprovalGatePreview />
      <ApprovalGateActions />
      <ApprovalGateExpiry />
    </>
  );
}

function questionOf(descriptions: readonly CallDescription[], { approval }: Strings): GateState["question"] {
  const [only] = descriptions;
  if (descriptions.length === 1 && only !== undefined) return only;
  return { title: approval.questionOf(descriptions.length), approveLabel: approval.approvePlain, rejectLabel: approval.reject };
}

/** The question. Takes focus only when someone asks to go to the request. Renders a heading one below the message's. */
export const ApprovalGateTitle: UiComponent<HTMLHeadingElement, HTMLAttributes<HTMLHeadingElement>> = withRef(
  "ApprovalGateTitle",
  (props, ref) => {
    const { titleId, question } = useGate("ApprovalGateTitle");
    const level = Math.min(6, useHeadingLevel() + 1);
    return createElement(
      `h${level}`,
      {
        tabIndex: -1,
        dir: "auto",
        ...props,
        ref,
        id: titleId,
        className: joinClasses("unsay-approval-title", props.className),
        "data-unsay": "approval-gate.title",
      },
      props.children ?? makeVisible(question.title),
    );
  },
);

const FIELD_LIMIT = 32;

/** What is asked, row by row. Renders a `div` with one `dl` a call. */
export const ApprovalGateFacts: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef("ApprovalGateFacts", (props, ref) => {
  const { control, descriptions, factsId } = useGate("ApprovalGateFacts");
  const { approval } = useStrings();
  if (control.view === "forming") return <p className="unsay-approval-note">{approval.forming}</p>;
  return (
    <div
      {...props}
      ref={ref}
      id={factsId}
      className={joinClasses("unsay-approval-facts", props.className)}
      data-unsay="approval-gate.facts"
    >
      {props.children ??
        descriptions.map((description, index) => (
          <CallFacts key={index} description={description} heading={descriptions.length > 1 ? description.title : undefined} />
        ))}
    </div>
  );
});

function CallFacts({
  description,
  heading,
}: {
  readonly description: CallDescription;
  readonly heading: string | undefined;
}): ReactElement {
  const { approval } = useStrings();
  const [all, setAll] = useState(false);
  const facts = all ? description.facts : description.facts.slice(0, FIELD_LIMIT);
  const hidden = description.facts.length - facts.length;
  return (
    <>
      {heading === undefined ? null : <strong>{makeVisible(heading)}</strong>}
      <dl>
        {facts.map((fact, index) => (
          <ApprovalFact key={index} fact={fact} />
        ))}
      </dl>
      {hidden > 0 ? <Button onClick={() => setAll(true)}>{approval.moreFields(hidden)}</Button> : null}
    </>
  );
}

/** What will change, as the app draws it; nothing without one. Renders a `div`. */
export const ApprovalGatePreview: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef(
  "ApprovalGatePreview",
  (props, ref) => {
    const { control, descriptions } = useGate("ApprovalGatePreview");
    const previews = descriptions.flatMap((description) => (description.preview === undefined ? [] : [description.preview]));
    if (control.view === "forming" || (props.children === undefined && previews.length === 0)) return null;
    return (
      <div
        dir="auto"
        {...props}
        ref={ref}
        className={joinClasses("unsay-approval-preview", props.className)}
        data-unsay="approval-gate.preview"
      >
        {props.children ?? previews.map((preview, index) => <div key={index}>{preview}</div>)}
      </div>
    );
  },
);

/** Reject first, Approve last; words instead of both once the request is closed. Renders a `div`. */
export const ApprovalGateActions: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef(
  "ApprovalGateActions",
  (props, ref) => {
    const { control } = useGate("ApprovalGateActions");
    const rejected = useRef(false);
    const { approval } = useStrings();
    const isAsking = control.view === "open" || control.view === "submitting";
    if (control.view === "forming") return null;
    if (control.view === "unconfirmed") return <Unconfirmed onAgain={() => (rejected.current ? control.reject() : control.approve())} />;
    if (!isAsking)
      return (
        <p className="unsay-approval-note" data-unsay="approval-gate.outcome">
          {approval[control.view as ClosedView]}
        </p>
      );
    return (
      <div {...props} ref={ref} className={joinClasses("unsay-approval-actions", props.className)} data-unsay="approval-gate.actions">
        {props.children ??
          (control.risk >= 3 ? (
            <TwoStepActions onReject={() => (rejected.current = true)} />
          ) : (
            <PressActions onReject={() => (rejected.current = true)} />
          ))}
        <Blocked />
      </div>
    );
  },
);

type ClosedView = "approved" | "rejected" | "expired" | "superseded" | "cancelled";

interface RejectNoted {
  readonly onReject: () => void;
}

function RejectButton({ onReject }: RejectNoted): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  const { onClick, ...props } = control.getRejectProps() as { onClick?: (event: MouseEvent) => void };
  const isSubmitting = control.view === "submitting";
  const reject = (event: MouseEvent): void => {
    if (isSubmitting) return;
    onReject();
    onClick?.(event);
  };
  return (
    <Button {...props} aria-disabled={isSubmitting || undefined} data-unsay="approval-gate.reject" onClick={reject}>
      {makeVisible(question.rejectLabel)}
    </Button>
  );
}

function PressActions({ onReject }: RejectNoted): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  return (
    <>
      <RejectButton onReject={onReject} />
      <Button tone="primary" {...control.getApproveProps()} data-unsay="approval-gate.approve" data-mechanism="press">
        {makeVisible(question.approveLabel)}
      </Button>
    </>
  );
}

/**
 * What cannot be undone takes two presses in two places: the second button opens below, so that a double click lands
 * on "Not yet".
 */
function TwoStepActions({ onReject }: RejectNoted): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  const { approval } = useStrings();
  const [isReviewing, setReviewing] = useState(false);
  const id = useId();
  const label = makeVisible(question.approveLabel);
  const canReview = control.blockedBy === null;
  const review = (): void => {
    if (canReview || isReviewing) setReviewing(!isReviewing);
  };
  return (
    <>
      <RejectButton onReject={onReject} />
      <Button
        aria-disabled={canReview || isReviewing ? undefined : true}
        aria-expanded={isReviewing}
        aria-controls={isReviewing ? id : undefined}
        className={isReviewing ? undefined : "unsay-approval-review"}
        data-unsay="approval-gate.review"
        data-open={flag(isReviewing)}
        onClick={review}
      >
        {isReviewing ? approval.back : approval.review(label)}
      </Button>
      {isReviewing ? (
        <div id={id} className="unsay-approval-confirm" data-unsay="approval-gate.confirm">
          <span>{approval.secondStep}</span>
          <Button tone="danger" {...control.getApproveProps()} data-unsay="approval-gate.approve" data-mechanism="two-step">
            {label}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** Why Approve waits, in words; arming lasts half a second and needs none. */
function Blocked(): ReactNode {
  const { control } = useGate("ApprovalGateActions");
  const { approval } = useStrings();
  if (control.error !== null)
    return <p className="unsay-approval-note">{[approval.failed, control.error.userMessage].filter(Boolean).join(" ")}</p>;
  if (control.blockedBy !== "reconnecting" && control.blockedBy !== "submitting") return null;
  return <p className="unsay-approval-note">{approval[control.blockedBy]}</p>;
}

function Unconfirmed({ onAgain }: { readonly onAgain: () => void }): ReactElement {
  const { action, approval } = useStrings();
  return (
    <div className="unsay-approval-actions" data-unsay="approval-gate.actions">
      <span className="unsay-approval-note">{approval.unconfirmed}</span>
      <Button onClick={onAgain}>{action.sendAgain}</Button>
    </div>
  );
}

/** How long the request still waits; nothing where it does not expire. Renders a `p`. */
export const ApprovalGateExpiry: UiComponent<HTMLParagraphElement, HTMLAttributes<HTMLParagraphElement>> = withRef(
  "ApprovalGateExpiry",
  (props, ref) => {
    const { control } = useGate("ApprovalGateExpiry");
    const { approval } = useStrings();
    if (control.expiresInS === null || control.view !== "open") return null;
    return (
      <p {...props} ref={ref} className={joinClasses("unsay-approval-expiry", props.className)} data-unsay="approval-gate.expiry">
        {props.children ?? approval.expiresIn(control.expiresInS)}
      </p>
    );
  },
);
