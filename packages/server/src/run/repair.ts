import { createEventFactory, type EventPayload, type UnsayEvent } from "@unsay/core/protocol";
import type { StoredRun } from "../stores/store.js";
import { CallLedger } from "../tool-call/call-ledger.js";

/** The last words on a run whose producer is gone: what never started never ran, what had started is not known. */
export function createRepair(record: StoredRun, events: readonly UnsayEvent[]): readonly UnsayEvent[] {
  const ledger = ledgerOf(events);
  const t = events.at(-1)?.t ?? null;
  const factory = createEventFactory({ thread: record.thread, run: record.run, message: record.message }, record.lastSeq + 1);
  const opening: readonly EventPayload[] =
    events.length > 0 ? [] : [{ type: "run.open", caps: { resume: true }, heartbeatMs: null, ttlMs: null }];
  const closing = closeCalls(ledger);
  for (const payload of closing) ledger.apply(payload);
  const end: EventPayload = {
    type: "run.end",
    outcome: "truncated",
    cause: "orphaned",
    resumable: false,
    error: {
      code: "lease-expired",
      message:
        "The process that produced this answer is gone, and nobody else can go on with it. What was stored is kept. Continue the answer, or ask again.",
      retryable: true,
      userMessage: "The server lost this answer before it was finished.",
    },
    by: "server",
    effects: ledger.effects(),
  };
  return [...opening, ...closing, end].map((payload) => factory.make(payload, { t }));
}

/** What a log says about its calls. */
export function ledgerOf(events: readonly UnsayEvent[]): CallLedger {
  const ledger = new CallLedger();
  for (const event of events) ledger.apply(event);
  return ledger;
}

function closeCalls(ledger: CallLedger): readonly EventPayload[] {
  const decisions = [...ledger.openApprovals].map(([approval, items]): EventPayload => ({
    type: "approval.decision",
    approval,
    items: items.map(({ call, argsHash }) => ({ call, argsHash, decision: "cancelled" })),
    by: "server",
  }));
  const cancelled = ledger.undispatched.map((call): EventPayload => ({ type: "tool.result", call, result: "cancelled" }));
  const unknown = ledger.executing.map((call): EventPayload => ({ type: "tool.result", call, result: "unknown" }));
  return [...decisions, ...cancelled, ...unknown];
}
