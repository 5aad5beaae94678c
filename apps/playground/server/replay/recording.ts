import type { Decode } from "@unsay/core/protocol";
import { decodeUIMessageStream } from "@unsay/core/ai-sdk";
import { decodeAnthropic } from "@unsay/core/anthropic";
import { decodeChatCompletions, decodeResponses } from "@unsay/core/openai";

export type Wire = "anthropic-messages" | "openai-responses" | "openai-chat" | "ui-message-stream";

export const DECODERS: Record<Wire, Decode> = {
  "anthropic-messages": decodeAnthropic,
  "openai-responses": decodeResponses,
  "openai-chat": decodeChatCompletions,
  "ui-message-stream": decodeUIMessageStream,
};

/** How much of a recording is looked at to tell its wire. */
const LOOK_AT_EVENTS = 12;

/** The wire a recording speaks, by what its first events hold; `hint` decides where they do not. */
export function detectWire(body: string, hint: string): Wire | null {
  for (const event of firstEvents(body)) {
    const wire = wireOf(event);
    if (wire !== null) return wire;
  }
  return (Object.keys(DECODERS) as Wire[]).find((wire) => hint.includes(wire)) ?? null;
}

function firstEvents(body: string): readonly Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  for (const line of body.split(/\r\n|\r|\n/u)) {
    if (events.length === LOOK_AT_EVENTS) break;
    const json = parseLine(line);
    if (json !== null) events.push(json);
  }
  return events;
}

function parseLine(line: string): Record<string, unknown> | null {
  const data = line.startsWith("data:") ? line.slice(5) : line;
  if (!data.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(data) as Record<string, unknown>;
  } catch {
    return null;
  }
}

const ANTHROPIC = /^(?:message_(?:start|delta|stop)|content_block_(?:start|delta|stop)|ping)$/u;
const UI_STREAM =
  /^(?:start|start-step|finish|finish-step|text-(?:start|delta|end)|reasoning-(?:start|delta|end)|tool-(?:input|output|approval)-.+|source-.+|data-.+)$/u;

function wireOf(event: Record<string, unknown>): Wire | null {
  const type = typeof event["type"] === "string" ? event["type"] : "";
  if (type.startsWith("response.")) return "openai-responses";
  if (ANTHROPIC.test(type)) return "anthropic-messages";
  if (UI_STREAM.test(type)) return "ui-message-stream";
  return Array.isArray(event["choices"]) ? "openai-chat" : null;
}

/** The response body as the provider sent it. A `.chunks.txt` holds one payload a line, so its framing is made again. */
export function bodyOf(name: string, text: string, wire: Wire): string {
  if (!name.endsWith(".chunks.txt")) return text;
  const frames = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => frameOf(line, wire));
  return frames.join("") + (wire === "openai-chat" ? "data: [DONE]\n\n" : "");
}

function frameOf(line: string, wire: Wire): string {
  const type = parseLine(line)?.["type"];
  const isNamed = wire === "anthropic-messages" || wire === "openai-responses";
  return `${isNamed && typeof type === "string" ? `event: ${type}\n` : ""}data: ${line}\n\n`;
}
