import type { ToolEffect, UnsayErrorData } from "@unsay/core/protocol";

export interface ToolContext {
  /** Aborted when the run is stopped, if the tool is cancellable. */
  readonly signal: AbortSignal;
  /** Stable for this call, so that repeating the request at a third party can't act twice. */
  readonly callKey: string;
  readonly call: string;
  readonly run: string;
  readonly thread: string;
  readonly progress: (progress: {
    readonly count?: number;
    readonly total?: number;
    readonly bytes?: number;
    readonly preview?: unknown;
  }) => void;
}

/** What a tool says it did: becomes the receipt. */
export interface ToolReceipt {
  readonly summary: string;
  readonly target?: string;
  readonly ref?: string;
}

/** What a call did, for whoever makes it undone. */
export interface DoneCall<Args = unknown, Output = unknown> {
  readonly call: string;
  readonly args: Args;
  /** As it was recorded. */
  readonly output: Output;
  readonly receipt: ToolReceipt;
}

/** How what a tool did is taken back: by another tool of the set, which passes the same gate. */
export interface ToolUndo<Args = unknown, Output = unknown> {
  /** Name of the tool that compensates. */
  readonly tool: string;
  /** Its arguments. */
  args(done: DoneCall<Args, Output>): unknown;
  /** How long after the receipt it may be asked for, in ms. Default: for ever. */
  readonly withinMs?: number;
}

/**
 * A tool the agent may call. Its arguments and its output are JSON.
 *
 * `effect` says what it does to the world: a `read` runs at once; a `write` runs after a window in which it can still be
 * cancelled, unless `approval` asks first; an `irreversible` one always asks first. A tool that declares nothing counts
 * as `irreversible`.
 */
export interface ToolDefinition<Args = unknown, Output = unknown> {
  readonly title?: string;
  /** For the model. */
  readonly description?: string;
  /** For the model: a JSON schema or whatever the agent's library takes. */
  readonly inputSchema?: unknown;
  readonly effect?: ToolEffect;
  /** Ask the user before it runs. */
  readonly approval?: boolean;
  /** Whether it obeys its `signal`. Default: true. */
  readonly cancellable?: boolean;
  /** How long a write that nobody was asked about waits, in ms. Default: the server's `undoWindowMs`. */
  readonly undoWindowMs?: number;
  /** How often a failure is tried again that is `retryable` and did nothing. Default: 2. */
  readonly maxRetries?: number;
  /** How what it did is taken back. Without it a receipt says that it can't be. */
  readonly undo?: ToolUndo<Args, Output>;
  /**
   * Checks and types the arguments; throws on what it refuses. What it returns is what is shown, approved and run. Only
   * with it can a person edit the arguments.
   */
  parse?(args: unknown): Args;
  /** To whom or what it is done, in a few words for the gate. */
  target?(args: Args): string;
  /**
   * Throw `ToolFailure` with `effect: "none"` where nothing has happened; any other throw leaves a write unknown. A
   * generator yields rows while it works: they are shown as they come, the reader may say that they are enough, and
   * they are the output unless it returns another one.
   */
  execute(args: Args, context: ToolContext): Promise<Output> | Output | AsyncIterable<unknown>;
  receipt?(output: Output, args: Args): ToolReceipt;
}

/** Keeps the types of one tool together; a set of tools holds them without. */
export function defineTool<Args, Output>(tool: ToolDefinition<Args, Output>): ToolDefinition {
  return tool;
}

export type ToolSet = Readonly<Record<string, ToolDefinition>>;

export interface ToolFailureOptions extends ErrorOptions {
  /** `none`: the tool knows that nothing has happened. */
  readonly effect?: "none";
  readonly code?: string;
  readonly retryable?: boolean;
  readonly hint?: string;
  readonly userMessage?: string;
}

/** Thrown by a tool to say how it failed. Its message goes to the model and to developers. */
export class ToolFailure extends Error {
  readonly effect: "none" | undefined;
  readonly data: UnsayErrorData;

  constructor(message: string, options: ToolFailureOptions = {}) {
    super(message, options);
    this.name = "ToolFailure";
    this.effect = options.effect;
    this.data = {
      code: options.code ?? "tool-failed",
      message,
      retryable: options.retryable === true,
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      ...(options.userMessage === undefined ? {} : { userMessage: options.userMessage }),
    };
  }
}

/** What became of a call, for the agent that made it. */
export type ToolOutcome =
  /** `partial`: it was ended early, by the reader who had `enough` or by a limit of size. */
  | { readonly result: "ok"; readonly output: unknown; readonly partial?: true; readonly cut?: { readonly by: "user" | "limit" } }
  | { readonly result: "empty" }
  | { readonly result: "error"; readonly error: UnsayErrorData }
  /** Something may have happened; the tool must not be called again without its `callKey`. */
  | { readonly result: "unknown"; readonly error: UnsayErrorData; readonly callKey: string }
  | { readonly result: "rejected"; readonly reason?: string }
  | { readonly result: "expired" }
  | { readonly result: "cancelled" };
