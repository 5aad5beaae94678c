import { describe, expect, it } from "vitest";
import { endOf, fold, IDS, read, runnableCalls } from "../../test-kit/folding.js";
import { bodyOfFrames, encode, hasFixtures, recordingsOf, type Frame, type Recording } from "../../test-kit/recordings.js";
import { WIRES } from "../../test-kit/wires.js";
import type { AssistantMessage } from "../message/message.js";
import { textOf } from "../message/selectors.js";
import type { Decode } from "../protocol/index.js";

/** Faults that no recording shows, made out of recordings. */

describe.runIf(hasFixtures)("fault recipes", () => {
  function each(
    kind: string,
    check: (recording: Recording, frames: readonly Frame[], plain: AssistantMessage, decode: Decode) => boolean,
  ): void {
    const wire = WIRES.find((candidate) => candidate.kind === kind);
    if (wire === undefined) throw new Error(`No wire ${kind}`);
    const tried = recordingsOf(kind).filter((recording) =>
      check(recording, recording.frames, read(wire.decode, recording.body), wire.decode),
    );
    expect(tried.length).toBeGreaterThan(0);
  }

  const overloaded = encode('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n');

  it("anthropic-overloaded-midstream keeps the text and offers a retry", () => {
    each("anthropic-messages", (_recording, frames, plain, decode) => {
      const deltas = frames.flatMap(({ event }, index) => (event.type === "content_block_delta" ? [index] : []));
      const third = deltas[2];
      if (third === undefined) return false;
      const message = read(decode, Buffer.concat([bodyOfFrames(frames.slice(0, third + 1)), overloaded]));
      expect(endOf(message)).toBe("failed provider-overloaded");
      expect(message).toMatchObject({ stated: true, error: { retryable: true } });
      expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      expect(runnableCalls(message)).toEqual([]);
      return true;
    });
  });

  it("anthropic-error-before-any-block ends without text", () => {
    each("anthropic-messages", (_recording, frames, _plain, decode) => {
      const message = read(decode, Buffer.concat([bodyOfFrames(frames.slice(0, 1)), overloaded]));
      if ((frames[0]?.event.message?.content?.length ?? 0) > 0) return false;
      expect([endOf(message), textOf(message)]).toEqual(["failed provider-overloaded", ""]);
      return true;
    });
  });

  it("chat-content-filter keeps the text and is no complete answer", () => {
    each("openai-chat", ({ body }, _frames, plain, decode) => {
      const text = Buffer.from(body).toString("utf8");
      if (plain.status !== "complete" || !/"finish_reason":\s*"stop"/u.test(text)) return false;
      const message = read(decode, encode(text.replaceAll(/"finish_reason":\s*"stop"/gu, '"finish_reason":"content_filter"')));
      expect([endOf(message), textOf(message)]).toEqual(["filtered guard-tripped", textOf(plain)]);
      return true;
    });
  });

  it("chat-done-without-finish-reason is no complete answer", () => {
    each("openai-chat", (_recording, frames, plain, decode) => {
      const kept = frames.filter(({ event }) => !event.choices?.some((choice) => typeof choice.finish_reason === "string"));
      const message = read(decode, bodyOfFrames([...kept, { text: "data: [DONE]\n\n" }]));
      expect(["disconnected stream-eof", "failed provider-error"]).toContain(endOf(message));
      if (plain.status === "complete") expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      return true;
    });
  });

  it("chat-finish-without-done is complete", () => {
    each("openai-chat", (_recording, frames, plain, decode) => {
      if (plain.status !== "complete") return false;
      const message = read(decode, bodyOfFrames(frames.filter(({ text }) => !text.includes("[DONE]"))));
      expect([message.status, textOf(message)]).toEqual(["complete", textOf(plain)]);
      return true;
    });
  });

  it("responses-incomplete-content-filter keeps the text", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const at = frames.findIndex(({ event }) => event.type === "response.completed");
      const isOnly = frames.filter(({ event }) => event.type === "response.completed").length === 1;
      if (!isOnly || plain.status !== "complete") return false;
      const cut = { type: "response.incomplete", response: { status: "incomplete", incomplete_details: { reason: "content_filter" } } };
      const message = read(decode, bodyOfFrames([...frames.slice(0, at), { text: `data: ${JSON.stringify(cut)}\n\n` }]));
      expect([endOf(message), textOf(message)]).toEqual(["filtered guard-tripped", textOf(plain)]);
      return true;
    });
  });

  it("responses-sequence-duplicate shows the text once", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const deltas = frames.filter(({ event }) => event.type === "response.output_text.delta" && event.sequence_number !== undefined);
      const fourth = deltas[3];
      if (fourth === undefined || plain.status !== "complete") return false;
      const message = read(decode, bodyOfFrames(frames.flatMap((frame) => (frame === fourth ? [frame, frame] : [frame]))));
      expect([message.status, textOf(message)]).toEqual(["complete", textOf(plain)]);
      return true;
    });
  });

  it("a dropped numbered event is a gap", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const deltas = frames.filter(({ event }) => event.type === "response.output_text.delta" && event.sequence_number !== undefined);
      const fourth = deltas[3];
      if (fourth === undefined || plain.status !== "complete") return false;
      const message = read(decode, bodyOfFrames(frames.filter((frame) => frame !== fourth)));
      expect([endOf(message), message.stated]).toEqual(["corrupt stream-corrupt", false]);
      expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      return true;
    });
  });

  it("crlf-rewrite and heartbeat-comments change nothing", () => {
    for (const { kind } of WIRES) {
      each(kind, ({ name, body }, frames, plain, decode) => {
        if (!name.endsWith(".sse")) return false;
        const crlf = Buffer.from(body).toString("utf8").replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
        const commented = Buffer.concat([
          bodyOfFrames(frames.map(({ text }) => ({ text: `${text}: keep-alive\n\n` }))),
          body.subarray(frames.at(-1)?.end ?? 0),
        ]);
        for (const changed of [encode(crlf), commented]) {
          const message = read(decode, changed);
          expect([endOf(message), textOf(message)], name).toEqual([endOf(plain), textOf(plain)]);
        }
        return true;
      });
    }
  });

  it("split-in-utf8 leaves every character whole", () => {
    for (const { kind } of WIRES) {
      each(kind, ({ body }, _frames, plain, decode) => {
        if (!body.some((byte) => byte > 127)) return false;
        const decoder = decode(IDS);
        const events = Array.from(body, (_byte, at) => decoder.push(body.subarray(at, at + 1))).flat();
        const message = fold([...events, ...decoder.end()]);
        expect(textOf(message)).toBe(textOf(plain));
        return true;
      });
    }
  });

  it("uims-no-finish is no complete answer", () => {
    each("ui-message-stream", (_recording, frames, plain, decode) => {
      const message = read(decode, bodyOfFrames(frames.filter(({ event, text }) => event.type !== "finish" && !text.includes("[DONE]"))));
      expect(["disconnected stream-eof", "failed provider-error"]).toContain(endOf(message));
      expect(textOf(message)).toBe(textOf(plain));
      return true;
    });
  });

  it("uims-reset-step takes text back where the reader sees it", () => {
    each("ui-message-stream", (_recording, frames, plain, decode) => {
      const third = frames.filter(({ event }) => event.type === "text-delta")[2];
      if (third === undefined || plain.status !== "complete") return false;
      const reset = { text: 'data: {"type":"reset-step"}\n\n' };
      const message = read(decode, bodyOfFrames(frames.flatMap((frame) => (frame === third ? [frame, reset] : [frame]))));
      const spans = message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
      expect(spans.filter((span) => span.state === "retracted").map((span) => span.reason)).not.toEqual([]);
      expect(textOf(message).length).toBeLessThan(textOf(plain).length);
      if (textOf(message) !== "") expect(message).toMatchObject({ status: "revised", revisions: 1 });
      return true;
    });
  });

  it("uims-approval-then-input-changes withdraws the question and asks anew", () => {
    each("ui-message-stream", (_recording, frames, _plain, decode) => {
      const request = frames.find(({ event }) => event.type === "tool-approval-request");
      if (request === undefined) return false;
      const before = read(decode, bodyOfFrames(frames.slice(0, frames.indexOf(request) + 1)));
      const call = before.calls.find((candidate) => candidate.id === request.event.toolCallId);
      const changed = { type: "tool-input-available", toolCallId: call?.id, toolName: call?.name, input: { amount: 999_999 } };
      const frame = { text: `data: ${JSON.stringify(changed)}\n\n` };
      const decoder = decode(IDS);
      const message = fold(decoder.push(bodyOfFrames([...frames.slice(0, frames.indexOf(request) + 1), frame])));
      const asked = message.approvals.filter((approval) => approval.items.some((item) => item.call === call?.id));
      expect(asked.map((approval) => approval.status)).toEqual(["superseded", "open"]);
      expect(asked[1]?.items[0]?.argsHash).not.toBe(asked[0]?.items[0]?.argsHash);
      return true;
    });
  });
});
