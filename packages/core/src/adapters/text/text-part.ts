import type { EventPayload } from "../../protocol/index.js";
import type { RunWriter } from "../shared/run-writer.js";

/** The one part that a body of text is. */
export class TextPart {
  readonly #run: RunWriter;
  #isOpen = false;

  constructor(run: RunWriter) {
    this.#run = run;
  }

  append(text: string): void {
    for (const payload of this.payloadsFor(text)) this.#run.write(payload);
    this.#isOpen ||= text !== "";
  }

  /** What it takes to show this text too. */
  payloadsFor(text: string): readonly EventPayload[] {
    if (text === "") return [];
    const part = `${this.#run.id}.p1`;
    const append: EventPayload = { type: "span.append", part, span: `${part}.1`, text };
    if (this.#isOpen) return [append];
    return [{ type: "run.phase", phase: "writing" }, { type: "part.open", part, kind: "answer" }, append];
  }
}
