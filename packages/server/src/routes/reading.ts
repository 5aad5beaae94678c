import { allow } from "../access/authorize.js";
import { beyondEnd, cursorExpired, readCursor } from "../http/cursor.js";
import { emptyResponse, jsonResponse, notFound, type HttpProblem } from "../http/problem.js";
import { shuttingDown } from "../http/shutting-down.js";
import type { LiveRun } from "../run/live-run.js";
import { isTrimmed, type StoredRun } from "../stores/store.js";
import type { ServerParts } from "../server-parts.js";

/** Readers of the process that produces a run may have events that its store does not have yet. */
const MAX_AHEAD = 1_000;

/** `GET /threads/:thread/active` */
export async function answerActive({ settings, live, records }: ServerParts, request: Request, thread: string): Promise<Response> {
  await allow(settings.authorize, request, { threadId: thread, runId: null, action: "read" });
  const record = (await records.list(thread)).findLast((candidate) => candidate.end === null);
  if (record === undefined) return emptyResponse();
  const running = live.get(record.run);
  const last = running?.log.visibleSeq ?? record.lastSeq;
  const t = running?.log.elapsedMs ?? Math.max(0, settings.clock.epoch() - record.createdAt);
  return jsonResponse(200, { run: record.run, message: record.message, last, t });
}

/** `GET /threads/:thread/messages` */
export async function answerMessages({ settings, records }: ServerParts, request: Request, thread: string): Promise<Response> {
  await allow(settings.authorize, request, { threadId: thread, runId: null, action: "read" });
  return jsonResponse(200, { messages: await records.fold(thread) });
}

/** `GET /runs/:run/events` */
export async function answerEvents(parts: ServerParts, request: Request, run: string): Promise<Response> {
  const record = await parts.settings.store.getRun(run);
  if (record === null) throw notFound();
  await allow(parts.settings.authorize, request, { threadId: record.thread, runId: run, action: "read" });
  const after = readCursor(request);
  if (parts.streams.isSendingAway && record.end === null) throw shuttingDown();
  const live = parts.live.get(run);
  if (live === undefined) return answerStored(parts, await parts.records.refresh(record), after, request);
  return answerLive(parts, live, after, request);
}

function answerLive({ streams }: ServerParts, live: LiveRun, after: number, request: Request): Response {
  if (after > live.log.visibleSeq) throw beyondEnd(after, live.log.visibleSeq);
  return streams.open(live, after, request);
}

async function answerStored({ settings, streams }: ServerParts, record: StoredRun, after: number, request: Request): Promise<Response> {
  if (after > record.lastSeq + (record.end === null ? MAX_AHEAD : 0)) throw notReached(after, record);
  if (record.end !== null && after === record.lastSeq) return emptyResponse();
  if (isTrimmed(await settings.store.read(record.run, after), after, record.lastSeq)) throw cursorExpired(after);
  return streams.open(record, after, request);
}

/** What a lost process had said and not stored is not part of the record, and its readers have to learn that. */
function notReached(after: number, { end, lastSeq }: StoredRun): HttpProblem {
  const isOrphan = end?.outcome === "truncated" && end.cause === "orphaned";
  return isOrphan ? cursorExpired(after) : beyondEnd(after, lastSeq);
}
