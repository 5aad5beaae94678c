import { describe, expect, it } from "vitest";
import { createEventFactory, type EventPayload, type UnsayEvent } from "../protocol/index.js";
import { createSession } from "../session/session.js";
import { completeStep, createFakeClock, createScriptedTransport, endOf, openStep, streamWords, type Script } from "../testing/index.js";
import { RunHealth } from "./health.js";
import { LoopDetector } from "./loop.js";

function events(payloads: readonly (readonly [number, EventPayload])[]): UnsayEvent[] {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  return payloads.map(([t, payload]) => factory.make(payload, { t }));
}

const append = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: `${part}-s`, text });

describe("r3-buffered: a buffering proxy", () => {
  const made = (everyMs: number) => events(Array.from({ length: 12 }, (_, index) => [index * everyMs, append("word ")] as const));

  it("is noticed once, with its figures, when a second of text arrives at once", () => {
    const health = new RunHealth(false);
    const found = made(150).map((event) => health.hear(event, 5_000, 1));
    expect(found.filter((diagnostic) => diagnostic !== null)).toEqual([{ code: "transport.buffered", spreadMs: 1_050, arrivalMs: 0 }]);
  });

  it("is not suspected where the text arrives as it was made, or was made at once", () => {
    const [slow, fast] = [new RunHealth(false), new RunHealth(false)];
    const found = [
      ...made(150).map((event, index) => slow.hear(event, index * 150, 1)),
      ...made(3).map((event) => fast.hear(event, 40, 1)),
    ];
    expect(new Set(found)).toEqual(new Set([null]));
  });
});

describe("a run that is joined on its way", () => {
  it("brings its past at once, which is no proxy's doing", () => {
    const past = events(Array.from({ length: 12 }, (_, index) => [index * 150, append("word ")] as const));
    const health = new RunHealth(true);
    expect(new Set(past.map((event) => health.hear(event, 5_000, 1)))).toEqual(new Set([null]));
  });
});

describe("statement 26: r11-loop: a loop", () => {
  const feed = (text: string, size = 7): number => {
    const detector = new LoopDetector();
    let found = 0;
    for (let start = 0; start < text.length; start += size) if (detector.push(text.slice(start, start + size)) !== null) found += 1;
    return found;
  };
  const group = "The pool has to drain first. Then the flag is flipped. After that you watch the errors. ";

  it("of three sentences is found by its third round, however the text is cut", () => {
    for (const size of [1, 7, 1_000]) {
      expect(feed(group.repeat(2), size)).toBe(0);
      expect(feed(`Some words before it. ${group.repeat(3)}`, size)).toBeGreaterThan(0);
    }
  });

  it("is not seen in a list, a refrain, a table or code", () => {
    const list = Array.from({ length: 40 }, (_, index) => `- Region ${index + 1}: the pool has drained and the flag is on.\n`).join("");
    const poem =
      "Row on.\nRow on.\nRow on.\nGently down the stream we go, merrily.\nRow on.\nRow on.\nRow on.\nLife is but a dream, they say.\n";
    const table = `| a | b |\n${"| - | - |\n".repeat(6)}`;
    const code = `\`\`\`js\n${"console.log('still waiting for the pool');\n".repeat(9)}\`\`\`\n`;
    for (const text of [list, poem, table, code]) expect(feed(text)).toBe(0);
  });

  it("is said of a live answer, can be dismissed, and never stops it", async () => {
    const words = streamWords(group.repeat(4), { at: 100 });
    const script: Script = { id: "loop", title: "Loop", prompt: "go", steps: [openStep(), ...words, completeStep(endOf(words))] };
    const clock = createFakeClock();
    const diagnostics: string[] = [];
    const transport = createScriptedTransport(script, { clock });
    const session = createSession({ id: "t", transport, clock, onDiagnostic: ({ code }) => diagnostics.push(code) });
    session.send("go");
    const answer = () => session.store.getState().messages[1];
    await clock.advance(100 + 40 * (group.split(" ").length - 1) * 3 + 60);
    expect(answer()).toMatchObject({ status: "streaming", liveness: "looping" });
    session.dismissLoop(answer()?.id ?? "");
    expect(answer()).toMatchObject({ status: "streaming", liveness: "flowing" });
    await clock.advance(60_000);
    expect(answer()).toMatchObject({ status: "complete" });
    expect(diagnostics.filter((code) => code === "degenerate.loop")).toHaveLength(1);
  });
});
