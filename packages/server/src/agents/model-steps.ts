import type { Decode, PartKind, RunEnd, UnsayErrorData, UnsayEvent, Upstream } from "@unsay/core/protocol";
import type { ToolOutcome } from "../tool-call/tool.js";
import { steerable, type Agent, type AgentEnd, type AgentRun } from "./agent.js";
import { failedCall, NO_END, STEP_LIMIT } from "./provider-ends.js";

/** A call that the model made in one step, under the provider's id. */
export interface ModelCall {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** One answer of the model, and what became of its calls. */
export interface ModelTurn {
  readonly text: string;
  readonly calls: readonly { readonly call: ModelCall; readonly outcome: ToolOutcome }[];
}

/** One wire of one provider: how it is asked, and how its stream is read. */
export interface ModelWire<M> {
  readonly decode: Decode;
  /** Sends the conversation. */
  ask(messages: readonly M[], run: AgentRun): Promise<Response>;
  /** The conversation before the first step. */
  begin(run: AgentRun): readonly M[];
  /** A step and its results, for the next one. */
  encodeTurn(turn: ModelTurn): readonly M[];
  /** What the user said meanwhile. */
  encodeSteer(text: string): M;
  readonly maxSteps: number;
  /** What closing the connection does to the model. */
  readonly upstream: Upstream;
}

/** Answers by a model over its provider's own stream. Its tool calls go through the gate like all others. */
export function createModelAgent<M>(wire: ModelWire<M>): Agent {
  return steerable(async (run) => {
    const messages: M[] = [...wire.begin(run)];
    const usage = new UsageSum(run);
    for (let step = 0; step < wire.maxSteps; step += 1) {
      messages.push(...run.steering.take().map(({ text }) => wire.encodeSteer(text)));
      const answer = await readStep(run, wire, messages, usage);
      if (!run.signal.aborted) run.reportUpstream("already-finished");
      if (answer.end !== null || run.signal.aborted) return finish(run, usage, answer.end === "complete" ? null : answer.end);
      messages.push(...wire.encodeTurn(await callAll(run, answer)));
    }
    finish(run, usage, { cause: "length", error: STEP_LIMIT });
  });
}

function finish(run: AgentRun, usage: UsageSum, end: AgentEnd | null): void {
  usage.close();
  if (end !== null && !run.signal.aborted) run.end(end);
}

interface StepAnswer {
  readonly text: string;
  readonly calls: readonly (ModelCall & { readonly own: string; readonly refused?: UnsayErrorData })[];
  /** `null`: it waits for the results of its calls. */
  readonly end: "complete" | AgentEnd | null;
}

async function readStep<M>(run: AgentRun, wire: ModelWire<M>, messages: readonly M[], usage: UsageSum): Promise<StepAnswer> {
  const step = new StepReader(run, usage);
  run.reportUpstream(wire.upstream);
  try {
    const response = await wire.ask(messages, run);
    if (!response.ok) return step.answer(failedCall(response.status, null));
    const decoder = wire.decode({ effectOf: (name) => (Object.hasOwn(run.tools, name) ? run.tools[name]?.effect : undefined) });
    for await (const bytes of bytesOf(response)) for (const event of decoder.push(bytes)) step.read(event);
    for (const event of decoder.end()) step.read(event);
    return step.answer(NO_END);
  } catch (error) {
    return step.answer(failedCall(null, error));
  } finally {
    usage.endStep();
  }
}

async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function callAll(run: AgentRun, { text, calls }: StepAnswer): Promise<ModelTurn> {
  const allowed = calls.filter((call) => call.refused === undefined);
  const outcomes = await run.callTools(allowed.map(({ name, args, own }) => ({ name, args, call: own })));
  const outcomeOf = (call: StepAnswer["calls"][number]): ToolOutcome =>
    call.refused === undefined ? (outcomes[allowed.indexOf(call)] ?? { result: "cancelled" }) : { result: "error", error: call.refused };
  return { text, calls: calls.map((call) => ({ call, outcome: outcomeOf(call) })) };
}

/** Says what one step of the model says, under ids of this run. */
class StepReader {
  readonly #run: AgentRun;
  readonly #usage: UsageSum;
  readonly #kinds = new Map<string, PartKind>();
  readonly #calls = new Map<string, { id: string; name: string; own: string; args?: unknown; refused?: UnsayErrorData }>();
  #text = "";
  #end: RunEnd | null = null;

