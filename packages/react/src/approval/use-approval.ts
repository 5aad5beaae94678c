"use client";

import {
  isPastExpiry,
  isRefusedForGood,
  UnsayError,
  type Approval,
  type AssistantMessage,
  type Decision,
  type Session,
  type ToolCall,
} from "@unsay/core";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useMemo, type RefCallback } from "react";
import { useStore } from "zustand";
import { useApprovalShown } from "../health/use-approval-shown.js";
import { useClock, useOptionalSessionContext, useSessionOr } from "../session/context.js";
import { useNow } from "../session/use-now.js";
import { useUnsayQueryClient } from "../session/use-query-client.js";
import type { ApprovalView, RiskOf, UseApprovalResult } from "../types.js";
import { GUARD_LARGE_MS, GUARD_MS } from "./gate-watch.js";
import { askerOf, callsOf } from "./open-approvals.js";
import { mechanismOf, riskOf, riskOfCalls } from "./risk.js";
import { useApproveControl, type ApproveControl } from "./use-approve-control.js";
import { useArming } from "./use-arming.js";
import { decisionOf, useDecisionDraft, type DecisionDraft } from "./use-decision-draft.js";
import { HOLD_MS } from "./use-hold.js";
import { useReading, type Reading } from "./use-reading.js";

export interface UseApprovalOptions {
  readonly session?: Session | undefined;
  /** The app's own idea of risk; it wins over what the tool declares, and is asked again when arguments change. */
  readonly riskOf?: RiskOf | undefined;
  /** How tier 3 is approved: held, unless two steps are preferred. */
  readonly preferred?: "hold" | "two-step" | undefined;
  /** 800 to 3,000 ms; 1,200 by default. */
  readonly holdMs?: number | undefined;
  /** What is typed at tier 4; by default the target of the call, or the name of its tool. */
  readonly nameToType?: ((call: ToolCall) => string | undefined) | undefined;
}

/** Everything one gate needs: what is asked, whether it may be answered now, and how. */
export function useApproval(approvalId: string, options: UseApprovalOptions = {}): UseApprovalResult {
  const session = useSessionOr(options.session);
  const clock = useClock();
  const requireTrusted = useOptionalSessionContext()?.requireTrustedInput ?? true;
  const owner = useStore(session.store, ({ pages }) => askerOf(pages, approvalId)) ?? null;
  const approval = owner?.approvals.find((candidate) => candidate.id === approvalId) ?? null;
  const expiresInS = useExpiry(approval);
  const view = viewOfApproval(approval, clock.epoch());
  const asked = useMemo(() => (owner === null || approval === null ? [] : callsOf(owner, approval)), [owner, approval]);
  const draft = useDecisionDraft(asked);
  const { calls } = draft;
  const risk = riskOfCalls(calls, options.riskOf ?? riskOf);
  const question = `${approvalId}:${risk}:${draft.key}:${asked.map((call) => call.argsHash ?? "").join()}`;
  const isAsking = view === "open" || view === "unconfirmed";
  const arming = useArming(clock, isAsking, question, risk >= 4 ? GUARD_LARGE_MS : GUARD_MS);
  const reading = useReading(clock, isAsking && risk >= 3, question);
  const gateRef = useBoth(arming.ref, reading.fallbackRef);
  useApprovalShown(session, approvalId, view === "open");
  const client = useUnsayQueryClient();
  const mutation = useMutation(
    { mutationKey: ["unsay", "decide", approvalId], mutationFn: (decision: Decision) => session.decide(approvalId, decision) },
    client,
  );
  const decide = (decision: Decision): void => mutation.mutate(decision);
  const approve = (): void => {
    if (approval !== null) decide(decisionOf(approval, draft));
  };
  const isOver = approval !== null && isRefusedForGood(approval);
  const closedBy = isOver ? "closed" : whyClosed(view, owner);
  const waitsFor = closedBy ?? whyUnready(draft) ?? reading.missing;
  const control = useApproveControl({
    clock,
    arming,
    requireTrusted,
    canPress: waitsFor === null,
    mechanism: mechanismOf(risk, options.preferred),
    holdMs: options.holdMs ?? HOLD_MS,
    nameToType: nameOf(calls, options.nameToType),
    question,
    onApprove: approve,
  });
  const blockedBy = waitsFor ?? (control.isTyped ? null : "untyped") ?? (arming.isArmed ? null : "arming");
  const reject = (reason?: string): void => decide({ decision: "reject", ...(reason === undefined || reason === "" ? {} : { reason }) });

  return {
    approval,
    message: owner,
    calls,
    asked,
    view,
    risk,
    mechanism: control.mechanism,
    step: control.step,
    holdMs: options.holdMs ?? HOLD_MS,
    isArmed: arming.isArmed,
    blockedBy,
    expiresInS: view === "open" ? expiresInS : null,
    isElsewhere: approval?.elsewhere === true,
    isFolded: reading.isFolded,
    error: mutation.error instanceof UnsayError ? mutation.error.toJSON() : (approval?.refused ?? null),
    changes: draft.changes,
    scope: risk < 3 ? draft.scope : null,
    approve: () => {
      if (blockedBy === null && arming.verify()) approve();
    },
    reject,
    decide,
    sendAgain: () => decide(approval?.sent === undefined ? { decision: "reject" } : { items: approval.sent }),
    edit: draft.edit,
    remember: draft.remember,
    select: draft.select,
    fold: reading.fold,
    ...propGetters({
      view,
      risk,
      isArmed: arming.isArmed,
      gateRef,
      reading,
      control,
      blockedBy,
      changes: draft.changes,
      reject,
    }),
  };
}

