/** Values of one measurement by the name of the metric, which also says the unit. */
export type Metrics = Readonly<Record<string, number>>;

export interface Measurement {
  /** Whether the final text, value or events were the expected ones; a subject that fails has no figures. */
  readonly ok: boolean;
  readonly metrics: Metrics;
  readonly info?: Readonly<Record<string, unknown>>;
}

export interface Failure {
  readonly error: string;
}

export interface BenchCase {
  readonly label: string;
  /** Where more rounds would tell nothing new. */
  readonly maxRounds?: number;
}

/** A case as it travels to a worker or a page. */
export type Parameters = BenchCase & Readonly<Record<string, unknown>>;

/** One adapter: a peer, a floor (which does less than the job) or Unsay. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly package: string | undefined;
  readonly version: string | undefined;
  readonly isFloor: boolean;
}

export interface Row {
  readonly bench: string;
  readonly case: string;
  readonly id: string;
  readonly subject: string;
  readonly version: string | undefined;
  readonly isFloor: boolean;
  /** One value a round. */
  readonly metrics: Record<string, number[]>;
  readonly info: Readonly<Record<string, unknown>>[];
}

export interface Machine {
  readonly node: string;
  readonly chromium: string | null;
  readonly cores: number;
  readonly memoryGB: number;
}

export interface Run {
  readonly at: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly seconds: number;
  readonly rows: readonly Row[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
}
