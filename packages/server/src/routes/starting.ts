import { allow } from "../access/authorize.js";
import { readJson } from "../http/guard.js";
import { parseStart } from "../http/parse-command.js";
import type { ServerParts } from "../server-parts.js";

/** `POST /threads/:thread/runs` */
export async function answerStart(
  { settings, starter, streams, sweeper }: ServerParts,
  request: Request,
  thread: string,
): Promise<Response> {
  await allow(settings.authorize, request, { threadId: thread, runId: null, action: "start" });
  const command = parseStart(await readJson(request, settings.clock), thread);
  const run = await starter.findOrCreate(command, request);
  void sweeper.sweepIfDue();
  return streams.open(run, 0, request);
}
