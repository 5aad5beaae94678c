import { describe, expect, it } from "vitest";
import { endOf, IDS, pending } from "../../test-kit/folding.js";
import { serveCuts, type Cut, type CutKind } from "../../test-kit/loopback/cutting-server.js";
import { hasFixtures, recordingsOf, type Recording } from "../../test-kit/recordings.js";
import { WIRES, type Wire } from "../../test-kit/wires.js";
import { foldEvents, isLive, textOf, type AssistantMessage } from "../message/index.js";
import { createSession } from "../session/session.js";
import { createFetchTransport } from "./fetch-transport.js";

/** L3: every recording cut over real connections. A part of the offsets with `UNSAY_QUICK=1`. */

const KINDS: readonly CutKind[] = ["fin", "broken", "reset", "half-open"];
const OFFSETS = process.env["UNSAY_QUICK"] === "1" ? 8 : 64;
const AT_A_TIME = 64;
const PROVIDERS = WIRES.filter(({ kind }) => kind !== "agui-streams");

interface Case extends Cut {
  readonly wire: Wire;
  readonly recording: Recording;
}

/** Half of them around the last borders of events, where ends are decided; the others anywhere. */
function offsetsOf({ body, frames }: Recording): readonly number[] {
  const borders = frames.slice(-OFFSETS).flatMap(({ end }) => [end, end - 1, end + 1]);
  const near = borders.slice(-OFFSETS / 2);
  const spread = Array.from({ length: body.length + 1 }, (_, index) => Math.floor((index * (body.length + 1)) / OFFSETS) + (index % 7));
  const offsets = new Set([...near, ...spread].filter((offset) => offset >= 0 && offset <= body.length));
  return [...offsets].slice(0, OFFSETS);
}

function casesOf(wire: Wire): readonly Case[] {
  return recordingsOf(wire.kind).flatMap((recording, at) =>
    offsetsOf(recording).map((offset, index): Case => {
      const kind = KINDS[(at + index) % KINDS.length] ?? "fin";
      return { wire, recording, body: recording.body, offset, kind };
    }),
  );
}

interface Outcome {
  readonly message: AssistantMessage;
  /** Bytes that reached this side: a reset may swallow some on the way. */
  readonly received: number;
}

function read(url: string, { wire, offset, kind }: Case): Promise<Outcome> {
  let received = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      received += bytes.length;
      controller.enqueue(bytes);
    },
  });
  const transport = createFetchTransport({
    url,
    decode: wire.decode,
    async fetch(target, init) {
      const response = await fetch(target, init);
      return new Response(response.body?.pipeThrough(counted) ?? null, response);
    },
  });
  return new Promise((resolve) => {
    const session = createSession({ id: IDS.thread, transport, strict: false, scheduleCommit: commitAtOnce });
    session.store.subscribe(({ messages, connection }) => {
      const message = messages.at(-1);
      if (message?.role !== "assistant") return;
      const isWaiting = kind !== "half-open" && message.run?.state === "awaiting-approval" && connection.status === "closed";
      if (!isLive(message) || isWaiting) resolve({ message, received });
      else if (kind === "half-open" && connection.status === "open") stopWhenAllCame();
    });
    const stopWhenAllCame = (): void => void (received < offset ? setTimeout(stopWhenAllCame, 1) : setTimeout(() => session.stop(), 2));
    session.send("go");
  });
}

function commitAtOnce(publish: () => void): () => void {
  publish();
  return () => {};
}

/** The same bytes in process. */
function expectedOf({ wire, body, kind }: Case, received: number): AssistantMessage {
  const decoder = wire.decode(IDS);
  const { message } = foldEvents(pending(), decoder.push(body.subarray(0, received)));
  return kind === "half-open" ? message : foldEvents(message, decoder.end()).message;
}

/** `null` when it is right; else what is wrong. */
function faultOf(item: Case, { message, received }: Outcome): string | null {
  const expected = expectedOf(item, received);
  const name = `${item.recording.name} ${item.kind} after ${received} of ${item.offset} bytes`;
  const hasTerminal = item.recording.frames.some(({ end, event }) => end <= received + 1 && item.wire.isTerminal(event));
  if (message.status === "complete" && !hasTerminal) return `${name}: complete without a terminal event`;
  if (textOf(message) !== textOf(expected)) return `${name}: other text`;
  if (isLive(expected) && item.kind === "half-open")
    return endOf(message).startsWith("stopped") ? null : `${name}: ${endOf(message)} where it was stopped`;
  return endOf(message) === endOf(expected) ? null : `${name}: ${endOf(message)} where in process it is ${endOf(expected)}`;
}

async function runAll(cases: readonly Case[]): Promise<{ readonly faults: readonly string[]; readonly lost: number }> {
  const server = await serveCuts(cases);
  const faults: string[] = [];
  let next = 0;
  let lost = 0;
  async function work(): Promise<void> {
    for (let at = next++; at < cases.length; at = next++) {
      const item = cases[at];
      if (item === undefined) return;
      const outcome = await read(`${server.url}/${at}`, item);
      lost += item.offset - outcome.received;
      const fault = faultOf(item, outcome);
      if (fault !== null) faults.push(fault);
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  await server.close();
  return { faults, lost };
}

describe.runIf(hasFixtures)("L3, rows 1, 2 and 28: recordings cut over TCP", () => {
  it("no cut, reset or half-open connection makes an end that the bytes do not state", async () => {
    const cases = PROVIDERS.flatMap(casesOf);
    const began = performance.now();
    const { faults, lost } = await runAll(cases);
    const seconds = (performance.now() - began) / 1_000;
    console.info(
      `L3: ${cases.length} connections in ${seconds.toFixed(1)} s, ${faults.length} wrong end states, ${lost} bytes swallowed by resets`,
    );
    expect(faults).toEqual([]);
    expect(cases.length).toBeGreaterThan(PROVIDERS.length * OFFSETS * 64);
  }, 300_000);
});
