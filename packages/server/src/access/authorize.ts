import type { RunCommand } from "@unsay/core/protocol";
import { notFound } from "../http/problem.js";

export type Action = "start" | "read" | "revoke" | RunCommand["command"];

export interface AuthorizeContext {
  readonly threadId: string;
  /** `null` where the request is about the thread as a whole. */
  readonly runId: string | null;
  readonly action: Action;
}

/** Whether this request may do this. A refusal is answered like an id that does not exist. */
export type Authorize = (request: Request, context: AuthorizeContext) => boolean | Promise<boolean>;

/** Lets everybody do everything. For servers that only their own machine can reach. */
export const allowAllUnsafe: Authorize = () => true;

/** Throws the `HttpProblem` of an id that does not exist when the request may not do this. */
export async function allow(authorize: Authorize, request: Request, context: AuthorizeContext): Promise<void> {
  if (!(await authorize(request, context))) throw notFound();
}
