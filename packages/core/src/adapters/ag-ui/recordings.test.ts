import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../../message/create.js";
import type { AssistantMessage } from "../../message/message.js";
import { foldEvents } from "../../message/reducer.js";
import { textOf } from "../../message/selectors.js";
import type { UnsayEvent } from "../../protocol/index.js";
import { decodeAgUi } from "./index.js";

const FIXTURES = fileURLToPath(new URL("../../../../../../shared/fixtures/", import.meta.url));
const isHere = existsSync(`${FIXTURES}agui-streams`);
if (!isHere) console.warn("No AG-UI recordings beside the repository: the tests over them are skipped.");

const IDS = { thread: "t", run: "r", message: "m" };

/** The members of AG-UI events that the tests look at. */
interface WireEvent {
  readonly type?: string;
  readonly delta?: unknown;
  readonly code?: string;
  readonly toolCallId?: string;
  readonly outcome?: { readonly type: string };
  readonly metadata?: { readonly tanstack?: { readonly finishReason?: string } };
}

/** What `expected.json` says: the words of the protocol's own client, or its refusal. */
interface ClientFacts {
  readonly assistant_text_sha256_16?: string;
  readonly assistant_text_chars?: number;
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly args_sha256_16: string }[];
  readonly client_rejected?: string;
}

interface Recording {
  readonly name: string;
  readonly body: Uint8Array;
  readonly expected: ClientFacts;
  readonly frames: readonly Frame[];
}

interface Frame {
  readonly text: string;
  readonly end: number;
  readonly event: WireEvent;
}

function framesOf(body: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  for (const match of Buffer.from(body).toString("latin1").matchAll(/\n\n/gu)) {
    const text = Buffer.from(body.subarray(frames.at(-1)?.end ?? 0, match.index + 2)).toString("utf8");
    frames.push({ text, end: match.index + 2, event: JSON.parse(text.slice("data:".length)) as WireEvent });
  }
  return frames;
}

function readRecordings(): readonly Recording[] {
  if (!isHere) return [];
  const all = JSON.parse(readFileSync(`${FIXTURES}agui-streams/expected.json`, "utf8")) as Record<string, ClientFacts>;
  return Object.entries(all).map(([name, expected]) => {
    const body = readFileSync(`${FIXTURES}agui-streams/${name}`);
    return { name, body, expected, frames: framesOf(body) };
  });
}

const RECORDINGS = readRecordings();

function fold(events: readonly UnsayEvent[], message: AssistantMessage = createPendingMessage({ id: "m", thread: "t" })): AssistantMessage {
  const result = foldEvents(message, events);
  expect(result.violations, "an adapter must only say what is legal").toEqual([]);
  expect(result.gap).toBeNull();
  return result.message;
}

function read(body: Uint8Array): AssistantMessage {
  const decoder = decodeAgUi(IDS);
  return fold([...decoder.push(body), ...decoder.end()]);
}

