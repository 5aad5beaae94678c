import { describe, expect, it } from "vitest";
import { encodeEvent, parseEvent } from "./codec.js";
import { NO_EFFECTS, type UnsayEvent } from "./events.js";

const ENVELOPE = { v: 1, thread: "t", run: "r", message: "m", seq: 1, t: null } as const;
const END = { ...ENVELOPE, type: "run.end", outcome: "complete", effects: NO_EFFECTS } as const;
const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

const read = (event: object) => parseEvent(JSON.parse(JSON.stringify(event)));

describe("parseEvent", () => {
  it("reads back what was written", () => {
    const event: UnsayEvent = { ...END };
    expect(parseEvent(JSON.parse(encodeEvent(event)))).toEqual({ ok: true, event });
  });

  it("takes no event from a wire for one of this client's own", () => {
    const parsed = read({ ...END, local: true });
    expect(parsed.ok && "local" in parsed.event).toBe(false);
  });

  it("tells a type of tomorrow from an event that is broken", () => {
    for (const name of ["of.tomorrow", "__proto__", "constructor"]) {
      expect(read({ ...ENVELOPE, type: name })).toMatchObject({ ok: true, event: { type: "unknown", name, seq: 1 } });
    }
    for (const broken of [
      {},
      { ...END, outcome: "finished" },
      { ...END, seq: 0 },
      { ...END, seq: null },
      { ...END, v: 2 },
      { ...END, run: 7 },
    ]) {
      expect(read(broken)).toMatchObject({ ok: false, message: expect.any(String) });
    }
  });

  it.each([
    ["args", { type: "tool.ready", call: "c", argsHash: "h" }],
    ["value", { type: "part.open", part: "p", kind: "data" }],
    ["output", { type: "tool.result", call: "c", result: "ok" }],
    ["preview", { type: "tool.progress", call: "c" }],
  ])("refuses %s nested deeper than 64 levels", (name, event) => {
    expect(read({ ...ENVELOPE, ...event, [name]: nested(64) }).ok).toBe(true);
    expect(read({ ...ENVELOPE, ...event, [name]: nested(65) })).toMatchObject({ ok: false, message: expect.stringContaining(name) });
  });
});
