import { parseErrorData, type RunCommand, type StartCommand, type UnsayErrorData } from "../protocol/index.js";
import { parseJson } from "./read-text.js";
import type { ResumeRequest } from "./transport.js";

/** What is asked over a socket. */
export type Question =
  | { readonly type: "start"; readonly command: StartCommand }
  | ({ readonly type: "resume" } & ResumeRequest)
  | { readonly type: "active" | "history"; readonly thread: string }
  | { readonly type: "command"; readonly command: RunCommand }
  /** Closes a stream. It stops nothing. */
  | { readonly type: "leave" };

/**
 * One JSON text each. `id` names a question and everything that answers it, so one socket carries many runs. A stream
 * (`start`, `resume`) is answered by `open`, then `event`s and one `end`; a resume also by `none` or `gone`; all else by
 * one `reply`; anything by one `error`, in the one error shape.
 */
export type ClientFrame = { readonly id: string } & Question;

export type Answer =
  | { readonly type: "open" | "end" | "none" | "gone" }
  /** One event of the wire, as an object. */
  | { readonly type: "event"; readonly event: object }
  | { readonly type: "reply"; readonly value: unknown }
  | { readonly type: "error"; readonly error: UnsayErrorData };

export type ServerFrame = { readonly id: string } & Answer;

/** `null`: nobody can say what stood in it. A type this version does not know is no answer to anything it asked. */
export function parseServerFrame(data: unknown): ServerFrame | "unknown" | null {
  const frame = typeof data === "string" ? parseJson(data) : undefined;
  if (!isObject(frame) || typeof frame["id"] !== "string" || typeof frame["type"] !== "string") return null;
  const answer = answerOf(frame);
  return answer === null || answer === "unknown" ? answer : { id: frame["id"], ...answer };
}

function answerOf(frame: Readonly<Record<string, unknown>>): Answer | "unknown" | null {
  switch (frame["type"]) {
    case "open":
    case "end":
    case "none":
    case "gone":
      return { type: frame["type"] };
    case "event":
      return isObject(frame["event"]) ? { type: "event", event: frame["event"] } : null;
    case "reply":
      return { type: "reply", value: frame["value"] };
    case "error":
      return { type: "error", error: parseErrorData(frame["error"]) ?? NO_REASON };
    default:
      return "unknown";
  }
}

const NO_REASON = { code: "invalid-request", message: "The server refused the request and did not say why.", retryable: false };

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
