"use client";
import { createContext, useContext, type Context } from "react";
import type { UseApprovalResult } from "@unsay/react";
import type { CallDescription } from "./describe-call.js";

export interface GateState {
  readonly control: UseApprovalResult;
  /** One for each call, of its arguments as they would be sent. */
  readonly descriptions: readonly CallDescription[];
  readonly question: Pick<CallDescription, "title" | "approveLabel" | "rejectLabel">;
  readonly titleId: string;
  readonly factsId: string;
  readonly isEditing: boolean;
  readonly setEditing: (isEditing: boolean) => void;
}

export const GateContext: Context<GateState | null> = createContext<GateState | null>(null);

export function useGate(part: string): GateState {
  const gate = useContext(GateContext);
  if (gate === null) throw new Error(`${part} stands outside a gate and knows no request to show. Put it inside <ApprovalGate>.`);
  return gate;
}

/** For parts that also stand alone, where nothing waits for them to be read. */
export function useOptionalGate(): GateState | null {
  return useContext(GateContext);
}
