import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Recorded streams beside the repository; tests over them say so where the folder is absent. */
export const FIXTURES: string = fileURLToPath(new URL("../../../../shared/fixtures/", import.meta.url));
export const hasFixtures: boolean = existsSync(FIXTURES);
if (!hasFixtures) console.warn("No recordings beside the repository: the tests over them are skipped.");

/** The members of wire events that tests look at, on whatever wire. */
export interface WireEvent {
  readonly type?: string;
  readonly delta?: unknown;
  readonly content_block?: { readonly type?: string; readonly text?: unknown };
  readonly choices?: readonly {
    readonly index: number;
    readonly finish_reason?: string | null;
    readonly delta?: { readonly content?: unknown };
  }[];
  readonly message?: { readonly content?: readonly unknown[] };
  readonly response?: { readonly output?: readonly unknown[] };
  readonly sequence_number?: number;
  readonly approvalId?: string;
  readonly toolCallId?: string;
  readonly finishReason?: string;
  readonly code?: string;
  readonly outcome?: { readonly type: string };
  readonly metadata?: { readonly tanstack?: { readonly finishReason?: string } };
}

/** One event of a recorded body: its bytes as text, and what it holds. */
export interface Frame {
  readonly text: string;
  /** Bytes of the body up to its end. */
  readonly end: number;
  /** Bytes of the body from which on a reader must have it: of a line break of two, the first says it. */
  readonly told: number;
  readonly event: WireEvent;
}

export interface Recording<Facts = unknown> {
  readonly name: string;
  readonly body: Uint8Array;
  readonly frames: readonly Frame[];
  /** The entry of `expected.json`. */
  readonly expected: Facts;
}

export function recordingsOf<Facts = unknown>(folder: string): readonly Recording<Facts>[] {
  if (!hasFixtures) return [];
  const expected = JSON.parse(readFileSync(`${FIXTURES}${folder}/expected.json`, "utf8")) as Record<string, Facts>;
  return Object.entries(expected).map(([name, entry]) => {
    const body = bodyOf(folder, name);
    return { name, body, frames: framesOf(body), expected: entry };
  });
}

/** The bytes of a recording; one that holds a payload a line is framed again as its wire frames it. */
function bodyOf(folder: string, name: string): Uint8Array {
  const raw = readFileSync(`${FIXTURES}${folder}/${name}`);
  if (!name.endsWith(".chunks.txt")) return raw;
  const done = folder === "openai-chat" ? "data: [DONE]\n\n" : "";
  return encode(
    linesOf(raw)
      .map((line) => frameOf(folder, line))
      .join("") + done,
  );
}

function frameOf(folder: string, line: string): string {
  if (folder === "openai-chat") return `data: ${line}\n\n`;
  return `event: ${/"type":\s*"([^"]*)"/u.exec(line)?.[1] ?? "message"}\ndata: ${line}\n\n`;
}

/** Frames of a well-formed body, read without the kit: what an oracle is made of. */
export function framesOf(body: Uint8Array): readonly Frame[] {
  const text = Buffer.from(body).toString("latin1");
  const frames: Frame[] = [];
  let start = 0;
  for (const match of text.matchAll(/(\r\n\r|\n\r|\n\n)\n*/gu)) {
    const end = match.index + match[0].length;
    const told = match.index + (match[1]?.length ?? 0);
    const frame = Buffer.from(body.subarray(start, end)).toString("utf8");
    frames.push({ text: frame, end, told, event: parseData(frame) });
    start = end;
  }
  return frames;
}

function parseData(frame: string): WireEvent {
  const data = frame
    .split(/\r?\n/u)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .join("\n");
  try {
    return (JSON.parse(data) as WireEvent | null) ?? {};
  } catch {
    return {};
  }
}

export function linesOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bodyOfFrames(frames: readonly { readonly text: string }[]): Uint8Array {
  return encode(frames.map(({ text }) => text).join(""));
}

/** One event as server-sent bytes. */
export function sse(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** The first 16 hex digits of a SHA-256, as the facts beside the recordings carry them. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Streams in a folder and below it, as paths from the fixtures. */
export function filesBelow(folder: string): readonly string[] {
  if (!hasFixtures) return [];
  return readdirSync(`${FIXTURES}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:sse|ndjson|chunks\.txt)$/u.test(name))
    .map((name) => `${folder}/${name}`);
}
