import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAUSES, createArgsHash, createEventFactory, NO_EFFECTS, type EventPayload, type PartKind } from "../protocol/index.js";
import { createPendingMessage } from "../message/create.js";
import { requestStop } from "../message/local.js";
import type { AssistantMessage, Message, Span } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { paintedOf } from "../message/selectors.js";
import { scripts } from "../testing/index.js";
import { toAiSdkMessages, toAnthropicMessages, toContext, toOpenAiInput, toOpenAiMessages } from "./index.js";

/** A call or a result, in the order of the JSON; a break is anything that ends the place where results may stand. */
type Mark = { readonly type: "call" | "result"; readonly id: string } | { readonly type: "break" };

const WIRES: Readonly<Record<string, (messages: readonly Message[]) => { readonly json: string; readonly marks: readonly Mark[] }>> = {
  "AI SDK": (messages) => {
    const encoded = toAiSdkMessages(messages);
    const marks = encoded.flatMap((message): readonly Mark[] => {
      if (message.role === "user") return [{ type: "break" }];
      const parts = message.content.flatMap((part): readonly Mark[] => {
        if (part.type === "text") return [{ type: "break" }];
        return [{ type: part.type === "tool-call" ? "call" : "result", id: part.toolCallId }];
      });
      return message.role === "assistant" ? [{ type: "break" }, ...parts] : parts;
    });
    return { json: JSON.stringify(encoded), marks };
  },
  Anthropic: (messages) => {
    const encoded = toAnthropicMessages(messages);
    const marks = encoded.flatMap((message): readonly Mark[] => [
      ...(message.role === "assistant" ? [{ type: "break" as const }] : []),
      ...message.content.map((block): Mark => {
        if (block.type === "text") return { type: "break" };
        return block.type === "tool_use" ? { type: "call", id: block.id } : { type: "result", id: block.tool_use_id };
      }),
    ]);
    return { json: JSON.stringify(encoded), marks };
  },
  "Chat Completions": (messages) => {
    const encoded = toOpenAiMessages(messages);
    const marks = encoded.flatMap((message): readonly Mark[] => {
      if (message.role === "tool") return [{ type: "result", id: message.tool_call_id }];
      const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
      return [{ type: "break" }, ...calls.map(({ id }): Mark => ({ type: "call", id }))];
    });
    return { json: JSON.stringify(encoded), marks };
  },
  Responses: (messages) => {
    const encoded = toOpenAiInput(messages);
    const marks = encoded.map((item): Mark => {
      if (item.type === "message") return { type: "break" };
      return { type: item.type === "function_call" ? "call" : "result", id: item.call_id };
    });
    return { json: JSON.stringify(encoded), marks };
  },
};

