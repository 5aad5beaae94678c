import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { FIXTURES, hasFixtures } from "../../test-kit/recordings.js";
import { EVENT_STREAM, serve, type Loopback, type Reply } from "../../test-kit/loopback/loopback-server.js";
import { ask } from "../../test-kit/loopback/reading.js";
import { decodeUIMessageStream } from "../adapters/ai-sdk/index.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { decodeChatCompletions, decodeResponses } from "../adapters/openai/index.js";
import { decodeText } from "../adapters/text/index.js";
import { textOf, type AssistantMessage } from "../message/index.js";
import type { Decode } from "../protocol/index.js";
import { createSession } from "../session/session.js";
import { createFetchTransport } from "./fetch-transport.js";
import type { HttpOptions } from "./http-request.js";

/** Answers that are no stream. Row numbers are those of the list of faults. */

let server: Loopback | undefined;
afterEach(() => server?.close());

const JSON_TYPE = { "content-type": "application/json" };
const DECODERS: Readonly<Record<string, Decode>> = {
  "openai-chat": decodeChatCompletions,
  "openai-responses": decodeResponses,
  "anthropic-messages": decodeAnthropic,
};

async function answerTo(
  reply: Reply,
  decode: Decode = decodeChatCompletions,
  options: Partial<HttpOptions> = {},
): Promise<AssistantMessage> {
  await server?.close();
  server = await serve(() => reply);
  return ask(createFetchTransport({ url: server.url, decode, ...options })).ended();
}

function json(body: unknown, status = 200): Reply {
  return { status, headers: JSON_TYPE, steps: [{ write: typeof body === "string" ? body : JSON.stringify(body) }] };
}

/** What is put before the reader's eyes by default. */
function shownTo(answer: AssistantMessage): string {
  const said = answer.status === "truncated" ? (answer.error?.userMessage ?? "") : "";
  return `${textOf(answer)} ${said}`;
}

interface RecordedBody {
  readonly id: string;
  readonly dialect: string;
  readonly body: unknown;
}

interface RecordedError {
  readonly id: string;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function recorded<T>(path: string): readonly T[] {
  return hasFixtures ? (JSON.parse(readFileSync(`${FIXTURES}${path}`, "utf8")) as readonly T[]) : [];
}

const BODIES = recorded<RecordedBody>("json-bodies/recorded-json-responses.json");
const ERRORS = recorded<RecordedError>("http-errors/recorded-error-responses.json");

describe.runIf(hasFixtures)("row 17: a whole answer in JSON where a stream was asked for", () => {
  it.each(BODIES.map((entry) => [entry.id, entry] as const))("%s is shown whole, and ends as its own reason says", async (_id, entry) => {
    const decode = DECODERS[entry.dialect] ?? decodeChatCompletions;
    const answer = await answerTo(json(entry.body), decode);
    const document = (typeof entry.body === "string" ? JSON.parse(entry.body) : entry.body) as Document;
    expect(textOf(answer)).toBe(textOfDocument(document));
    expect(endOf(answer)).toBe(endOfDocument(document));
    expect(answer.calls.filter((call) => ["ready", "approved", "executing"].includes(call.status)).length === 0 || isAsking(answer)).toBe(
      true,
    );
  });
});

/** The members of whole answers that the oracle looks at. */
interface Document {
  readonly choices?: readonly {
    readonly finish_reason: string;
    readonly message: { readonly content?: unknown; readonly tool_calls?: readonly unknown[] };
  }[];
  readonly stop_reason?: string;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
  readonly status?: string;
  readonly output?: readonly { readonly type: string; readonly content?: readonly { readonly text?: string }[] }[];
}

function textOfDocument({ choices, content, output }: Document): string {
  if (choices !== undefined) return textOfChat(choices[0]?.message.content);
  if (content !== undefined) return content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
  return (output ?? [])
    .flatMap((item) => (item.type === "message" ? (item.content ?? []) : []))
    .map(({ text }) => text ?? "")
    .join("");
}

function textOfChat(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part: { type: string; text?: string }) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

const CLIENT_CALLS = new Set(["function_call", "custom_tool_call", "local_shell_call", "apply_patch_call"]);

function endOfDocument({ choices, stop_reason: reason, output }: Document): string {
  const finish = choices?.[0]?.finish_reason ?? reason;
  if (finish === "length") return "length";
  if (finish === "refusal") return "withheld";
  if (finish === "tool_calls" || finish === "tool_use") return "failed";
  if (output?.some(({ type }) => type === "mcp_approval_request") === true) return "awaiting-approval";
  return output?.some((item) => CLIENT_CALLS.has(item.type) || isLocalShell(item)) === true ? "failed" : "complete";
}

function isLocalShell(item: object): boolean {
  if (!("type" in item) || item.type !== "shell_call") return false;
  const environment = "environment" in item ? (item.environment as { type?: string } | null) : null;
  return environment === null || environment.type === "local";
}

function endOf(answer: AssistantMessage): string {
  if (isAsking(answer)) return "awaiting-approval";
  return answer.status === "truncated" ? answer.cause : answer.status;
}

function isAsking(answer: AssistantMessage): boolean {
  return answer.run?.state === "awaiting-approval";
}

const CHAT_STREAM = [
  { object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: "hi" }, finish_reason: null }] },
  { object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
]
  .map((frame) => `data: ${JSON.stringify(frame)}\n\n`)
  .concat("data: [DONE]\n\n")
  .join("");

