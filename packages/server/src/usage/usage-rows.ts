import type { RunEnd, UnsayEvent, UsageEvent } from "@unsay/core/protocol";
import type { Store, StoredRun } from "../stores/store.js";

/** One run for whoever reconciles an invoice. Counts are tokens; `null` is "nobody said", never 0. */
export interface UsageRow {
  readonly thread: string;
  readonly run: string;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly outcome: RunEnd["outcome"] | null;
  readonly cause: string | null;
  readonly generated: number | null;
  readonly painted: number | null;
  readonly billed: number | null;
  readonly billedReasoning: number | null;
  /** Billed, and neither reasoning nor ever seen. */
  readonly overrun: number | null;
  readonly status: "pending" | "estimated" | "final" | "unreported";
  readonly source: string | null;
}

export function usageRowOf(record: Omit<StoredRun, "lastSeq" | "stop">, events: readonly UnsayEvent[]): UsageRow {
  const { thread, run, message, createdAt, end } = record;
  const usage = events.findLast((event) => event.type === "usage");
  return {
    thread,
    run,
    message,
    startedAt: new Date(createdAt).toISOString(),
    outcome: end?.outcome ?? null,
    cause: end?.outcome === "truncated" ? end.cause : null,
    ...(usage?.type === "usage" ? countsOf(usage, events.some(isReasoning)) : NO_COUNTS),
  };
}

/** Of every run of a thread, in their order. */
export async function listUsage(store: Store, thread: string): Promise<readonly UsageRow[]> {
  const records = await store.listRuns(thread);
  return Promise.all(records.map(async (record) => usageRowOf(record, await store.read(record.run, 0))));
}

const NO_COUNTS = {
  generated: null,
  painted: null,
  billed: null,
  billedReasoning: null,
  overrun: null,
  status: "pending",
  source: null,
} as const;

function isReasoning(event: UnsayEvent): boolean {
  return event.type === "part.open" && event.kind === "reasoning";
}

/** Reasoning that was there but not counted apart leaves the overrun unknown. */
function countsOf(
  usage: UsageEvent,
  hasReasoning: boolean,
): Omit<UsageRow, "thread" | "run" | "message" | "startedAt" | "outcome" | "cause"> {
  const { generated, billed, billedReasoning, painted = null, source } = usage;
  const overrun =
    billed === null || painted === null || (billedReasoning === null && hasReasoning) ? null : billed - (billedReasoning ?? 0) - painted;
  return { generated, painted, billed, billedReasoning, overrun, status: statusOf(usage), source };
}

function statusOf({ final, billed }: UsageEvent): UsageRow["status"] {
  if (!final) return "estimated";
  return billed === null ? "unreported" : "final";
}

const COLUMNS: readonly (keyof UsageRow)[] = [
  "thread",
  "run",
  "message",
  "startedAt",
  "outcome",
  "cause",
  "generated",
  "painted",
  "billed",
  "billedReasoning",
  "overrun",
  "status",
  "source",
];

/** RFC 4180. What is not known is an empty field. */
export function toUsageCsv(rows: readonly UsageRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => fieldOf(row[column])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

export function toUsageJson(rows: readonly UsageRow[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** Text that a spreadsheet would take for a formula is marked as text. */
function fieldOf(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
