import fc from "fast-check";
import {
  CAUSES,
  createArgsHash,
  createEventFactory,
  NO_EFFECTS,
  type EventPayload,
  type PartKind,
  type UnsayEvent,
} from "../src/protocol/index.js";

/** Whoever declares no verifier never ends so. */
const STATED_CAUSES = CAUSES.filter((cause) => cause !== "unverified");
const KINDS: readonly PartKind[] = ["answer", "reasoning", "verdict", "code", "refusal"];
const WORDS = ["Yes, ", "no. ", "Ünïcode 🙂 ", "\n\n", "data: ", '{"a":1}', "x"] as const;

interface Part {
  readonly id: string;
  isOpen: boolean;
}

interface Span {
  readonly id: string;
  readonly part: Part;
  state: "draft" | "shown" | "gone";
}

interface Call {
  readonly id: string;
  readonly runsOn: "client" | "server";
  state: "proposed" | "ready" | "asked" | "approved" | "running" | "over";
  args: unknown;
}

/** Turns any list of numbers into events that an honest server might send, so that shrinking keeps them legal. */
class RunBuilder {
  readonly payloads: EventPayload[] = [{ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null }];
  readonly #parts: Part[] = [];
  readonly #spans: Span[] = [];
  readonly #calls: Call[] = [];
  #count = 0;

  do(choice: number, pick: number): void {
    const acts = [
      () => this.#append(pick),
      () => this.#append(pick),
      () => this.#append(pick),
      () => this.#openPart(pick),
      () => this.#closePart(pick),
      () => this.#settle(pick),
      () => this.#drop(pick),
      () => this.#revise(pick),
      () => this.#retract(pick),
      () => this.#propose(pick),
      () => this.#advance(pick),
      () => this.#advance(pick),
      () => this.#other(pick),
    ];
    acts[choice % acts.length]?.();
  }

