import { conflict, HttpProblem, invalidRequest } from "./problem.js";
import { isId } from "./route.js";

/**
 * What the body of another client asks for: the newest thing its user said. The rest of such a body is that client's own
 * view of the thread, which anybody can write; the thread is read from the record instead.
 */
export interface NativeStart {
  readonly wire: "ai-sdk" | "ag-ui";
  readonly thread: string;
  /** The user's newest message, as the fields of a `start`; checked where that is. */
  readonly message: { readonly id: unknown; readonly text: string; readonly attachments?: readonly unknown[] };
  /** The same for a repetition of the request; `null` where the client names none. */
  readonly key: string | null;
  /** Ids of all messages of the body. */
  readonly claimed: readonly unknown[];
}

type Fields = Record<string, unknown>;

/** Reads what `useChat` of the AI SDK or an AG-UI client sends; `null` for what is neither. Throws an `HttpProblem`. */
export function readNativeBody(body: unknown): NativeStart | null {
  if (!isFields(body) || !Array.isArray(body["messages"]) || "command" in body) return null;
  if (typeof body["threadId"] === "string") return readAgUi(body, body["messages"], body["threadId"]);
  return typeof body["id"] === "string" ? readAiSdk(body, body["messages"], body["id"]) : null;
}

/** A `RunAgentInput`. */
function readAgUi(body: Fields, messages: readonly unknown[], thread: string): NativeStart {
  const { resume, runId } = body;
  if (Array.isArray(resume) && resume.length > 0) throw boundElsewhere("resume");
  const last = lastOfUser(messages);
  if (!isId(runId)) throw invalidRequest("`runId` must name this run.", "runId");
  return { wire: "ag-ui", thread, message: { id: last["id"], text: textOf(last["content"]) }, key: runId, claimed: idsOf(messages) };
}

/** What `DefaultChatTransport` sends. */
function readAiSdk(body: Fields, messages: readonly unknown[], thread: string): NativeStart {
  if (messages.some((message) => partsOf(message).some(isOpenAnswer))) throw boundElsewhere("messages");
  const last = lastOfUser(messages);
  const parts = partsOf(last);
  const attachments = parts
    .filter(({ type }) => type === "file")
    .map((part, index) => attachmentOf(part, `${String(last["id"])}-${index}`));
  const isNew = body["trigger"] !== "regenerate-message" && body["messageId"] === undefined;
  return {
    wire: "ai-sdk",
    thread,
    message: { id: last["id"], text: textOf(parts), ...(attachments.length === 0 ? {} : { attachments }) },
    key: isNew ? `ask-${String(last["id"])}` : null,
    claimed: idsOf(messages),
  };
}

/** An approval that was answered in the client's copy of the thread, and would be acted on now. */
function isOpenAnswer({ state }: Fields): boolean {
  return state === "approval-responded";
}

function boundElsewhere(field: string): HttpProblem {
  const { status, data } = conflict(
    "approval-unknown",
    "The body says that a call was approved or refused. That is not taken from a history, which anybody can write, so nothing was run.",
  );
  const hint = "Answer at POST /runs/:run/commands with the approval's id and the `argsHash` of each call.";
  return new HttpProblem(status, { ...data, field, hint });
}

function lastOfUser(messages: readonly unknown[]): Fields {
  const last = messages.at(-1);
  if (isFields(last) && last["role"] === "user") return last;
  throw invalidRequest(
    "The last of `messages` must be what the user said: this server starts answers, and runs its tools itself.",
    "messages",
  );
}

function partsOf(message: unknown): readonly Fields[] {
  return isFields(message) && Array.isArray(message["parts"]) ? message["parts"].filter(isFields) : [];
}

/** Text of a message whose content is a string or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.flatMap((part) => (isFields(part) && part["type"] === "text" ? [String(part["text"])] : [])).join("\n\n");
}

function attachmentOf({ mediaType, filename, url }: Fields, id: string): Fields {
  return { id, name: filename ?? "file", mediaType, url };
}

function idsOf(messages: readonly unknown[]): readonly unknown[] {
  return messages.map((message) => (isFields(message) ? message["id"] : undefined));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