interface PropFacts extends Pick<UseApprovalResult, "view" | "risk" | "isArmed" | "blockedBy" | "changes" | "reject"> {
  readonly gateRef: RefCallback<HTMLElement>;
  readonly reading: Reading;
  readonly control: ApproveControl;
}

type PropGetters = Pick<
  UseApprovalResult,
  "getGateProps" | "getPreviewProps" | "getApproveProps" | "getSecondProps" | "getTypeProps" | "getRejectProps"
>;

function propGetters(facts: PropFacts): PropGetters {
  const { view, risk, isArmed, blockedBy, changes, reject, gateRef, reading, control } = facts;
  const isDisabled = blockedBy === null ? undefined : true;
  return {
    getGateProps: () => ({
      ref: gateRef,
      "data-status": view,
      "data-risk": risk,
      ...(isArmed ? { "data-armed": "" } : {}),
      ...(control.step === "filling" || control.step === "full" ? { "data-holding": "" } : {}),
      ...(changes > 0 ? { "data-edited": changes } : {}),
    }),
    getPreviewProps: () => ({ ref: reading.previewRef }),
    getApproveProps: () => ({
      type: "button",
      "aria-disabled": control.step === "second" ? undefined : isDisabled,
      ...control.getApproveProps(),
    }),
    getSecondProps: () => ({ type: "button", "aria-disabled": isDisabled, ...control.getSecondProps() }),
    getTypeProps: control.getTypeProps,
    getRejectProps: () => ({ type: "button", onClick: () => reject() }),
  };
}

function useBoth(one: RefCallback<HTMLElement>, other: RefCallback<HTMLElement>): RefCallback<HTMLElement> {
  return useCallback(
    (element: HTMLElement | null) => {
      one(element);
      other(element);
    },
    [one, other],
  );
}

function nameOf(calls: readonly ToolCall[], given: UseApprovalOptions["nameToType"]): string {
  const [call] = calls;
  return call === undefined ? "" : (given?.(call) ?? call.target ?? call.name);
}

/** What a gate shows of an approval at a time (epoch ms). What is past its time is read-only, whoever has heard of it. */
export function viewOfApproval(approval: Approval | null, epoch: number): ApprovalView {
  if (approval === null) return "forming";
  if (approval.status === "open" && isPastExpiry(approval, epoch)) return "expired";
  if (approval.status !== "deciding") return approval.status;
  return approval.unconfirmed === true ? "unconfirmed" : "submitting";
}

/** A record that is being read again may already hold another answer, so nothing is approved meanwhile. */
function whyClosed(view: ApprovalView, message: AssistantMessage | null): "submitting" | "closed" | "reconnecting" | null {
  if (view === "submitting") return "submitting";
  if (view !== "open" && view !== "unconfirmed") return "closed";
  return message?.reconnecting === true ? "reconnecting" : null;
}

function whyUnready({ isValid, selected }: DecisionDraft): "invalid" | "unselected" | null {
  if (!isValid) return "invalid";
  return selected?.size === 0 ? "unselected" : null;
}

/** The server expires it; this is only the countdown. */
function useExpiry(approval: Approval | null): number | null {
  const clock = useClock();
  const { status, expiresInMs = null, requestedAt = null } = approval ?? {};
  const isWaiting = status === "open" && expiresInMs !== null && requestedAt !== null;
  useNow(1_000, isWaiting);
  return isWaiting ? Math.max(0, Math.ceil((requestedAt + expiresInMs - clock.epoch()) / 1_000)) : null;
}