  #openPart(pick: number): void {
    this.#count += 1;
    const id = `p${this.#count}`;
    if (pick % 7 === 0) {
      const kind = (["source", "file", "data"] as const)[pick % 3] ?? "data";
      this.payloads.push({
        type: "part.open",
        part: id,
        kind,
        value: { url: `https://a.example/${id}`, mediaType: "text/plain", n: pick },
      });
      return;
    }
    this.#parts.push({ id, isOpen: true });
    const kind = KINDS[pick % KINDS.length] ?? "answer";
    this.payloads.push({ type: "part.open", part: id, kind, ...(pick % 3 === 0 ? { step: `s${this.#count}` } : {}) });
  }

  #append(pick: number): void {
    const part = at(
      this.#parts.filter(({ isOpen }) => isOpen),
      pick,
    );
    if (part === undefined) return this.#openPart(1);
    const known = at(
      this.#spans.filter((span) => span.part === part && span.state !== "gone"),
      pick >> 2,
    );
    const isNew = known === undefined || pick % 4 === 0;
    this.#count += 1;
    const span = isNew ? this.#addSpan(part, pick % 5 === 0 ? "draft" : "shown") : known;
    const state = isNew && span.state === "draft" ? { state: "speculative" as const } : {};
    this.payloads.push({ type: "span.append", part: part.id, span: span.id, text: at(WORDS, pick) ?? "", ...state });
  }

  #addSpan(part: Part, state: Span["state"]): Span {
    const span: Span = { id: `${part.id}.${this.#count}`, part, state };
    this.#spans.push(span);
    return span;
  }

  #closePart(pick: number): void {
    const part = at(
      this.#parts.filter(({ isOpen }) => isOpen),
      pick,
    );
    if (part === undefined) return;
    part.isOpen = false;
    this.payloads.push({ type: "part.close", part: part.id });
  }

  #settle(pick: number): void {
    const span = at(
      this.#spans.filter(({ state }) => state === "draft"),
      pick,
    );
    if (span === undefined) return;
    span.state = "shown";
    this.payloads.push({ type: "span.settle", spans: [span.id], to: "provisional", by: "check" });
  }

  #drop(pick: number): void {
    const span = at(
      this.#spans.filter(({ state }) => state === "draft"),
      pick,
    );
    if (span === undefined) return;
    span.state = "gone";
    this.payloads.push({ type: "span.drop", spans: [span.id] });
  }

  #shown(pick: number): readonly Span[] {
    const shown = this.#spans.filter(({ state }) => state === "shown");
    return shown.slice(pick % (shown.length + 1), (pick % (shown.length + 1)) + 1 + (pick % 2));
  }

  #revise(pick: number): void {
    const spans = this.#shown(pick);
    const last = spans.at(-1);
    if (last === undefined) return;
    this.#count += 1;
    for (const span of spans) span.state = "gone";
    const replacement = { span: `r${this.#count}`, text: at(WORDS, pick + 1) ?? "" };
    this.#spans.push({ id: replacement.span, part: last.part, state: "shown" });
    this.payloads.push({ type: "span.revise", spans: spans.map(({ id }) => id), replacement, reason: "wrong", by: "model" });
  }

  #retract(pick: number): void {
    const spans = this.#shown(pick);
    if (spans.length === 0) return;
    for (const span of spans) span.state = "gone";
    const named = spans.map(({ id }) => id);
    // A part of which nothing is left takes no more text.
    for (const part of this.#parts) {
      const own = this.#spans.filter((span) => span.part === part);
      if (own.length > 0 && own.every(({ state }) => state === "gone")) part.isOpen = false;
    }
    this.payloads.push({ type: "span.retract", spans: named, reason: "personal data", expunge: pick % 2 === 0 });
  }

  #propose(pick: number): void {
    this.#count += 1;
    const runsOn = pick % 6 === 0 ? "client" : "server";
    const call: Call = { id: `c${this.#count}`, runsOn, state: "proposed", args: { n: pick } };
    this.#calls.push(call);
    this.payloads.push({ type: "tool.propose", call: call.id, name: "pay", effect: "write", cancellable: false, runsOn });
  }

  #advance(pick: number): void {
    const call = at(
      this.#calls.filter(({ state }) => state !== "over"),
      pick,
    );
    if (call === undefined) return;
    const argsHash = createArgsHash(call.id, "pay", call.args);
    switch (call.state) {
      case "proposed":
        this.payloads.push({ type: "tool.args", call: call.id, delta: JSON.stringify(call.args) });
        this.payloads.push({ type: "tool.ready", call: call.id, args: call.args, argsHash });
        call.state = "ready";
        return;
      case "ready":
        if (pick % 2 === 0) return this.#start(call);
        this.payloads.push({
          type: "approval.request",
          approval: `a.${call.id}`,
          items: [{ call: call.id, argsHash }],
          options: ["once"],
          editable: false,
          expiresInMs: null,
        });
        call.state = "asked";
        return;
      case "asked": {
        const decision = pick % 3 === 0 ? ("rejected" as const) : ("approved" as const);
        const items = [{ call: call.id, argsHash, decision }];
        this.payloads.push({ type: "approval.decision", approval: `a.${call.id}`, items, by: "user" });
        call.state = decision === "approved" ? "approved" : "over";
        return;
      }
      case "approved":
        return this.#start(call);
      default:
        call.state = "over";
        this.payloads.push({ type: "tool.result", call: call.id, ...(at(RESULTS, pick) ?? { result: "unknown" }) });
    }
  }

  #start(call: Call): void {
    call.state = "running";
    this.payloads.push({ type: "tool.start", call: call.id, attempt: 1, callKey: `k.${call.id}` });
  }

  #other(pick: number): void {
    const others: readonly EventPayload[] = [
      { type: "run.phase", phase: "thinking" },
      { type: "run.checkpoint", checkpoint: "here" },
      { type: "usage", generated: pick, billed: null, billedReasoning: null, source: "provider", final: false },
    ];
    this.payloads.push(at(others, pick) ?? { type: "run.phase", phase: "writing" });
  }

  end(pick: number): void {
    const cause = at(STATED_CAUSES, pick) ?? "failed";
    const isWaiting = this.#calls.some(({ state }) => state === "asked");
    if (pick % 3 === 0 && !isWaiting) this.payloads.push({ type: "run.end", outcome: "complete", effects: NO_EFFECTS });
    else this.payloads.push({ type: "run.end", outcome: "truncated", cause, resumable: pick % 2 === 0, effects: NO_EFFECTS });
  }
}

const RESULTS = [
  { result: "ok", output: { done: true } },
  { result: "ok", output: "done" },
  { result: "empty" },
  { result: "error", error: { code: "tool-failed", message: "no funds", retryable: false } },
  { result: "unknown" },
  { result: "cancelled" },
] as const;

function at<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}

/** Events of one legal run, from `run.open` to `run.end`. */
export const legalRuns: fc.Arbitrary<readonly UnsayEvent[]> = fc
  .tuple(fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 40 }), fc.nat(1000))
  .map(([choices, end]) => {
    const builder = new RunBuilder();
    for (const [choice, pick] of choices) builder.do(choice, pick);
    builder.end(end);
    const factory = createEventFactory({ thread: "t", run: "run-1", message: "m" });
    return builder.payloads.map((payload, index) => factory.make(payload, { t: index }));
  });
