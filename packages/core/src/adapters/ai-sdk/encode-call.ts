import type { ToolResult } from "../../protocol/index.js";
import type { CarriedCall } from "../shared/profile-answer.js";
import type { UIToolChunk } from "./chunks.js";

/** All that is to be told of a call, after a step was reset. A call of the page is not told to be ready: it would be run again. */
export function chunksOfCall(call: CarriedCall): readonly UIToolChunk[] {
  const isReady = call.args !== null && call.runsOn === "server";
  const text = call.argsText === "" ? JSON.stringify(call.args?.value ?? {}) : call.argsText;
  const input = isReady ? readyChunks(call) : call.args === null && call.argsText === "" ? [] : [argsChunk(call, text)];
  return [startChunk(call), ...input, ...requestChunks(call), ...decisionChunks(call), ...resultChunks(call)];
}

export function startChunk(call: CarriedCall): UIToolChunk {
  return { type: "tool-input-start", ...factsOf(call) };
}

export function argsChunk(call: CarriedCall, delta: string): UIToolChunk {
  return { type: "tool-input-delta", toolCallId: call.id, inputTextDelta: delta };
}

export function readyChunks(call: CarriedCall): readonly UIToolChunk[] {
  return call.args === null ? [] : [{ type: "tool-input-available", input: call.args.value, ...factsOf(call) }];
}

export function requestChunks(call: CarriedCall): readonly UIToolChunk[] {
  const { approval } = call;
  return approval === null ? [] : [{ type: "tool-approval-request", approvalId: approval.id, toolCallId: call.id }];
}

export function decisionChunks(call: CarriedCall): readonly UIToolChunk[] {
  const { approval } = call;
  if (approval === null || approval.decision === null) return [];
  const { decision, reason = decision } = approval.decision;
  const approved = decision === "approved";
  const answer: UIToolChunk = { type: "tool-approval-response", approvalId: approval.id, approved, ...(approved ? {} : { reason }) };
  return approved ? [answer] : [answer, { type: "tool-output-denied", toolCallId: call.id }];
}

/** The carrier has no word for a call that was cancelled, or whose outcome nobody knows: both show as errors. */
export function resultChunks(call: CarriedCall): readonly UIToolChunk[] {
  const { result, id: toolCallId } = call;
  if (result === null) return [];
  if (result.result === "rejected") return [{ type: "tool-output-denied", toolCallId }];
  const errorText = errorOf(result);
  if (errorText !== null) return [{ type: "tool-output-error", toolCallId, errorText, dynamic: true }];
  return [{ type: "tool-output-available", toolCallId, output: result.output ?? null, dynamic: true }];
}

function errorOf(result: ToolResult): string | null {
  switch (result.result) {
    case "ok":
    case "empty":
    case "rejected":
      return null;
    case "error":
      return result.error?.message ?? "The tool failed.";
    case "cancelled":
      return "Cancelled.";
    case "unknown":
      return "What this call did is not known.";
  }
}

function factsOf(call: CarriedCall) {
  return {
    toolCallId: call.id,
    toolName: call.name,
    dynamic: true as const,
    ...(call.runsOn === "client" ? {} : { providerExecuted: true as const }),
    ...(call.title === undefined ? {} : { title: call.title }),
  };
}
