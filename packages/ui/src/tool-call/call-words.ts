import type { ToolCall } from "@unsay/core";
import { humanizeName } from "./humanize-name.js";

/** Longest value that still says at a glance what a call was about, in UTF-16 units. */
const MAX_GLANCE_LENGTH = 40;

/** The server's title of the tool, or its name made readable. */
export function nameOfCall(call: ToolCall): string {
  return call.title ?? humanizeName(call.name);
}

/** To what the call is done: as the server says, or the one short argument there is; `undefined` if neither tells. */
export function objectOfCall(call: ToolCall): string | undefined {
  return call.target ?? soleArgument(call.args);
}

function soleArgument(args: unknown): string | undefined {
  const values = typeof args === "object" && args !== null ? Object.values(args) : [];
  const [value] = values;
  return values.length === 1 && typeof value === "string" && value.length <= MAX_GLANCE_LENGTH ? value : undefined;
}

/** It was decided, cancelled or started: there is something to tell of it. */
export function hasReceipt({ status }: ToolCall): boolean {
  return status !== "proposed" && status !== "ready" && status !== "awaiting-approval";
}
