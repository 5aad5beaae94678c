import { describe, expect, it } from "vitest";
import { encodeSse, SseFramer, type SseFrame } from "./sse.js";

function frame(chunks: readonly Uint8Array[]): readonly SseFrame[] {
  const framer = new SseFramer();
  return chunks.flatMap((chunk) => [...framer.push(chunk)]);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

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
    const framer = new SseFramer(1_000);
    framer.push(bytes(`data: ${"x".repeat(1_010)}`));
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
