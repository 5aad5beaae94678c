"use client";
import { createContext, useContext, type Context, type ReactNode } from "react";
import type { ToolCall } from "@unsay/core";
import type { JsonSchema } from "@unsay/react/base";
import type { Strings } from "../strings/en.js";
import { nameOfCall } from "../tool-call/call-words.js";
import type { Effect } from "./effect.js";

export interface CallFact {
  readonly label: string;
  readonly value: string;
  /** Masked until the reader asks to see it; hosts, paths and commands in it stay. */
  readonly secret?: boolean;
}

/** What a standing permission would cover, where the app offers one. */
export interface RememberOffer {
  /** Names the boundary, as in "in OPS". */
  readonly boundary: string;
  /** `*`, or the JSON text of the arguments with `*` in their strings; by default exactly these arguments. */
  readonly argsPattern?: string;
  readonly reaches?: readonly ("thread" | "always")[];
}

/** What a gate asks, in the words of the app. Built from the arguments, never from what the model says about them. */
export interface CallDescription {
  /** A question that names verb, count and object. */
  readonly title: string;
  readonly facts: readonly CallFact[];
  /** What will change, as the kit draws it. */
  readonly effect?: Effect;
  /** What will change, as the app draws it. Wins over `effect`. */
  readonly preview?: ReactNode;
  /** Words of the model, shown as a quotation and nowhere else. At most 280 characters are. */
  readonly why?: string;
  /** Repeats the verb: "Send once". */
  readonly approveLabel: string;
  readonly rejectLabel: string;
  /** What is done to; it is typed at tier 4. */
  readonly object?: string;
  /** Of the arguments, for editing them. */
  readonly schema?: JsonSchema;
  readonly remember?: RememberOffer;
}

/** May leave out what the default says well enough. */
export type DescribeCall = (call: ToolCall) => Partial<CallDescription> | undefined;

export const DescribeCallContext: Context<DescribeCall> = createContext<DescribeCall>(() => undefined);

export function useDescribeCall(own: DescribeCall | undefined): DescribeCall {
  const shared = useContext(DescribeCallContext);
  return own ?? shared;
}

/** The app's words where it gives them; else the name of the tool and its arguments, as they are. */
export function describeWith(describe: DescribeCall, call: ToolCall, strings: Strings): CallDescription {
  return { ...describeCallPlainly(call, strings), ...describe(call) };
}

/** What can be said of a call that nobody described: its name as a question and every argument as a fact. */
export function describeCallPlainly(call: ToolCall, strings: Strings): CallDescription {
  const action = nameOfCall(call);
  const { approval } = strings;
  return {
    title: approval.question(action),
    facts: [
      ...(call.target === undefined ? [] : [{ label: approval.target, value: call.target }]),
      ...factsOf(call.args),
      { label: approval.after, value: reversibilityOf(call, strings) },
    ],
    approveLabel: approval.approve(action),
    rejectLabel: approval.reject,
  };
}

function reversibilityOf(call: ToolCall, { approval }: Strings): string {
  if (call.effect === "read") return approval.reads;
  if (call.effect === "irreversible") return approval.irreversible;
  return call.undo ? approval.undoable : approval.write;
}

/** Arguments as rows. Objects are opened one level, so that `to`, `subject` and `body` stand apart; deeper is JSON. */
export function factsOf(args: unknown): readonly CallFact[] {
  if (args === undefined || args === null) return [];
  if (typeof args !== "object" || Array.isArray(args)) return [{ label: "value", value: textOfValue(args) }];
  return Object.entries(args).map(([label, value]) => ({ label, value: textOfValue(value) }));
}

export function textOfValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number")) return value.join(", ");
  return JSON.stringify(value, null, 2) ?? String(value);
}
