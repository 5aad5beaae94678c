import type { ToolEffect } from "../../protocol/index.js";
import { isObject, type JsonObject } from "../shared/fields.js";

const LOOKUPS = /^(?:web_search|web_fetch|tool_search|advisor|memory_view)/u;

/** Tools that Anthropic itself runs: those that only look something up change nothing. */
export function effectOfServerTool(name: string): ToolEffect | undefined {
  return LOOKUPS.test(name) ? "read" : undefined;
}

export function isServerToolUse(type: string): boolean {
  return type === "server_tool_use" || type === "mcp_tool_use";
}

export function isToolResult(type: string): boolean {
  return type.endsWith("_tool_result");
}

/** A result block says failure by a flag, or by the type of what it holds. */
export function isFailedResult(block: JsonObject): boolean {
  const content = block["content"];
  const type = isObject(content) ? content["type"] : undefined;
  return block["is_error"] === true || (typeof type === "string" && type.endsWith("_error"));
}
