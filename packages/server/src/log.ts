/** One line of the server's own log. It never holds arguments, text of answers, or raw provider errors. */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  /** What happened, as one word with dots, such as `run.end`. */
  readonly event: string;
  readonly message: string;
  readonly thread?: string;
  readonly run?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** The thing that was thrown. It may hold secrets; show it to developers only. */
  readonly error?: unknown;
}

export type Log = (entry: LogEntry) => void;

/** Errors and warnings on the console; outcomes are kept quiet. */
export const consoleLog: Log = (entry) => {
  if (entry.level === "info") return;
  const subject = entry.run === undefined ? "" : ` (run ${entry.run})`;
  console[entry.level](`[unsay] ${entry.event}${subject}: ${entry.message}`, ...(entry.error === undefined ? [] : [entry.error]));
};