function readFrames(frames: readonly Pick<Frame, "text">[]): AssistantMessage {
  return read(new TextEncoder().encode(frames.map(({ text }) => text).join("")));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function endOf(message: AssistantMessage): string {
  if (message.run?.state === "awaiting-approval") return "awaiting-approval";
  return message.status === "truncated" ? `${message.cause} ${message.error?.code}` : message.status;
}

/** Asked about although the arguments were cut: the server filled in `{}`, and nobody may say yes to that. */
const CUT_ARGUMENTS = /streaming_tool_call_cut_mid_arguments|text_before_a_truncated_call_survives/u;

/** The end by the events alone. */
function endByRule({ name, frames }: Recording): string {
  const events = frames.map(({ event }) => event);
  if (events.some(({ delta }) => delta !== undefined && typeof delta !== "string")) return "corrupt stream-corrupt";
  const error = events.find(({ type }) => type === "RUN_ERROR");
  if (error !== undefined) return error.code === "max_tokens" ? "length output-limit" : "failed provider-error";
  const last = events.findLast(({ type }) => type === "RUN_FINISHED");
  if (last?.outcome?.type === "interrupt") return CUT_ARGUMENTS.test(name) ? "failed invalid-arguments" : "awaiting-approval";
  if (last?.metadata?.tanstack?.finishReason === "length") return "length output-limit";
  return events.some(({ type }) => type === "TOOL_CALL_START") ? "failed tool-results-missing" : "complete";
}

/** All text that was streamed, where the protocol's own client refuses the stream. */
function streamedText(frames: readonly Frame[]): string {
  return frames
    .flatMap(({ event }) => (event.type === "TEXT_MESSAGE_CONTENT" && typeof event.delta === "string" ? [event.delta] : []))
    .join("");
}

const RUNNABLE = new Set(["ready", "approved", "executing"]);

function runnableCalls(message: AssistantMessage): readonly string[] {
  return message.calls.filter((call) => RUNNABLE.has(call.status)).map((call) => call.id);
}

describe.runIf(isHere)("AG-UI recordings", () => {
  for (const recording of RECORDINGS) {
    const { name, body, expected, frames } = recording;
    it(`${name} says what its events say`, () => {
      const message = read(body);
      expect(endOf(message)).toBe(endByRule(recording));
      expect(message.revisions).toBe(0);
      expect(textOf(message)).toBe(streamedText(frames));
      expect(runnableCalls(message)).toEqual([]);
      if (expected.client_rejected !== undefined || name.includes("tool-search-regex")) return;
      expect([textOf(message).length, digest(textOf(message))]).toEqual([expected.assistant_text_chars, expected.assistant_text_sha256_16]);
      expect(message.calls.map(({ id, name: tool }) => `${id} ${tool}`)).toEqual(
        expected.tool_calls?.map((call) => `${call.id} ${call.name}`),
      );
      for (const call of message.calls) {
        if (call.argsHash !== undefined)
          expect(digest(JSON.stringify(call.args))).toBe(expected.tool_calls?.find(({ id }) => id === call.id)?.args_sha256_16);
      }
    });
  }

  it("includes streams that the protocol's own client refuses", () => {
    const rejected = RECORDINGS.filter(({ expected }) => expected.client_rejected !== undefined);
    const complete = rejected.filter(({ body }) => read(body).status === "complete");
    console.log(`ag-ui: ${rejected.length} of ${RECORDINGS.length} refused by its own client, ${complete.length} of those complete here`);
    expect(complete.length).toBeGreaterThan(0);
  });
});

/** A small seeded generator, so that a failing cut can be cut again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function cutsOf(body: Uint8Array, frames: readonly Frame[], seed: number): readonly number[] {
  const random = seeded(seed);
  const offsets = new Set(frames.map((frame) => frame.end));
  for (let count = 0; count < 200; count += 1) offsets.add(Math.floor(random() * body.length));
  return [...offsets].sort((a, b) => a - b);
}

describe.runIf(isHere)("an AG-UI stream that is damaged", () => {
  it("never ends complete when it is cut before its end was stated", { timeout: 60_000 }, () => {
    let cuts = 0;
    for (const [seed, { name, body, frames }] of RECORDINGS.entries()) {
      const stated = frames.find(({ event }) => event.type === "RUN_FINISHED")?.end ?? Number.POSITIVE_INFINITY;
      const whole = textOf(read(body));
      const decoder = decodeAgUi(IDS);
      let message = createPendingMessage({ id: "m", thread: "t" });
      let at = 0;
      for (const cut of cutsOf(body, frames, seed)) {
        message = fold(decoder.push(body.subarray(at, cut)), message);
        at = cut;
        checkCut(fold(decoder.end(), message), whole, cut < stated, `${name} cut at ${cut}`);
        cuts += 1;
      }
    }
    console.log(`ag-ui: ${RECORDINGS.length} streams, ${cuts} cuts`);
    expect(cuts).toBeGreaterThan(0);
  });

  function checkCut(message: AssistantMessage, whole: string, isBeforeEnd: boolean, where: string): void {
    if (isBeforeEnd && message.status !== "truncated") expect(message.status, where).toBe("truncated");
    if (message.status === "revised") expect(message.status, where).not.toBe("revised");
    const text = textOf(message);
    if (!whole.startsWith(text)) expect(text, where).toBe(whole.slice(0, text.length));
    if (message.run?.state !== "awaiting-approval") expect(runnableCalls(message), where).toEqual([]);
  }

  it("says the same however it is cut into chunks", { timeout: 60_000 }, () => {
    const small = RECORDINGS.filter(({ body }) => body.length < 3_000);
    expect(small.length).toBeGreaterThan(0);
    for (const { name, body } of small) {
      const whole = JSON.stringify(read(body));
      for (let cut = 1; cut < body.length; cut += 1) {
        const decoder = decodeAgUi(IDS);
        const events = [...decoder.push(body.subarray(0, cut)), ...decoder.push(body.subarray(cut)), ...decoder.end()];
        const split = JSON.stringify(fold(events));
        if (split !== whole) expect(split, `${name} split at ${cut}`).toBe(whole);
      }
    }
  });

  it("is not complete without RUN_FINISHED, and keeps all text", () => {
    for (const { name, frames } of RECORDINGS) {
      const message = readFrames(frames.filter(({ event }) => event.type !== "RUN_FINISHED"));
      expect(message.status, name).toBe("truncated");
      expect(textOf(message), name).toBe(streamedText(frames));
    }
  });

  it("has the text once when any event that carries none comes twice", () => {
    let doubled = 0;
    for (const { name, frames } of RECORDINGS) {
      const plain = readFrames(frames);
      for (const [at, frame] of frames.entries()) {
        if (/_CONTENT$|_ARGS$/u.test(frame.event.type ?? "")) continue;
        const message = readFrames(frames.toSpliced(at, 0, frame));
        expect([endOf(message), textOf(message)], `${name} ${at}`).toEqual([endOf(plain), textOf(plain)]);
        doubled += 1;
      }
    }
    console.log(`ag-ui: ${doubled} doubled events`);
  });

  it("is never complete for want of one event when it was not complete with it", () => {
    let lost = 0;
    for (const { name, frames } of RECORDINGS.filter((recording) => endByRule(recording) !== "complete")) {
      for (const at of frames.keys()) {
        expect(readFrames(frames.toSpliced(at, 1)).status, `${name} without ${at}`).not.toBe("complete");
        lost += 1;
      }
    }
    console.log(`ag-ui: ${lost} lost events`);
  });

  it("never completes another text when two events swap, except two deltas, which carry no order on this wire", () => {
    let swaps = 0;
    for (const { name, frames } of RECORDINGS) {
      const plain = readFrames(frames);
      for (const [at, first] of frames.entries()) {
        const second = frames[at + 1];
        const isUnordered = /_CONTENT$|_ARGS$/u.test(first.event.type ?? "") && first.event.type === second?.event.type;
        if (second === undefined || isUnordered) continue;
        const message = readFrames(frames.with(at, second).with(at + 1, first));
        if (message.status === "complete") expect([plain.status, textOf(message)], `${name} ${at}`).toEqual(["complete", textOf(plain)]);
        swaps += 1;
      }
    }
    console.log(`ag-ui: ${swaps} swaps`);
  });

  it("never completes another text when a field has another type", () => {
    const values: readonly unknown[] = [null, true, 7, [], ["x"], {}, { a: { b: 1 } }];
    let mutants = 0;
    for (const [seed, { name, frames }] of RECORDINGS.entries()) {
      const random = seeded(seed);
      const plain = readFrames(frames);
      for (const [at, frame] of frames.entries()) {
        const event = structuredClone(frame.event) as Record<string, unknown>;
        const key = pick(Object.keys(event), random);
        if (key === undefined || key === "metadata") continue; // Its absence is legal, and says less.
        event[key] = pick(values, random);
        const message = readFrames(frames.with(at, { ...frame, text: `data: ${JSON.stringify(event)}\n\n` }));
        if (message.status === "complete") {
          expect([plain.status, textOf(message)], `${name}: ${JSON.stringify(event)}`).toEqual(["complete", textOf(plain)]);
        }
        mutants += 1;
      }
    }
    console.log(`ag-ui: ${mutants} mutants`);
  });

  function pick<T>(values: readonly T[], random: () => number): T | undefined {
    return values[Math.floor(random() * values.length)];
  }
});

describe.runIf(isHere)("bodies of other wires", () => {
  const KINDS = ["anthropic-messages", "openai-chat", "openai-responses", "ui-message-stream", "sse-nonconforming", "other-dialects"];

  it("never end complete as AG-UI", { timeout: 60_000 }, () => {
    const names = KINDS.flatMap((kind) =>
      readdirSync(FIXTURES + kind, { recursive: true, encoding: "utf8" }).map((name) => `${kind}/${name}`),
    ).filter((name) => /\.(?:sse|ndjson|chunks\.txt)$/u.test(name));
    for (const name of names) {
      const raw = readFileSync(FIXTURES + name);
      const lines = raw
        .toString("utf8")
        .split("\n")
        .filter((line) => line.trim() !== "");
      for (const body of [raw, new TextEncoder().encode(lines.map((line) => `data: ${line}\n\n`).join(""))]) {
        expect(read(body).status, name).toBe("truncated");
      }
    }
    console.log(`ag-ui: ${names.length} bodies of other wires`);
  });
});

describe.runIf(existsSync(`${FIXTURES}agui-vectors`))("AG-UI vectors of other projects", () => {
  const framed = (events: unknown): Uint8Array =>
    new TextEncoder().encode((events as readonly unknown[]).map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
  const vector = (name: string): Uint8Array => readFileSync(`${FIXTURES}agui-vectors/${name}`);
  const json = (name: string): unknown => JSON.parse(Buffer.from(vector(name)).toString("utf8"));

  it("reads data over several lines, and chunks", () => {
    expect(endOf(read(vector("copilotkit-multiline-data.txt")))).toBe("failed tool-results-missing");
    const message = read(vector("copilotkit-single-tool-call.txt"));
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Let me check the weather.It's 62 degrees."]);
  });

  it("reads the scenarios of the Dart SDK", () => {
    for (const [name, events] of Object.entries(json("dart-events.json") as Record<string, unknown>)) {
      if (Array.isArray(events)) expect(["complete", "truncated"], name).toContain(read(framed(events)).status);
    }
  });

  it.each([
    ["dotnet-forward-compatibility.json", "failed provider-error"],
    ["dotnet-run-events.json", "failed provider-error"],
    ["dotnet-activity-events.json", "disconnected stream-eof"],
    ["dotnet-tool-call-events.json", "corrupt stream-corrupt"],
  ])("reads %s without a throw", (name, end) => {
    expect(endOf(read(framed(json(name))))).toBe(end);
  });
});
