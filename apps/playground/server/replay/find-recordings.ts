import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { UsageError } from "../arguments.ts";
import { bodyOf, detectWire, type Wire } from "./recording.ts";

export interface Recording {
  /** The file, as seen from the folder that was given. */
  readonly name: string;
  readonly wire: Wire;
  readonly bytes: Uint8Array;
}

const RECORDING = /\.(?:sse|chunks\.txt)$/u;
const MAX_DEPTH = 3;
/** More would not fit a list that a person reads. */
const MAX_RECORDINGS = 1_000;

/** Reads a recording, or all of a folder. Rejects with a `UsageError` where there is none that can be played. */
export async function findRecordings(path: string): Promise<readonly Recording[]> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? (await listFiles(path, MAX_DEPTH)).filter((file) => RECORDING.test(file)).slice(0, MAX_RECORDINGS) : [path];
  if (files.length === 0) throw new UsageError(`${path} holds no recordings. Give a folder with files that end in .sse or .chunks.txt.`);
  const recordings = await Promise.all(files.map((file) => readRecording(file, isFolder ? relative(path, file) : basename(file))));
  const known = recordings.filter((recording) => recording !== null);
  if (known.length === 0) throw new UsageError(unknownWire(path));
  if (known.length < recordings.length)
    process.stderr.write(
      `${recordings.length - known.length} of ${recordings.length} files in ${path} are of no known wire and are left out.\n`,
    );
  return known;
}

function unknownWire(path: string): string {
  return `${path} can't be played: its first events are neither Anthropic Messages, OpenAI Responses, OpenAI Chat Completions, nor an AI SDK UI message stream. Give the body of such a stream, byte for byte.`;
}

async function readRecording(file: string, name: string): Promise<Recording | null> {
  const bytes = await readFile(file);
  // Latin-1 keeps every byte, so a body that is not UTF-8 is played as it is.
  const text = bytes.toString("latin1");
  const wire = detectWire(text, `${basename(dirname(file))}/${name}`);
  return wire === null ? null : { name, wire, bytes: Buffer.from(bodyOf(name, text, wire), "latin1") };
}

async function listFiles(folder: string, depth: number): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth > 1 ? listFiles(path, depth - 1) : [];
      return [path];
    }),
  );
  return lists.flat();
}
