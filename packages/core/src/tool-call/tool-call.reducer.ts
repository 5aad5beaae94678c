import type { EventOf, ToolEffect, ToolResult } from "../protocol/index.js";
import type { ToolCall, ToolCallStatus } from "../message/message.js";

/** A call in one of these has its outcome; only a receipt may still correct `unknown` or undo `succeeded`. */
const OUTCOMES: ReadonlySet<ToolCallStatus> = new Set([
  "rejected",
  "expired",
  "succeeded",
  "failed",
  "unknown",
  "cancelled",
  "undoing",
  "undone",
  "undo-failed",
]);

export function hasOutcome(call: ToolCall): boolean {
  return OUTCOMES.has(call.status);
}

export function createToolCall(event: EventOf<"tool.propose">): ToolCall {
  return {
    id: event.call,
    name: event.name,
    ...(event.title === undefined ? {} : { title: event.title }),
    effect: event.effect,
    ...(event.target === undefined ? {} : { target: event.target }),
    cancellable: event.cancellable,
    undo: event.undo === true,
    runsOn: event.runsOn ?? "server",
    status: "proposed",
    argsText: "",
  };
}

/** `null` where the call cannot become ready: it was decided, is running, or is over. */
export function readyCall(call: ToolCall, event: EventOf<"tool.ready">): ToolCall | null {
  if (!["proposed", "ready", "awaiting-approval"].includes(call.status)) return null;
  return { ...call, status: "ready", args: event.args, argsHash: event.argsHash };
}

/** Only what is ready, approved or held may start: everything else skipped a gate. */
export function startCall(call: ToolCall, event: EventOf<"tool.start">): ToolCall | null {
  const isRetry = call.status === "failed" && event.callKey === call.callKey;
  if (!isRetry && !["ready", "approved", "held"].includes(call.status)) return null;
  return { ...call, status: "executing", attempt: event.attempt, callKey: event.callKey };
}

/** `null` where the result contradicts what is known, such as a rejection of a call that runs. */
export function finishCall(call: ToolCall, event: EventOf<"tool.result">): ToolCall | null {
  const status = statusOfResult(event, call.effect);
  if (!canFinish(call, status)) return null;
  return {
    ...call,
    status,
    ...(event.output === undefined ? {} : { output: event.output }),
    ...(event.partial === undefined ? {} : { partial: event.partial }),
    ...(event.error === undefined ? {} : { error: event.error }),
  };
}

function canFinish(call: ToolCall, next: ToolCallStatus): boolean {
  if (call.status === next || call.status === "unknown") return true;
  if (hasOutcome(call)) return false;
  return next !== "rejected" || call.status !== "executing";
}

/** An error of a call that may have acted proves nothing about the act, unless the tool says that none happened. */
function statusOfResult(event: ToolResult, effect: ToolEffect): ToolCallStatus {
  switch (event.result) {
    case "ok":
    case "empty":
      return "succeeded";
    case "error":
      return effect === "read" || event.effect === "none" ? "failed" : "unknown";
    case "rejected":
    case "cancelled":
    case "unknown":
      return event.result;
  }
}

/** What becomes of a call when its run ends. `stated`: the server said the end, so what it never started never ran. */
export function settleCall(call: ToolCall, stated: boolean): ToolCall {
  if (hasOutcome(call)) return call;
  const mayGoOn = call.runsOn === "server" && (call.status === "executing" || !stated);
  const mayHaveActed = call.status === "executing" && call.effect !== "read";
  return { ...call, status: mayGoOn || mayHaveActed ? "unknown" : "cancelled" };
}
