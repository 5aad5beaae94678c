import { textOf, type Message } from "@unsay/core";
import { createAgUiEncoder } from "@unsay/core/ag-ui";
import { createAiSdkEncoder } from "@unsay/core/ai-sdk";
import { encodeEvent, encodeSse, type UnsayEvent } from "@unsay/core/protocol";
import { invalidRequest } from "../http/problem.js";
import type { StoredRun } from "../stores/store.js";
import { foldThread, type RunWithEvents } from "../thread/history.js";

/** How a run is told: in Unsay's own events, or carried by a stream that other clients read too. */
export type Wire = "unsay" | "ai-sdk" | "ag-ui";

const WIRES: readonly string[] = ["unsay", "ai-sdk", "ag-ui"];

/** Headers that a wire asks for beside those of every stream. */
export const HEADERS_OF_WIRE: Readonly<Record<Wire, Readonly<Record<string, string>>>> = {
  unsay: {},
  "ai-sdk": { "x-vercel-ai-ui-message-stream": "v1" },
  "ag-ui": {},
};

/** Writes the events of one subscription as frames of a body. */
export interface WireWriter {
  push(event: UnsayEvent): string;
  /** What is sent when no more events come. */
  end(): string;
}

/** `?wire=` of the address, else `wire` of the Accept header (`text/event-stream; wire=ai-sdk`). Throws an `HttpProblem`. */
export function wireOf(request: Request): Wire {
  const accepted = /^text\/event-stream\s*;\s*wire=([\w-]+)$/iu.exec(request.headers.get("accept")?.trim() ?? "")?.[1];
  const wire = new URL(request.url).searchParams.get("wire") ?? accepted ?? "unsay";
  if (WIRES.includes(wire)) return wire as Wire;
  throw invalidRequest(`\`wire\` must be one of: ${WIRES.join(", ")}.`, "wire");
}

export const UNSAY_WRITER: WireWriter = {
  push: (event) => encodeSse({ data: encodeEvent(event), ...(event.seq === null ? {} : { id: String(event.seq) }) }),
  end: () => "",
};

/** A carrier's writer knows the thread before the answer, and the runs that spoke into the same answer before this one. */
export function createWireWriter(wire: Wire, record: StoredRun, thread: readonly RunWithEvents[]): WireWriter {
  const earlier = thread.slice(
    0,
    Math.max(
      0,
      thread.findIndex((known) => known.record.run === record.run),
    ),
  );
  const before = earlier.filter((known) => known.record.message === record.message).flatMap(({ events }) => events);
  switch (wire) {
    case "unsay":
      return UNSAY_WRITER;
    case "ai-sdk":
      return carry(createAiSdkEncoder({ before }), encodeSse({ data: "[DONE]" }));
    case "ag-ui":
      return carry(createAgUiEncoder({ before, history: historyOf(record, earlier) }), "");
  }
}

interface Encoder {
  push(event: UnsayEvent): readonly object[];
  end(): readonly object[];
}

function carry(encoder: Encoder, last: string): WireWriter {
  const write = (chunks: readonly object[]) => chunks.map((chunk) => encodeSse({ data: JSON.stringify(chunk) })).join("");
  return { push: (event) => write(encoder.push(event)), end: () => write(encoder.end()) + last };
}

function historyOf(record: StoredRun, earlier: readonly RunWithEvents[]): readonly { id: string; role: string; content: string }[] {
  const messages = foldThread(record.thread, earlier).filter(({ id }) => id !== record.message);
  const asked = record.user === null ? [] : [{ id: record.user.id, role: "user", content: record.user.text }];
  return [...messages.map(messageOf), ...asked];
}

function messageOf(message: Message): { id: string; role: string; content: string } {
  return { id: message.id, role: message.role, content: message.role === "user" ? message.text : textOf(message) };
}
