import type { UnsayErrorData } from "../protocol/events.js";

/** Where a value stands: member names and list indexes from the root, which is `[]`. */
export type StructuredPath = readonly (string | number)[];

/** A JSON Schema. Which strings must not be shown in part stands in it, and what a whole value must be. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** What a validator of Standard Schema v1 answers. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The shape that Zod, Valibot, ArkType and others share (https://standardschema.dev). */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    /** Where the library can say it: the same schema as JSON Schema. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: "draft-2020-12" }) => JsonSchema } | undefined;
  };
}

export type StructuredSchema<Output = unknown> = JsonSchema | StandardSchema<Output>;

export interface StructuredStreamOptions {
  /**
   * Tells enums, constants and discriminators, which are withheld until they are closed; a Standard Schema that can't say
   * them withholds every string. The stream validates nothing against it: `createStructuredReader` does, at the end.
   */
  readonly schema?: StructuredSchema;
  /** Levels of lists and objects that are read; 64 unless told. */
  readonly maxDepth?: number;
  /** UTF-16 units that are read; 4 Mi unless told. */
  readonly maxLength?: number;
}

/** JSON that grows by deltas. Methods are bound, and none throws because of what a delta contains. */
export interface StructuredStream {
  /** Reads on. Ignored after an error; anything but white space after `end()` is an error. */
  readonly push: (delta: string) => void;
  /** States that the text is whole. What is still open then stays open and becomes an error. */
  readonly end: () => void;
  /** The text stops here and is not whole: what is open stays open, a number at the root too. Ends the stream without an error. */
  readonly cut: () => void;
  /**
   * The value so far, `undefined` while there is nothing to show. What did not change keeps its identity, so the result must
   * not be written to. While a list has 256 entries or more it is shown without its open one, from 1,024 on in steps of at most
   * an eighth of its length (an object of 128 members or more: a quarter), until it closes or the stream ends: a copy of it for
   * each delta would make the whole quadratic. `read` and `isClosed` know every entry at any width.
   */
  readonly snapshot: () => unknown;
  /** The value at one path, at any width of what surrounds it; `undefined` where there is nothing (yet) to show. */
  readonly read: (path: StructuredPath) => unknown;
  /**
   * Whether the value at `path` is there and final. False for what has not come.
   * A closed value changes in one case only, as in `JSON.parse`: its object repeats the key, which opens the path again.
   */
  readonly isClosed: (path: StructuredPath) => boolean;
  /** Calls back after each delta and at the end; returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** What has begun and is not closed, outermost first. Kept after the end, where it says what was cut. */
  readonly openPaths: readonly StructuredPath[];
  /** Ended, without an error and with nothing open. */
  readonly isComplete: boolean;
  /** The first thing that was wrong (`invalid-arguments`); the snapshot stays as it was before it. */
  readonly error: UnsayErrorData | null;
}
