import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { FIXTURES } from "../../test-kit/recordings.js";
import { SseFramer, type SseFrame } from "../protocol/index.js";

/** L0: the events of each framing vector, however its bytes are cut and whichever line break it uses. */

const VECTORS = `${FIXTURES}sse-framing/vectors.json`;
const isHere = existsSync(VECTORS);

interface Vector {
  readonly id: string;
  readonly chunks_base64: readonly string[];
  readonly expect: { readonly events: readonly { readonly type: string; readonly lastEventId: string; readonly data: string }[] };
}

function frame(chunks: Iterable<Uint8Array>): readonly Pick<Vector["expect"]["events"][number], "type" | "data">[] {
  const framer = new SseFramer();
  const frames: SseFrame[] = [];
  for (const chunk of chunks) frames.push(...framer.push(chunk));
  return frames.map(({ event, data }) => ({ type: event === undefined || event === "" ? "message" : event, data }));
}

function* bytewise(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += 1) yield body.subarray(at, at + 1);
}

/** The same body with another line break, where it uses one kind throughout. */
function withTerminators(body: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(body).toString("latin1");
  const kinds = new Set(text.match(/\r\n|\r|\n/gu) ?? []);
  if (kinds.size !== 1) return [body];
  return ["\n", "\r\n", "\r"].map((terminator) => new Uint8Array(Buffer.from(text.replaceAll(/\r\n|\r|\n/gu, terminator), "latin1")));
}

const tally = { vectors: 0, bodies: 0, splits: 0 };

describe.runIf(isHere)("L0: framing vectors", () => {
  const vectors = isHere ? (JSON.parse(readFileSync(VECTORS, "utf8")) as readonly Vector[]) : [];

  it.each(vectors.map((vector) => [vector.id, vector] as const))("%s: the same events however the bytes are cut", (_id, vector) => {
    const chunks = vector.chunks_base64.map((chunk) => new Uint8Array(Buffer.from(chunk, "base64")));
    const expected = vector.expect.events.map(({ type, data }) => ({ type, data }));
    expect(frame(chunks)).toEqual(expected);
    for (const body of withTerminators(new Uint8Array(Buffer.concat(chunks)))) expectHoweverCut(body, expected);
    tally.vectors += 1;
  });

  function expectHoweverCut(body: Uint8Array, expected: ReturnType<typeof frame>): void {
    tally.bodies += 1;
    expect(frame(bytewise(body))).toEqual(expected);
    const said = JSON.stringify(expected);
    for (let cut = 0; cut <= body.length; cut += body.length > 3_000 ? 10 : 1) {
      const events = frame([body.subarray(0, cut), body.subarray(cut)]);
      if (JSON.stringify(events) !== said) expect(events, `cut at ${cut}`).toEqual(expected);
      tally.splits += 1;
    }
  }

  afterAll(() =>
    console.log(
      `L0: ${tally.vectors} of ${vectors.length} vectors, ${tally.bodies} bodies with three line breaks, ${tally.splits} splits and bytewise`,
    ),
  );
});
