import { describe, expect, it } from "vitest";
import type { CallProgress } from "../message/message.js";
import type { ToolProgress } from "../protocol/index.js";
import { addProgress, MAX_PROGRESS_LENGTH, MAX_PROGRESS_ROWS } from "./progress.js";

const progress = (fields: Partial<ToolProgress>): ToolProgress => ({ type: "tool.progress", call: "c", ...fields });
const after = (...events: readonly Partial<ToolProgress>[]) =>
  events.reduce<CallProgress | undefined>((known, event) => addProgress(known, progress(event)), undefined);

describe("r13-cap: what is held of a tool that streams", () => {
  it("is the newest figures and the deltas in their order", () => {
    expect(after({ count: 1, total: 3, delta: "a\nb" }, { count: 2, delta: "c\n" }, { bytes: 7 })).toEqual({
      count: 2,
      total: 3,
      bytes: 7,
      text: "a\nbc\n",
      rows: 3,
    });
  });

  it("is the first 200 rows, whatever they come in, and says that there is more", () => {
    const lines = Array.from({ length: 300 }, (_, at) => `row ${at}`);
    const whole = after({ delta: lines.join("\n") });
    const pieces = after(...lines.map((line) => ({ delta: `${line}\n` })));
    for (const held of [whole, pieces]) {
      expect(held?.text?.split("\n").filter((line) => line !== "")).toEqual(lines.slice(0, MAX_PROGRESS_ROWS));
      expect(held).toMatchObject({ rows: MAX_PROGRESS_ROWS, isCapped: true });
    }
    expect(addProgress(pieces, progress({ delta: "glued", count: 300 }))).toEqual({ ...pieces, count: 300 });
  });

  it("is no more than 256 Ki units of 50 MB, at a cost that does not grow", () => {
    const delta = "x".repeat(50_000);
    let held: CallProgress | undefined;
    const start = process.threadCpuUsage();
    for (let at = 0; at < 1_000; at += 1) held = addProgress(held, progress({ delta, count: at }));
    expect(held?.text).toHaveLength(MAX_PROGRESS_LENGTH);
    expect(held).toMatchObject({ count: 999, rows: 1, isCapped: true });
    const { user, system } = process.threadCpuUsage(start);
    console.log(`progress, 50 MB in 1,000 events: ${((user + system) / 1_000).toFixed(1)} ms`);
    expect((user + system) / 1_000).toBeLessThan(500);
  });

  it("is the first rows of a preview that is a list, and a small preview of another kind or none", () => {
    const rows = Array.from({ length: 500 }, (_, id) => ({ id }));
    expect(after({ preview: rows })).toEqual({ preview: rows.slice(0, MAX_PROGRESS_ROWS), isCapped: true });
    expect(after({ preview: [{ wide: "x".repeat(MAX_PROGRESS_LENGTH) }, { id: 1 }] })).toEqual({ preview: [], isCapped: true });
    expect(after({ preview: { title: "T" } })).toEqual({ preview: { title: "T" } });
    expect(after({ preview: "x".repeat(MAX_PROGRESS_LENGTH) })).toEqual({ isCapped: true });
    expect(after({ preview: JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`) })).toEqual({ preview: [], isCapped: true });
    expect(after({ preview: [1] }, { count: 1 })).toEqual({ preview: [1], count: 1 });
  });
});
