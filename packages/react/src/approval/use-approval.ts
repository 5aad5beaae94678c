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
import { useStore } from "zustand";
import { useApprovalShown } from "../health/use-approval-shown.js";
import { useClock, useOptionalSessionContext, useSessionOr } from "../session/context.js";
import { useNow } from "../session/use-now.js";
import { useUnsayQueryClient } from "../session/use-query-client.js";
import type { ApprovalView, RiskTier, UseApprovalResult } from "../types.js";
import { callsOf } from "./open-approvals.js";
import { riskOf, riskOfCalls } from "./risk.js";
import { GUARD_LARGE_MS, GUARD_MS, useArming } from "./use-arming.js";
import { useApprovePress } from "./use-approve-press.js";

export interface UseApprovalOptions {
  readonly session?: Session | undefined;
  /** The app's own idea of risk; it wins over what the tool declares. */
  readonly riskOf?: ((call: ToolCall) => RiskTier) | undefined;
}

/** Everything one gate needs: what is asked, whether it may be answered now, and how. */
export function useApproval(approvalId: string, options: UseApprovalOptions = {}): UseApprovalResult {
  const session = useSessionOr(options.session);
  const clock = useClock();
  const requireTrusted = useOptionalSessionContext()?.requireTrustedInput ?? true;
  const message = useStore(session.store, (state) => state.messages.findLast((candidate) => holds(candidate, approvalId)));
  const owner = message?.role === "assistant" ? message : null;
  const approval = owner?.approvals.find((candidate) => candidate.id === approvalId) ?? null;
  const calls = owner === null || approval === null ? [] : callsOf(owner, approval);
  const risk = riskOfCalls(calls, options.riskOf ?? riskOf);
  const view = viewOf(approval);
  const question = `${approvalId}:${calls.map((call) => call.argsHash ?? "").join()}`;
  const arming = useArming(clock, view === "open" || view === "unconfirmed", question, risk >= 4 ? GUARD_LARGE_MS : GUARD_MS);
  useApprovalShown(session, approvalId, view === "open");
  const client = useUnsayQueryClient();
  const mutation = useMutation(
    { mutationKey: ["unsay", "decide", approvalId], mutationFn: (decision: Decision) => session.decide(approvalId, decision) },
    client,
  );
  const expiresInS = useExpiry(approval, view);
  const isOver = approval !== null && (isRefusedForGood(approval) || isPastExpiry(approval, clock.epoch()));
  const blockedBy = isOver ? "closed" : whyBlocked(view, owner, arming.isArmed);
  const decide = (decision: Decision) => mutation.mutate(decision);
  const approve = () => decide({ decision: "approve" });
  const press = useApprovePress(arming, { clock, requireTrusted, canPress: blockedBy === null, onPress: approve });
  const reject = (reason?: string) => decide({ decision: "reject", ...(reason === undefined ? {} : { reason }) });

  return {
    approval,
    message: owner,
    calls,
    view,
    risk,
    isArmed: arming.isArmed,
    blockedBy,
    expiresInS,
    isElsewhere: approval?.elsewhere === true,
    error: mutation.error instanceof UnsayError ? mutation.error.toJSON() : (approval?.refused ?? null),
    approve: () => {
      if (blockedBy === null) approve();
    },
    reject,
    decide,
    getGateProps: () => ({
      ref: arming.ref,
      "data-status": view,
      "data-risk": risk,
      ...(arming.isArmed ? { "data-armed": "" } : {}),
    }),
    getApproveProps: () => ({ type: "button", "aria-disabled": blockedBy === null ? undefined : true, ...press }),
    getRejectProps: () => ({ type: "button", onClick: () => reject() }),
  };
}

function holds(message: { readonly role: string }, approvalId: string): boolean {
  return message.role === "assistant" && (message as AssistantMessage).approvals.some((approval) => approval.id === approvalId);
}

function viewOf(approval: Approval | null): ApprovalView {
  if (approval === null) return "forming";
  if (approval.status !== "deciding") return approval.status;
  return approval.unconfirmed === true ? "unconfirmed" : "submitting";
}

/** A record that is being read again may already hold another answer, so nothing is approved meanwhile. */
function whyBlocked(view: ApprovalView, message: AssistantMessage | null, isArmed: boolean): UseApprovalResult["blockedBy"] {
  if (view === "submitting") return "submitting";
  if (view !== "open" && view !== "unconfirmed") return "closed";
  if (message?.reconnecting === true) return "reconnecting";
  return isArmed ? null : "arming";
}

/** The server expires it; this is only the countdown. */
function useExpiry(approval: Approval | null, view: ApprovalView): number | null {
  const isWaiting = view === "open" && approval?.expiresInMs != null && approval.requestedAt !== null;
  const clock = useClock();
  useNow(1_000, isWaiting);
  if (!isWaiting || approval?.expiresInMs == null || approval.requestedAt === null) return null;
  return Math.max(0, Math.ceil((approval.requestedAt + approval.expiresInMs - clock.epoch()) / 1_000));
}
