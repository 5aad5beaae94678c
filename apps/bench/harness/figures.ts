import type { Row } from "./bench.types.ts";
import { median } from "./stats.ts";

/** One place of a run: a case of a bench. */
export interface Place {
  readonly bench: string;
  readonly case: string;
}

/** Medians of one run, by bench, case, adapter and metric. `NaN` where nothing was measured. */
export class Figures {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  of({ bench, case: label }: Place, id: string, metric: string): number {
    const row = this.#rows.find((candidate) => candidate.bench === bench && candidate.case === label && candidate.id === id);
    return valueOf(row, metric);
  }

  /** The best of these adapters; of all that do the whole job and are not Unsay, if none are named. */
  best(place: Place, metric: string, ids: readonly string[] | null = null): number {
    const values = this.#peersAt(place, ids)
      .map((row) => valueOf(row, metric))
      .filter(Number.isFinite);
    if (values.length === 0) return Number.NaN;
    return metric === "MB/s" ? Math.max(...values) : Math.min(...values);
  }

  /** The highest value of a metric over all cases of a bench. */
  worst(bench: string, id: string, metric: string): number {
    const values = this.#rows.filter((row) => row.bench === bench && row.id === id).map((row) => valueOf(row, metric));
    return values.length === 0 ? Number.NaN : Math.max(...values);
  }

  #peersAt({ bench, case: label }: Place, ids: readonly string[] | null): readonly Row[] {
    const here = this.#rows.filter((row) => row.bench === bench && row.case === label);
    return here.filter(({ id, isFloor }) => (ids === null ? id !== "unsay" && !isFloor : ids.includes(id)));
  }
}

function valueOf(row: Row | undefined, metric: string): number {
  const values = row?.metrics[metric];
  return values === undefined ? Number.NaN : median(values);
}