  constructor(run: AgentRun, usage: UsageSum) {
    this.#run = run;
    this.#usage = usage;
  }

  read(event: UnsayEvent): void {
    switch (event.type) {
      case "part.open":
        return void this.#kinds.set(event.part, event.kind);
      case "part.close":
        return this.#run.closePart();
      case "span.append":
        return this.#say(event.part, event.text);
      case "tool.propose":
        return event.runsOn === "client" ? this.#propose(event.call, event.name) : undefined;
      case "tool.args":
        return this.#withCall(event.call, ({ own }) => this.#run.appendArgs(own, event.delta));
      case "tool.ready":
        return this.#withCall(event.call, (call) => (call.args = event.args));
      case "tool.result":
        return this.#withCall(event.call, (call) => event.error !== undefined && (call.refused = event.error));
      case "usage":
        return this.#usage.note(event.generated, event.billedReasoning);
      case "run.end":
        this.#end ??= event;
        return;
      default:
        return;
    }
  }

  /** `otherwise`: where the stream did not say how it ended. */
  answer(otherwise: AgentEnd): StepAnswer {
    const calls = [...this.#calls.values()];
    for (const { own, refused } of calls) if (refused !== undefined) this.#run.refuseCall(own, refused);
    return { text: this.#text, calls: calls.map(({ args = {}, ...call }) => ({ ...call, args })), end: this.#endOf(otherwise) };
  }

  #endOf(otherwise: AgentEnd): StepAnswer["end"] {
    const end = this.#end;
    if (end === null || end.outcome === "awaiting-approval") return otherwise;
    if (end.outcome === "complete") return "complete";
    if (end.error?.code === "tool-results-missing" && this.#calls.size > 0) return null;
    return { cause: end.cause, resumable: end.resumable, ...(end.error === undefined ? {} : { error: end.error }) };
  }

  #say(part: string, text: string): void {
    if (this.#kinds.get(part) === "reasoning") return this.#run.reasoning(text);
    this.#text += text;
    this.#run.text(text);
  }

  #propose(id: string, name: string): void {
    const own = this.#run.createId("call");
    this.#calls.set(id, { id, name, own });
    this.#run.proposeCall(name, own);
  }

  #withCall(id: string, act: (call: { own: string; args?: unknown; refused?: UnsayErrorData }) => unknown): void {
    const call = this.#calls.get(id);
    if (call !== undefined) act(call);
  }
}

/** Tokens of all steps of a run. A step that reports nothing leaves the sum unknown. */
class UsageSum {
  readonly #run: AgentRun;
  #generated = 0;
  #reasoning: number | null = 0;
  #step: { generated: number; reasoning: number | null } | null = null;
  #isKnown = true;

  constructor(run: AgentRun) {
    this.#run = run;
  }

  note(generated: number | null, reasoning: number | null): void {
    if (generated !== null) this.#step = { generated, reasoning };
  }

  endStep(): void {
    if (this.#step === null) this.#isKnown = false;
    else {
      this.#generated += this.#step.generated;
      this.#reasoning = this.#reasoning === null || this.#step.reasoning === null ? null : this.#reasoning + this.#step.reasoning;
    }
    this.#step = null;
    if (this.#isKnown) this.#run.reportUsage({ generated: this.#generated, source: "provider" });
  }

  /** What a stop cut off is billed too, and the provider has not said how much. */
  close(): void {
    if (!this.#isKnown || this.#run.signal.aborted) return;
    this.#run.reportUsage({
      generated: this.#generated,
      billed: this.#generated,
      billedReasoning: this.#reasoning,
      source: "provider",
      final: true,
    });
  }
}
