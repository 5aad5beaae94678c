import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssistantMessage } from "../message/message.js";
import { createPendingMessage, foldEvents } from "../message/index.js";
import { createArgsHash, createEventFactory, type EventPayload } from "../protocol/index.js";

const ARGUMENTS = ["ana", "eve"].map((to) => ({ to }));
const hashOf = (args: unknown) => createArgsHash("c", "send", args);

const open: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const propose: EventPayload = { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: true };
const args = fc.constantFrom(...ARGUMENTS);
const approval = fc.constantFrom("a", "b");

/** Whatever a hurried, confused or hostile server may send about one call, in any order and any number. */
const event: fc.Arbitrary<EventPayload> = fc.oneof(
  fc.constant<EventPayload>({ type: "tool.args", call: "c", delta: '{"to":' }),
  args.map((value): EventPayload => ({ type: "tool.ready", call: "c", args: value, argsHash: hashOf(value) })),
  fc.tuple(approval, args).map(([id, value]): EventPayload => ({
    type: "approval.request",
    approval: id,
    items: [{ call: "c", argsHash: hashOf(value) }],
    options: ["once"],
    editable: true,
    expiresInMs: null,
  })),
  fc
    .tuple(approval, args, fc.constantFrom("approved" as const, "rejected" as const), fc.option(args))
    .map(([id, value, decision, edited]): EventPayload => ({
      type: "approval.decision",
      approval: id,
      items: [{ call: "c", argsHash: hashOf(value), decision, ...(edited === null ? {} : { edited }) }],
      by: "user",
    })),
  fc.constant<EventPayload>({ type: "tool.hold", call: "c", ms: 1 }),
  fc.constant<EventPayload>({ type: "tool.start", call: "c", attempt: 1, callKey: "k" }),
);

/** Somebody said yes to exactly the arguments that the call has. */
function isCovered({ approvals, calls }: AssistantMessage): boolean {
  const call = calls[0];
  return approvals.some(({ decided }) =>
    decided?.some(
      (item) =>
        item.decision === "approved" &&
        hashOf(item.edited ?? call?.proposed?.args ?? call?.args) === (item.edited === undefined ? item.argsHash : call?.argsHash),
    ),
  );
}

describe("B3: what is shown is what runs", () => {
  it("starts nothing that was asked about, unless these very arguments were approved", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 4, maxLength: 24 }), (events) => {
        const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
        let message = createPendingMessage({ id: "m", thread: "t" }, { now: 0 });
        for (const payload of [open, propose, ...events]) {
          const before = message.calls[0]?.status;
          const folded = foldEvents(message, [factory.make(payload)]);
          message = folded.message;
          const call = message.calls[0];
          const wasAsked = call?.approval !== undefined;
          if (call?.status === "executing" && before !== "executing" && wasAsked) expect(isCovered(message)).toBe(true);
          if (call?.argsHash !== undefined) expect(call.argsHash).toBe(hashOf(call.args));
          if (call?.status === "executing") expect(call.args).toBeDefined();
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("lets no message of a model or a tool give a standing permission: no event is about one (B5)", () => {
    const types = new Set(fc.sample(event, 500).map(({ type }) => type));
    expect([...types].filter((type) => /grant|allow|permission|policy/u.test(type))).toEqual([]);
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    const hostile = { ...propose, allow: "always", grant: { argsPattern: "*", ms: 1e9 }, scope: "always" } as EventPayload;
    const { message } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), [factory.make(open), factory.make(hostile)]);
    expect(JSON.stringify(message)).not.toMatch(/always|argsPattern/u);
  });
});
