import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endOf, fold, IDS, pending, read, runnableCalls } from "../../../test-kit/folding.js";
import { encode, filesBelow, FIXTURES, hasFixtures, linesOf } from "../../../test-kit/recordings.js";
import { textOf } from "../../message/selectors.js";
import {
  createEventFactory,
  encodeEvent,
  encodeNdjson,
  NO_EFFECTS,
  type Decode,
  type Diagnostic,
  type EventPayload,
} from "../../protocol/index.js";
import { decodeNdjson, type LineStatement } from "./index.js";

const PAYLOADS: readonly EventPayload[] = [
  { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null },
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "s", text: "Grüß " },
  { type: "span.append", part: "p", span: "s", text: "Gott \u2028👋🏽" },
  { type: "part.close", part: "p" },
  { type: "run.end", outcome: "complete", effects: NO_EFFECTS },
];
const factory = createEventFactory(IDS);
const ENVELOPES = PAYLOADS.map((payload) => encodeNdjson(encodeEvent(factory.make(payload))));
const TEXT = "Grüß Gott \u2028👋🏽";

/** Every cut of a body, and a whole reading byte by byte: what came, how it ends there, and that asking changes nothing. */
function cutEverywhere(decode: Decode, body: string, lastLine: string): void {
  const bytes = encode(body);
  const told = encode(body.slice(0, body.lastIndexOf(lastLine) + lastLine.trimEnd().length)).length;
  const decoder = decode(IDS);
  let message = pending();
  for (const [at, byte] of bytes.entries()) {
    const cut = fold(decoder.end(), message);
    if (at <= told) expect(cut.status, `byte ${at}`).not.toBe("complete");
    expect(runnableCalls(cut)).toEqual([]);
    expect(decoder.end()).toEqual(decoder.end());
    message = fold(decoder.push(Uint8Array.of(byte)), message);
  }
  expect(fold(decoder.end(), message).status).toBe("complete");
}

describe("decodeNdjson, events of Unsay", () => {
  it("reads one event a line, with LF or CRLF and blank lines between", () => {
    for (const body of [ENVELOPES.join(""), ENVELOPES.join("\n").replaceAll("\n", "\r\n")]) {
      const message = read(decodeNdjson, encode(body));
      expect([endOf(message), textOf(message)]).toEqual(["complete", TEXT]);
    }
  });

  it("is complete after no byte before the last line feed, wherever it is cut", () => {
    cutEverywhere(decodeNdjson, ENVELOPES.join(""), ENVELOPES.at(-1) ?? "");
  });

  it("drops a last line without its line feed", () => {
    expect(endOf(read(decodeNdjson, encode(ENVELOPES.join("").trimEnd())))).toBe("disconnected stream-eof");
  });

  it("skips and counts types of tomorrow, and reads nothing after a line that is none", () => {
    const seen: Diagnostic[] = [];
    const decode: Decode = (context) => decodeNdjson({ ...context, onDiagnostic: (diagnostic) => seen.push(diagnostic) });
    const tomorrow = '{"type":"of.tomorrow"}\n';
    expect(endOf(read(decode, encode(ENVELOPES.toSpliced(2, 0, tomorrow).join(""))))).toBe("complete");
    expect(seen).toEqual([{ code: "protocol.unknown-event", type: "of.tomorrow", count: 1 }]);
    const message = read(decode, encode(ENVELOPES.toSpliced(3, 0, "{broken\n").join("")));
    expect([endOf(message), textOf(message)]).toEqual(["corrupt stream-corrupt", "Grüß "]);
  });

  it.each([
    ["a web page", "<!doctype html>\n<h1>Sign in</h1>\n"],
    ["a web page on one line", "<html>524</html>"],
    ["an event stream", 'data: {"type":"run.open"}\n\n'],
    ["a line of another dialect", '{"model":"m","message":{"content":"Hi"},"done":false}\n'],
  ])("says what it expected and found in %s", (_what, body) => {
    const message = read(decodeNdjson, encode(body));
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt", parts: [], stated: false });
    expect(message.status === "truncated" && message.error?.message).toMatch(/Expected an event of Unsay.*found/u);
  });
});

interface OllamaLine {
  readonly message?: { readonly content?: string; readonly thinking?: string; readonly tool_calls?: readonly OllamaCall[] };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly eval_count?: number;
}
interface OllamaCall {
  readonly function: { readonly name: string; readonly arguments: unknown };
}

/** Some server's dialect, as an application would read it. */
function mapOllama(line: unknown): readonly LineStatement[] | undefined {
  const { message, done, done_reason: reason, eval_count: generated } = line as OllamaLine;
  if (message === undefined && done === undefined) return undefined;
  const calls = (message?.tool_calls ?? []).map((call) => call.function);
  return [
    { say: "reasoning", text: message?.thinking ?? "" },
    { say: "text", text: message?.content ?? "" },
    ...calls.map(({ name, arguments: args }) => ({ say: "tool" as const, name, args })),
    ...(generated === undefined ? [] : [{ say: "usage" as const, generated }]),
    ...(reason === "length" ? [{ say: "length" as const }] : []),
  ];
}

const ollama: Decode = (context) => decodeNdjson({ ...context, mapLine: mapOllama, completeWhen: { done: true, done_reason: "stop" } });
const line = (content: string, rest: object = {}): string => `${JSON.stringify({ message: { content }, done: false, ...rest })}\n`;
const LAST = line("", { done: true, done_reason: "stop", eval_count: 7 });

