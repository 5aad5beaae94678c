import type { UnsayErrorData } from "../protocol/events.js";
import { GrowingTree } from "./growing-tree.js";
import { JsonTokenizer } from "./json-tokenizer.js";
import { createSchemaNode } from "./schema-node.js";
import { withheldBy } from "./schema-forms.js";
import type { StructuredPath, StructuredStream, StructuredStreamOptions } from "./structured.types.js";

const MAX_DEPTH = 64;
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_POINTER_LENGTH = 200;

/**
 * Incremental JSON of which no part is shown before it means what it will mean: strings may show while they grow; numbers,
 * booleans, `null` and what `schema` calls an enum, a constant or a discriminator show when they are closed, a number at the
 * delimiter after it. Faults become `error`; nothing throws.
 */
export function createStructuredStream(options: StructuredStreamOptions = {}): StructuredStream {
  return new JsonStream(options);
}

class JsonStream implements StructuredStream {
  error: UnsayErrorData | null = null;
  readonly #tree: GrowingTree;
  readonly #tokenizer: JsonTokenizer;
  readonly #maxLength: number;
  readonly #listeners = new Set<() => void>();
  #end: "none" | "whole" | "cut" = "none";

  constructor({ schema, maxDepth = MAX_DEPTH, maxLength = MAX_LENGTH }: StructuredStreamOptions) {
    this.#tree = new GrowingTree(createSchemaNode(withheldBy(schema)));
    this.#tokenizer = new JsonTokenizer(this.#tree, maxDepth);
    this.#maxLength = maxLength;
  }

  get isComplete(): boolean {
    return this.#end === "whole" && this.error === null;
  }

  get openPaths(): readonly StructuredPath[] {
    return this.#tree.openPaths();
  }

  readonly push = (delta: string): void => {
    if (this.error !== null || this.#end === "cut" || delta === "") return;
    if (typeof delta !== "string")
      this.#fail(`A delta of structured output must be text; found ${typeof delta}. Give the text of the event, not the event.`);
    else this.#write(delta);
    this.#notify();
  };

  readonly end = (): void => {
    if (this.#end !== "none") return;
    this.#end = "whole";
    this.#tokenizer.end();
    this.#takeFault();
    this.#notify();
  };

  readonly cut = (): void => {
    if (this.#end !== "none") return;
    this.#end = "cut";
    this.#tree.seal();
    this.#notify();
  };

  readonly snapshot = (): unknown => {
    return this.#tree.snapshot();
  };

  readonly read = (path: StructuredPath): unknown => {
    return this.#tree.read(path);
  };

  readonly isClosed = (path: StructuredPath): boolean => {
    return this.#tree.isClosed(path);
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped, so that one function that subscribes twice is called twice and can leave once.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  };

  #write(delta: string): void {
    const room = this.#maxLength - this.#tokenizer.offset;
    this.#tokenizer.write(delta.length > room ? delta.slice(0, room) : delta);
    this.#takeFault();
    if (delta.length > room)
      this.#fail(
        `The structured output has more than ${this.#maxLength} characters, and no more are read. Ask for less at once, or raise \`maxLength\`.`,
      );
  }

  #takeFault(): void {
    const fault = this.#tokenizer.fault;
    if (fault !== null) this.#fail(`${fault.reason} This is at character ${fault.offset}, ${placeOf(this.#tree.openPath())}.`);
  }

  #fail(message: string): void {
    if (this.error !== null) return;
    const at = this.#tree.openPath();
    this.error = { code: "invalid-arguments", message, retryable: false, ...(at === undefined ? {} : { field: pointerOf(at) }) };
    this.#tree.seal();
  }

  #notify(): void {
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener();
  }
}

function placeOf(innermost: StructuredPath | undefined): string {
  if (innermost === undefined) return "outside of any value";
  return innermost.length === 0 ? "in the outermost value" : `while ${pointerOf(innermost)} was open`;
}

/** RFC 6901, shortened in front: keys come from the model and may be as long as it likes. */
function pointerOf(path: StructuredPath): string {
  const pointer = path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return pointer.length <= MAX_POINTER_LENGTH ? pointer : `…${pointer.slice(-MAX_POINTER_LENGTH)}`;
}
