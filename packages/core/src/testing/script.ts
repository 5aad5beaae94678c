import type { Caps, EventPayload, UnsayEvent } from "../protocol/index.js";
import { createArgsHash, createEventFactory, NO_EFFECTS, type EventFactory } from "../protocol/index.js";
import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage, ThreadSnapshot } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { createUserMessage } from "../message/create.js";

/** One moment of a script, in ms since the run began: events that arrive, or a thing that happens to the connection. */
export type ScriptStep = { readonly at: number; readonly event: EventPayload } | { readonly at: number; readonly fault: "disconnect" };

/** A stream as data: the same for tests, stories and demonstrations. */
export interface Script {
  readonly id: string;
  readonly title: string;
  /** What the user asked. */
  readonly prompt: string;
  readonly steps: readonly ScriptStep[];
  /** What is told after a stop was accepted, instead of the steps that were left. */
  readonly onStop?: readonly EventPayload[];
  /** After a stop was acknowledged, by its own time, instead of an end at once: what settles, and the end itself. */
  readonly afterStop?: readonly ScriptStep[];
  /** What follows once one call was stopped or the user had enough of it, instead of the steps that were left. */
  readonly onToolStop?: readonly ScriptStep[];
  /** What is told after each decision, instead of waiting for ever. */
  readonly onDecision?: Readonly<Record<"approve" | "reject", readonly ScriptStep[]>>;
}

/** What the backend of a script can do: everything that the kit's own server can. */
export const SCRIPT_CAPS: Caps = { resume: true, stop: "command", continue: true, usage: true, cancelTool: true };

/** Words as a model sends them: `part` opened, one append every `everyMs`, closed unless `open` is asked for. */
export function streamWords(
  text: string,
  options: {
    readonly at: number;
    readonly everyMs?: number;
    readonly part?: string;
    readonly span?: string;
    readonly kind?: "answer" | "reasoning" | "verdict";
    readonly open?: boolean;
  },
): readonly ScriptStep[] {
  const part = options.part ?? "answer";
  const span = options.span ?? `${part}-1`;
  const everyMs = options.everyMs ?? 40;
  const words = text.match(/\S+\s*/gu) ?? [];
  const opened: ScriptStep = { at: options.at, event: { type: "part.open", part, kind: options.kind ?? "answer" } };
  const appended = words.map((word, index): ScriptStep => ({
    at: options.at + (index + 1) * everyMs,
    event: { type: "span.append", part, span, text: word },
  }));
  const end = options.at + (words.length + 1) * everyMs;
  return [opened, ...appended, ...(options.open === true ? [] : [{ at: end, event: { type: "part.close" as const, part } }])];
}

/** The moment after the last step. */
export function endOf(steps: readonly ScriptStep[], afterMs = 40): number {
  return Math.max(0, ...steps.map((step) => step.at)) + afterMs;
}

/** As a clock plays them: by time, and in the order written where times are equal. */
export function inOrder(steps: readonly ScriptStep[]): readonly ScriptStep[] {
  return steps.toSorted((a, b) => a.at - b.at);
}

/** The first event of every script. */
export function openStep(caps: Caps = SCRIPT_CAPS): ScriptStep {
  return { at: 0, event: { type: "run.open", caps, heartbeatMs: 15_000, ttlMs: null, model: "scripted" } };
}

/** The one event that completes an answer, with no tool's effects. */
export function completeStep(at: number): ScriptStep {
  return { at, event: { type: "run.end", outcome: "complete", effects: NO_EFFECTS } };
}

/** A call with its arguments, up to `tool.ready`. */
export function readyCall(
  at: number,
  call: {
    readonly call: string;
    readonly name: string;
    readonly args: unknown;
    readonly effect: "read" | "write" | "irreversible";
    readonly title?: string;
    readonly target?: string;
  },
): readonly ScriptStep[] {
  const argsHash = createArgsHash(call.call, call.name, call.args);
  return [
    {
      at,
      event: {
        type: "tool.propose",
        call: call.call,
        name: call.name,
        effect: call.effect,
        cancellable: true,
        ...(call.title === undefined ? {} : { title: call.title }),
        ...(call.target === undefined ? {} : { target: call.target }),
      },
    },
    { at: at + 100, event: { type: "tool.args", call: call.call, delta: JSON.stringify(call.args) } },
    { at: at + 200, event: { type: "tool.ready", call: call.call, args: call.args, argsHash } },
  ];
}

/** Asks for consent to one call. */
export function askStep(at: number, approval: string, call: string, name: string, args: unknown): ScriptStep {
  return {
    at,
    event: {
      type: "approval.request",
      approval,
      items: [{ call, argsHash: createArgsHash(call, name, args) }],
      options: ["once"],
      editable: false,
      expiresInMs: 900_000,
    },
  };
}

/** Numbers a script's events as one run of the thread `thread`. */
export function createScriptFactory(script: Script, message = `${script.id}-answer`): EventFactory {
  return createEventFactory({ thread: "thread", run: `${script.id}-run`, message });
}

/** The events of a script up to `until` ms, numbered. What happens to the connection is left out. */
export function eventsOf(
  script: Script,
  until: number = Number.POSITIVE_INFINITY,
  factory: EventFactory = createScriptFactory(script),
): readonly UnsayEvent[] {
  return inOrder(script.steps).flatMap((step) => ("event" in step && step.at <= until ? [factory.make(step.event, { t: step.at })] : []));
}

/** What a reader of the script sees `until` ms in (by default at its end), with the user's message before it. */
export function playScript(script: Script, options: { readonly until?: number } = {}): ThreadSnapshot {
  const user = createUserMessage({ id: `${script.id}-user`, thread: "thread", text: script.prompt, delivery: "sent" });
  return { messages: [user, playAnswer(script, options)] };
}

/** Just the answer of `playScript`. */
export function playAnswer(script: Script, options: { readonly until?: number } = {}): AssistantMessage {
  const pending = createPendingMessage(
    { id: `${script.id}-answer`, thread: "thread", parent: `${script.id}-user` },
    { now: 0, epoch: SCRIPT_EPOCH },
  );
  return foldEvents(pending, eventsOf(script, options.until), { now: 0, epoch: SCRIPT_EPOCH }).message;
}

const SCRIPT_EPOCH = 1_767_268_800_000;
