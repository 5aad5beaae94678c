import { describe, expect, it } from "vitest";
import { createArgsHash, createEventFactory, NO_EFFECTS, type Caps, type EventPayload } from "../protocol/index.js";
import { createPendingMessage } from "./create.js";
import { markDeciding, markDecisionFailed } from "./run-marks.js";
import type { Approval, ApprovalStatus, AssistantMessage, PartStatus, SpanState, ToolCall, ToolCallStatus } from "./message.js";
import { foldEvents } from "./reducer.js";

/**
 * The transition tables of parts, spans, calls and approvals. A cell is the state that follows; `.` leaves it as it was
 * without a word, `!` refuses and reports, and `!x` reports and shows `x`, where hiding what was said would be less safe.
 */
const ARGS = { to: "ana" };
const HASH = createArgsHash("c", "send", ARGS);
const OTHER = createArgsHash("c", "send", { to: "eve" });

interface Outcome {
  readonly message: AssistantMessage;
  readonly isReported: boolean;
}

/** `base` in the middle of a run, and what one more event makes of it. */
function step(base: Partial<AssistantMessage>, event: EventPayload | undefined, caps: Caps = { verifier: true }): Outcome {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  const opened = factory.make({ type: "run.open", caps, heartbeatMs: null, ttlMs: null });
  const pending = createPendingMessage({ id: "m", thread: "t" }, { now: 0, epoch: 0 });
  const before = { ...foldEvents(pending, [opened]).message, ...base, status: "streaming", liveness: "flowing" } as AssistantMessage;
  if (event === undefined) throw new TypeError("The table has a column without an event.");
  const { message, violations } = foldEvents(before, [factory.make(event)], { now: 1, epoch: 1 });
  return { message, isReported: violations.length > 0 };
}

function cell(before: string, after: string | undefined, isReported: boolean): string {
  const change = after === before ? "" : (after ?? "gone");
  return isReported ? `!${change}` : change === "" ? "." : change;
}

/** Lines of `row: cell cell …`, in the order of the columns. */
function table(rows: readonly string[], columns: readonly string[], at: (row: string, column: string) => string): readonly string[] {
  return rows.map((row) => `${row}: ${columns.map((column) => at(row, column)).join(" ")}`);
}

const truncated: EventPayload = { type: "run.end", outcome: "truncated", cause: "length", resumable: false, effects: NO_EFFECTS };
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

describe("3.2: parts", () => {
  const STATUSES: readonly PartStatus[] = ["open", "closed", "cut", "withdrawn"];
  const EVENTS: Readonly<Record<string, EventPayload>> = {
    open: { type: "part.open", part: "p", kind: "answer" },
    append: { type: "span.append", part: "p", span: "s", text: "more" },
    close: { type: "part.close", part: "p" },
    retract: { type: "span.retract", spans: "all", reason: "wrong", expunge: false },
    complete,
    truncated,
  };

  it("never open again once closed, cut or withdrawn, and take text only while open", () => {
    const after = (status: string, name: string): string => {
      const spans = [{ id: "s", text: "words", state: "provisional" as const }];
      const part = { type: "text" as const, id: "p", kind: "answer" as const, status: status as PartStatus, spans };
      const { message, isReported } = step({ parts: [part] }, EVENTS[name]);
      const found = message.parts[0];
      return cell(status, found?.type === "text" ? found.status : undefined, isReported);
    };
    expect(table(STATUSES, Object.keys(EVENTS), after)).toEqual([
      //  open append close retract complete truncated
      "open: ! . closed withdrawn cut cut",
      "closed: ! ! . withdrawn . .",
      "cut: ! ! . withdrawn . .",
      "withdrawn: ! ! . . . .",
    ]);
  });
});

