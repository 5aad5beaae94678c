"use client";
import {
  useSyncExternalStore,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type HTMLAttributes,
  type ReactElement,
  type ReactNode,
  type Ref,
} from "react";
import type { GrantScope } from "@unsay/core";
import { embeddingOf, useApproval, type UseApprovalResult } from "@unsay/react";
import { flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useApprovalSettings, type ApprovalSettings } from "./approval-settings.js";
import { ArgumentEditor } from "./argument-editor.js";
import { useDescribeCall, type CallDescription, type DescribeCall } from "./describe-call.js";
import { describeWith } from "./describe-plainly.js";
import { EffectPreview } from "./effect-preview.js";
import { ApprovalGateActions } from "./gate-actions.js";
import { GateContext, useGate, type GateState } from "./gate-context.js";
import { ApprovalGateExpiry } from "./gate-expiry.js";
import { ApprovalGateFacts, ApprovalGateTitle, ApprovalGateWhy } from "./gate-facts.js";
import { doubtOfName } from "./look-alike.js";
import { isSecret } from "./mask-secret.js";
import { ALWAYS_MS, ScopePicker } from "./scope-picker.js";
import { ScrollBox } from "./scroll-box.js";

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
  return <GateView {...rest} control={useGateControl(approvalId, rest.describeCall)} />;
}

/** `useApproval` with what the app has said about its requests. */
export function useGateControl(approvalId: string, describeCall?: DescribeCall): UseApprovalResult {
  const { riskOf, preferred, holdMs } = useApprovalSettings();
  const describe = useDescribeCall(describeCall);
  return useApproval(approvalId, { riskOf, preferred, holdMs, nameToType: (call) => describe(call)?.object });
}

function GateView(
  props: Omit<ApprovalGateProps, "control" | "approvalId"> & GateRef & { readonly control: UseApprovalResult },
): ReactElement {
  const { control, gateRef, describeCall, className, children, ...rest } = props;
  const gate = useGateState(control, describeCall);
  const { calls } = control;
  const { ref: watchRef, ...gateProps } = control.getGateProps() as { ref?: Ref<HTMLDivElement> } & Record<string, unknown>;
  const merged = useMemo(() => mergeRefs(gateRef, watchRef), [gateRef, watchRef]);
  useRemembered(control, gate);
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
        data-scope={reachOf(control.scope)}
        data-editing={flag(gate.isEditing)}
        role="group"
        aria-labelledby={gate.titleId}
        aria-describedby={control.view === "forming" ? undefined : gate.factsId}
      >
        {children ?? <DefaultGate />}
      </div>
    </GateContext.Provider>
  );
}

export function useGateState(control: UseApprovalResult, describeCall: DescribeCall | undefined): GateState {
  const strings = useWords(toolWords);
  const describe = useDescribeCall(describeCall);
  const [isEditing, setEditing] = useState(false);
  const id = useId();
  const { calls } = control;
  return useMemo(() => {
    const descriptions = calls.map((call) => describeWith(describe, call, strings));
    const question = questionOf(descriptions, strings);
    return { control, descriptions, question, titleId: `${id}-title`, factsId: `${id}-facts`, isEditing, setEditing };
  }, [calls, control, describe, id, isEditing, strings]);
}

function questionOf(descriptions: readonly CallDescription[], { approval }: ToolWords): GateState["question"] {
  const [only] = descriptions;
  if (descriptions.length === 1 && only !== undefined) return only;
  return { title: approval.questionOf(descriptions.length), approveLabel: approval.approvePlain, rejectLabel: approval.reject };
}

/** The app hears of a standing permission when the decision that gives it has left. */
function useRemembered(control: UseApprovalResult, gate: GateState): void {
  const { onRemember } = useApprovalSettings();
  const { scope: words } = useWords(toolWords);
  const told = useRef(false);
  useEffect(() => {
    const [call] = control.calls;
    if (control.view !== "submitting" || control.scope === null || call === undefined || told.current) return;
    told.current = true;
    const boundary = gate.descriptions[0]?.remember?.boundary ?? words.exact;
    onRemember?.({
      call,
      reach: reachOf(control.scope) ?? "thread",
      scope: control.scope,
      words: words.boundary(call.title ?? call.name, boundary),
    });
  }, [control, gate, onRemember, words]);
}

