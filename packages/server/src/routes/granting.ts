import { allow } from "../access/authorize.js";
import { readJson } from "../http/guard.js";
import { parseRevocation } from "../http/parse-command.js";
import { emptyResponse, jsonResponse, notFound } from "../http/problem.js";
import type { ServerParts } from "../server-parts.js";

/** `GET /threads/:thread/grants`: standing permissions that still count. */
export async function answerGrants({ settings }: ServerParts, request: Request, thread: string): Promise<Response> {
  const { authorize, store, clock } = settings;
  await allow(authorize, request, { threadId: thread, runId: null, action: "read" });
  const grants = (await store.listGrants(thread)).filter((grant) => grant.expiresAt > clock.epoch());
  return jsonResponse(200, { grants });
}

/** `POST /threads/:thread/revocations`: from here on the permission counts for nothing, also for a call that waits. */
export async function answerRevocation({ settings }: ServerParts, request: Request, thread: string): Promise<Response> {
  await allow(settings.authorize, request, { threadId: thread, runId: null, action: "revoke" });
  const grant = parseRevocation(await readJson(request, settings.clock));
  if (!(await settings.store.revokeGrant(thread, grant))) throw notFound();
  return emptyResponse();
}
