import type { Attributes } from "@opentelemetry/api";
import type { TraceMark } from "../health/index.js";
import { definedOnly } from "./defined-only.js";

export type ToolMark = Extract<TraceMark, { type: "tool" }>;

export function isToolMark(mark: TraceMark): mark is ToolMark {
  return mark.type === "tool";
}

export function nameOfMark(mark: TraceMark): string {
  return `unsay.${mark.type.replaceAll("-", "_")}`;
}

/** A mark's own figures; its time is that of the event. */
export function attributesOfMark(mark: Exclude<TraceMark, ToolMark>): Attributes {
  switch (mark.type) {
    case "open":
      return { "unsay.run.id": mark.run };
    case "first-reasoning":
    case "first-answer":
    case "first-paint":
    case "connection-lost":
    case "connection-resumed":
      return {};
    case "stall":
      return definedOnly({ "unsay.duration_ms": mark.ms });
    case "hold":
      return definedOnly({ "unsay.duration_ms": mark.ms, "unsay.hold.why": mark.why, "unsay.hold.expired": mark.isExpired });
    case "revision":
      return { "unsay.spans": mark.spans, "unsay.inferred": mark.isInferred };
    case "retraction":
      return { "unsay.spans": String(mark.spans), "unsay.expunged": mark.isExpunged };
    case "loop":
      return { "unsay.repeats": mark.repeats };
    case "repeated-failure":
      return { "gen_ai.tool.name": mark.name, "error.type": mark.code, "unsay.repeats": mark.times };
    case "stop-pressed":
      return { "unsay.stop.intent": mark.intent };
    case "stop-acknowledged":
      return { "unsay.stop.upstream": mark.upstream };
    case "left":
      return { "unsay.left.by": mark.by };
    case "end":
    case "amended":
      return definedOnly({ "unsay.status": mark.status, "unsay.cause": mark.cause, "unsay.stated": mark.stated });
  }
}