function reachOf(scope: GrantScope | null): "thread" | "always" | undefined {
  if (scope === null) return undefined;
  return scope.ms === ALWAYS_MS ? "always" : "thread";
}

function DefaultGate(): ReactElement {
  return (
    <>
      <ApprovalGateTitle />
      <ApprovalGateFacts />
      <ApprovalGatePreview />
      <ApprovalGateWhy />
      <ApprovalGateEditor />
      <ApprovalGateScope />
      <EmbeddingNote />
      <ApprovalGateActions />
      <ApprovalGateExpiry />
    </>
  );
}

/** What will change; nothing where nobody described it. Renders a `div`. */
export const ApprovalGatePreview: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef(
  "ApprovalGatePreview",
  (props, ref) => {
    const { control, descriptions } = useGate("ApprovalGatePreview");
    const { approval } = useWords(toolWords);
    const { ref: seenRef } = control.getPreviewProps() as { ref?: Ref<HTMLDivElement> };
    const merged = useMemo(() => mergeRefs(ref, seenRef), [ref, seenRef]);
    const previews = descriptions.flatMap(previewOf);
    if (control.view === "forming" || (props.children === undefined && previews.length === 0)) return null;
    return (
      <ScrollBox
        dir="auto"
        label={approval.preview}
        {...props}
        ref={merged}
        className={joinClasses("unsay-approval-preview", props.className)}
        data-unsay="approval-gate.preview"
      >
        {props.children ?? previews.map((preview, index) => <div key={index}>{preview}</div>)}
      </ScrollBox>
    );
  },
);

function previewOf({ preview, effect }: CallDescription): readonly ReactNode[] {
  if (preview !== undefined) return [preview];
  return effect === undefined ? [] : [<EffectPreview key="effect" effect={effect} />];
}

/** The form over the arguments, while the reader edits them; nothing otherwise. */
function ApprovalGateEditor(): ReactNode {
  const { control, descriptions, isEditing } = useGate("ApprovalGateEditor");
  const [call] = control.asked;
  if (!isEditing || call === undefined || control.view !== "open") return null;
  return <ArgumentEditor call={call} schema={descriptions[0]?.schema} onEdit={(edit) => control.edit(call.id, edit)} autoFocus />;
}

/** What may be remembered; nothing where nothing may. */
function ApprovalGateScope(): ReactNode {
  const { control, descriptions } = useGate("ApprovalGateScope");
  const settings = useApprovalSettings();
  const [call] = control.calls;
  const offer = descriptions[0]?.remember;
  const canRemember = call !== undefined && isRememberable(control, descriptions, settings);
  const { remember, scope } = control;
  useEffect(() => {
    if (!canRemember && scope !== null) remember(null);
  }, [canRemember, remember, scope]);
  if (!canRemember) return null;
  return <ScopePicker call={call} offer={offer} value={scope} onChange={remember} />;
}

/** What can't be seen whole, by its real name, once and as it was asked, is not agreed to for later. */
function isRememberable(control: UseApprovalResult, descriptions: readonly CallDescription[], settings: ApprovalSettings): boolean {
  const [call] = control.calls;
  if (settings.onRemember === undefined || call === undefined || control.calls.length !== 1) return false;
  if (control.view !== "open" || control.risk >= 3 || control.changes > 0 || control.isFolded) return false;
  if (control.approval?.options.includes("scoped") !== true || call.effect === "irreversible") return false;
  return doubtOfName(call.name, settings.knownTools) === null && !descriptions.some(({ facts }) => facts.some(isSecret));
}

function EmbeddingNote(): ReactNode {
  const { control } = useGate("ApprovalGate");
  const { approval } = useWords(toolWords);
  // A server knows nothing of frames.
  const isUnwatched = useSyncExternalStore(subscribeToNothing, isEmbeddedUnwatched, () => false);
  if (!isUnwatched || control.view !== "open") return null;
  return <p className="unsay-approval-warning">{approval.embedded}</p>;
}

function subscribeToNothing(): () => void {
  return () => {};
}

function isEmbeddedUnwatched(): boolean {
  return embeddingOf() === "unwatched";
}
