export type ContextResultKind = "ok" | "empty" | "error" | "rejected" | "expired" | "not-executed" | "unknown";

/** What became of a call, as the model may hear it. */
export interface ContextResult {
  readonly kind: ContextResultKind;
  /** The whole result in words: the output (JSON unless it is a string) with its remark, or why there is none. */
  readonly text: string;
  /** The tool's own value. On `ok` only. */
  readonly output?: unknown;
  /** What the output alone does not say: that it is partial, or that its effect was undone. Already part of `text`. */
  readonly remark?: string;
}

export interface ContextCall {
  readonly id: string;
  readonly name: string;
  /** As they were at `tool.ready`. */
  readonly args: unknown;
  /** `args` as JSON text, never the text of a stream that may have been cut. */
  readonly argsText: string;
  readonly result: ContextResult;
}

/** Text and the calls that followed it. Results stand directly after their calls on every wire, so text after them opens a new step. */
export interface ContextStep {
  readonly text: string;
  readonly calls: readonly ContextCall[];
}

/** One message as the model may know it, before it takes the shape of a wire. */
export interface ContextMessage {
  readonly role: "user" | "assistant";
  /** The words the user saw: nothing withdrawn, replaced, drafted or kept back. */
  readonly text: string;
  /** Where and why it was cut, and which calls never became ready; plain words without brackets. */
  readonly note?: string;
  readonly calls: readonly ContextCall[];
  /** `text` and `calls` in their order. */
  readonly steps: readonly ContextStep[];
}
