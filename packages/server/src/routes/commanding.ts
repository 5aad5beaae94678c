import type { RunCommand } from "@unsay/core/protocol";
import { allow } from "../access/authorize.js";
import { readJson } from "../http/guard.js";
import { parseCommand } from "../http/parse-command.js";
import { invalidRequest, jsonResponse, notFound } from "../http/problem.js";
import type { ServerParts } from "../server-parts.js";
import type { StoredRun } from "../stores/store.js";

/** `POST /runs/:run/commands` */
export async function answerRunCommand(parts: ServerParts, request: Request, run: string): Promise<Response> {
  const { authorize, store } = parts.settings;
  const known = await store.getRun(run);
  if (known === null) throw notFound();
  await allow(authorize, request, { threadId: known.thread, runId: run, action: "read" });
  const command = parseCommand(await readJson(request, parts.settings.clock), known.thread);
  if (command.run !== undefined && command.run !== run) throw invalidRequest("`run` must be the run that the address names.", "run");
  await allow(authorize, request, { threadId: known.thread, runId: run, action: command.command });
  await parts.desk.obey(command, await parts.records.refresh(known));
  return jsonResponse(202, { command: command.id });
}

/** `POST /threads/:thread/commands` */
export async function answerThreadCommand(parts: ServerParts, request: Request, thread: string): Promise<Response> {
  const { authorize } = parts.settings;
  await allow(authorize, request, { threadId: thread, runId: null, action: "read" });
  const command = parseCommand(await readJson(request, parts.settings.clock), thread);
  await allow(authorize, request, { threadId: thread, runId: command.run ?? null, action: command.command });
  const record = await findRun(parts, command);
  if (record !== null) await parts.desk.obey(command, record);
  return jsonResponse(202, { command: command.id });
}

/** `null`: a stop that came before its run, which is remembered until the run comes. */
async function findRun({ settings, live, records }: ServerParts, command: RunCommand): Promise<StoredRun | null> {
  const { thread } = command;
  if (command.run !== undefined) {
    const record = await records.get(command.run);
    if (record?.thread !== thread) throw notFound();
    return record;
  }
  if (command.command !== "stop" || command.startKey === undefined)
    throw invalidRequest("The command names neither `run` nor, for a stop, `startKey`.", "run");
  const { startKey } = command;
  const find = async () => live.find(thread, startKey)?.record ?? records.find(thread, startKey);
  const record = await find();
  if (record !== null) return record;
  await settings.store.saveEarlyStop(thread, startKey, JSON.stringify(command));
  // Looked for once more, since the run may have begun between the first look and the note.
  return find();
}
