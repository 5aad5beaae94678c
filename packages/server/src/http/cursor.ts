import { HttpProblem, invalidRequest } from "./problem.js";

const CURSOR = /^(?:0|[1-9]\d{0,14})$/u;

/** The header is what a browser's own reconnect sends, and newer than the address. Throws an `HttpProblem`. */
export function readCursor(request: Request): number {
  const cursor = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "0";
  if (CURSOR.test(cursor)) return Number(cursor);
  throw invalidRequest("The cursor (`after` or Last-Event-ID) must be the `seq` of an event of this run.", "after");
}

export function beyondEnd(after: number, last: number): HttpProblem {
  return invalidRequest(`The cursor is ${after}, but the run has only ${last} events. Use the \`seq\` of an event of this run.`, "after");
}

export function cursorExpired(after: number): HttpProblem {
  return new HttpProblem(410, {
    code: "cursor-expired",
    message: `Events of this run after ${after} are no longer stored. Load the thread's messages instead.`,
    retryable: false,
    field: "after",
    userMessage: "An earlier part of this answer is no longer stored.",
  });
}
