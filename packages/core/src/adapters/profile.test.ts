import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { legalRuns } from "../../test-kit/generated-runs.js";
import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { isLive, isSettled, textOf } from "../message/selectors.js";
import { encodeSse, type Decode, type UnsayEvent } from "../protocol/index.js";
import { createScriptFactory, eventsOf } from "../testing/script.js";
import { scripts } from "../testing/scripts.js";
import { createAgUiEncoder, decodeAgUi } from "./ag-ui/index.js";
import { createAiSdkEncoder, decodeUIMessageStream } from "./ai-sdk/index.js";

interface Carrier {
  readonly decode: Decode;
  readonly createEncoder: () => { push(event: UnsayEvent): readonly object[]; end(): readonly object[] };
}

const carriers: readonly (readonly [string, Carrier])[] = [
  ["AI SDK", { decode: decodeUIMessageStream, createEncoder: () => createAiSdkEncoder() }],
  ["AG-UI", { decode: decodeAgUi, createEncoder: () => createAgUiEncoder({ history: [{ id: "u", role: "user" }] }) }],
];

const bytes = (chunks: readonly object[]) =>
  new TextEncoder().encode(chunks.map((chunk) => encodeSse({ data: JSON.stringify(chunk) })).join(""));

function fold(events: readonly UnsayEvent[]): AssistantMessage {
  return foldEvents(createPendingMessage({ id: "m", thread: "t" }), events).message;
}

/** Where the carrier can't go on, its stream ends early: then only so much of the run was carried. */
function carry(carrier: Carrier, events: readonly UnsayEvent[]) {
  const encoder = carrier.createEncoder();
  const batches = events.map((event) => encoder.push(event));
  const carried = events.slice(0, batches.findLastIndex((batch) => batch.length > 0) + 1);
  return { batches, carried, rest: encoder.end() };
}

function withFault(chunks: readonly object[], kind: "drop" | "double" | "swap" | "break", at: number): readonly object[] {
  const chunk = chunks[at] ?? {};
  const next = chunks[at + 1];
  const before = chunks.slice(0, at);
  const after = chunks.slice(at + 1);
  if (kind === "drop") return [...before, ...after];
  if (kind === "double") return [...before, chunk, chunk, ...after];
  if (kind === "swap" && next !== undefined) return [...before, next, chunk, ...chunks.slice(at + 2)];
  return [...before, JSON.parse(JSON.stringify(chunk).replace(/"(seq|text|spans|effects|v)":/u, '"x":')), ...after];
}

const everyScript = Object.entries(scripts).flatMap(([name, script]): readonly (readonly [string, readonly UnsayEvent[]])[] => {
  const told = eventsOf(script);
  const decided = Object.entries(script.onDecision ?? {}).map(([decision, steps]): readonly [string, readonly UnsayEvent[]] => {
    const factory = createScriptFactory(script);
    return [`${name}, ${decision}`, [...eventsOf(script, undefined, factory), ...eventsOf({ ...script, steps }, undefined, factory)]];
  });
  return [[name, told], ...decided];
});

describe.each(carriers)("the Unsay profile over %s", (_name, carrier) => {
  function expectSame(events: readonly UnsayEvent[]): void {
    const { batches, carried } = carry(carrier, events);
    const decoder = carrier.decode({ thread: "t", run: "client-run", message: "m" });
    expect(fold(decoder.push(bytes(batches.flat())))).toEqual(fold(carried));
  }

  it.each(everyScript)("carries the script %s whole", (_script, events) => {
    expectSame(events);
  });

  it("carries every legal run whole", () => {
    fc.assert(fc.property(legalRuns, expectSame), { numRuns: 300 });
  });

  it("says complete at no cut between two events, and loses nothing that had come", () => {
    fc.assert(
      fc.property(legalRuns, (events) => {
        const { batches, carried } = carry(carrier, events);
        const decoder = carrier.decode({ thread: "t", run: "client-run", message: "m" });
        let message = createPendingMessage({ id: "m", thread: "t" });
        for (const chunk of batches.flat()) {
          const cut = foldEvents(message, decoder.end()).message;
          expect(isSettled(cut), "a cut answer is not whole").toBe(false);
          message = foldEvents(message, decoder.push(bytes([chunk]))).message;
          if (!isLive(message)) break;
        }
        expect(message).toEqual(fold(carried));
      }),
      { numRuns: 150 },
    );
  });

  it("says complete at no byte before the last, and the same however the body is cut", () => {
    const body = bytes(carry(carrier, eventsOf(scripts.revision)).batches.flat());
    const decoder = carrier.decode({ thread: "t", run: "client-run", message: "m" });
    let message = createPendingMessage({ id: "m", thread: "t" });
    let cuts = 0;
    for (const byte of body) {
      if (!isLive(message)) break;
      const cut = decoder.end();
      expect(cut).toMatchObject(
        message.run === null ? [{ type: "run.open" }, { type: "run.end" }] : [{ outcome: "truncated", local: true }],
      );
      cuts += 1;
      message = foldEvents(message, decoder.push(Uint8Array.of(byte))).message;
    }
    expect(cuts).toBeGreaterThan(5_000);
    expect(message).toEqual(fold(eventsOf(scripts.revision)));
  });

  it("is not complete when the body holds what no event stream does", () => {
    const chunks = carry(carrier, eventsOf(scripts.complete)).batches.flat();
    const decoder = carrier.decode();
    const events = [bytes(chunks.slice(0, 9)), new TextEncoder().encode("<html>\n\n"), bytes(chunks.slice(9))].flatMap((part) =>
      decoder.push(part),
    );
    expect(fold([...events, ...decoder.end()])).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
  });

  it("is never whole and different, whatever one chunk is lost, doubled, swapped or broken", () => {
    const fault = fc.constantFrom("drop", "double", "swap", "break");
    fc.assert(
      fc.property(legalRuns, fault, fc.nat(), (events, kind, seed) => {
        const { batches, carried } = carry(carrier, events);
        const chunks = batches.flat();
        const faulty = withFault(chunks, kind, seed % chunks.length);
        const decoder = carrier.decode({ thread: "t", run: "client-run", message: "m" });
        const read = faulty.reduce<AssistantMessage>(
          (message, chunk) => foldEvents(message, decoder.push(bytes([chunk]))).message,
          createPendingMessage({ id: "m", thread: "t" }),
        );
        const message = foldEvents(read, decoder.end()).message;
        if (isSettled(message)) expect(textOf(message)).toBe(textOf(fold(carried)));
      }),
      { numRuns: 300 },
    );
  });

  it("tells a lost connection when the source ends without an end", () => {
    const encoder = carrier.createEncoder();
    const [open] = eventsOf(scripts.complete);
    const chunks = [...(open === undefined ? [] : encoder.push(open)), ...encoder.end()];
    const decoder = carrier.decode();
    const message = fold([...decoder.push(bytes(chunks)), ...decoder.end()]);
    expect(message).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(encoder.end()).toEqual([]);
  });
});
