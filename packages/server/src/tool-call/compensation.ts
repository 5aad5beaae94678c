import type { Clock } from "@unsay/core";
import type { EventOf, EventPayload, ReceiptEvent, UnsayEvent } from "@unsay/core/protocol";
import { judge, type Policy } from "../approval/policy.js";
import { conflict, HttpProblem } from "../http/problem.js";
import type { Log } from "../log.js";
import { bindCall, type BoundCall } from "./bound-call.js";
import { errorOfTool, policyDenied } from "./tool-errors.js";
import { type ToolDefinition, ToolFailure, type ToolSet, type ToolUndo } from "./tool.js";

/** An undoing that never said how it went may be asked for again after this long, under the same key. */
const FORGOTTEN_AFTER_MS = 60_000;

export interface CompensationOptions {
  readonly thread: string;
  readonly run: string;
  readonly tools: ToolSet;
  readonly policy?: Policy;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly log: Log;
  /** Puts on record that it begins, if nothing was written since the events it was made from. */
  readonly recordNext: (payload: EventPayload) => Promise<boolean>;
  /** Puts it on record; `false` where it could not be stored. */
  readonly record: (payload: ReceiptEvent) => Promise<boolean>;
}

/** What a receipt says was done, with all that taking it back needs. */
interface Deed {
  readonly receipt: EventOf<"receipt">;
  readonly undo: ToolUndo;
  readonly args: unknown;
  readonly output: unknown;
}

/**
 * Takes back what a receipt says was done, by the tool that the first one names: its arguments are checked, the policy
 * is asked, it is on record before it acts, and it adds receipts. The first receipt stays. The person who pressed Undo
 * has decided, so there is no second question.
 */
export class Compensation {
  readonly #options: CompensationOptions;
  readonly #deed: Deed;
  readonly #call: BoundCall;

  /** Throws an `HttpProblem` where it can't be taken back, or not any more. */
  constructor(receipt: string, events: readonly UnsayEvent[], options: CompensationOptions) {
    this.#options = options;
    this.#deed = findDeed(receipt, events, options);
    this.#call = this.#bind();
  }

  /** Resolves when it is on record that it begins. `false`: something else was written first, so it must be looked at anew. */
  begin(): Promise<boolean> {
    return this.#options.recordNext(this.#receipt("undoing", `${this.#title}: being undone`));
  }

  /** For one that could not be put on record in time: it did not begin, and may be asked for again. */
  withdraw(): void {
    void this.#options.record(this.#receipt("undo-failed", `${this.#title}: could not be undone (nothing was changed)`));
  }

  /** Resolves when its outcome is on record, or can't be brought there. Never rejects. */
  async finish(): Promise<void> {
    const receipt = await this.#act();
    const isStored = await this.#options.record(receipt).catch(() => false);
    if (!isStored) this.#note("undo.unrecorded", `What came of undoing by ${this.#call.name} (${receipt.outcome}) is on no record.`);
  }

