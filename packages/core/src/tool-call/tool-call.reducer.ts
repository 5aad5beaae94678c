import type { EventOf, ReceiptOutcome, ToolEffect, ToolResult } from "../protocol/index.js";
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

/**
 * Only what is ready, approved or held may start: everything else skipped a gate. A call that was started by right, and
 * runs, has failed or is unknown, may be tried again under its own key, by which the tool knows it.
 */
export function startCall(call: ToolCall, event: EventOf<"tool.start">): ToolCall | null {
  const isRetry = REPEATABLE.has(call.status) && call.attempt !== undefined && event.callKey === call.callKey;
  if (!isRetry && call.status !== "held" && !isCleared(call)) return null;
  const { error: _error, empty: _empty, ...rest } = answerRequest(call);
  return { ...rest, status: "executing", attempt: event.attempt, callKey: event.callKey };
}

/** A question that was withdrawn because the arguments changed is still a question: it needs an answer to them. */
export function isCleared({ status, approval }: ToolCall): boolean {
  return status === "approved" || (status === "ready" && approval === undefined);
}

const REPEATABLE: ReadonlySet<ToolCallStatus> = new Set(["executing", "failed", "unknown"]);

/** What the user asked for has come, or something else has instead. */
function answerRequest(call: ToolCall): ToolCall {
  const { request: _request, ...rest } = call;
  return rest;
}

/** `null` where the result contradicts what is known, such as a rejection of a call that runs. */
export function finishCall(call: ToolCall, event: EventOf<"tool.result">): ToolCall | null {
  const status = statusOfResult(event, call.effect);
  if (!canFinish(call, status)) return null;
  return {
    ...answerRequest(call),
    status,
    ...(event.output === undefined ? {} : { output: event.output }),
    ...(event.result === "empty" ? { empty: true } : {}),
    ...(event.partial === undefined ? {} : { partial: event.partial }),
    ...(event.cut === undefined ? {} : { cut: event.cut }),
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

const UNDO_FROM: Readonly<Partial<Record<ReceiptOutcome, readonly ToolCallStatus[]>>> = {
  undoing: ["succeeded", "undoing", "undo-failed"],
  undone: ["succeeded", "undoing", "undone", "undo-failed"],
  "undo-failed": ["succeeded", "undoing", "undo-failed"],
};

/**
 * A receipt says what became of the call. `null` for the undoing of what was not done, or was never declared to be
 * undoable: the receipt is kept as said, but the call is not called undone.
 */
export function settleByReceipt(call: ToolCall, outcome: ReceiptOutcome, isUndoable: boolean): ToolCall | null {
  const from = UNDO_FROM[outcome];
  if (from !== undefined && (!isUndoable || !from.includes(call.status))) return null;
  return { ...answerRequest(call), status: outcome };
}

/** A person approved other arguments than the model had proposed: these are what runs, and what is shown. */
export function editArgs(call: ToolCall, args: unknown, argsHash: string): ToolCall {
  const proposed = call.proposed ?? { args: call.args, argsHash: call.argsHash ?? "" };
  return { ...call, args, argsHash, proposed };
}

/** What becomes of a call when its run ends. `stated`: the server said the end, so what it never started never ran. */
export function settleCall(call: ToolCall, stated: boolean): ToolCall {
  if (hasOutcome(call)) return call.request === undefined ? call : answerRequest(call);
  const mayGoOn = call.runsOn === "server" && (call.status === "executing" || !stated);
  const mayHaveActed = call.status === "executing" && call.effect !== "read";
  return { ...answerRequest(call), status: mayGoOn || mayHaveActed ? "unknown" : "cancelled" };
}