describe("3.3: spans", () => {
  const STATES: readonly SpanState[] = [
    "speculative",
    "provisional",
    "unsupported",
    "verified",
    "settled",
    "replaced",
    "retracted",
    "dropped",
  ];
  const EVENTS: Readonly<Record<string, EventPayload>> = {
    append: { type: "span.append", part: "p", span: "s", text: "more" },
    provisional: { type: "span.settle", spans: ["s"], to: "provisional", by: "checker" },
    verified: { type: "span.settle", spans: ["s"], to: "verified", by: "checker" },
    drop: { type: "span.drop", spans: ["s"] },
    revise: { type: "span.revise", spans: ["s"], replacement: { span: "s2", text: "new" }, reason: "wrong", by: "model" },
    retract: { type: "span.retract", spans: ["s"], reason: "wrong", expunge: false },
    sourceFailed: { type: "tool.result", call: "x", result: "error", error: { code: "tool-failed", message: "no", retryable: false } },
  };
  const source: ToolCall = {
    id: "x",
    name: "search",
    effect: "read",
    cancellable: true,
    undo: false,
    runsOn: "server",
    status: "executing",
    argsText: "",
  };

  it("are dropped only unseen, and never come back from where they were dropped or taken back", () => {
    const after = (state: string, name: string): string => {
      const span = { id: "s", text: "words", state: state as SpanState, dependsOn: ["x"] };
      const other = { id: "o", text: "other", state: "provisional" as const };
      const part = { type: "text" as const, id: "p", kind: "answer" as const, status: "open" as const, spans: [span, other] };
      const { message, isReported } = step({ parts: [part], calls: [source] }, EVENTS[name]);
      const found = message.parts[0];
      return cell(state, found?.type === "text" ? found.spans[0]?.state : undefined, isReported);
    };
    expect(table(STATES, Object.keys(EVENTS), after)).toEqual([
      // append provisional verified drop revise retract sourceFailed
      // Of text that was never seen none may stay where it was taken back, so drafts are retracted like the rest.
      "speculative: . provisional verified dropped replaced retracted .",
      "provisional: . . verified ! replaced retracted unsupported",
      "unsupported: . provisional verified ! replaced retracted .",
      "verified: ! . . ! replaced retracted .",
      "settled: ! . . ! replaced retracted .",
      "replaced: ! . . ! . retracted .",
      "retracted: ! . . ! . . .",
      "dropped: ! . . ! . . .",
    ]);
  });
});

