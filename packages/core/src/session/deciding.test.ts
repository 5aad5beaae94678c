import { describe, expect, it } from "vitest";
import { converse, networkError, outcomeOf, type Conversation } from "../../test-kit/conversation.js";
import type { Decision, ReadyToolCall, Session, ToolCall } from "../index.js";
import { isReadyCall } from "../index.js";
import { createArgsHash, UnsayError, type DecideItem, type EventPayload } from "../protocol/index.js";

const CAPS = { resume: true, stop: "command" } as const;
const open: EventPayload = { type: "run.open", caps: CAPS, heartbeatMs: null, ttlMs: null };

const argsOf = (call: string) => ({ to: `${call}@example.com` });
const hashOf = (call: string, args: unknown = argsOf(call)) => createArgsHash(call, "send", args);
const itemOf = (call: string) => ({ call, argsHash: hashOf(call) });

function proposed(call: string, effect: "write" | "irreversible" = "irreversible"): readonly EventPayload[] {
  return [
    { type: "tool.propose", call, name: "send", effect, cancellable: true },
    { type: "tool.ready", call, args: argsOf(call), argsHash: hashOf(call) },
  ];
}

const ask = (calls: readonly string[], fields: Partial<Extract<EventPayload, { type: "approval.request" }>> = {}): EventPayload => ({
  type: "approval.request",
  approval: "a",
  items: calls.map(itemOf),
  options: ["once"],
  editable: false,
  expiresInMs: null,
  ...fields,
});

const decided = (items: Extract<EventPayload, { type: "approval.decision" }>["items"], by = "user"): EventPayload => ({
  type: "approval.decision",
  approval: "a",
  items,
  by,
});

const asked = [open, ...proposed("c"), ask(["c"])];
const two = [open, ...proposed("c"), ...proposed("d", "write"), ask(["c", "d"], { editable: true, options: ["once", "scoped"] })];
/** Nobody here answers on its own, as the scripted run would. */
const silent = { onCommand: () => "hang" as const };
const approvalOf = (talk: Conversation) => talk.answer().approvals[0];

describe("a decision on several calls", () => {
  const items: readonly DecideItem[] = [
    { ...itemOf("c"), decision: "reject", reason: "not now" },
    { ...itemOf("d"), decision: "approve", scope: { argsPattern: "*@example.com", ms: 60_000 } },
  ];

  it("is one choice for each, sent together and shown each as it was", async () => {
    const talk = await converse(two, silent);
    void talk.session.decide("a", { items });
    await talk.clock.advance(50);
    expect(talk.sent).toMatchObject([{ command: "decide", approval: "a", items }]);
    talk.say(
      decided([
        { ...itemOf("c"), decision: "rejected", reason: "not now" },
        { ...itemOf("d"), decision: "approved" },
      ]),
    );
    await talk.clock.advance(50);
    expect(talk.answer().calls.map(({ status, reason }) => [status, reason])).toEqual([
      ["rejected", "not now"],
      ["approved", undefined],
    ]);
    expect(approvalOf(talk)?.elsewhere).toBeUndefined();
  });

  it("is not sent unless each call is decided once, on the arguments that were shown", async () => {
    const talk = await converse(two, silent);
    const [first, second] = items as readonly [DecideItem, DecideItem];
    const wrong: readonly (readonly DecideItem[])[] = [
      [first],
      [first, first],
      [first, second, { ...second, call: "e" }],
      [first, { ...second, argsHash: hashOf("d", { to: "eve" }) }],
      [{ ...first, decision: "approve", scope: { argsPattern: "*", ms: 1 } }, second],
    ];
    const codes = wrong.map((list) => outcomeOf(talk.session.decide("a", { items: list }), talk));
    expect(await Promise.all(codes)).toEqual([
      "invalid-request",
      "invalid-request",
      "invalid-request",
      "approval-args-mismatch",
      "policy-denied",
    ]);
    expect([talk.sent, approvalOf(talk)?.status]).toEqual([[], "open"]);
  });
});

