import { afterEach, describe, expect, it } from "vitest";
import { serve, type Loopback, type Step } from "../../test-kit/loopback/loopback-server.js";
import { ask } from "../../test-kit/loopback/reading.js";
import { OPEN, PART, RunLog, word, write } from "../../test-kit/loopback/runs.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { textOf, type AssistantMessage } from "../message/index.js";
import { encodeSse, NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { createFetchTransport } from "./fetch-transport.js";
import { createUnsayTransport } from "./unsay-transport.js";

/** The status line comes before the outcome: every one of these answers begins with 200. */

let server: Loopback | undefined;
afterEach(() => server?.close());

const frame = (event: { readonly type: string }): string => encodeSse({ event: event.type, data: JSON.stringify(event) });
const WORDS = ["Drain ", "the pool."];
const BEGIN = frame({ type: "message_start", message: { id: "m", model: "x", content: [] } } as { type: string });
const BLOCK = frame({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as { type: string });
const delta = (text: string): string =>
  frame({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } } as { type: string });
const errorFrame = (type: string): string => frame({ type: "error", error: { type, message: type } } as { type: string });
const CUT_CALL = [
  frame({ type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "c", name: "send", input: {} } } as {
    type: string;
  }),
  frame({ type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"to":"a' } } as { type: string }),
  frame({ type: "content_block_stop", index: 1 } as { type: string }),
  frame({ type: "message_delta", delta: { stop_reason: "tool_use" } } as { type: string }),
  frame({ type: "message_stop" }),
].join("");

const POINTS = {
  "before the first token": [BEGIN],
  "in the middle": [BEGIN, BLOCK, delta(WORDS[0] ?? "")],
  "after the last token": [BEGIN, BLOCK, ...WORDS.map(delta)],
} as const;

interface Failure {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly cause: string;
  readonly code: string;
}

const FAILURES: readonly Failure[] = [
  { what: "a timeout of the provider", steps: [{ write: errorFrame("timeout_error") }], cause: "failed", code: "provider-timeout" },
  { what: "an overload (529)", steps: [{ write: errorFrame("overloaded_error") }], cause: "failed", code: "provider-overloaded" },
  {
    what: "a filter",
    steps: [
      { write: frame({ type: "message_delta", delta: { stop_reason: "refusal" } } as { type: string }) },
      { write: frame({ type: "message_stop" }) },
    ],
    cause: "withheld|filtered",
    code: "guard-tripped",
  },
  { what: "a TCP reset", steps: [{ close: "reset" }], cause: "disconnected", code: "stream-eof" },
  { what: "a malformed tool fragment", steps: [{ write: CUT_CALL }], cause: "failed", code: "tool-results-missing" },
  { what: "the end of a process that ran out of memory", steps: [{ close: "fin" }], cause: "disconnected", code: "stream-eof" },
];

const CASES = FAILURES.flatMap((failure) => Object.entries(POINTS).map(([point, before]) => ({ ...failure, point, before })));

/** Counted as a success: whole, corrected, or ended by the reader's own wish. */
function isGood(answer: AssistantMessage): boolean {
  return answer.status !== "truncated" || answer.cause === "stopped" || answer.cause === "redirected";
}

describe("r28-matrix, row 7: what fails after 200 OK", () => {
  it.each(CASES)(
    "$what $point is a truncated answer that keeps its text and counts as no success",
    async ({ before, steps, cause, code }) => {
      const statuses: number[] = [];
      server = await serve(() => ({ steps: [{ write: before.join("") }, ...steps] }));
      const transport = createFetchTransport({
        url: server.url,
        decode: decodeAnthropic,
        async fetch(url, init) {
          const response = await fetch(url, init);
          statuses.push(response.status);
          return response;
        },
      });
      const answer = await ask(transport).ended();
      expect(statuses).toEqual([200]);
      expect(answer.status).toBe("truncated");
      expect(answer).toMatchObject({ error: { code } });
      expect(answer.status === "truncated" && answer.cause).toMatch(new RegExp(`^(?:${cause})$`, "u"));
      expect(textOf(answer)).toBe(WORDS.slice(0, Math.max(0, before.length - 2)).join(""));
      expect(isGood(answer)).toBe(false);
      expect(answer.calls.filter((call) => ["ready", "approved", "executing"].includes(call.status))).toEqual([]);
    },
  );

  it("a tool that throws is a failed call, and the answer says how it went on", async () => {
    const call: readonly EventPayload[] = [
      { type: "tool.propose", call: "c", name: "look", effect: "read", cancellable: false },
      { type: "tool.ready", call: "c", args: {}, argsHash: "h" },
      { type: "tool.start", call: "c", attempt: 1, callKey: "k" },
      { type: "tool.result", call: "c", result: "error", error: { code: "tool-failed", message: "It threw.", retryable: false } },
    ];
    const end: EventPayload = {
      type: "run.end",
      outcome: "truncated",
      cause: "failed",
      resumable: false,
      error: { code: "tool-failed", message: "It threw.", retryable: false },
      effects: NO_EFFECTS,
    };
    const log = new RunLog([OPEN, PART, word("Looking. "), ...call, end]);
    server = await serve((asked) => ({ steps: [write(log.read(asked).frames)] }));
    const answer = await ask(createUnsayTransport({ url: server.url })).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", stated: true, calls: [{ status: "failed" }] });
    expect(isGood(answer)).toBe(false);
  });
});
