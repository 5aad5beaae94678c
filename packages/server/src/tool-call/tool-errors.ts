import { UnsayError, type UnsayErrorData } from "@unsay/core/protocol";
import { ToolFailure, type ToolSet } from "./tool.js";

/** What is said of calls that did not go as asked. */

export function errorOfTool(name: string, thrown: unknown): UnsayErrorData {
  if (thrown instanceof ToolFailure) return thrown.data;
  if (thrown instanceof UnsayError) return thrown.toJSON();
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return {
    code: "tool-failed",
    message: `The tool ${name} threw (${kind}); the server's log has the details. It said nothing about what it had done.`,
    retryable: false,
  };
}

export const NOT_CONFIRMED: UnsayErrorData = {
  code: "tool-timeout",
  message: "The tool was still running when the run ended, and did not report in time. It may have acted; a late receipt would say so.",
  retryable: false,
  userMessage: "We could not confirm whether this was carried out.",
};

export function unknownTool(name: string, tools: ToolSet): UnsayErrorData {
  return {
    code: "tool-not-ready",
    message: `There is no tool "${name}". The tools are: ${Object.keys(tools).join(", ") || "none"}.`,
    retryable: false,
  };
}

export function reused(id: string): UnsayErrorData {
  return {
    code: "invalid-arguments",
    message: `The call id ${id} was used before in this run. Give each call its own id.`,
    retryable: false,
  };
}

export function invalidArguments(name: string, thrown: unknown): UnsayErrorData {
  const hint = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: "invalid-arguments",
    message: `The arguments of ${name} do not fit, so it was not run. See the hint, and call it again.`,
    retryable: false,
    hint,
  };
}

export function changedArguments(name: string): UnsayErrorData {
  return {
    code: "approval-args-mismatch",
    message: `What was approved is not what ${name} was about to run, so it was not run.`,
    retryable: false,
  };
}

export function policyDenied(name: string): UnsayErrorData {
  return {
    code: "policy-denied",
    message: `The server's policy does not allow ${name} with these arguments, so it was not run. Do something else, or say that it is not allowed.`,
    retryable: false,
    userMessage: "This is not allowed here.",
  };
}

export function noLongerAllowed(name: string): UnsayErrorData {
  return {
    code: "policy-denied",
    message: `${name} was allowed when it was called and was not any more when it was about to run, so it was not run. Call it again to ask anew.`,
    retryable: false,
    userMessage: "The permission for this was withdrawn before it ran.",
  };
}
