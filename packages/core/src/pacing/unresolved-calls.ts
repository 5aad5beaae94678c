import type { AssistantMessage, Span } from "../message/message.js";

const HAS_OUTCOME: ReadonlySet<string> = new Set(["succeeded", "failed", "unknown", "cancelled", "rejected", "expired"]);

/** The calls that a span rests on and that have no result yet. */
export function unresolvedCalls(message: AssistantMessage, span: Span): readonly string[] {
  return (span.dependsOn ?? []).filter((id) => {
    const call = message.calls.findLast((candidate) => candidate.id === id);
    return call === undefined || !HAS_OUTCOME.has(call.status);
  });
}
