import type { UnsayErrorData } from "../../protocol/index.js";
import { isObject, stringOf, type JsonObject } from "./fields.js";

interface ErrorClass {
  readonly code: string;
  readonly retryable: boolean;
  readonly words: RegExp;
  readonly statuses: readonly number[];
  readonly userMessage: string;
}

const QUOTA = /quota|billing/u;
const TOO_LONG = /context_length|too_many_prompt_tokens|prompt is too long|maximum context length/u;

/** In this order; a quota that is used up looks like a rate limit, but waiting does not help. */
const CLASSES: readonly ErrorClass[] = [
  {
    code: "context-window",
    retryable: false,
    words: TOO_LONG,
    statuses: [],
    userMessage: "This conversation is too long for the model. Start a new one, or leave something out.",
  },
  {
    code: "provider-error",
    retryable: false,
    words: /quota|billing|invalid|auth|permission|not_found|too_large|content_policy|tool_use_failed/u,
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
    CLASSES.find((candidate) => candidate.words === TOO_LONG && TOO_LONG.test(stringOf(source["message"]) ?? "")) ??
    CLASSES.find((candidate) => candidate.words.test(words)) ??
    CLASSES.find((candidate) => candidate.statuses.some((status) => statuses.includes(status))) ??
    UNKNOWN;
  const said = withoutIds(stringOf(source["message"]) ?? "");
  const label = words === "" ? "" : ` (${words})`;
  return {
    code: found.code,
    message:
      said === ""
        ? `The provider reported an error${label} without a message.`
        : `The provider reported an error${label}: ${said.replace(/[.\s]*$/u, ".")}`,
    retryable: found.retryable,
    userMessage: found.userMessage,
  };
}

/** Ids of accounts, keys and requests stand in providers' messages and belong into no log and no window. */
const IDS = /\b(org|organization|proj|project|user|acct|account|req|request|sk|key|pk)([-_])[\w*-]{5,}/giu;

function withoutIds(message: string): string {
  return message.replace(IDS, "$1$2…");
}

/** A quota that is used up: it comes with the status of a rate limit, but no wait helps. */
export function isQuotaError(error: UnsayErrorData): boolean {
  return !error.retryable && QUOTA.test(error.message.toLowerCase());
}

/** The error of a body that is JSON instead of an event stream; `undefined` when it is not one. */
export function errorInBody(text: string): UnsayErrorData | undefined {
  if (!text.trimEnd().endsWith("}")) return undefined;
  try {
    return errorOfJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** `{"error": …}` as providers answer with it, an `{"object": "error"}`, or the first of a list of them. */
export function errorOfJson(body: unknown): UnsayErrorData | undefined {
  const document: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(document)) return undefined;
  const { error } = document;
  if (isObject(error)) return providerError(error);
  if (typeof error === "string") return providerError({ code: document["code"], message: error });
  return document["object"] === "error" || document["type"] === "error" ? providerError(document) : undefined;
}