describe("r24-args: arguments and the decision on them", () => {
  const edited = { to: "bob@example.com" };
  const items: readonly DecideItem[] = [
    { ...itemOf("c"), decision: "approve", edited },
    { ...itemOf("d"), decision: "approve" },
  ];

  it("a person edited are the whole arguments from then on, with a hash of their own and what was proposed beside them", async () => {
    const talk = await converse(two, silent);
    void talk.session.decide("a", { items });
    talk.say(
      decided([
        { ...itemOf("c"), decision: "approved", edited },
        { ...itemOf("d"), decision: "approved" },
      ]),
    );
    await talk.clock.advance(50);
    expect(talk.call()).toMatchObject({
      status: "approved",
      args: edited,
      argsHash: hashOf("c", edited),
      proposed: { args: argsOf("c"), argsHash: hashOf("c") },
    });
  });

  it("may not be edited where that was not offered, nor to what can't be bound", async () => {
    const closed = await converse(asked, silent);
    const talk = await converse(two, silent);
    const deep = JSON.parse(`${"[".repeat(70)}${"]".repeat(70)}`) as unknown;
    const codes = [
      outcomeOf(closed.session.decide("a", { items: [{ ...itemOf("c"), decision: "approve", edited }] }), closed),
      outcomeOf(
        talk.session.decide("a", {
          items: [
            { ...itemOf("c"), decision: "approve", edited: deep },
            { ...itemOf("d"), decision: "reject" },
          ],
        }),
        talk,
      ),
    ];
    expect(await Promise.all(codes)).toEqual(["policy-denied", "invalid-arguments"]);
  });

  it("that changed after the question withdraw it, and a yes to it is not sent", async () => {
    const talk = await converse(asked, silent);
    talk.say({ type: "tool.ready", call: "c", args: { to: "eve" }, argsHash: hashOf("c", { to: "eve" }) });
    await talk.clock.advance(50);
    expect(approvalOf(talk)?.status).toBe("superseded");
    expect(await outcomeOf(talk.session.decide("a", { decision: "approve" }), talk)).toBe("approval-closed");
    expect(talk.sent).toEqual([]);
  });

  it("that changed after a yes had left refuse the yes, and a start without another", async () => {
    const violations: number[] = [];
    const talk = await converse(asked, silent, { strict: false, onProtocolError: ({ rule }) => violations.push(rule) });
    void talk.session.decide("a", { decision: "approve" });
    talk.say({ type: "tool.ready", call: "c", args: { to: "eve" }, argsHash: hashOf("c", { to: "eve" }) });
    talk.say(decided([{ ...itemOf("c"), decision: "approved" }]), { type: "tool.start", call: "c", attempt: 1, callKey: "k" });
    await talk.clock.advance(50);
    expect([talk.call()?.argsHash, approvalOf(talk)?.status]).toEqual([hashOf("c", { to: "eve" }), "superseded"]);
    // The answer counts for nothing, and a start without another answer is one that skipped the gate.
    expect([violations, talk.call()?.status]).toEqual([[6, 7], "unknown"]);
  });
});

describe("a decision that somebody else made, or that nobody takes any more", () => {
  it("counts as answered elsewhere, and changes nothing when this client answers later", async () => {
    const talk = await converse(asked, silent);
    talk.say(decided([{ ...itemOf("c"), decision: "rejected" }]));
    await talk.clock.advance(50);
    expect(approvalOf(talk)).toMatchObject({ status: "rejected", elsewhere: true });
    expect(await outcomeOf(talk.session.decide("a", { decision: "approve" }), talk)).toBe("approval-closed");
    expect(talk.call()?.status).toBe("rejected");
  });

  it("wins over this client's, if it was first", async () => {
    const talk = await converse(asked, silent);
    void talk.session.decide("a", { decision: "approve" });
    talk.say(decided([{ ...itemOf("c"), decision: "rejected" }]));
    await talk.clock.advance(50);
    expect(approvalOf(talk)).toMatchObject({ status: "rejected", elsewhere: true });
  });

  it("is not called elsewhere when a server expired or withdrew it", async () => {
    const talk = await converse(asked, silent);
    talk.say(decided([{ ...itemOf("c"), decision: "expired" }], "server"));
    await talk.clock.advance(50);
    expect(approvalOf(talk)?.status).toBe("expired");
    expect(approvalOf(talk)?.elsewhere).toBeUndefined();
  });

  it("stands at the approval with its reason, and is not asked again", async () => {
    const refusal = new UnsayError({ code: "approval-closed", message: "It was answered before.", retryable: false });
    const talk = await converse(asked, { onCommand: () => refusal });
    expect(await outcomeOf(talk.session.decide("a", { decision: "approve" }), talk)).toBe("approval-closed");
    expect(approvalOf(talk)?.refused).toMatchObject({ code: "approval-closed" });
    expect(await outcomeOf(talk.session.decide("a", { decision: "approve" }), talk)).toBe("approval-closed");
    expect(talk.sent).toHaveLength(1);
  });

  it("is not sent after the approval's time, while the connection is being made again, or after a stop", async () => {
    const late = await converse([...asked.slice(0, -1), ask(["c"], { expiresInMs: 1_000 })], silent);
    await late.clock.advance(1_000);
    const stopped = await converse(asked, silent);
    stopped.session.stop();
    const lost = await converse(asked, silent);
    lost.drop();
    await lost.clock.advance(0);
    const codes = [late, stopped, lost].map((talk) => outcomeOf(talk.session.decide("a", { decision: "approve" }), talk));
    expect(await Promise.all(codes)).toEqual(["approval-expired", "approval-closed", "run-not-live"]);
    expect([...late.sent, ...stopped.sent, ...lost.sent].filter(({ command }) => command === "decide")).toEqual([]);
  });
});

