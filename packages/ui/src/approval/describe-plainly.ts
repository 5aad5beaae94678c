import type { ToolCall } from "@unsay/core";
import type { ToolWords } from "../strings/english/tool.js";
import { nameOfCall } from "../tool-call/call-words.js";
import type { CallDescription, CallFact, DescribeCall } from "./describe-call.js";

/** The app's words where it gives them; else the name of the tool and its arguments, as they are. */
export function describeWith(describe: DescribeCall, call: ToolCall, strings: DescribingWords): CallDescription {
  return { ...describeCallPlainly(call, strings), ...describe(call) };
}

type DescribingWords = Pick<ToolWords, "approval">;

/** What can be said of a call that nobody described: its name as a question and every argument as a fact. */
export function describeCallPlainly(call: ToolCall, strings: DescribingWords): CallDescription {
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

function reversibilityOf(call: ToolCall, { approval }: DescribingWords): string {
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