describe("decodeNdjson, an application's own dialect", () => {
  it("completes by the members that a line must have, and by nothing else", () => {
    const message = read(ollama, encode(line("Hel") + line("lo") + LAST));
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Hello"]);
    expect(endOf(read(ollama, encode(line("Hel") + line("", { done: true }))))).toBe("disconnected stream-eof");
    expect(endOf(read(ollama, encode(line("Hel") + line("", { done: true, done_reason: "length" }))))).toBe("length output-limit");
    const without: Decode = (context) => decodeNdjson({ ...context, mapLine: mapOllama });
    expect(endOf(read(without, encode(line("Hel") + LAST)))).toBe("disconnected stream-eof");
  });

  it("is complete after no byte before its last line, wherever it is cut", () => {
    cutEverywhere(ollama, line("Grüß ", { message: { content: "Grüß ", thinking: "hm" } }) + line("Gott 👋🏽") + LAST, LAST);
  });

  it("is not complete while a tool waits for its result, and no call can be run after a cut", () => {
    const call = line("", { message: { content: "", tool_calls: [{ function: { name: "pay", arguments: { amount: 5 } } }] } });
    const message = read(ollama, encode(call + LAST));
    expect([endOf(message), runnableCalls(message)]).toEqual(["failed tool-results-missing", []]);
    for (let cut = 0; cut < call.length; cut += 1) expect(runnableCalls(read(ollama, encode(call.slice(0, cut))))).toEqual([]);
  });

  it.each<readonly [string, (line: unknown) => unknown]>([
    ["does not know it", () => undefined],
    ["throws", () => JSON.parse("{")],
    ["returns no list", () => "text"],
    ["returns what is no statement", () => [7]],
    ["tries to say complete", () => [{ say: "complete" }]],
    ["says text that is none", () => [{ say: "text", text: 7 }]],
    ["says a result of no call", () => [{ say: "tool-result", id: "__proto__" }]],
  ])("never completes over a line when mapLine %s", (_what, mapped) => {
    const seen: Diagnostic[] = [];
    let count = 0;
    const decode: Decode = (context) =>
      decodeNdjson({
        ...context,
        onDiagnostic: (diagnostic) => seen.push(diagnostic),
        mapLine: (value) => (count++ === 1 ? (mapped(value) as readonly LineStatement[]) : mapOllama(value)),
        completeWhen: { done: true },
      });
    const message = read(decode, encode(line("Hel") + line("lo") + LAST));
    expect([endOf(message), textOf(message)]).toEqual(["corrupt stream-corrupt", "Hel"]);
    expect(seen[0]).toMatchObject({ code: "adapter.bad-event", wire: "ndjson" });
  });

  it("refuses terms of completion that every line would meet", () => {
    for (const completeWhen of [{}, { done: undefined }, { done: null }]) {
      expect(() => decodeNdjson({ mapLine: mapOllama, completeWhen: completeWhen as never })).toThrow(TypeError);
    }
    const inherited: Decode = (context) => decodeNdjson({ ...context, mapLine: () => [], completeWhen: { toString: "x" } });
    expect(endOf(read(inherited, encode("{}\n")))).toBe("disconnected stream-eof");
  });

  it("keeps ids of prototypes apart, and fails with the error of a line or of the whole body", () => {
    const call = { say: "tool", id: "__proto__", name: "constructor", args: JSON.parse('{"__proto__":{"x":1}}') as unknown } as const;
    const decode: Decode = (context) => decodeNdjson({ ...context, mapLine: (value) => (value === 1 ? [call] : undefined) });
    expect(read(decode, encode("1\n")).calls).toMatchObject([{ id: "__proto__", name: "constructor" }]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    for (const body of ['{"error":"overloaded"}\n', '{"error":"overloaded"}']) {
      expect(endOf(read(decode, encode(body)))).toMatch(/^failed provider-/u);
    }
  });

  it("reads nothing after its end, and breaks off at what is not JSON", () => {
    expect(textOf(read(ollama, encode(line("Hel") + LAST + line("lo"))))).toBe("Hel");
    expect(endOf(read(ollama, encode(`${line("Hel")}<html>524</html>\n${LAST}`)))).toBe("corrupt stream-corrupt");
    expect(endOf(read(ollama, encode(`${line("Hel")}"${"x".repeat(1024 * 1024)}`)))).toBe("failed limit-exceeded");
    expect(endOf(read(decodeNdjson, encode(`{"x":"${"x".repeat(1024 * 1024)}`)))).toBe("failed limit-exceeded");
  });
});

describe.runIf(hasFixtures)("recorded bodies of NDJSON", () => {
  const files = filesBelow("other-dialects/ollama-ndjson");

  it("of another dialect are read with a map, and are told apart without one", () => {
    for (const name of files) {
      const body = readFileSync(FIXTURES + name);
      const values = linesOf(body).map((text) => JSON.parse(text) as OllamaLine);
      const message = read(ollama, body);
      const hasCalls = values.some(({ message: said }) => (said?.tool_calls ?? []).length > 0);
      expect(endOf(message), name).toBe(hasCalls ? "failed tool-results-missing" : "complete");
      expect(textOf(message), name).toBe(values.map(({ message: said }) => said?.content ?? "").join(""));
      const plain = read(decodeNdjson, body);
      expect(plain).toMatchObject({ status: "truncated", cause: "corrupt", parts: [] });
    }
    console.log(`ndjson: ${files.length} recorded bodies of a dialect`);
    expect(files.length).toBeGreaterThan(0);
  });
});
