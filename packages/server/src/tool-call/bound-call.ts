import { bindArgs, type ToolEffect, type UnsayErrorData } from "@unsay/core/protocol";
import type { ToolDefinition } from "./tool.js";
import { invalidArguments } from "./tool-errors.js";

/** A call as it was announced. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly tool: ToolDefinition | undefined;
  readonly effect: ToolEffect;
  readonly abort: AbortController;
}

/** A call whose arguments are complete, checked by the tool itself, and fixed. */
export interface BoundCall extends Call {
  readonly tool: ToolDefinition;
  /** The very text that is hashed, shown and run. */
  readonly json: string;
  readonly args: unknown;
  readonly argsHash: string;
  /** Since when these arguments can be seen, on the server's monotonic clock. */
  readonly shownAt: number;
}

export type Binding = { readonly ok: true; readonly call: BoundCall } | { readonly ok: false; readonly error: UnsayErrorData };

/** Checks the arguments, and fixes what will be shown, hashed and run. Never throws. */
export function bindCall(call: Call & { readonly tool: ToolDefinition }, args: unknown, now: number): Binding {
  try {
    return fixArgs(call, call.tool.parse === undefined ? args : call.tool.parse(args), now);
  } catch (error) {
    return { ok: false, error: invalidArguments(call.name, error) };
  }
}

/** The same for arguments that the tool has checked already. */
export function fixArgs(call: Call & { readonly tool: ToolDefinition }, args: unknown, now: number): Binding {
  try {
    const json = jsonOf(args);
    const bound = bindArgs(call.id, call.name, JSON.parse(json));
    if (!bound.ok) return bound;
    return { ok: true, call: { ...call, json, args: bound.args, argsHash: bound.argsHash, shownAt: now } };
  } catch (error) {
    return { ok: false, error: invalidArguments(call.name, error) };
  }
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value ?? {}) ?? "{}";
}

export function titleOf(call: Call): string {
  return call.tool?.title ?? call.name;
}

/** Arguments may be anything yet, so what the tool makes of them is no reason to fail. */
export function targetOf(tool: ToolDefinition, args: unknown): string | undefined {
  try {
    return tool.target?.(args);
  } catch {
    return undefined;
  }
}
