import type { AssistantMessage, ToolCall, ToolCallStatus } from "../message/message.js";
import type { ContextResult } from "./context-message.js";
import { reasonOf } from "./ending.js";
import { toJsonText, toWellFormed } from "./json-text.js";

/** What may be said of a call. It claims no effect that nobody stated, and rules none out that may have happened. */
export function resultOf(message: AssistantMessage, call: ToolCall): ContextResult {
  switch (call.status) {
    case "succeeded":
    case "undoing":
    case "undone":
    case "undo-failed":
      return succeeded(message, call, remarkOf(call));
    case "failed":
      return { kind: "error", text: call.error === undefined ? "failed" : toJsonText(call.error) };
    case "rejected":
      return { kind: "rejected", text: rejectionOf(message, call) };
    case "expired":
      return { kind: "expired", text: "not executed: the approval expired before anyone decided" };
    case "cancelled":
      return cancelled(message, call);
    case "awaiting-approval":
      return notExecuted("it waits for the user's approval");
    case "proposed":
    case "ready":
    case "approved":
    case "held":
      return undispatched(message, call);
    default:
      // `executing`, `unknown`, and a word that this version does not know.
      return unknown(call);
  }
}

function succeeded(message: AssistantMessage, call: ToolCall, remark: string | null): ContextResult {
  const rest = remark === null ? {} : { remark };
  if (isNothing(call.output)) return { kind: "empty", text: withRemark(emptyText(message, call), remark), ...rest };
  return { kind: "ok", text: withRemark(outputText(call.output), remark), output: call.output, ...rest };
}

function isNothing(output: unknown): boolean {
  return output === undefined || output === null || output === "" || (Array.isArray(output) && output.length === 0);
}

/** A receipt is the best that is known of a call that returned nothing. */
function emptyText(message: AssistantMessage, call: ToolCall): string {
  const receipt = message.receipts.findLast((candidate) => candidate.call === call.id && candidate.outcome === "succeeded");
  return receipt === undefined ? "succeeded with an empty result" : `succeeded: ${toWellFormed(receipt.summary)}`;
}

function outputText(output: unknown): string {
  return typeof output === "string" ? toWellFormed(output) : toJsonText(output);
}

function withRemark(text: string, remark: string | null): string {
  return remark === null ? text : `${text}\n\n[${remark}]`;
}

const REMARKS: Partial<Record<ToolCallStatus, string>> = {
  undoing: "this is being undone; whether its effect still stands is not known",
  undone: "this was undone afterwards: its effect no longer stands",
  "undo-failed": "undoing this was tried and failed: its effect stands unless a later result says otherwise",
};

const CUT_BY: Readonly<Partial<Record<string, string>>> = {
  user: "the user had seen enough and had it stopped there",
  limit: "it was cut at a limit of its size",
};

function remarkOf(call: ToolCall): string | null {
  const partial =
    call.partial === true ? `this result is partial: ${CUT_BY[call.cut?.by ?? ""] ?? "it was cut before its end"}` : undefined;
  const edited = call.proposed === undefined ? undefined : "the user changed the arguments before approving them";
  const remarks = [edited, REMARKS[call.status] ?? partial].filter((remark) => remark !== undefined);
  return remarks.length === 0 ? null : remarks.join("; ");
}

function rejectionOf(message: AssistantMessage, call: ToolCall): string {
  const isDecided = message.approvals.some((approval) => approval.decided?.some((item) => item.call === call.id) === true);
  const reason = call.reason ?? call.error?.message;
  return toWellFormed(`not executed: rejected${isDecided ? " by the user" : ""}${reason === undefined ? "" : `: ${reason}`}`);
}

/** A started call that the client itself ran may have acted before it was cut off; a server's "cancelled" is its word. */
function cancelled(message: AssistantMessage, call: ToolCall): ContextResult {
  if (call.callKey === undefined) return notExecuted(reasonOf(message));
  if (call.runsOn === "client" && call.effect !== "read") return unknown(call);
  return { kind: "not-executed", text: `cancelled before it finished: ${reasonOf(message)}` };
}

/** Nobody has said that it started. Where the server runs it and has not ended the run, it may have by now. */
function undispatched(message: AssistantMessage, call: ToolCall): ContextResult {
  if (!message.stated && call.runsOn === "server" && call.status !== "proposed") return unknown(call);
  return notExecuted(reasonOf(message));
}

function notExecuted(why: string): ContextResult {
  return { kind: "not-executed", text: `not executed: ${why}` };
}

function unknown(call: ToolCall): ContextResult {
  const key = call.callKey === undefined ? "an idempotency key" : `idempotency key ${call.callKey}`;
  const error = call.error === undefined ? "" : `. The tool reported: ${toJsonText(call.error)}`;
  return { kind: "unknown", text: `outcome unknown; do not retry without ${key}${error}` };
}
