import type { AssistantMessage, ToolCall } from "@unsay/core";

/** Who let a call run: a person here or elsewhere, a rule they had made, or nobody, since nobody had to be asked. */
export type AllowedBy = "user" | "user-edited" | "elsewhere" | "grant" | "automatic";

const RUNS: ReadonlySet<ToolCall["status"]> = new Set([
  "approved",
  "held",
  "executing",
  "succeeded",
  "failed",
  "unknown",
  "undoing",
  "undone",
  "undo-failed",
]);

/** `undefined` for a call that never was let run. */
export function allowedBy(message: AssistantMessage, call: ToolCall): AllowedBy | undefined {
  if (!RUNS.has(call.status)) return undefined;
  const approval = message.approvals.findLast(({ items }) => items.some((item) => item.call === call.id));
  if (approval?.decided === undefined) return approval === undefined ? "automatic" : undefined;
  if (approval.by === "grant" || approval.by === "rule" || approval.by === "policy")
    return approval.by === "policy" ? "automatic" : "grant";
  if (approval.elsewhere === true || approval.by === "other-device") return "elsewhere";
  return call.proposed === undefined ? "user" : "user-edited";
}
