"use client";
import { createContext, useContext, type Context } from "react";
import type { Approval, GrantScope, ToolCall } from "@unsay/core";
import type { RiskOf, UseApprovalOptions } from "@unsay/react/base";

/** A standing permission that a reader gave together with their decision. The server checks and keeps it. */
export interface Remembered {
  readonly call: ToolCall;
  readonly reach: "thread" | "always";
  readonly scope: GrantScope;
  /** As it was shown: "Allow “create ticket” in OPS". */
  readonly words: string;
}

/** How requests below are asked and what can be done about them. What has no handler is not offered. */
export interface ApprovalSettings {
  /** The app's own idea of risk; it wins over what a tool declares. */
  readonly riskOf?: RiskOf | undefined;
  /** How tier 3 is approved: held, unless two steps are preferred. */
  readonly preferred?: UseApprovalOptions["preferred"];
  /** How long a hold takes, in ms. */
  readonly holdMs?: number | undefined;
  /** Names of the app's own tools, so that one that only looks like them is told apart. */
  readonly knownTools?: readonly string[] | undefined;
  /** Turns remembering on. Called when the decision with it is sent. */
  readonly onRemember?: ((remembered: Remembered) => void) | undefined;
  /** How long a request waits is the server's to say, and the protocol has no word for more: for backends with a way of their own. */
  readonly onExtend?: ((approval: Approval) => void) | undefined;
  /** The request has expired, or will and can't be extended. `quote` names the call; `Chat` puts it into the composer. */
  readonly onAskAgain?: ((call: ToolCall, quote: string) => void) | undefined;
  /** After the request was rejected: takes the reader to where they write. `quote` names the call. */
  readonly onRedirect?: ((call: ToolCall, quote: string) => void) | undefined;
}

export const ApprovalSettingsContext: Context<ApprovalSettings> = createContext<ApprovalSettings>({});

export function useApprovalSettings(): ApprovalSettings {
  return useContext(ApprovalSettingsContext);
}
