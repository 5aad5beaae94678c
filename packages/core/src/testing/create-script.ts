import { createEventFactory, parseEvent, UnsayError, type Caps, type EventPayload } from "../protocol/index.js";
import { createPendingMessage, foldEvents, type AssistantMessage } from "../message/index.js";
import type { Moment } from "./moments.js";
import { inOrder, openStep, type Script, type ScriptStep } from "./script.js";
import { ScriptWriter } from "./script-writer.js";

export interface CreateScriptOptions {
  readonly id?: string;
  readonly title?: string;
  /** What the user asks. */
  readonly prompt?: string;
  /** What the backend can do; everything by default. Give `{}` for a bare provider: no resume, no stop. */
  readonly caps?: Caps;
  /** Until the first moment; 200 by default. */
  readonly startsAfterMs?: number;
  /** Lets the script say what no honest server says, such as text after an end. */
  readonly allowIllegal?: boolean;
}

/**
 * Writes a script from moments: `createScript([say("First drain the pool."), pause(4_000), complete()])`. The result is
 * plain JSON. Throws an `UnsayError` with code `invalid-script` for what an honest server would never send, so that a
 * slip in a test is not mistaken for a fault of the app.
 */
export function createScript(moments: readonly Moment[], options: CreateScriptOptions = {}): Script {
  const writer = new ScriptWriter();
  writer.steps.push(openStep(options.caps));
  writer.wait(options.startsAfterMs ?? 200);
  for (const moment of moments) moment(writer);
  const { id = "script", title = options.id ?? "Script", prompt = "Go" } = options;
  const script = { id, title, prompt, steps: writer.steps, ...(writer.decisions === null ? {} : { onDecision: writer.decisions }) };
  const [problem] = options.allowIllegal === true ? [] : findScriptProblems(script);
  if (problem !== undefined) throw invalid("", `${problem} Set allowIllegal if that is what the test is about.`);
  return script;
}

/** What in a script no honest server sends, in words, along both decisions; empty for a legal script. */
export function findScriptProblems(script: Script): readonly string[] {
  const { message, problems } = foldSteps(start(script), script.steps, "steps");
  const branches = Object.entries(script.onDecision ?? {}).flatMap(
    ([decision, steps]) => foldSteps(decide(message, decision), steps, `onDecision.${decision}`).problems,
  );
  return [...problems, ...branches];
}

interface Folded {
  readonly message: AssistantMessage;
  readonly problems: readonly string[];
}

function start(script: Script): AssistantMessage {
  return createPendingMessage({ id: `${script.id}-answer`, thread: "thread" });
}

function foldSteps(from: AssistantMessage, steps: readonly ScriptStep[], path: string): Folded {
  const factory = createEventFactory({ thread: from.thread, run: "run", message: from.id }, (from.run?.lastSeq ?? 0) + 1);
  let message = from;
  const problems: string[] = [];
  for (const step of inOrder(steps)) {
    if (!("event" in step)) continue;
    const folded = foldEvents(message, [factory.make(step.event)]);
    message = folded.message;
    problems.push(...folded.violations.map((each) => `${path}[${steps.indexOf(step)}]: ${each.message}`));
  }
  return { message, problems };
}

/** As the scripted transport tells a decision, before the steps that follow it. */
function decide(message: AssistantMessage, decision: string): AssistantMessage {
  const approval = message.approvals.at(-1);
  if (approval === undefined) return message;
  const decided = decision === "approve" ? ("approved" as const) : ("rejected" as const);
  const event: EventPayload = {
    type: "approval.decision",
    approval: approval.id,
    items: approval.items.map((item) => ({ ...item, decision: decided })),
    by: "user",
  };
  return foldSteps(message, [{ at: 0, event }], "").message;
}

/**
 * Reads a script out of JSON, such as a file beside the test. Throws an `UnsayError` with code `invalid-script` that
 * names the place (`field`) and the reason. It checks the shape only; `findScriptProblems` says whether it is legal.
 */
export function parseScript(value: unknown): Script {
  const script = objectAt(value, "script");
  for (const field of ["id", "title", "prompt"]) {
    if (typeof script[field] !== "string") throw invalid(field, `${field} must be a string; found ${kindOf(script[field])}.`);
  }
  checkSteps(script["steps"], "steps");
  if (script["onStop"] !== undefined) listAt(script["onStop"], "onStop").forEach((event, index) => checkEvent(event, `onStop[${index}]`));
  for (const field of ["afterStop", "onToolStop"]) if (script[field] !== undefined) checkSteps(script[field], field);
  if (script["onDecision"] !== undefined) {
    const decisions = objectAt(script["onDecision"], "onDecision");
    for (const decision of ["approve", "reject"]) checkSteps(decisions[decision], `onDecision.${decision}`);
  }
  return value as Script;
}

function checkSteps(value: unknown, path: string): void {
  listAt(value, path).forEach((each, index) => checkStep(objectAt(each, `${path}[${index}]`), `${path}[${index}]`));
}

function checkStep(step: Record<string, unknown>, path: string): void {
  const { at } = step;
  if (typeof at !== "number" || !Number.isFinite(at) || at < 0) {
    throw invalid(`${path}.at`, `${path}.at must be milliseconds since the run began, 0 or more; found ${kindOf(at)}.`);
  }
  if (step["event"] !== undefined) checkEvent(step["event"], `${path}.event`);
  else if (step["fault"] !== "disconnect") throw invalid(path, `${path} must hold an event, or the fault "disconnect".`);
}

const ENVELOPE = { v: 1, thread: "thread", run: "run", message: "message", t: null };

function checkEvent(value: unknown, path: string): void {
  const payload = objectAt(value, path);
  const isUnnumbered = payload["type"] === "run.heartbeat" || payload["type"] === "run.goaway";
  const parsed = parseEvent({ ...payload, ...ENVELOPE, seq: isUnnumbered ? null : 1 });
  if (!parsed.ok) throw invalid(path, `${path}: ${parsed.message}`);
  if (parsed.event.type === "unknown") throw invalid(path, `${path}: There is no event of type ${parsed.event.name}.`);
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (kindOf(value) === "object") return value as Record<string, unknown>;
  throw invalid(path, `${path} must be an object; found ${kindOf(value)}.`);
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(path, `${path} must be a list; found ${kindOf(value)}.`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}

function invalid(field: string, reason: string): UnsayError {
  return new UnsayError({
    code: "invalid-script",
    message: `The script can't be played. ${reason}`,
    retryable: false,
    ...(field === "" ? {} : { field }),
  });
}