describe("row 17: JSON that is no answer", () => {
  it.each([
    ["an empty object", {}],
    ["a completion without choices", { object: "chat.completion", choices: [] }],
    ["an answer of another wire", { type: "message", content: [{ type: "text", text: "hi" }], stop_reason: "end_turn" }],
    ["a list", [1, 2]],
    ["null", null],
  ])("%s is an error and shows nothing", async (_what, body) => {
    expect(await answerTo(json(body))).toMatchObject({
      status: "truncated",
      cause: "corrupt",
      error: { code: "stream-corrupt" },
      parts: [],
    });
  });

  it("a document that was cut is an error and shows nothing", async () => {
    const whole = JSON.stringify({ object: "chat.completion", choices: [{ finish_reason: "stop", message: { content: "hi" } }] });
    const answer = await answerTo({ headers: JSON_TYPE, steps: [{ write: whole.slice(0, -9) }, { close: "fin" }] });
    expect(answer).toMatchObject({ status: "truncated", cause: "corrupt" });
    expect(textOf(answer)).toBe("");
  });

  it("an answer without a reason to have ended is not complete", async () => {
    const answer = await answerTo(json({ object: "chat.completion", choices: [{ finish_reason: null, message: { content: "hi" } }] }));
    expect(answer.status).toBe("truncated");
    expect(textOf(answer)).toBe("hi");
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const)("row 25: a stream packed as %s ends the same, and a packed one that is cut is a cut", async (encoding, pack) => {
    const whole = pack(Buffer.from(CHAT_STREAM));
    const headers = { ...EVENT_STREAM, "content-encoding": encoding };
    const answer = await answerTo({ headers, steps: [{ write: whole }] });
    expect(answer.status).toBe("complete");
    expect(textOf(answer)).toBe("hi");
    const cut = await answerTo({ headers, steps: [{ write: whole.subarray(0, whole.length / 2) }] });
    expect(cut).toMatchObject({ status: "truncated", stated: false });
  });

  it("row 25: a stream that calls itself JSON is read as the stream it is", async () => {
    for (const type of ["application/json", "text/plain", "text/event-stream; charset=windows-1252", "application/octet-stream"]) {
      const answer = await answerTo({ headers: { "content-type": type }, steps: [{ write: CHAT_STREAM }] });
      expect(answer.status, type).toBe("complete");
      expect(textOf(answer)).toBe("hi");
    }
  });
});

describe("row 15: a JSON error", () => {
  it("with status 200 is an error card with a reason, offered again", async () => {
    const answer = await answerTo(json({ error: { message: "Rate limit", type: "rate_limit_error" } }));
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { retryable: true } });
    expect(answer.status === "truncated" && answer.error?.message).toContain("Rate limit");
  });

  it("tells neither the reader nor a log the ids of an account", async () => {
    const message = "Rate limit reached in organization org-Ab12Cd34Ef56 on project proj_XyZ0123456789, key sk-proj-abcdef123456.";
    const answer = await answerTo(json({ error: { message, type: "tokens", code: "rate_limit_exceeded" } }, 429));
    expect(JSON.stringify(answer)).not.toMatch(/Ab12Cd34Ef56|XyZ0123456789|abcdef123456/u);
    expect(answer).toMatchObject({ cause: "failed", error: { code: "rate-limited", userMessage: "Too many requests right now." } });
  });

  it("of a quota that is used up is not offered again, though it comes as 429", async () => {
    const error = { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" };
    expect(await answerTo(json({ error }, 429))).toMatchObject({ cause: "failed", error: { retryable: false } });
  });
});

describe.runIf(hasFixtures)("rows 15 and 19: recorded refusals", () => {
  it.each(ERRORS.map((entry, index) => [`${index} ${entry.id} (${entry.status ?? "no status"})`, entry] as const))(
    "%s is an error card in our words, with the provider's reason for developers, and one request",
    async (_id, { status, headers, body }) => {
      const { "transfer-encoding": _encoding, ...rest } = headers;
      const reply = { status: status ?? 400, headers: { ...rest }, steps: [{ write: body }] };
      const answer = await answerTo(reply);
      expect(answer).toMatchObject({ status: "truncated", cause: "failed", stated: false });
      expect(textOf(answer)).toBe("");
      expect(server?.asked).toHaveLength(1);
      const reason = reasonIn(body);
      const error = answer.status === "truncated" ? answer.error : undefined;
      if (reason !== "") expect(error?.message).toContain(reason);
      expect(reason === "" ? "" : shownTo(answer)).not.toContain(reason === "" ? "\0" : reason);
      if (status === 401 || status === 403) expect(error).toMatchObject({ code: "unauthorized", retryable: false });
    },
  );
});

