import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf, fold, IDS, pending, read } from "../../../test-kit/folding.js";
import { encode } from "../../../test-kit/recordings.js";
import { textOf } from "../../message/selectors.js";
import type { Decode } from "../../protocol/index.js";
import { decodeText } from "./index.js";

const MARKER = "\u001e[[end 7f3a]]";
const marked: Decode = (context) => decodeText({ ...context, endMarker: MARKER });

function said(decode: Decode, body: string): readonly [end: string, text: string] {
  const message = read(decode, encode(body));
  return [endOf(message), textOf(message)];
}

describe("decodeText", () => {
  it("never completes by itself", () => {
    expect(said(decodeText, "All of it.")).toEqual(["disconnected stream-eof", "All of it."]);
    expect(said(decodeText, "")).toEqual(["disconnected stream-eof", ""]);
    expect(said(decodeText, "All of it. [DONE]")).toEqual(["disconnected stream-eof", "All of it. [DONE]"]);
  });

  it("completes at the agreed marker, which is never shown", () => {
    expect(said(marked, `All of it.${MARKER}`)).toEqual(["complete", "All of it."]);
    expect(said(marked, `All of it.${MARKER}\r\n`)).toEqual(["complete", "All of it."]);
    expect(said(marked, "All of it.")).toEqual(["disconnected stream-eof", "All of it."]);
  });

  it("takes a marker that text follows for text, and part of one too", () => {
    expect(said(marked, `One${MARKER}two`)).toEqual(["disconnected stream-eof", `One${MARKER}two`]);
    expect(said(marked, `One${MARKER}two${MARKER}`)).toEqual(["complete", `One${MARKER}two`]);
    expect(said(marked, `One${MARKER.slice(0, 4)}`)).toEqual(["disconnected stream-eof", `One${MARKER.slice(0, 4)}`]);
    expect(said(marked, `One${MARKER}${" ".repeat(5000)}`)[0]).toBe("disconnected stream-eof");
  });

  it("says the same however the bytes are cut, is complete only after the whole marker, and shows none of it before", () => {
    const body = encode(`Grüße 👋🏽 <b>and</b> \u001e[[ more${MARKER}\n`);
    const end = body.length - 1;
    const decoder = marked(IDS);
    let message = pending();
    for (const [at, byte] of body.entries()) {
      const cut = fold(decoder.end(), message);
      expect(cut.status === "complete", `byte ${at}`).toBe(at >= end);
      expect(textOf(message)).not.toContain(MARKER.slice(0, 6));
      expect(decoder.end()).toEqual(decoder.end());
      message = fold(decoder.push(Uint8Array.of(byte)), message);
    }
    expect(textOf(fold(decoder.end(), message))).toBe("Grüße 👋🏽 <b>and</b> \u001e[[ more");
  });

  it("loses and doubles no character, for any text and any cuts, with and without a marker", () => {
    const piece = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom(MARKER, MARKER.slice(0, 5), "<ht", "data:", '{"err', "\n"));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat({ max: 200 }), { maxLength: 6 }), (pieces, at) => {
        const text = pieces.join("");
        const body = encode(text);
        const cuts = [0, ...at.map((cut) => Math.min(cut, body.length)).sort((a, b) => a - b), body.length];
        for (const decode of [decodeText, marked]) {
          const decoder = decode(IDS);
          let message = pending();
          for (const [index, cut] of cuts.slice(1).entries()) message = fold(decoder.push(body.subarray(cuts[index], cut)), message);
          message = fold(decoder.end(), message);
          if (message.status === "truncated" && message.cause !== "disconnected") continue;
          const isWhole = decode === marked && text.trimEnd().endsWith(MARKER.trimEnd());
          expect(message.status === "complete").toBe(isWhole);
          const shown = isWhole ? text.slice(0, text.lastIndexOf(MARKER)) : text;
          expect(textOf(message)).toBe(shown.replace(/^\uFEFF/u, ""));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("shows nothing of a web page or an event stream, and says what it found", () => {
    for (const body of ["<!doctype html><title>Sign in</title>", " \n<html lang=en><body>524</body>", "<HEAD>\n"]) {
      const message = read(marked, encode(body + MARKER));
      expect(message).toMatchObject({ status: "truncated", cause: "corrupt", parts: [] });
      expect(message.status === "truncated" && message.error?.message).toMatch(/Expected plain text; found a web page/u);
    }
    for (const body of ['data: {"type":"start"}\n\n', 'event: ping\ndata: {"type":"ping"}\n\n', ': hi\n\ndata: {"a":1}\n\n']) {
      const message = read(decodeText, encode(body));
      expect(message.status === "truncated" && message.error?.message).toMatch(/found an event stream/u);
      expect(message.parts).toEqual([]);
    }
  });

  it("fails with the reason of an error in JSON, and shows text that only begins like one", () => {
    const error = read(decodeText, encode('{"error":{"message":"Rate limit","type":"rate_limit_error"}}'));
    expect(error).toMatchObject({ cause: "failed", parts: [], error: { code: "provider-overloaded" } });
    for (const text of ['{"error', '{"error": 5} is what it said', "<header>", "data: 5", "event: a\nparty", "idea", "<"]) {
      expect(said(marked, text + MARKER)).toEqual(["complete", text]);
      expect(said(decodeText, text)).toEqual(["disconnected stream-eof", text]);
    }
  });

  it("refuses a marker that every text ends with", () => {
    for (const endMarker of ["", " \n", "x".repeat(1025)]) expect(() => decodeText({ endMarker })).toThrow(TypeError);
  });

  it("costs the same for a long answer as for a short one", () => {
    const decoder = marked(IDS);
    const piece = encode("word ");
    let events = 0;
    for (let count = 0; count < 100_000; count += 1) events += decoder.push(piece).length;
    expect(events).toBeGreaterThanOrEqual(100_000);
  });
});
