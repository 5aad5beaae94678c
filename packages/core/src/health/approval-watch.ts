import type { Diagnostic } from "../protocol/index.js";
import { DurationHistogram } from "./duration-histogram.js";

/** Nobody reads what they decide on in less time than this. */
export const REFLEX_MS = 700;
/** Approvals that are remembered at a time; one that is never decided here must not stay for ever. */
const MAX_OPEN = 100;

/** How the approvals of one session were decided. `null` where none was. */
export interface ApprovalHealth {
  readonly decided: number;
  /** Share (0 to 1) of the decisions that approved. */
  readonly approvalRate: number | null;
  /** From the moment the question was shown to the decision; rounded up by at most a ninth. */
  readonly medianDwellMs: number | null;
  /** Share (0 to 1) of the decisions that took less than 700 ms. */
  readonly reflexShare: number | null;
}

/** Measures how long a question stood before somebody answered it. */
export class ApprovalWatch {
  readonly #since = new Map<string, number>();
  readonly #shown = new Set<string>();
  readonly #dwells = new DurationHistogram();
  #approved = 0;
  #reflexes = 0;

  /** The question is here; the clock starts, unless a view has better news. */
  request(approval: string, now: number): void {
    if (!this.#since.has(approval)) this.#begin(approval, now);
  }

  /** A view shows it. Only the first time counts. */
  show(approval: string, now: number): void {
    if (this.#shown.has(approval)) return;
    this.#begin(approval, now);
    this.#shown.add(approval);
  }

  /** A repeated decision is the same decision. */
  decide(approval: string, isApproved: boolean, now: number): Diagnostic | null {
    const since = this.#since.get(approval);
    if (since === undefined) return null;
    this.#forget(approval);
    const dwellMs = now - since;
    const isReflex = dwellMs < REFLEX_MS;
    this.#dwells.add(dwellMs);
    if (isApproved) this.#approved += 1;
    if (isReflex) this.#reflexes += 1;
    // A quick rejection harms nobody.
    return isReflex && isApproved ? { code: "approval.reflex", approval, dwellMs } : null;
  }

  health(): ApprovalHealth {
    const decided = this.#dwells.total;
    const share = (count: number) => (decided === 0 ? null : count / decided);
    return {
      decided,
      approvalRate: share(this.#approved),
      medianDwellMs: this.#dwells.quantile(0.5),
      reflexShare: share(this.#reflexes),
    };
  }

  #begin(approval: string, now: number): void {
    this.#since.set(approval, now);
    const oldest = this.#since.keys().next().value;
    if (this.#since.size > MAX_OPEN && oldest !== undefined) this.#forget(oldest);
  }

  #forget(approval: string): void {
    this.#since.delete(approval);
    this.#shown.delete(approval);
  }
}
