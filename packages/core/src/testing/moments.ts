import {
  UnsayError,
  type Cause,
  type EventPayload,
  type PartKind,
  type RunPhase,
  type ToolEffect,
  type UnsayErrorData,
} from "../protocol/index.js";
import { ScriptWriter, type WrittenCall } from "./script-writer.js";

/** One thing that happens in an answer. `createScript` plays moments one after the other. */
export type Moment = (script: ScriptWriter) => void;

export interface SayOptions {
  /** Names these words, for `revise`, `retract` and `settle`. */
  readonly span?: string;
  /** Between two words; 40 by default, as a fast model. */
  readonly everyMs?: number;
  /** Calls whose results these words rest on. */
  readonly dependsOn?: readonly string[];
  readonly state?: "provisional" | "speculative" | "verified";
  readonly kind?: PartKind;
}

/** Words of the answer, one after the other. */
export function say(text: string, options: SayOptions = {}): Moment {
  return (script) => {
    const part = script.openPart(options.kind ?? "answer");
    const span = options.span ?? script.createId("span");
    for (const word of text.match(/\S+\s*|\s+/gu) ?? []) {
      script.wait(options.everyMs ?? 40);
      script.emit({
        type: "span.append",
        part,
        span,
        text: word,
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(options.dependsOn === undefined ? {} : { dependsOn: options.dependsOn }),
      });
    }
  };
}

/** Words of the model's reasoning. */
export function think(text: string, options: Omit<SayOptions, "kind"> = {}): Moment {
  return say(text, { ...options, kind: "reasoning" });
}

/** Nothing for `ms`. */
export function pause(ms: number): Moment {
  return (script) => script.wait(ms);
}

/** The server says what it is doing, which explains a wait. */
export function phase(name: RunPhase, label?: string): Moment {
  return emit({ type: "run.phase", phase: name, ...(label === undefined ? {} : { label }) });
}

/** Any event as it stands, for what no other moment says. */
export function emit(event: EventPayload): Moment {
  return (script) => script.emit(event);
}

/** The connection breaks; the run goes on, and a reader that resumes gets the rest. */
export function disconnect(): Moment {
  return (script) => script.disconnect();
}

/** Words named with `span` are replaced, in view, with a reason. */
export function revise(span: string, text: string, reason: string): Moment {
  return (script) => {
    script.wait(40);
    const replacement = { span: script.createId(`${span}-revised`), text };
    script.emit({ type: "span.revise", spans: [span], replacement, reason, by: "model" });
  };
}

/** Words are taken back: those of one span, or `"all"`. `expunge` says that they must not remain anywhere. */
export function retract(span: string, reason: string, options: { readonly expunge?: boolean } = {}): Moment {
  return (script) => {
    script.wait(40);
    script.emit({ type: "span.retract", spans: span === "all" ? "all" : [span], reason, expunge: options.expunge ?? false });
  };
}

export interface CallOptions {
  /** Its id; `call-1`, `call-2`, … by default. */
  readonly call?: string;
  /** `read` by default. */
  readonly effect?: ToolEffect;
  readonly title?: string;
  readonly target?: string;
  readonly undo?: boolean;
}

/** The model asks for a tool: proposed, arguments, ready. It does not run yet. */
export function callTool(name: string, args: unknown, options: CallOptions = {}): Moment {
  return (script) => {
    script.closePart();
    const { call = script.createId("call"), effect = "read", ...words } = options;
    script.lastCall = { call, name, args, effect };
    script.emit({ type: "tool.propose", call, name, effect, cancellable: true, ...words });
    script.wait(100);
    script.emit({ type: "tool.args", call, delta: JSON.stringify(args) });
    script.wait(100);
    script.emit({ type: "tool.ready", call, args, argsHash: script.argsHashOf(script.lastCall) });
  };
}

export interface RunToolOptions {
  /** How long it takes; 600 ms by default. */
  readonly takesMs?: number;
  readonly output?: unknown;
  /** Makes the tool fail. */
  readonly error?: UnsayErrorData;
  /** What it really did, said by the server before the result. */
  readonly receipt?: string;
}

/** The call before it runs, and ends as told; without options it succeeds. */
export function runTool(options: RunToolOptions = {}): Moment {
  return (script) => {
    const { call } = callBefore(script, "runTool");
    script.wait(40);
    script.emit({ type: "tool.start", call, attempt: 1, callKey: `key-${call}` });
    script.wait(options.takesMs ?? 600);
    if (options.receipt !== undefined) receipt(options.receipt)(script);
    const { output, error } = options;
    script.emit({
      type: "tool.result",
      call,
      result: error === undefined ? "ok" : "error",
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
    });
  };
}

/** What the call before really did. After an end it comes late, as it may. */
export function receipt(summary: string, options: { readonly outcome?: "succeeded" | "failed" | "unknown" } = {}): Moment {
  return (script) => {
    const { call } = callBefore(script, "receipt");
    const id = script.createId("receipt");
    script.emit({
      type: "receipt",
      receipt: id,
      call,
      outcome: options.outcome ?? "succeeded",
      summary,
      doneAt: RECEIPT_EPOCH + script.at,
    });
  };
}

/** A fixed day, so that a script is the same data each time. */
const RECEIPT_EPOCH = 1_767_268_800_000;

export interface AskOptions {
  /** What follows consent. */
  readonly approve: readonly Moment[];
  /** What follows a refusal; by default the call is rejected and the answer is complete. */
  readonly reject?: readonly Moment[];
  /** 15 minutes by default; `null` never expires. */
  readonly expiresInMs?: number | null;
}

/** Asks for consent to the call before, and waits. Moments that come after it are played whatever is decided. */
export function askApproval(options: AskOptions): Moment {
  return (script) => {
    const call = callBefore(script, "askApproval");
    script.wait(40);
    script.emit({
      type: "approval.request",
      approval: script.createId("approval"),
      items: [{ call: call.call, argsHash: script.argsHashOf(call) }],
      options: ["once"],
      editable: false,
      expiresInMs: options.expiresInMs === undefined ? 900_000 : options.expiresInMs,
    });
    const rejected = emit({ type: "tool.result", call: call.call, result: "rejected" });
    script.decisions = {
      approve: writeBranch(script, options.approve),
      reject: writeBranch(script, [pause(40), rejected, ...(options.reject ?? [complete()])]),
    };
  };
}

function writeBranch(script: ScriptWriter, moments: readonly Moment[]): ScriptWriter["steps"] {
  const branch = new ScriptWriter(script);
  for (const moment of moments) moment(branch);
  return branch.steps;
}

/** The server says that the answer is whole. Nothing else completes one. */
export function complete(): Moment {
  return (script) => {
    script.wait(40);
    script.closePart();
    script.emit({ type: "run.end", outcome: "complete", effects: script.effects });
  };
}

/** The server says that the answer ended early, and why. What is open stays open, as in a real cut. */
export function truncate(cause: Cause, error?: UnsayErrorData): Moment {
  return (script) => {
    script.wait(40);
    script.emit({
      type: "run.end",
      outcome: "truncated",
      cause,
      resumable: cause === "disconnected",
      ...(error === undefined ? {} : { error }),
      effects: script.effects,
    });
  };
}

function callBefore(script: ScriptWriter, moment: string): WrittenCall {
  if (script.lastCall !== null) return script.lastCall;
  throw new UnsayError({
    code: "invalid-script",
    message: `${moment}() speaks of the call before it, and there is none. Put callTool(…) before it.`,
    retryable: false,
  });
}
