import type { Clock } from "@unsay/core";
import type { EventPayload, PartKind, UsageEvent } from "@unsay/core/protocol";
import type { UsageReport } from "../agents/agent.js";
import { SaidTokens } from "./said-tokens.js";

/** Who is named as the counter when nobody was. */
export const UNREPORTED = "unreported";

const FIRST_POLL_MS = 1_000;

/** Asks the provider what a generation cost after it was cut. `null`: it does not know yet. */
export type PollUsage = (generation: {
  readonly thread: string;
  readonly run: string;
  /** What the agent said the provider calls it. */
  readonly reference: string | null;
  readonly signal: AbortSignal;
}) => Promise<UsageReport | null>;

export interface UsageLedgerOptions {
  readonly thread: string;
  readonly run: string;
  readonly clock: Clock;
  /** How long after the end a count is waited for, in ms. */
  readonly deadlineMs: number;
  readonly poll?: PollUsage;
  readonly emit: (usage: UsageEvent) => void;
}

interface Counts {
  generated: number | null;
  billed: number | null;
  billedReasoning: number | null;
}

/** Tokens of one run. However it ends, and whoever counts or does not, there is one last word about them. */
export class UsageLedger {
  readonly #options: UsageLedgerOptions;
  readonly #said = new SaidTokens();
  readonly #kinds = new Map<string, PartKind>();
  readonly #counts: Counts = { generated: null, billed: null, billedReasoning: null };
  readonly #polling = new AbortController();
  #source: string | null = null;
  #reference: string | null = null;
  #painted: number | null | undefined = undefined;
  #final: UsageEvent | null = null;
  #isEnded = false;
  #settle: () => void = () => {};
  /** Resolves with the last word. */
  readonly settled: Promise<void> = new Promise((resolve) => (this.#settle = resolve));

  constructor(options: UsageLedgerOptions) {
    this.#options = options;
  }

  get final(): UsageEvent | null {
    return this.#final;
  }

  /** What the agent says, before anything is kept back: it was generated, whether or not it is shown. */
  noteSaid(payload: EventPayload, tokens?: number): void {
    if (payload.type === "part.open") this.#kinds.set(payload.part, payload.kind);
    if (payload.type === "span.append") this.#said.add(payload.span, this.#kinds.get(payload.part) ?? "answer", payload.text, tokens);
  }

  /** Where the reader was when they stopped it. The first stop counts. */
  noteStop(painted: { readonly span: string; readonly offset: number } | null): void {
    if (this.#painted === undefined) this.#painted = this.#said.upTo(painted);
  }

  report({ generated, billed, billedReasoning, source, final, reference }: UsageReport): void {
    if (this.#final !== null) return;
    this.#counts.generated = generated ?? this.#counts.generated;
    this.#counts.billed = billed ?? this.#counts.billed;
    this.#counts.billedReasoning = billedReasoning ?? this.#counts.billedReasoning;
    this.#source = source ?? this.#source;
    this.#reference = reference ?? this.#reference;
    if (final === true) return this.#close(this.#source ?? "agent");
    if (generated != null || billed != null) this.#options.emit(this.#event(this.#source ?? "agent", false));
  }

  /** The run has ended: what is not known yet is waited for, and asked for, a while. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#final !== null) return;
    const { clock, deadlineMs, poll } = this.#options;
    const cancel = clock.after(deadlineMs, () => this.giveUp());
    void this.settled.then(cancel);
    if (poll !== undefined) this.#pollAfter(poll, FIRST_POLL_MS);
  }

  /** Nobody will say any more. */
  giveUp(): void {
    if (this.#final !== null) return;
    this.#counts.billed = null;
    this.#counts.billedReasoning = null;
    this.#close(UNREPORTED);
  }

  #pollAfter(poll: PollUsage, ms: number): void {
    const cancel = this.#options.clock.after(ms, () => {
      void this.#ask(poll).then(() => this.#final === null && this.#pollAfter(poll, ms * 2));
    });
    this.#polling.signal.addEventListener("abort", cancel, { once: true });
  }

  /** A provider that does not answer is one that has not said anything. */
  async #ask(poll: PollUsage): Promise<void> {
    const { thread, run } = this.#options;
    const asked = poll({ thread, run, reference: this.#reference, signal: this.#polling.signal });
    const report = await asked.catch(() => null);
    if (report !== null) this.report({ source: "provider", ...report });
  }

  #close(source: string): void {
    this.#final = this.#event(source, true);
    this.#polling.abort();
    this.#options.emit(this.#final);
    this.#settle();
  }

  #event(source: string, final: boolean): UsageEvent {
    const { billed, billedReasoning } = this.#counts;
    return {
      type: "usage",
      generated: this.#generated(),
      billed,
      billedReasoning,
      ...(this.#painted === undefined ? {} : { painted: this.#painted }),
      source,
      final,
    };
  }

  /** The provider's count, else the sum of what it counted piece by piece; never an estimate, which is nobody's count. */
  #generated(): number | null {
    return this.#counts.generated ?? (this.#said.isExact ? this.#said.total : null);
  }
}