describe("3.4: calls", () => {
  const STATUSES: readonly ToolCallStatus[] = [
    ...(["proposed", "ready", "awaiting-approval", "approved", "held", "executing", "rejected", "expired"] as const),
    ...(["succeeded", "failed", "unknown", "cancelled", "undoing", "undone", "undo-failed"] as const),
  ];
  const receipt = (outcome: Extract<EventPayload, { type: "receipt" }>["outcome"]): EventPayload => ({
    type: "receipt",
    receipt: "r",
    call: "c",
    outcome,
    summary: "",
    doneAt: 0,
  });
  const decision = (word: "approved" | "rejected" | "expired" | "cancelled"): EventPayload => ({
    type: "approval.decision",
    approval: "a",
    items: [{ call: "c", argsHash: HASH, decision: word }],
    by: "user",
  });
  const result = (kind: Extract<EventPayload, { type: "tool.result" }>["result"]): EventPayload => ({
    type: "tool.result",
    call: "c",
    result: kind,
  });
  const start = (callKey: string): EventPayload => ({ type: "tool.start", call: "c", attempt: 2, callKey });
  const EVENTS: Readonly<Record<string, EventPayload>> = {
    ready: { type: "tool.ready", call: "c", args: ARGS, argsHash: HASH },
    changed: { type: "tool.ready", call: "c", args: { to: "eve" }, argsHash: OTHER },
    ask: {
      type: "approval.request",
      approval: "b",
      items: [{ call: "c", argsHash: HASH }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    },
    approve: decision("approved"),
    reject: decision("rejected"),
    expire: decision("expired"),
    hold: { type: "tool.hold", call: "c", ms: 1 },
    start: start("k"),
    startAnew: start("other"),
    ok: result("ok"),
    error: result("error"),
    rejected: result("rejected"),
    cancelled: result("cancelled"),
    unknown: result("unknown"),
    receipt: receipt("succeeded"),
    undoing: receipt("undoing"),
    undone: receipt("undone"),
    undoFailed: receipt("undo-failed"),
    end: complete,
  };
  const callIn = (status: ToolCallStatus, undo = true): ToolCall => ({
    id: "c",
    name: "send",
    effect: "write",
    cancellable: true,
    undo,
    runsOn: "server",
    status,
    argsText: "",
    callKey: "k",
    attempt: 1,
    ...(status === "proposed" ? {} : { args: ARGS, argsHash: HASH }),
  });
  const open: Approval = {
    id: "a",
    run: "r",
    status: "open",
    items: [{ call: "c", argsHash: HASH }],
    options: ["once"],
    editable: false,
    expiresInMs: null,
    requestedAt: 0,
  };
  const after = (status: string, name: string, undo = true): string => {
    const call = callIn(status as ToolCallStatus, undo);
    const approvals = status === "awaiting-approval" ? [open] : [];
    const { message, isReported } = step({ calls: [call], approvals }, EVENTS[name]);
    return cell(status, message.calls[0]?.status, isReported);
  };

  it("run only when they are ready and allowed, keep their outcome, and are undone only after they were done", () => {
    const names = Object.keys(EVENTS);
    expect(table(STATUSES, names.slice(0, 9), after)).toEqual([
      // ready changed ask approve reject expire hold start startAnew
      "proposed: ready ready ! ! ! ! ! !unknown !unknown",
      "ready: . . awaiting-approval ! ! ! held executing executing",
      "awaiting-approval: . ready ! approved rejected expired ! !unknown !unknown",
      "approved: . ! ! ! ! ! held executing executing",
      "held: . ! ! ! ! ! ! executing executing",
      "executing: . ! ! ! ! ! ! . !unknown",
      "rejected: . ! ! ! ! ! ! !unknown !unknown",
      "expired: . ! ! ! ! ! ! !unknown !unknown",
      "succeeded: . ! ! ! ! ! ! !unknown !unknown",
      "failed: . ! ! ! ! ! ! executing !unknown",
      "unknown: . ! ! ! ! ! ! executing !",
      "cancelled: . . ! ! ! ! ! !unknown !unknown",
      "undoing: . ! ! ! ! ! ! !unknown !unknown",
      "undone: . ! ! ! ! ! ! !unknown !unknown",
      "undo-failed: . ! ! ! ! ! ! !unknown !unknown",
    ]);
    expect(table(STATUSES, names.slice(9), after)).toEqual([
      // ok error rejected cancelled unknown receipt undoing undone undoFailed end
      "proposed: succeeded unknown rejected cancelled unknown succeeded ! ! ! cancelled",
      "ready: succeeded unknown rejected cancelled unknown succeeded ! ! ! cancelled",
      "awaiting-approval: succeeded unknown rejected cancelled unknown succeeded ! ! ! cancelled",
      "approved: succeeded unknown rejected cancelled unknown succeeded ! ! ! cancelled",
      "held: succeeded unknown rejected cancelled unknown succeeded ! ! ! cancelled",
      "executing: succeeded unknown ! cancelled unknown succeeded ! ! ! unknown",
      "rejected: ! ! . ! ! succeeded ! ! ! .",
      "expired: ! ! ! ! ! succeeded ! ! ! .",
      "succeeded: . ! ! ! ! . undoing undone undo-failed .",
      "failed: ! ! ! ! ! succeeded ! ! ! .",
      "unknown: succeeded . rejected cancelled . succeeded ! ! ! .",
      "cancelled: ! ! ! . ! succeeded ! ! ! .",
      "undoing: ! ! ! ! ! succeeded . undone undo-failed .",
      "undone: ! ! ! ! ! succeeded ! . ! .",
      "undo-failed: ! ! ! ! ! succeeded undoing undone . .",
    ]);
  });

  it("are not undone where no undo was declared", () => {
    expect(["undoing", "undone", "undoFailed"].map((name) => after("succeeded", name, false))).toEqual(["!", "!", "!"]);
  });
});

describe("3.5: approvals", () => {
  const STATUSES: readonly ApprovalStatus[] = ["open", "deciding", "approved", "rejected", "expired", "cancelled", "superseded"];
  const decision = (word: "approved" | "rejected" | "expired" | "cancelled", argsHash = HASH): EventPayload => ({
    type: "approval.decision",
    approval: "a",
    items: [{ call: "c", argsHash, decision: word }],
    by: "server",
  });
  const EVENTS: Readonly<Record<string, EventPayload>> = {
    approve: decision("approved"),
    reject: decision("rejected"),
    expire: decision("expired"),
    cancel: decision("cancelled"),
    otherArgs: decision("approved", OTHER),
    changed: { type: "tool.ready", call: "c", args: { to: "eve" }, argsHash: OTHER },
    askAgain: {
      type: "approval.request",
      approval: "a",
      items: [{ call: "c", argsHash: HASH }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    },
    complete,
    truncated,
  };
  const call: ToolCall = {
    id: "c",
    name: "send",
    effect: "write",
    cancellable: true,
    undo: false,
    runsOn: "server",
    status: "awaiting-approval",
    argsText: "",
    approval: "a",
    args: ARGS,
    argsHash: HASH,
  };
  const approvalIn = (status: string): Approval => ({
    id: "a",
    run: "r",
    status: status as ApprovalStatus,
    items: [{ call: "c", argsHash: HASH }],
    options: ["once"],
    editable: false,
    expiresInMs: null,
    requestedAt: 0,
    ...(status === "deciding" ? { command: "k" } : {}),
  });

  it("are decided once, on the arguments that were asked about", () => {
    const after = (status: string, name: string): string => {
      const { message, isReported } = step({ calls: [call], approvals: [approvalIn(status)] }, EVENTS[name]);
      return cell(status, message.approvals[0]?.status, isReported);
    };
    expect(table(STATUSES, Object.keys(EVENTS), after)).toEqual([
      // approve reject expire cancel otherArgs changed askAgain complete truncated
      "open: approved rejected expired cancelled ! superseded ! cancelled cancelled",
      "deciding: approved rejected expired cancelled ! superseded ! cancelled cancelled",
      "approved: ! ! ! ! ! . ! . .",
      "rejected: ! ! ! ! ! . ! . .",
      "expired: ! ! ! ! ! . ! . .",
      "cancelled: ! ! ! ! ! . ! . .",
      "superseded: ! ! ! ! ! . ! . .",
    ]);
  });

  it("are deciding only from open, and open again only from deciding, by this client's own doing", () => {
    const refusal = { code: "invalid-request", message: "no", retryable: false };
    const VERBS: Readonly<Record<string, (message: AssistantMessage) => AssistantMessage>> = {
      decide: (message) => markDeciding(message, "a", "k", []),
      refused: (message) => markDecisionFailed(message, "a", refusal),
      lost: (message) => markDecisionFailed(message, "a", "unconfirmed"),
    };
    const after = (status: string, name: string): string => {
      const message = { ...createPendingMessage({ id: "m", thread: "t" }), approvals: [approvalIn(status)] };
      return cell(status, VERBS[name]?.(message).approvals[0]?.status, false);
    };
    expect(table(STATUSES, Object.keys(VERBS), after)).toEqual([
      // decide refused lost
      "open: deciding . .",
      "deciding: . open .",
      "approved: . . .",
      "rejected: . . .",
      "expired: . . .",
      "cancelled: . . .",
      "superseded: . . .",
    ]);
  });
});
