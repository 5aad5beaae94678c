import type { RunOptions } from "./browser.ts";
import type { BenchCase, Measurement, Subject } from "./bench.types.ts";

/** A bench that runs in Node: its worker measures one adapter. */
export interface NodeBench<Adapter, Case extends BenchCase> {
  readonly cases: readonly Case[];
  /** Small workloads, enough to tell whether an adapter does what it should. */
  readonly correctness: readonly Case[];
  readonly applies: (adapter: Adapter, parameters: Case) => boolean;
  readonly measure: (adapter: Adapter, parameters: Case) => Promise<Measurement>;
}

/** A bench that runs in Chromium: the page measures one adapter, and what it found is judged here. */
export interface BrowserBench<Case extends BenchCase> {
  readonly page: string;
  readonly runOptions?: RunOptions;
  readonly cases: readonly Case[];
  readonly quick: (parameters: Case) => Case;
  readonly correctness: readonly Case[];
  readonly reference?: ReferenceOf<Case>;
  readonly argumentsOf: (parameters: Case, subject: Subject) => unknown;
  readonly interpret: (subject: Subject, parameters: Case, found: never) => Measurement;
}

/** A subject whose result is what the others must show. */
export interface ReferenceOf<Case extends BenchCase> {
  readonly subject: string;
  readonly isKnown: (parameters: Case) => boolean;
  readonly argumentsOf: (parameters: Case) => unknown;
  readonly keep: (parameters: Case, found: never) => void;
}
