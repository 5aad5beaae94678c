import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { encodeSse, MAX_FRAME_LENGTH, SseFramer, type SseFrame } from "./sse.js";

const VECTORS = fileURLToPath(new URL("../../../../../shared/fixtures/sse-framing/vectors.json", import.meta.url));
const isHere = existsSync(VECTORS);
if (!isHere) console.warn("No framing vectors beside the repository: the tests over them are skipped.");

interface Vector {
  readonly id: string;
  readonly chunks_base64: readonly string[];
  readonly expect: { readonly events: readonly { readonly type: string; readonly lastEventId: string; readonly data: string }[] };
}

function frame(chunks: readonly Uint8Array[]): readonly SseFrame[] {
  const framer = new SseFramer();
  return chunks.flatMap((chunk) => [...framer.push(chunk)]);
}

/** Event name and data; and the id as an event source would remember it, since a frame carries only its own. */
function asEvents(frames: readonly SseFrame[]): Vector["expect"]["events"] {
  let lastEventId = "";
  return frames.map(({ event, id, data }) => {
    lastEventId = id ?? lastEventId;
    return { type: event === undefined || event === "" ? "message" : event, lastEventId, data };
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.runIf(isHere)("framing vectors", () => {
  const vectors = isHere ? (JSON.parse(readFileSync(VECTORS, "utf8")) as readonly Vector[]) : [];

  for (const vector of vectors) {
    it(`${vector.id}: same events however the bytes are cut`, () => {
      const chunks = vector.chunks_base64.map((chunk) => new Uint8Array(Buffer.from(chunk, "base64")));
      const whole = new Uint8Array(Buffer.concat(chunks));
      const expected = vector.expect.events.map(({ type, data }) => ({ type, data }));
      const seen = (frames: readonly SseFrame[]) => asEvents(frames).map(({ type, data }) => ({ type, data }));
      expect(seen(frame(chunks))).toEqual(expected);
      expect(seen(frame(Array.from(whole, (_byte, at) => whole.subarray(at, at + 1))))).toEqual(expected);
      if (whole.length > 3_000) return;
      for (let cut = 1; cut < whole.length; cut += 1) {
        expect(seen(frame([whole.subarray(0, cut), whole.subarray(cut)])), `cut at ${cut}`).toEqual(expected);
      }
    });
  }
});

describe("SseFramer", () => {
  it("drops an event that the end of the body cuts", () => {
    expect(frame([bytes("data: a\n\ndata: b\n")]).map(({ data }) => data)).toEqual(["a"]);
  });

  it("says when a line can't belong to an event stream", () => {
    const framer = new SseFramer();
    framer.push(bytes("data: a\n\n"));
    expect(framer.foreign).toBe(false);
    framer.push(bytes("<html>524</html>\n"));
    expect(framer.foreign).toBe(true);
  });

  it("stops reading at an event larger than an event may be", () => {
    const framer = new SseFramer();
    framer.push(bytes(`data: ${"x".repeat(MAX_FRAME_LENGTH + 10)}`));
    expect(framer.overflowed).toBe(true);
    expect(framer.push(bytes("\n\ndata: b\n\n"))).toEqual([]);
  });

  it("reads back what was written, also line breaks in data", () => {
    const data = "one\ntwo\r\nthree\rfour\n\nevent: forged\ndata: no";
    expect(frame([bytes(encodeSse({ data, id: "7", event: "run.open" }))])).toEqual([
      { event: "run.open", id: "7", data: data.replaceAll(/\r\n?/gu, "\n") },
    ]);
  });

  it("refuses ids and names that would forge a field", () => {
    expect(() => encodeSse({ data: "", id: "1\ndata: x" })).toThrow(TypeError);
  });
});
