import type { TextPart } from "../message/message.js";
import { shownTextOfSpan } from "../message/selectors.js";
import type { UnsayErrorData } from "../protocol/events.js";
import { checkSchema, type SchemaProblem } from "./schema-check.js";
import { isStandardSchema } from "./schema-forms.js";
import { createStructuredStream } from "./structured-stream.js";
import type { StandardIssue, StandardResult, StructuredPath, StructuredSchema, StructuredStream } from "./structured.types.js";

/** What one part of an answer amounts to as JSON. A new object whenever something in it changed. */
export interface StructuredReading<Output = unknown> {
  /** For `useField`. Another one once text that was already read has been corrected. */
  readonly stream: StructuredStream;
  /** What may be shown; see `StructuredStream.snapshot`. */
  readonly value: unknown;
  /** The part was closed by the server, is whole JSON, and fits the schema. */
  readonly isComplete: boolean;
  /** The whole value, as the schema returns it. Only when `isComplete`: nothing acts on half an object. */
  readonly output: Output | undefined;
  /** What has begun and is not closed, outermost first; after a cut, what was cut. */
  readonly openPaths: readonly StructuredPath[];
  /** What is wrong with the JSON, or how the whole value breaks the schema (`invalid-arguments`). */
  readonly error: UnsayErrorData | null;
}

/** Reads the JSON of one part while it grows. */
export interface StructuredReader<Output = unknown> {
  /** Reads on to what `part` holds now. A part that was read before costs nothing. */
  readonly read: (part: TextPart) => StructuredReading<Output>;
  readonly reading: () => StructuredReading<Output>;
  /** Called after each change, also when a validator that takes its time has answered. Returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** `schema`: a JSON Schema, or any Standard Schema (Zod, Valibot, ArkType). Without one, whole JSON is complete. */
export function createStructuredReader<Output = unknown>(schema?: StructuredSchema<Output>): StructuredReader<Output> {
  return new PartReader(schema);
}

type Verdict<Output> = { readonly output: Output } | { readonly problems: readonly SchemaProblem[] };

class PartReader<Output> implements StructuredReader<Output> {
  readonly #schema: StructuredSchema<Output> | undefined;
  readonly #listeners = new Set<() => void>();
  #stream: StructuredStream;
  /** What was read of each span, in their order. */
  #taken: readonly (readonly [id: string, length: number])[] = [];
  #part: TextPart | null = null;
  #verdict: Verdict<Output> | null = null;
  #reading: StructuredReading<Output>;

  constructor(schema: StructuredSchema<Output> | undefined) {
    this.#schema = schema;
    this.#stream = this.#openStream();
    this.#reading = this.#describe();
  }

  readonly reading = (): StructuredReading<Output> => this.#reading;

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  };

  readonly read = (part: TextPart): StructuredReading<Output> => {
    if (part === this.#part) return this.#reading;
    this.#part = part;
    this.#takeText(part);
    this.#takeEnd(part);
    this.#publish();
    return this.#reading;
  };

  #openStream(): StructuredStream {
    return createStructuredStream(this.#schema === undefined ? {} : { schema: this.#schema });
  }

  /** Text is only added at the end, except by a correction: then everything is read anew. */
  #takeText(part: TextPart): void {
    const spans = part.spans.map((span) => [span.id, shownTextOfSpan(span)] as const).filter(([, text]) => text !== "");
    if (!this.#isContinuation(spans)) this.#restart();
    const known = this.#taken.length;
    spans.forEach(([, text], at) => {
      const from = at < known ? (this.#taken[at]?.[1] ?? 0) : 0;
      if (from < text.length) this.#stream.push(from === 0 ? text : text.slice(from));
    });
    this.#taken = spans.map(([id, text]) => [id, text.length]);
  }

  #isContinuation(spans: readonly (readonly [string, string])[]): boolean {
    return this.#taken.every(([id, length], at) => {
      const now = spans[at];
      const mayGrow = at === this.#taken.length - 1;
      return now?.[0] === id && (mayGrow ? now[1].length >= length : now[1].length === length);
    });
  }

  #restart(): void {
    this.#taken = [];
    this.#verdict = null;
    this.#stream = this.#openStream();
  }

  #takeEnd({ status }: TextPart): void {
    if (status === "closed") this.#close();
    else if (status !== "open") this.#stream.cut();
  }

  #close(): void {
    const stream = this.#stream;
    stream.end();
    if (!stream.isComplete || this.#verdict !== null) return;
    const verdict = judge(this.#schema, stream.snapshot());
    if (!(verdict instanceof Promise)) {
      this.#verdict = verdict;
      return;
    }
    void verdict.then((late) => {
      if (this.#stream !== stream) return;
      this.#verdict = late;
      this.#publish();
    });
  }

  #publish(): void {
    this.#reading = this.#describe();
    for (const listener of this.#listeners) listener();
  }

  #describe(): StructuredReading<Output> {
    const stream = this.#stream;
    const verdict = this.#verdict;
    const isComplete = stream.isComplete && verdict !== null && "output" in verdict;
    return {
      stream,
      value: stream.snapshot(),
      isComplete,
      output: isComplete ? verdict.output : undefined,
      openPaths: stream.openPaths,
      error: stream.error ?? (verdict !== null && "problems" in verdict ? errorOf(verdict.problems) : null),
    };
  }
}

/** Never throws: a validator that does has found a problem, whatever it was. */
function judge<Output>(schema: StructuredSchema<Output> | undefined, value: unknown): Verdict<Output> | Promise<Verdict<Output>> {
  if (schema === undefined || !isStandardSchema(schema)) {
    const problems = schema === undefined ? [] : checkSchema(schema, value);
    // A JSON Schema has no type of its own, so its output is what the caller says.
    return problems.length === 0 ? { output: value as Output } : { problems };
  }
  try {
    const result = schema["~standard"].validate(value);
    return result instanceof Promise ? result.then(verdictOf, failed) : verdictOf(result);
  } catch (error) {
    return failed(error);
  }
}

function verdictOf<Output>(result: StandardResult<Output>): Verdict<Output> {
  return result.issues === undefined ? { output: result.value } : { problems: result.issues.map(problemOf) };
}

function failed(error: unknown): { readonly problems: readonly SchemaProblem[] } {
  return { problems: [{ path: [], message: `made its validator throw: ${String(error)}` }] };
}

function problemOf({ message, path = [] }: StandardIssue): SchemaProblem {
  const steps = path.map((step) => (typeof step === "object" ? step.key : step));
  return { message, path: steps.map((step) => (typeof step === "number" ? step : String(step))) };
}

function errorOf(problems: readonly SchemaProblem[]): UnsayErrorData {
  const [first] = problems;
  const field = first === undefined ? "" : first.path.map((step) => `/${step}`).join("");
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return {
    code: "invalid-arguments",
    message: `The JSON is whole, but it does not fit the schema: ${field === "" ? "the value" : field} ${first?.message ?? "is not valid"}${more}. Ask for it again, or mend the schema.`,
    retryable: false,
    ...(field === "" ? {} : { field }),
  };
}