describe("a decision whose reply was lost", () => {
  it("is repeated as it was until it is answered, and nobody is asked twice", async () => {
    let lost = 2;
    const talk = await converse(asked, { onCommand: () => ((lost -= 1) >= 0 ? networkError() : "hang") });
    void talk.session.decide("a", { decision: "approve" });
    await talk.clock.advance(0);
    expect(approvalOf(talk)).toMatchObject({ status: "deciding", unconfirmed: true });
    await talk.clock.advance(10_000);
    expect(talk.sent).toHaveLength(3);
    expect(new Set(talk.sent.map(({ id }) => id)).size).toBe(1);
    talk.say(decided([{ ...itemOf("c"), decision: "approved" }]));
    await talk.clock.advance(50);
    expect(approvalOf(talk)?.status).toBe("approved");
    expect(approvalOf(talk)?.elsewhere).toBeUndefined();
  });

  it("is repeated at once when the network is back, or when the button is pressed again", async () => {
    const talk = await converse(asked, { onCommand: networkError });
    void talk.session.decide("a", { decision: "approve" });
    await talk.clock.advance(0);
    talk.session.wake();
    await talk.clock.advance(0);
    void talk.session.decide("a", { decision: "reject" });
    await talk.clock.advance(0);
    expect(talk.sent.map((command) => command.command === "decide" && command.items[0]?.decision)).toEqual([
      "approve",
      "approve",
      "approve",
    ]);
  });

  it("resolves when the stream tells that it had arrived, and is not repeated then", async () => {
    const talk = await converse(asked, { onCommand: networkError });
    const sent = talk.session.decide("a", { decision: "approve" });
    talk.say(decided([{ ...itemOf("c"), decision: "approved" }]));
    expect(await outcomeOf(sent, talk, 60_000)).toBe("resolved");
    expect(talk.sent).toHaveLength(1);
  });

  it("is not repeated after a stop: a yes may not race it", async () => {
    const talk = await converse(asked, { onCommand: (command) => (command.command === "decide" ? networkError() : "hang") });
    const sent = talk.session.decide("a", { decision: "approve" });
    await talk.clock.advance(0);
    talk.session.stop();
    expect(await outcomeOf(sent, talk, 60_000)).toBe("approval-closed");
    expect(talk.sent.filter(({ command }) => command === "decide")).toHaveLength(1);
  });
});

describe("r14-act: arguments that are not ready", () => {
  const partial: readonly EventPayload[] = [
    open,
    { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: true },
    { type: "tool.args", call: "c", delta: '{"to":"an' },
  ];

  it("can't be decided on or run, by their types", () => {
    const decide = (_decision: Decision): void => {};
    const run = (_call: ReadyToolCall): void => {};
    const check = (call: ToolCall, session: Session): void => {
      // @ts-expect-error A call may have no hash yet, and a decision needs one.
      decide({ items: [{ call: call.id, argsHash: call.argsHash, decision: "approve" }] });
      // @ts-expect-error Only what is ready may be run.
      run(call);
      // @ts-expect-error The text of arguments in the making is no argument of a decision.
      void session.decide("a", { decision: "approve", argsText: call.argsText });
      if (isReadyCall(call)) {
        decide({ items: [{ call: call.id, argsHash: call.argsHash, decision: "approve" }] });
        run(call);
      }
    };
    expect(check).toBeTypeOf("function");
  });

  it("can't be decided on or run, whatever a server sends", async () => {
    const rules: number[] = [];
    const talk = await converse(partial, silent, { strict: false, onProtocolError: ({ rule }) => rules.push(rule) });
    expect(isReadyCall(talk.call() as ToolCall)).toBe(false);
    talk.say(ask(["c"]));
    await talk.clock.advance(50);
    expect(talk.answer().approvals).toEqual([]);
    expect(await outcomeOf(talk.session.decide("a", { decision: "approve" }), talk)).toBe("approval-unknown");
    talk.say({ type: "tool.start", call: "c", attempt: 1, callKey: "k" });
    await talk.clock.advance(50);
    expect([talk.call()?.status, talk.call()?.args, rules, talk.sent]).toEqual(["unknown", undefined, [15, 7], []]);
  });
});
