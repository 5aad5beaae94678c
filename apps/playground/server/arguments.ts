import { existsSync } from "node:fs";
import { resolve } from "node:path";

export type Pace = "recorded" | "fast" | number;

export interface Arguments {
  readonly replay: string | null;
  /** `recorded`, `fast`, or milliseconds between two events. */
  readonly pace: Pace;
  /** `null`: not asked for, so the next free one will do. */
  readonly port: number | null;
}

/** What a person typed is wrong: said in a sentence, without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const USAGE = "Usage: npm start -- [--replay <file or folder>] [--pace recorded|fast|<ms per event>]   (PORT=<n> picks the port)";

/** Throws a `UsageError`. */
export function parseArguments(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Arguments {
  const given = new Map<string, string>();
  const split = words.flatMap((word) => (/^--\w+=/u.test(word) ? splitOnce(word) : [word]));
  for (let index = 0; index < split.length; index += 2) {
    const [name = "", value] = split.slice(index, index + 2);
    if (name !== "--replay" && name !== "--pace") throw new UsageError(`Unknown argument "${name}".\n${USAGE}`);
    if (value === undefined || value === "") throw new UsageError(`${name} needs a value.\n${USAGE}`);
    given.set(name, value);
  }
  const replay = given.get("--replay");
  return {
    replay: replay === undefined ? null : parsePath(replay, environment["INIT_CWD"]),
    pace: parsePace(given.get("--pace") ?? "recorded"),
    port: parsePort(environment["PORT"]),
  };
}

function splitOnce(word: string): readonly [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

/** npm runs scripts in the package's folder; the user's own is in INIT_CWD. */
function parsePath(path: string, userFolder: string | undefined): string {
  const candidates = [resolve(path), ...(userFolder === undefined ? [] : [resolve(userFolder, path)])];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new UsageError(
    `--replay names ${candidates[0] ?? path}, which does not exist. Give a recording (.sse or .chunks.txt), or a folder of them.`,
  );
}

function parsePace(pace: string): Pace {
  if (pace === "recorded" || pace === "fast") return pace;
  const ms = Number(pace);
  if (Number.isFinite(ms) && ms >= 0 && ms <= 60_000) return ms;
  throw new UsageError(`--pace is "${pace}". Use recorded, fast, or the milliseconds between two events (0 to 60000).`);
}

function parsePort(port: string | undefined): number | null {
  if (port === undefined || port === "") return null;
  const number = Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new UsageError(`PORT is "${port}". Use a whole number from 0 to 65535; 0 takes any free port.`);
}
