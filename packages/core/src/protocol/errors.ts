import type { UnsayErrorData } from "./events.js";

/** An `UnsayErrorData` that can be thrown. */
export class UnsayError extends Error implements UnsayErrorData {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly field?: string;
  readonly hint?: string;
  readonly userMessage?: string;

  constructor(data: UnsayErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.name = "UnsayError";
    this.code = data.code;
    this.retryable = data.retryable;
    if (data.retryAfterMs !== undefined) this.retryAfterMs = data.retryAfterMs;
    if (data.field !== undefined) this.field = data.field;
    if (data.hint !== undefined) this.hint = data.hint;
    if (data.userMessage !== undefined) this.userMessage = data.userMessage;
  }

  toJSON(): UnsayErrorData {
    return errorData(this);
  }
}

/** Copies just the fields of the error shape, so that stacks and causes never travel. */
export function errorData(error: UnsayErrorData): UnsayErrorData {
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.userMessage === undefined ? {} : { userMessage: error.userMessage }),
  };
}

/** Reads an error shape out of foreign JSON; `undefined` when it is not one. A missing `retryable` is false. */
export function parseErrorData(value: unknown): UnsayErrorData | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const source = value as Record<string, unknown>;
  if (typeof source["code"] !== "string" || typeof source["message"] !== "string") return undefined;
  return {
    code: source["code"],
    message: source["message"],
    retryable: source["retryable"] === true,
    ...(typeof source["retryAfterMs"] === "number" ? { retryAfterMs: source["retryAfterMs"] } : {}),
    ...(typeof source["field"] === "string" ? { field: source["field"] } : {}),
    ...(typeof source["hint"] === "string" ? { hint: source["hint"] } : {}),
    ...(typeof source["userMessage"] === "string" ? { userMessage: source["userMessage"] } : {}),
  };
}
