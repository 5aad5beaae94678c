"use client";
import { createContext, useContext, type Context, type ReactNode } from "react";
import type { ToolCall } from "@unsay/core";
import type { JsonSchema } from "@unsay/react/base";
import type { RequestWords } from "../strings/english/request.js";
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

/** The question and the way to say no, as a gate would have them. All that is said of a call where its request can't be seen. */
export function askShortly(
  describe: DescribeCall,
  call: ToolCall,
  { approval }: RequestWords,
): Pick<CallDescription, "title" | "rejectLabel"> {
  const { title = approval.question(nameOfCall(call)), rejectLabel = approval.reject } = describe(call) ?? {};
  return { title, rejectLabel };
}
