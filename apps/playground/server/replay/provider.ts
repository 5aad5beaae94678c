import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pace } from "../arguments.ts";
import type { Recording } from "./find-recordings.ts";

/** Recordings hold no times, so `recorded` is the pace at which a fast model sends events. */
const RECORDED_MS_PER_EVENT = 20;
/** With `fast`, pieces of this many bytes, so that borders fall anywhere. */
const FAST_CHUNK_BYTES = 1_024;

export interface Provider {
  urlOf(recording: Recording): string;
  readonly close: () => Promise<void>;
}

/** A provider on this machine that says what was recorded, byte for byte, and closes. */
export async function createProvider(recordings: readonly Recording[], pace: Pace): Promise<Provider> {
  const server = createServer((request, response) => {
    const recording = recordings[Number(request.url?.slice(1))];
    if (recording === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    play(recording.bytes, pace, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (recording) => `http://127.0.0.1:${port}/${recordings.indexOf(recording)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function play(bytes: Uint8Array, pace: Pace, response: ServerResponse): Promise<void> {
  const wait = pace === "recorded" ? RECORDED_MS_PER_EVENT : pace === "fast" ? 0 : pace;
  for (const chunk of pace === "fast" ? cutEvery(bytes, FAST_CHUNK_BYTES) : cutAfterEvents(bytes)) {
    if (response.destroyed) return;
    if (wait > 0) await sleep(wait);
    if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
  }
  response.end();
}

function* cutEvery(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

const LF = 10;
const CR = 13;

/** After each blank line, whatever its line ends; together they are exactly the given bytes. */
export function* cutAfterEvents(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  let isLineEmpty = false;
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] === CR && bytes[index + 1] === LF) continue;
    if (bytes[index] !== LF && bytes[index] !== CR) {
      isLineEmpty = false;
      continue;
    }
    if (isLineEmpty) {
      yield bytes.subarray(start, index + 1);
      start = index + 1;
    }
    isLineEmpty = true;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}
