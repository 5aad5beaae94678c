import type { Effects, EventPayload, ReceiptOutcome, ToolEffect, UnknownEvent } from "@unsay/core/protocol";

type CallState = "proposed" | "ready" | "asked" | "held" | "executing" | "rejected" | "expired" | "cancelled" | ReceiptOutcome;

interface LedgerEntry {
  readonly effect: ToolEffect;
  state: CallState;
}

const OPEN: ReadonlySet<CallState> = new Set(["proposed", "ready", "asked", "held"]);

/** What the events of a run say about its calls: the server's own account, from which `effects` are stated. */
export class CallLedger {
  readonly #calls = new Map<string, LedgerEntry>();
  readonly #approvals = new Map<string, readonly { readonly call: string; readonly argsHash: string }[]>();

  has(call: string): boolean {
    return this.#calls.has(call);
  }

  /** Calls that were never dispatched. */
  get undispatched(): readonly string[] {
    return this.#idsOf((state) => OPEN.has(state));
  }

  get executing(): readonly string[] {
    return this.#idsOf((state) => state === "executing");
  }

  get openApprovals(): ReadonlyMap<string, readonly { readonly call: string; readonly argsHash: string }[]> {
    return this.#approvals;
  }

  effects(): Effects {
    const ids = (wanted: CallState) => this.#idsOf((state) => state === wanted);
    return { succeeded: ids("succeeded"), failed: ids("failed"), unknown: ids("unknown"), cancelled: ids("cancelled") };
  }

  apply(payload: EventPayload | UnknownEvent): void {
    switch (payload.type) {
      case "tool.propose":
        this.#calls.set(payload.call, { effect: payload.effect, state: "proposed" });
        return;
      case "tool.ready":
        return this.#set(payload.call, "ready");
      case "approval.request":
        this.#approvals.set(payload.approval, payload.items);
        for (const item of payload.items) this.#set(item.call, "asked");
        return;
      case "approval.decision":
        this.#approvals.delete(payload.approval);
        for (const item of payload.items) this.#set(item.call, item.decision === "approved" ? "ready" : item.decision);
        return;
      case "tool.hold":
        return this.#set(payload.call, "held");
      case "tool.start":
        return this.#set(payload.call, "executing");
      case "receipt":
        return this.#set(payload.call, payload.outcome);
      case "tool.result":
        return this.#finish(payload);
      default:
        return;
    }
  }

  #finish(payload: Extract<EventPayload, { type: "tool.result" }>): void {
    const entry = this.#calls.get(payload.call);
    if (entry === undefined) return;
    if (payload.result === "ok" || payload.result === "empty") entry.state = "succeeded";
    else if (payload.result !== "error") entry.state = payload.result;
    else entry.state = entry.effect === "read" || payload.effect === "none" ? "failed" : "unknown";
  }

  #set(call: string, state: CallState): void {
    const entry = this.#calls.get(call);
    if (entry !== undefined) entry.state = state;
  }

  #idsOf(isWanted: (state: CallState) => boolean): string[] {
    return [...this.#calls].filter(([, entry]) => isWanted(entry.state)).map(([call]) => call);
  }
}
