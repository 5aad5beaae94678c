import type {
  Attachment,
  DecideCommand,
  DecideItem,
  GrantScope,
  RunCommand,
  StartCommand,
  StopCommand,
  UndoCommand,
  UserInput,
} from "@unsay/core/protocol";
import { invalidRequest } from "./problem.js";
import { isId, MAX_ID_LENGTH } from "./route.js";

/** Longest text of a user message or a reason, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 200_000;
const MAX_ITEMS = 50;
const MAX_LABELS = 20;
const MAX_ATTACHMENTS = 20;

type Fields = Record<string, unknown>;

/** Reads a `start`. Throws an `HttpProblem` that names the field. */
export function parseStart(body: unknown, thread: string): StartCommand {
  const fields = fieldsOf(body);
  word(fields, "command", ["start"]);
  sameAs(fields, "thread", thread);
  const mode = word(fields, "mode", ["new", "continue", "regenerate"]) as StartCommand["mode"];
  const message = optional(fields, "message", userInput);
  const parent = optional(fields, "parent", id);
  const redirects = optional(fields, "redirects", id);
  const labels = optional(fields, "labels", labelsOf);
  if (mode === "new" && message === undefined)
    throw invalidRequest("A new answer needs the user's `message` with `id` and `text`.", "message");
  if (mode === "regenerate" && parent === undefined)
    throw invalidRequest("`regenerate` needs `parent`, the id of the user message to answer again.", "parent");
  return {
    command: "start",
    client: id(fields, "client"),
    thread,
    startKey: id(fields, "startKey"),
    answer: id(fields, "answer"),
    mode,
    ...(message === undefined ? {} : { message }),
    ...(parent === undefined ? {} : { parent }),
    ...(redirects === undefined ? {} : { redirects }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** Reads any other command. Throws an `HttpProblem` that names the field. */
export function parseCommand(body: unknown, thread: string): RunCommand {
  const fields = fieldsOf(body);
  sameAs(fields, "thread", thread);
  switch (word(fields, "command", ["stop", "steer", "decide", "retry", "undo"])) {
    case "stop":
      return parseStop(fields, thread);
    case "steer":
      return { command: "steer", ...runFields(fields, thread), text: text(fields, "text") };
    case "decide":
      return parseDecide(fields, thread);
    case "retry":
      return { command: "retry", ...runFields(fields, thread), call: id(fields, "call") };
    default:
      return parseUndo(fields, thread);
  }
}

/** Reads which standing permission is to end. Throws an `HttpProblem`. */
export function parseRevocation(body: unknown): string {
  return id(fieldsOf(body), "grant");
}

function parseStop(fields: Fields, thread: string): StopCommand {
  const run = optional(fields, "run", id);
  const startKey = optional(fields, "startKey", id);
  const call = optional(fields, "call", id);
  const scope = word(fields, "scope", ["run", "tool"], "run") as StopCommand["scope"];
  if (scope === "tool" && call === undefined) throw invalidRequest("A stop of one tool needs `call`.", "call");
  return {
    command: "stop",
    id: id(fields, "id"),
    client: id(fields, "client"),
    thread,
    scope,
    intent: word(fields, "intent", ["stop", "redirect", "barge-in", "enough"], "stop") as StopCommand["intent"],
    ackSeq: count(fields, "ackSeq"),
    painted: placeOf(fields["painted"], "painted"),
    ...(fields["heardUpTo"] === undefined ? {} : { heardUpTo: placeOf(fields["heardUpTo"], "heardUpTo") }),
    ...(run === undefined ? {} : { run }),
    ...(startKey === undefined ? {} : { startKey }),
    ...(call === undefined ? {} : { call }),
  };
}

function parseDecide(fields: Fields, thread: string): DecideCommand {
  const items = fields["items"];
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ITEMS) {
    throw invalidRequest(`\`items\` must be a list of 1 to ${MAX_ITEMS} decisions.`, "items");
  }
  return {
    command: "decide",
    id: id(fields, "id"),
    client: id(fields, "client"),
    thread,
    run: id(fields, "run"),
    approval: id(fields, "approval"),
    items: items.map(decideItem),
  };
}

function decideItem(value: unknown): DecideItem {
  const fields = fieldsOf(value, "items");
  const reason = optional(fields, "reason", text);
  const edited = fields["edited"] ?? undefined;
  const scope = optional(fields, "scope", scopeOf);
  return {
    call: id(fields, "call"),
    argsHash: id(fields, "argsHash"),
    decision: word(fields, "decision", ["approve", "reject"]) as DecideItem["decision"],
    ...(edited === undefined ? {} : { edited }),
    ...(reason === undefined ? {} : { reason }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function scopeOf(fields: Fields, name: string): GrantScope {
  const scope = fieldsOf(fields[name], name);
  return { argsPattern: text(scope, "argsPattern"), ms: count(scope, "ms") };
}

function parseUndo(fields: Fields, thread: string): UndoCommand {
  return { command: "undo", ...runFields(fields, thread), receipt: id(fields, "receipt") };
}

function runFields(fields: Fields, thread: string): Pick<UndoCommand, "id" | "client" | "thread" | "run"> {
  return { id: id(fields, "id"), client: id(fields, "client"), thread, run: id(fields, "run") };
}

function fieldsOf(value: unknown, field?: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalidRequest(`A JSON object was expected${field === undefined ? " as the body" : ` in \`${field}\``}.`, field ?? "body");
}

function id(fields: Fields, name: string): string {
  const value = fields[name];
  if (isId(value)) return value;
  throw invalidRequest(`\`${name}\` must be a string of 1 to ${MAX_ID_LENGTH} characters without control characters.`, name);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && value.length <= MAX_TEXT_LENGTH) return value;
  throw invalidRequest(`\`${name}\` must be a string of at most ${MAX_TEXT_LENGTH} characters.`, name);
}

function word(fields: Fields, name: string, words: readonly string[], otherwise?: string): string {
  const value = fields[name] ?? otherwise;
  if (typeof value === "string" && words.includes(value)) return value;
  throw invalidRequest(`\`${name}\` must be one of: ${words.join(", ")}.`, name);
}

function count(fields: Fields, name: string): number {
  const value = fields[name] ?? 0;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidRequest(`\`${name}\` must be a whole number from 0 on.`, name);
}

function sameAs(fields: Fields, name: string, expected: string): void {
  if (fields[name] !== expected) throw invalidRequest(`\`${name}\` must be the ${name} that the address names.`, name);
}

function optional<T>(fields: Fields, name: string, read: (fields: Fields, name: string) => T): T | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : read(fields, name);
}

function userInput(fields: Fields, name: string): UserInput {
  const message = fieldsOf(fields[name], name);
  const attachments = optional(message, "attachments", attachmentsOf);
  const quote = optional(message, "quote", text);
  const edits = optional(message, "edits", id);
  return {
    id: id(message, "id"),
    text: text(message, "text"),
    ...(attachments === undefined ? {} : { attachments }),
    ...(quote === undefined ? {} : { quote }),
    ...(edits === undefined ? {} : { edits }),
  };
}

function attachmentsOf(fields: Fields, name: string): readonly Attachment[] {
  const list = fields[name];
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ATTACHMENTS) {
    throw invalidRequest(`\`${name}\` must be a list of 1 to ${MAX_ATTACHMENTS} files.`, name);
  }
  return list.map(attachmentOf);
}

function attachmentOf(value: unknown): Attachment {
  const fields = fieldsOf(value, "attachments");
  const size = optional(fields, "size", count);
  const url = optional(fields, "url", text);
  return {
    id: id(fields, "id"),
    name: text(fields, "name"),
    mediaType: text(fields, "mediaType"),
    ...(size === undefined ? {} : { size }),
    ...(url === undefined ? {} : { url }),
  };
}

function labelsOf(fields: Fields, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(fields[name], name));
  if (
    entries.length > MAX_LABELS ||
    !entries.every(([key, value]) => isId(key) && typeof value === "string" && value.length <= MAX_ID_LENGTH)
  ) {
    throw invalidRequest(`\`${name}\` must hold at most ${MAX_LABELS} short strings.`, name);
  }
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}

function placeOf(value: unknown, name: string): StopCommand["painted"] {
  if (value === undefined || value === null) return null;
  const fields = fieldsOf(value, name);
  return { span: id(fields, "span"), offset: count(fields, "offset") };
}