  async #act(): Promise<ReceiptEvent> {
    try {
      return this.#receipt("undone", this.#summaryOf(await this.#execute()));
    } catch (error) {
      this.#note("tool.undo-failed", `Undoing by ${this.#call.name} failed.`, error);
      return this.#receipt("undo-failed", failureOf(this.#title, this.#call.name, error));
    }
  }

  #note(event: string, message: string, error?: unknown): void {
    const { log, run, thread } = this.#options;
    log({ level: "warn", event, run, thread, message, ...(error === undefined ? {} : { error }) });
  }

  get #title(): string {
    return this.#deed.receipt.summary;
  }

  #bind(): BoundCall {
    const { tools, clock, policy, thread, run } = this.#options;
    const { undo, receipt, args, output } = this.#deed;
    const tool = Object.hasOwn(tools, undo.tool) ? tools[undo.tool] : undefined;
    if (tool === undefined) throw unavailable(receipt.receipt, `there is no tool "${undo.tool}" here`);
    const id = `${receipt.call}:undo`;
    const call = { id, name: undo.tool, tool, effect: tool.effect ?? "irreversible", abort: new AbortController() } as const;
    const bound = bindCall(call, undo.args({ call: receipt.call, args, output, receipt }), clock.now());
    if (!bound.ok) throw unavailable(receipt.receipt, bound.error.message);
    const judged = judge(policy, { name: undo.tool, args: bound.call.args, effect: call.effect, asks: false }, { thread, run });
    if (judged === "deny") throw new HttpProblem(403, policyDenied(undo.tool));
    return bound.call;
  }

  async #execute(): Promise<unknown> {
    const { thread, run } = this.#options;
    const call = this.#call;
    return call.tool.execute(JSON.parse(call.json), {
      signal: call.abort.signal,
      callKey: `${run}:${call.id}`,
      call: call.id,
      run,
      thread,
      progress: () => {},
    });
  }

  #summaryOf(output: unknown): string {
    try {
      return this.#call.tool.receipt?.(output, this.#call.args).summary ?? `${this.#title}: undone`;
    } catch {
      return `${this.#title}: undone`;
    }
  }

  #receipt(outcome: "undoing" | "undone" | "undo-failed", summary: string): ReceiptEvent {
    const { createId, clock } = this.#options;
    const { receipt } = this.#deed;
    return {
      type: "receipt",
      receipt: createId(),
      call: receipt.call,
      outcome,
      summary,
      ...(receipt.target === undefined ? {} : { target: receipt.target }),
      doneAt: clock.epoch(),
      undoes: receipt.receipt,
    };
  }
}

function findDeed(id: string, events: readonly UnsayEvent[], { tools, clock }: CompensationOptions): Deed {
  const receipt = find(events, "receipt", (event) => event.receipt === id);
  if (receipt === undefined) throw unavailable(id, "this run has no such receipt");
  const name = find(events, "tool.propose", (event) => event.call === receipt.call)?.name ?? "";
  const undo = Object.hasOwn(tools, name) ? (tools[name] as ToolDefinition).undo : undefined;
  if (receipt.outcome !== "succeeded" || undo === undefined) throw unavailable(id, "no undo was declared for it");
  checkUndone(id, events, clock.epoch());
  if (undo.withinMs !== undefined && clock.epoch() >= receipt.doneAt + undo.withinMs) throw tooLate(id);
  const output = find(events, "tool.result", (event) => event.call === receipt.call && event.result === "ok")?.output;
  return { receipt, undo, args: argsOf(receipt.call, events), output };
}

function checkUndone(id: string, events: readonly UnsayEvent[], epoch: number): void {
  const last = events.findLast((event) => event.type === "receipt" && event.undoes === id);
  if (last?.type !== "receipt" || last.outcome === "undo-failed") return;
  if (last.outcome === "undoing" && epoch >= last.doneAt + FORGOTTEN_AFTER_MS) return;
  throw unavailable(id, last.outcome === "undoing" ? "it is being undone" : "it was undone before");
}

/** As they ran: a person may have edited what the model had proposed. */
function argsOf(call: string, events: readonly UnsayEvent[]): unknown {
  const edited = events
    .flatMap((event) => (event.type === "approval.decision" ? event.items : []))
    .findLast((item) => item.call === call && item.decision === "approved" && item.edited !== undefined);
  return edited?.edited ?? find(events, "tool.ready", (event) => event.call === call)?.args;
}

function find<T extends UnsayEvent["type"]>(
  events: readonly UnsayEvent[],
  type: T,
  fits: (event: EventOf<T>) => boolean,
): EventOf<T> | undefined {
  return events.findLast((event): event is EventOf<T> => event.type === type && fits(event as EventOf<T>));
}

function failureOf(title: string, name: string, thrown: unknown): string {
  const { userMessage } = errorOfTool(name, thrown);
  const isHarmless = thrown instanceof ToolFailure && thrown.effect === "none";
  const what = userMessage ?? (isHarmless ? "nothing was changed" : "we could not confirm whether it was");
  return `${title}: could not be undone (${what})`;
}

function unavailable(receipt: string, why: string): HttpProblem {
  return conflict("undo-unavailable", `What the receipt ${receipt} says can't be undone: ${why}. The receipt stays as it is.`);
}

function tooLate(receipt: string): HttpProblem {
  return conflict(
    "undo-expired",
    `What the receipt ${receipt} says could be undone for a while, and that is over. The receipt stays as it is.`,
  );
}
