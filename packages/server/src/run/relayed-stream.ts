import type { DecidedItem, EventOf, EventPayload, RunEnd } from "@unsay/core/protocol";
import type { AgentEnd } from "../agents/agent.js";
import type { Approvals } from "../approval/approvals.js";
import type { CallLedger } from "../tool-call/call-ledger.js";
import { NO_END, NOT_OURS, RESULTS_MISSING } from "./run-errors.js";
import type { Speech } from "./speech.js";

export type PlannedEnd = { readonly outcome: "complete" } | ({ readonly outcome: "truncated" } & AgentEnd);

export interface RelayedStreamOptions {
  readonly approvals: Approvals;
  readonly ledger: CallLedger;
  readonly speech: Speech;
  readonly write: (payload: EventPayload) => void;
  /** The first plan counts. */
  readonly plan: (end: PlannedEnd) => void;
  readonly isSilent: () => boolean;
}

/** A foreign stream that an agent passes on: its content and its end, but nothing of it is ever run here. */
export class RelayedStream {
  readonly #options: RelayedStreamOptions;
  readonly #asked: Promise<void>[] = [];
  readonly #adopted = new Set<string>();
  #hasBegun = false;

  constructor(options: RelayedStreamOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#hasBegun = true;
  }

  /** Throws `UnsayError` for what a stream may not say here. */
  passOn(event: EventPayload): void {
    switch (event.type) {
      case "run.open":
      case "run.heartbeat":
      case "run.goaway":
        return;
      case "run.end":
        return this.#passOnEnd(event);
      case "approval.request":
        return this.#ask(event as EventOf<"approval.request">);
      case "approval.decision":
        this.#adopted.add(event.approval);
        return this.#options.approvals.adopt(event.approval, event.items, event.by);
      default:
        return this.#options.speech.say(event, "relay");
    }
  }

  /** Resolves when its questions are answered. A stream that never said how it ended was cut. */
  async end(): Promise<void> {
    while (this.#asked.length > 0 && !this.#options.isSilent()) await this.#asked.pop();
    if (this.#hasBegun) this.#options.plan({ outcome: "truncated", cause: "disconnected", error: NO_END });
  }

  #passOnEnd(end: RunEnd): void {
    const { plan } = this.#options;
    switch (end.outcome) {
      case "complete":
        return plan({ outcome: "complete" });
      case "truncated": {
        const { cause, resumable, error } = end;
        return plan({ outcome: "truncated", cause, resumable, ...(error === undefined ? {} : { error }) });
      }
      case "awaiting-approval":
        return this.#asked.length > 0 ? undefined : plan({ outcome: "truncated", cause: "failed", error: RESULTS_MISSING });
    }
  }

  /** It waits for a decision. It is asked here, and whatever the answer, nothing here can run the call. */
  #ask(event: EventOf<"approval.request">): void {
    const { approvals, ledger } = this.#options;
    const items = event.items.filter((item) => ledger.undispatched.includes(item.call));
    if (items.length === 0 || approvals.has(event.approval)) return;
    this.#asked.push(approvals.relay(event.approval, items).then((decided) => this.#endCalls(event.approval, decided)));
  }

  #endCalls(approval: string, items: readonly DecidedItem[]): void {
    const { isSilent, write, plan } = this.#options;
    if (isSilent() || this.#adopted.has(approval)) return;
    for (const { call, decision } of items) {
      if (decision === "rejected") write({ type: "tool.result", call, result: "rejected" });
      if (decision === "approved") write({ type: "tool.result", call, result: "error", error: NOT_OURS, effect: "none" });
    }
    plan({ outcome: "truncated", cause: "failed", error: RESULTS_MISSING });
  }
}