/** Every call has one result, of those that stand directly after its own turn, and no result stands alone. */
function pairingFaults(marks: readonly Mark[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const waiting = new Set<string>();
  for (const mark of [...marks, { type: "break" as const }]) {
    if (mark.type === "break") {
      for (const id of waiting) faults.push(`${id} has no result directly after it`);
      waiting.clear();
    } else if (mark.type === "call") {
      if (seen.has(mark.id)) faults.push(`${mark.id} is used twice`);
      seen.add(mark.id);
      waiting.add(mark.id);
    } else if (!waiting.delete(mark.id)) faults.push(`a result for ${mark.id} stands alone`);
  }
  return faults;
}

const PARTS: readonly (readonly [string, PartKind])[] = [
  ["answer", "answer"],
  ["thought", "reasoning"],
  ["no", "refusal"],
  ["more", "code"],
];
const SPANS = ["1", "2", "3"];
const CALLS = ["c1", "c2", "c3"];
const argsOf = (id: string) => ({ of: id });
const hashOf = (id: string) => createArgsHash(id, "tool", argsOf(id));

/** Text is put in later, so that every piece is a word that occurs nowhere else. */
const append = (part: string, span: string, state: "provisional" | "speculative"): EventPayload => ({
  type: "span.append",
  part,
  span: `${part}-${span}`,
  text: "",
  state,
});

/** Parts one after another, as most wires send them: what comes later stands later. */
const textLane = (state: fc.Arbitrary<"provisional" | "speculative">): fc.Arbitrary<readonly EventPayload[]> =>
  fc
    .tuple(...PARTS.map(() => fc.array(state, { maxLength: 3 })))
    .map((states) =>
      PARTS.flatMap(([part, kind], index) => [
        { type: "part.open" as const, part, kind },
        ...(states[index] ?? []).map((of, span) => append(part, SPANS[span] ?? "1", of)),
      ]),
    );

/** The life of a call, with any of its moments missing. */
const callLane = (call: string): fc.Arbitrary<readonly EventPayload[]> =>
  fc
    .record({
      effect: fc.constantFrom("read" as const, "write" as const),
      runsOn: fc.constantFrom("client" as const, "server" as const),
      decision: fc.option(fc.constantFrom("approved" as const, "rejected" as const, "expired" as const)),
      result: fc.constantFrom("ok", "empty", "error", "rejected", "cancelled", "unknown"),
    })
    .map(({ effect, runsOn, decision, result }): readonly EventPayload[] => [
      { type: "tool.propose", call, name: "tool", effect, cancellable: true, runsOn },
      { type: "tool.args", call, delta: "HALF-ARGUMENTS" },
      { type: "tool.ready", call, args: argsOf(call), argsHash: hashOf(call) },
      ...(decision === null ? [] : askAndDecide(call, decision)),
      { type: "tool.start", call, attempt: 1, callKey: `key-${call}` },
      { type: "tool.result", call, result, output: { of: call } },
    ])
    .chain((life) =>
      fc.oneof(
        fc.constant(life),
        fc.nat(life.length).map((kept) => life.slice(0, kept)),
        fc.subarray([...life]),
      ),
    );

function askAndDecide(call: string, decision: "approved" | "rejected" | "expired"): readonly EventPayload[] {
  const item = { call, argsHash: hashOf(call) };
  return [
    { type: "approval.request", approval: `a-${call}`, items: [item], options: ["once"], editable: false, expiresInMs: null },
    { type: "approval.decision", approval: `a-${call}`, items: [{ ...item, decision }], by: "user" },
  ];
}

const spanIds = fc
  .tuple(fc.constantFrom(...PARTS.map(([id]) => id)), fc.uniqueArray(fc.constantFrom(...SPANS), { minLength: 1, maxLength: 2 }))
  .map(([part, spans]) => spans.map((span) => `${part}-${span}`));

const replacing: fc.Arbitrary<EventPayload> = fc.tuple(spanIds, fc.nat(1_000)).map(([spans, id]) => ({
  type: "span.revise",
  spans,
  replacement: { span: `new-${id}`, text: "" },
  reason: "checked",
  by: "model",
}));
const retracting = (expunge: fc.Arbitrary<boolean>): fc.Arbitrary<EventPayload> =>
  fc.tuple(spanIds, expunge).map(([spans, gone]) => ({ type: "span.retract", spans, reason: "wrong", expunge: gone }));
const removing: fc.Arbitrary<EventPayload> = fc.oneof(
  retracting(fc.boolean()),
  fc.boolean().map((expunge): EventPayload => ({ type: "span.retract", spans: "all", reason: "wrong", expunge })),
  spanIds.map((spans): EventPayload => ({ type: "span.drop", spans })),
);

/** Mixes lanes at random and keeps the order inside each. */
function mixed(...lanes: readonly fc.Arbitrary<readonly EventPayload[]>[]): fc.Arbitrary<readonly EventPayload[]> {
  const turns = fc.infiniteStream(fc.nat(lanes.length - 1));
  return fc.tuple(fc.tuple(...lanes), turns).map(([filled, order]) => {
    const left = filled.map((lane) => [...lane]);
    const events: EventPayload[] = [];
    while (left.some((lane) => lane.length > 0)) {
      const lane = left[order.next().value ?? 0] ?? [];
      const next = lane.shift() ?? left.find((other) => other.length > 0)?.shift();
      if (next !== undefined) events.push(next);
    }
    return events;
  });
}

const end: fc.Arbitrary<EventPayload> = fc
  .option(fc.constantFrom(...CAUSES))
  .map((cause) =>
    cause === null
      ? { type: "run.end", outcome: "complete", effects: NO_EFFECTS }
      : { type: "run.end", outcome: "truncated", cause, resumable: false, effects: NO_EFFECTS },
  );

interface Plan {
  readonly events: readonly EventPayload[];
  readonly end: EventPayload | null;
  readonly isLocalEnd: boolean;
  readonly late: readonly EventPayload[];
  /** Where Stop is pressed, as an index into the events; `null` for never. */
  readonly stopAt: number | null;
}

const callLanes = CALLS.map(callLane);
const anyState = fc.constantFrom("provisional" as const, "speculative" as const);
const shuffled = (events: readonly EventPayload[]) => fc.shuffledSubarray([...events]);
const corrections = (...kinds: fc.Arbitrary<EventPayload>[]) => fc.array(fc.oneof(...kinds), { maxLength: 3 });

const wild = mixed(textLane(anyState), ...callLanes, corrections(replacing, removing));
const scripted = fc
  .constantFrom(...Object.values(scripts))
  .map((script) => script.steps.flatMap((step) => ("event" in step && step.event.type !== "run.end" ? [step.event] : [])));
const orderly = mixed(textLane(fc.constant("provisional")), ...callLanes, corrections(replacing, retracting(fc.constant(false))));
const late = fc.oneof(
  corrections(replacing, removing),
  callLane("c1").map((life) => life.slice(-2)),
);

const ending = { end: fc.option(end, { freq: 6 }), isLocalEnd: fc.boolean() };
const plan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({
    ...ending,
    events: fc.oneof(wild, wild.chain(shuffled), scripted, scripted.chain(shuffled)),
    late,
    stopAt: fc.constant(null),
  }),
  // With a stop the text comes in order, so that what was unseen can be told by when it came. `reducer.test.ts` has the rest.
  fc.record({ ...ending, events: orderly, late: corrections(replacing), stopAt: fc.nat(25) }),
);

