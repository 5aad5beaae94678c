import type { Message, UserMessage } from "@unsay/core";
import type { StartCommand } from "@unsay/core/protocol";
import { allow } from "../access/authorize.js";
import { readJson } from "../http/guard.js";
import { readNativeBody, type NativeStart } from "../http/native-body.js";
import { parseStart } from "../http/parse-command.js";
import { emptyResponse, HttpProblem, invalidRequest } from "../http/problem.js";
import { isId } from "../http/route.js";
import { wireOf, type Wire } from "../run/wires.js";
import type { ServerParts } from "../server-parts.js";

/** `POST /threads/:thread/runs`. It also takes the bodies of `answerNative`. */
export async function answerStart(parts: ServerParts, request: Request, thread: string): Promise<Response> {
  await allow(parts.settings.authorize, request, { threadId: thread, runId: null, action: "start" });
  const body = await readJson(request, parts.settings.clock);
  const native = readBody(parts, body);
  if (native === null) return start(parts, request, parseStart(body, thread), wireOf(request));
  if (native.thread !== thread) throw invalidRequest("The body names another thread than the address.");
  return startNative(parts, request, native);
}

/**
 * `POST /chat`, `POST /agent`: the body of `useChat` or of an AG-UI client, which names its thread itself. Both addresses
 * take both, and each client is answered in its own words.
 */
export async function answerNative(parts: ServerParts, request: Request): Promise<Response> {
  const { settings } = parts;
  const native = readBody(parts, await readJson(request, settings.clock));
  if (native === null || !isId(native.thread)) throw invalidRequest("The body must be one of `useChat` or of an AG-UI client.");
  await allow(settings.authorize, request, { threadId: native.thread, runId: null, action: "start" });
  return startNative(parts, request, native);
}

/** `GET /chat/:thread/stream`: what `useChat` asks when a page is opened. The run that goes on, from its beginning. */
export async function answerChatStream(
  { settings, records, live, streams }: ServerParts,
  request: Request,
  thread: string,
): Promise<Response> {
  await allow(settings.authorize, request, { threadId: thread, runId: null, action: "read" });
  const record = (await records.list(thread)).findLast(({ end }) => end === null);
  return record === undefined ? emptyResponse() : streams.open(live.get(record.run) ?? record, 0, request, "ai-sdk");
}

/** An attempt to pass a decision in a history is told to whoever watches the server. */
function readBody({ settings }: ServerParts, body: unknown): NativeStart | null {
  try {
    return readNativeBody(body);
  } catch (error) {
    if (error instanceof HttpProblem && error.data.code === "approval-unknown")
      settings.log({ level: "warn", event: "approval.refused", message: error.message });
    throw error;
  }
}

async function startNative(parts: ServerParts, request: Request, native: NativeStart): Promise<Response> {
  const { settings, records } = parts;
  const startKey = native.key ?? settings.createId();
  const known = native.key === null ? null : await records.find(native.thread, native.key);
  const messages = await records.fold(native.thread);
  noteIgnored(parts, native, messages);
  const command =
    known?.user === undefined ? commandOf(native, startKey, messages) : { ...commandOf(native, startKey, []), mode: known.mode };
  return start(parts, request, command, native.wire);
}

async function start({ starter, streams, sweeper }: ServerParts, request: Request, command: StartCommand, wire: Wire): Promise<Response> {
  const run = await starter.findOrCreate(command, request);
  void sweeper.sweepIfDue();
  return streams.open(run, 0, request, wire);
}

/** What was said before is asked anew, in the same words or in others; anything else is new. */
function commandOf({ wire, thread, message }: NativeStart, startKey: string, messages: readonly Message[]): StartCommand {
  const command = { command: "start", client: wire, thread, startKey, answer: `answer-${startKey}` };
  const asked = newestWording(messages, message.id);
  if (asked === undefined) return parseStart({ ...command, mode: "new", message }, thread);
  const isEdited = asked.text !== message.text;
  const edited = { ...message, id: `${asked.id}-${startKey}`.slice(-MAX_EDIT_ID), edits: asked.id };
  return parseStart({ ...command, mode: "regenerate", parent: asked.id, ...(isEdited ? { message: edited } : {}) }, thread);
}

const MAX_EDIT_ID = 200;

/** These clients keep a message's id when it is edited, so here it stands for the newest wording. */
function newestWording(messages: readonly Message[], id: unknown): UserMessage | undefined {
  const users = messages.filter((message) => message.role === "user");
  let newest = users.find((message) => message.id === id);
  for (let next = newest; next !== undefined; next = users.find(({ edits }) => edits === newest?.id)) newest = next;
  return newest;
}

function noteIgnored({ settings }: ServerParts, { thread, message, claimed }: NativeStart, messages: readonly Message[]): void {
  const onRecord = new Set<unknown>([message.id, ...messages.map(({ id }) => id)]);
  const count = claimed.filter((id) => !onRecord.has(id)).length;
  if (count > 0)
    settings.log({ level: "info", event: "history.ignored", thread, message: `${count} messages of the request are on no record here.` });
}