/** The beginning of the provider's message, before anything that might be an id. */
function reasonIn(body: string): string {
  const found = /"(?:message|detail)":\s*"((?:[^"\\]){8,24})/u.exec(body);
  return found?.[1]?.replace(/\s*\S*$/u, "") ?? "";
}

describe("row 16: a web page", () => {
  const page = "<!doctype html><title>Sign in</title><script>steal()</script><h1>Please sign in</h1>";

  it.each([
    ["200, text/html", { headers: { "content-type": "text/html; charset=utf-8" } }, decodeChatCompletions],
    ["200, text/html, where plain text is the wire", { headers: { "content-type": "text/html" } }, decodeText],
    ["200, called an event stream", { headers: EVENT_STREAM }, decodeUIMessageStream],
    ["502, text/html", { status: 502, headers: { "content-type": "text/html" } }, decodeChatCompletions],
    ["403 of a firewall", { status: 403, headers: { "content-type": "text/html" } }, decodeChatCompletions],
  ] satisfies readonly (readonly [string, Reply, Decode])[])(
    "%s: is said to be none, and none of it is shown",
    async (_what, reply, decode) => {
      const answer = await answerTo({ ...reply, steps: [{ write: page }] }, decode);
      expect(answer.status).toBe("truncated");
      expect(JSON.stringify(answer)).not.toMatch(/<h1|<script|sign in<|steal/iu);
      expect(answer.parts).toEqual([]);
    },
  );

  it("is called by its name", async () => {
    const answer = await answerTo({ headers: { "content-type": "text/html" }, steps: [{ write: page }] });
    expect(shownTo(answer)).toContain("This was a web page, not an answer.");
  });
});

describe("row 18: nothing", () => {
  it.each([
    ["204", { status: 204, headers: {} }],
    ["an empty 200", { headers: EVENT_STREAM }],
    ["an empty 200 of no type", { headers: {} }],
  ] satisfies readonly (readonly [string, Reply])[])("%s for a new run is an error", async (_what, reply) => {
    const answer = await answerTo(reply);
    expect(answer).toMatchObject({ status: "truncated", error: { code: "stream-eof" } });
  });
});

describe("row 19: a reader who is signed out", () => {
  it.each([401, 403])("%i asks to sign in, keeps the question, and is not repeated", async (status) => {
    server = await serve(() => ({ status, headers: {} }));
    const reading = ask(createFetchTransport({ url: server.url, decode: decodeChatCompletions, idempotentStart: true }), {
      reconnect: { baseMs: 1 },
    });
    const answer = await reading.ended();
    expect(answer).toMatchObject({ cause: "failed", error: { code: "unauthorized", retryable: false } });
    expect(shownTo(answer)).toContain("Sign in");
    expect(reading.session.store.getState().messages[0]).toMatchObject({ text: "go", delivery: "failed" });
    expect(server.asked).toHaveLength(1);
  });
});

describe("a server that says no to a question", () => {
  it.each([401, 404, 500])("has answered %i: no connection is called lost", async (status) => {
    server = await serve(() => json({ code: "not-found", message: "There is nothing here. Check the address.", retryable: false }, status));
    const session = createSession({ transport: createFetchTransport({ url: server.url, decode: decodeChatCompletions }) });
    const failed = new Promise<void>((resolve) => session.store.subscribe(({ status }) => status === "error" && resolve()));
    session.send("Hello?");
    await failed;
    expect(session.store.getState()).toMatchObject({
      connection: { status: "idle" },
      error: { message: expect.stringContaining("Check") },
    });
  });
});

describe("row 22: a redirect", () => {
  it.each([301, 302, 307, 308])("%i to another origin is not followed: no credentials, no question, a clear error", async (status) => {
    const other = await serve(() => ({ steps: [{ write: "data: stolen\n\n" }] }));
    try {
      const location = `${other.url}/elsewhere`;
      const answer = await answerTo({ status, headers: { location } }, decodeChatCompletions, {
        headers: { authorization: "Bearer secret", "x-api-key": "secret" },
      });
      expect(other.asked).toHaveLength(0);
      expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { retryable: false } });
      expect(answer.status === "truncated" && answer.error?.message).toContain(location);
    } finally {
      await other.close();
    }
  });
});