interface Played {
  readonly message: AssistantMessage;
  /** Every word that was sent as text. */
  readonly words: readonly string[];
  /** Of those, the ones that came as new text after Stop was pressed. */
  readonly unpainted: ReadonlySet<string>;
}

function play(told: Plan, index: number): Played {
  const factory = createEventFactory({ thread: "t", run: `r${index}`, message: `m${index}` });
  const words: string[] = [];
  const unpainted = new Set<string>();
  let message = createPendingMessage({ id: `m${index}`, thread: "t" });
  const feed = (payload: EventPayload, local = false) => {
    const event = factory.make(payload, local ? { local: true } : {});
    message = foldEvents(message, [event]).message;
  };
  const word = () => {
    words.push(`<${index}w${words.length}>`);
    return words.at(-1) ?? "";
  };
  feed({ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null });
  for (const [position, payload] of told.events.entries()) {
    if (position === told.stopAt)
      message = requestStop(message, { command: "stop", intent: "stop", atSeq: message.run?.lastSeq ?? 0, painted: paintedOf(message) }, 0);
    feed(withWord(payload, word));
    if (payload.type === "span.append" && message.stop !== null) unpainted.add(words.at(-1) ?? "");
  }
  if (told.end !== null) feed(told.end, told.isLocalEnd && told.end.type === "run.end" && told.end.outcome === "truncated");
  for (const payload of told.late) feed(withWord(payload, word));
  return { message, words, unpainted };
}

function withWord(payload: EventPayload, word: () => string): EventPayload {
  if (payload.type === "span.append") return { ...payload, text: word() };
  return payload.type === "span.revise" ? { ...payload, replacement: { ...payload.replacement, text: word() } } : payload;
}

const TELLABLE: ReadonlySet<Span["state"]> = new Set(["provisional", "verified", "settled", "unsupported"]);

/** By the letter of the rules, without the selectors: which words the model may hear of this message. */
function tellableText({ message, unpainted }: Played): string {
  if (message.status === "truncated" && (message.cause === "withheld" || message.cause === "filtered")) return "";
  const spans = message.parts.flatMap((part) =>
    part.type === "text" && part.kind !== "reasoning" && part.kind !== "refusal" ? part.spans : [],
  );
  const text = spans.filter((span) => TELLABLE.has(span.state)).map((span) => span.text);
  return [...unpainted].reduce((left, word) => left.replaceAll(word, ""), text.join(""));
}

const RUNS = { numRuns: 300 };
const conversation = fc.array(plan, { minLength: 1, maxLength: 3 }).map((plans) => plans.map(play));

describe("any conversation, however its events were shuffled", () => {
  it.each(Object.entries(WIRES))("on %s: every call has exactly one result, directly after it", (_name, encode) => {
    let calls = 0;
    fc.assert(
      fc.property(conversation, (played) => {
        const { marks } = encode(played.map(({ message }) => message));
        calls += marks.filter((mark) => mark.type === "call").length;
        expect(pairingFaults(marks)).toEqual([]);
      }),
      RUNS,
    );
    expect(calls).toBeGreaterThan(200);
  });

  it.each(Object.entries(WIRES))("on %s: no word that was withheld, taken back, replaced, drafted or not painted", (_name, encode) => {
    let barred = 0;
    let told = 0;
    fc.assert(
      fc.property(conversation, (played) => {
        const { json } = encode(played.map(({ message }) => message));
        for (const one of played) {
          const tellable = tellableText(one);
          const forbidden = one.words.filter((word) => !tellable.includes(word));
          barred += forbidden.length;
          told += one.words.filter((word) => json.includes(word)).length;
          expect(forbidden.filter((word) => json.includes(word))).toEqual([]);
        }
        expect(json).not.toContain("HALF-ARGUMENTS");
      }),
      RUNS,
    );
    expect(Math.min(barred, told)).toBeGreaterThan(200);
  });

  it("tells every ready call once and no other", () => {
    fc.assert(
      fc.property(conversation, (played) => {
        for (const { message } of played) {
          const context = toContext(message);
          const ready = message.calls.filter((one) => one.args !== undefined).map((one) => one.id);
          expect([...(context?.calls ?? [])].map((one) => one.id).sort()).toEqual([...ready].sort());
        }
      }),
      RUNS,
    );
  });
});
