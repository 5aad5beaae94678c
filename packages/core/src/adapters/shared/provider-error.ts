import type { UnsayErrorData } from "../../protocol/index.js";
import { isObject, stringOf, type JsonObject } from "./fields.js";

interface ErrorClass {
  readonly code: string;
  readonly retryable: boolean;
  readonly words: RegExp;
  readonly statuses: readonly number[];
  readonly userMessage: string;
}

/** In this order; a quota that is used up looks like a rate limit, but waiting does not help. */
const CLASSES: readonly ErrorClass[] = [
  {
    code: "provider-error",
    retryable: false,
    words: /quota|billing|invalid|auth|permission|not_found|context_length|too_large|content_policy|tool_use_failed/u,
    statuses: [400, 401, 402, 403, 404, 413, 422],
    userMessage: "The service refused this request, so the answer could not be finished.",
  },
  {
    code: "provider-overloaded",
    retryable: true,
    words: /overload|rate_?limit|too_many_requests|capacity|unavailable|resource_exhausted/u,
    statuses: [429, 503, 529],
    userMessage: "The service is busy. Try again in a moment.",
  },
  {
    code: "provider-timeout",
    retryable: true,
    words: /time_?out|deadline/u,
    statuses: [408, 504],
    userMessage: "The service took too long to answer. Try again.",
  },
  {
    code: "provider-error",
    retryable: true,
    words: /server_error|api_error|internal/u,
    statuses: [500, 502],
    userMessage: "The service failed before the answer was finished. Try again.",
  },
];

const UNKNOWN = {
  code: "provider-error",
  retryable: false,
  userMessage: "The service reported an error before the answer was finished.",
};

/** An error that a provider sent inside its stream. Its own words go into `message`, for developers only. */
export function providerError(raw: unknown): UnsayErrorData {
  const source: JsonObject = isObject(raw) ? raw : { message: typeof raw === "string" ? raw : "" };
  const words = [source["code"], source["type"], source["status"]]
    .filter((word) => typeof word === "string")
    .join(" ")
    .toLowerCase();
  const statuses = [source["code"], source["status"]].map(Number);
  const found =
    CLASSES.find((candidate) => candidate.words.test(words)) ??
    CLASSES.find((candidate) => candidate.statuses.some((status) => statuses.includes(status))) ??
    UNKNOWN;
  const said = stringOf(source["message"]) ?? "";
  const label = words === "" ? "" : ` (${words})`;
  return {
    code: found.code,
    message: said === "" ? `The provider reported an error${label} without a message.` : `The provider reported an error${label}: ${said}`,
    retryable: found.retryable,
    userMessage: found.userMessage,
  };
}

/** The error of a body that is JSON instead of an event stream; `undefined` when it is not one. */
export function errorInBody(text: string): UnsayErrorData | undefined {
  if (!text.trimEnd().endsWith("}")) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (!isObject(body)) return undefined;
    const error = body["error"];
    return isObject(error) || typeof error === "string" ? providerError(error) : undefined;
  } catch {
    return undefined;
  }
}
