import type { Clock } from "@unsay/core";
import type { EventPayload, ToolProgress } from "@unsay/core/protocol";
import { MAX_PROGRESS_LENGTH, MAX_PROGRESS_ROWS } from "@unsay/core";

/** Progress of one call is told at most this often. */
export const PROGRESS_EVERY_MS = 100;

export type ProgressFields = Omit<ToolProgress, "type" | "call">;

/** Tells of a call that runs: the newest figures, a few times a second, and no more text than any reader keeps. */
export class ProgressWriter {
  readonly #call: string;
  readonly #clock: Clock;
  readonly #emit: (payload: EventPayload) => void;
  #waiting: ProgressFields | null = null;
  #cancelTimer: (() => void) | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #length = 0;
  #rows = 0;
  #isOver = false;

  constructor(call: string, clock: Clock, emit: (payload: EventPayload) => void) {
    this.#call = call;
    this.#clock = clock;
    this.#emit = emit;
  }

  note(fields: ProgressFields): void {
    if (this.#isOver) return;
    const { delta: given, preview, ...figures } = fields;
    const delta = `${this.#waiting?.delta ?? ""}${this.#take(given)}`;
    this.#waiting = {
      ...this.#waiting,
      ...figures,
      ...(preview === undefined || isTooLong(preview) ? {} : { preview }),
      ...(delta === "" ? {} : { delta }),
    };
    const dueIn = this.#toldAt + PROGRESS_EVERY_MS - this.#clock.now();
    if (dueIn <= 0) this.#tell();
    else this.#cancelTimer ??= this.#clock.after(dueIn, () => this.#tell());
  }

  /** Tells what is left. Nothing comes after it. */
  close(): void {
    this.#tell();
    this.#isOver = true;
  }

  #tell(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#waiting === null || this.#isOver) return;
    const fields = this.#waiting;
    this.#waiting = null;
    this.#toldAt = this.#clock.now();
    this.#emit({ ...fields, type: "tool.progress", call: this.#call });
  }

  /** What still fits of a piece of text; pieces are taken whole rows at a time. */
  #take(delta: string | undefined): string {
    if (delta === undefined || this.#rows >= MAX_PROGRESS_ROWS) return "";
    const taken = delta.slice(0, MAX_PROGRESS_LENGTH - this.#length);
    this.#length += taken.length;
    this.#rows = taken.length < delta.length ? MAX_PROGRESS_ROWS : this.#rows + taken.split("\n").length - 1;
    return taken;
  }
}

function isTooLong(preview: unknown): boolean {
  try {
    return (JSON.stringify(preview)?.length ?? 0) > MAX_PROGRESS_LENGTH;
  } catch {
    return true;
  }
}
