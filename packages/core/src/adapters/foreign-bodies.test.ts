import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fold, IDS, pending, read, runnableCalls } from "../../test-kit/folding.js";
import { encode, filesBelow, FIXTURES, hasFixtures, linesOf } from "../../test-kit/recordings.js";
import { textOf } from "../message/selectors.js";
import type { Decode } from "../protocol/index.js";
import { decodeLangGraph } from "./langgraph/index.js";
import { decodeNdjson } from "./ndjson/index.js";
import { decodeTanStackAi } from "./tanstack-ai/index.js";
import { decodeText } from "./text/index.js";

const marked: Decode = (context) => decodeText({ ...context, endMarker: "\u001e[[end 7f3a]]" });
const dialect: Decode = (context) =>
  decodeNdjson({
    ...context,
    mapLine: (line) => ((line as { readonly app?: unknown } | null)?.app === 1 ? [] : undefined),
    completeWhen: { app: 1, done: true },
  });

/** The wires of this file, with the folders whose bodies are their own. */
const WIRES: Readonly<Record<string, { readonly decode: Decode; readonly own: readonly string[]; readonly expected: RegExp }>> = {
  langgraph: { decode: decodeLangGraph, own: [], expected: /Expected an event (?:of LangGraph|in JSON); found/u },
  "tanstack-ai": { decode: decodeTanStackAi, own: ["agui-streams"], expected: /./u },
  text: { decode: marked, own: [], expected: /Expected plain text; found an event stream/u },
  ndjson: { decode: decodeNdjson, own: [], expected: /Expected an event of Unsay.*found/u },
  "ndjson dialect": { decode: dialect, own: [], expected: /Expected.*found|Expected a line that mapLine knows.*The line was/u },
};

const KINDS = [
  "other-dialects",
  "sse-nonconforming",
  "ui-message-stream",
  "anthropic-messages",
  "openai-chat",
  "openai-responses",
  "agui-streams",
];

describe.runIf(hasFixtures).each(Object.entries(WIRES))("bodies of other wires, read as %s", (name, { decode, own, expected }) => {
  it("never end complete, throw nothing, and leave no call to run, as they are, a line an event, or as lines", { timeout: 120_000 }, () => {
    const files = KINDS.filter((kind) => !own.includes(kind)).flatMap(filesBelow);
    for (const file of files) {
      const raw = readFileSync(FIXTURES + file);
      const events = encode(
        linesOf(raw)
          .map((line) => `data: ${line}\n\n`)
          .join(""),
      );
      for (const body of [raw, events]) {
        const message = read(decode, body);
        expect(message.status, file).toBe("truncated");
        expect(runnableCalls(message), file).toEqual([]);
        const isFramed = body === events && /^data: [{[]/u.test(Buffer.from(events).toString("utf8"));
        if (isFramed && message.status === "truncated") expect(message.error?.message, file).toMatch(expected);
      }
    }
    console.log(`${name}: ${files.length} bodies of other wires twice, 0 complete`);
  });

  it("are never complete after any byte of a few of them", { timeout: 60_000 }, () => {
    const files = filesBelow("other-dialects").filter((_file, at) => at % 6 === 0);
    let cuts = 0;
    for (const file of files) {
      const decoder = decode(IDS);
      let message = pending();
      for (const byte of readFileSync(FIXTURES + file).subarray(0, 4_000)) {
        message = fold(decoder.push(Uint8Array.of(byte)), message);
        const end = decoder.end();
        expect(end.some((event) => event.type === "run.end" && event.outcome !== "truncated")).toBe(false);
        cuts += 1;
      }
    }
    console.log(`${name}: ${cuts} cuts, 0 falsely complete`);
  });
});

describe.each(Object.entries(WIRES))("a body read as %s", (_name, { decode }) => {
  it.each([
    ["a web page", "<!doctype html><title>Sign in</title><h1>Please sign in</h1>"],
    ["a web page in lines", "<!DOCTYPE html>\n<html>\n<body>524</body>\n</html>\n"],
  ])("is corrupt when it is %s, of which nothing is shown", (_what, body) => {
    expect(read(decode, encode(body))).toMatchObject({ status: "truncated", cause: "corrupt", parts: [], stated: false });
  });

  it("does not complete over nothing, white space, null, numbers, deep nesting or broken UTF-8, and throws for none", () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    for (const body of ["", " \n\n", "null\n", "data: null\n\n", "7\n", "data: []\n\n", `data: ${deep}\n\n`, `${deep}\n`]) {
      expect(read(decode, encode(body)).status).toBe("truncated");
    }
    expect(read(decode, Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x0a)).status).toBe("truncated");
  });

  it("ends once and numbers its events without holes", () => {
    for (const body of ["", "Hello", 'data: {"type":"RUN_STARTED","runId":"r"}\n\n', "event: metadata\ndata: {}\n\n"]) {
      const decoder = decode(IDS);
      const said = [...decoder.push(encode(body)), ...decoder.end()];
      const numbers = said.flatMap((event) => event.seq ?? []);
      expect(numbers).toEqual(numbers.map((_number, at) => at + 1));
      expect(said.filter((event) => event.type === "run.end")).toHaveLength(1);
    }
  });

  it("has the reason of an error in JSON, where its provider gave one", () => {
    const message = read(decode, encode('{"error":{"message":"Rate limit","type":"rate_limit_error"}}'));
    expect(message).toMatchObject({ status: "truncated", parts: [] });
    expect(textOf(message)).toBe("");
  });
});
