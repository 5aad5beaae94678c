import { parseEvent } from "../../protocol/index.js";
import { BadEvent } from "./fields.js";
import type { RunWriter } from "./run-writer.js";

/**
 * Unsay's own events inside a foreign carrier. A stream in which the first of them comes before any native content is
 * read by them alone: the carrier's events tell the same once more, and less of it.
 */
export class ProfileReader {
  readonly #run: RunWriter;
  #isActive = false;
  #hasNativeContent = false;

  constructor(run: RunWriter) {
    this.#run = run;
  }

  /** Native events are duplicates now. */
  get isActive(): boolean {
    return this.#isActive;
  }

  noteNativeContent(): void {
    this.#hasNativeContent = true;
  }

  read(envelope: unknown): void {
    if (!this.#isActive && this.#hasNativeContent) throw new BadEvent(LATE_START);
    this.#isActive = true;
    const parsed = parseEvent(envelope);
    if (!parsed.ok) return this.#refuse(parsed.message, parsed.unknownType);
    if (parsed.event.type === "unknown") this.#run.reportUnknown(parsed.event.name);
    this.#run.relay(parsed.event);
  }

  #refuse(message: string, unknownType: string | undefined): void {
    if (unknownType === undefined) this.#run.breakOff(`${message} Nothing after it was read.`);
    else this.#run.reportUnknown(unknownType);
  }
}

const LATE_START = "Unsay's own events began after text had come without them, so their beginning is missing.";
