import type { ToolEffect } from "@unsay/core/protocol";

export type PolicyVerdict = "allow" | "ask" | "deny";

export interface PolicyContext {
  readonly thread: string;
  readonly run: string;
  readonly effect: ToolEffect;
}

/**
 * What may run without a question, by name and complete arguments. `undefined` leaves it to what the tool declares. It is
 * asked when a call is made, when a person edits its arguments, and again right before it runs. It must not change
 * anything. A policy that throws denies. An irreversible call asks whatever this says, unless this denies it.
 */
export type Policy = (name: string, args: unknown, context: PolicyContext) => PolicyVerdict | undefined;

export interface Judged {
  readonly name: string;
  readonly args: unknown;
  readonly effect: ToolEffect;
  /** The tool itself wants to be asked about. */
  readonly asks: boolean;
}

/** Never throws. */
export function judge(policy: Policy | undefined, call: Judged, ids: { readonly thread: string; readonly run: string }): PolicyVerdict {
  const stated = askPolicy(policy, call, ids);
  if (stated === "deny") return "deny";
  if (call.effect === "irreversible") return "ask";
  return stated ?? (call.asks ? "ask" : "allow");
}

function askPolicy(
  policy: Policy | undefined,
  call: Judged,
  ids: { readonly thread: string; readonly run: string },
): PolicyVerdict | undefined {
  if (policy === undefined) return undefined;
  try {
    const stated = policy(call.name, structuredClone(call.args), { ...ids, effect: call.effect });
    return stated === undefined || stated === "allow" || stated === "ask" ? stated : "deny";
  } catch {
    return "deny";
  }
}
