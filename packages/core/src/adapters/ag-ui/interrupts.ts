import { bounded } from "../shared/bounded.js";
import type { WireCall } from "../shared/call-writer.js";
import { BadEvent, countOf, isObject, kindOf, optionalString, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import type { Ending, RunWriter } from "../shared/run-writer.js";
import type { AgUiTools } from "./tools.js";

/** Asks what the interrupts of a run ask; each keeps its own id, since the next run answers each of them by it. */
export function readInterrupts(interrupts: readonly unknown[], timestamp: unknown, run: RunWriter, tools: AgUiTools): Ending {
  if (interrupts.length === 0) throw new BadEvent("The run waits for an answer, but asks nothing.");
  const questions = new Map(interrupts.map((interrupt) => questionOf(interrupt, tools)));
  const unreadable = [...questions.values()].map(({ call }) => call).find((call) => call?.argsHash === null);
  if (unreadable !== undefined) return refuse(unreadable);
  const approvals = [...questions].filter(([id, question]) => ask(id, question, timestamp, run, tools)).map(([id]) => id);
  if (approvals.length === 0) throw new BadEvent("The run waits for an answer to what cannot be shown.");
  return { outcome: "awaiting-approval", approvals };
}

interface Question {
  readonly interrupt: JsonObject;
  readonly call: WireCall | undefined;
}

function questionOf(interrupt: unknown, tools: AgUiTools): readonly [string, Question] {
  if (!isObject(interrupt)) throw new BadEvent(`An interrupt must be an object; found ${kindOf(interrupt)}.`);
  const call = tools.find(optionalString(interrupt, "toolCallId") ?? "");
  if (call !== undefined && call.result !== null) throw new BadEvent(`An approval was asked for ${call.name}, which is over.`);
  return [requireString(interrupt, "id"), { interrupt, call }];
}

/** A question about arguments that nobody could read must not be put: a yes would be to something else. */
function refuse(call: WireCall): Ending {
  call.isAsked = true;
  const message = `Approval was asked for ${call.name}, whose arguments are not whole JSON, so nobody can decide about it.`;
  const userMessage = "The service asked about an action it did not describe in full.";
  return { outcome: "truncated", cause: "failed", error: { code: "invalid-arguments", message, retryable: true, userMessage } };
}

/** False when not even a stand-in can be bound to a decision. One call can be asked about only once at a time. */
function ask(id: string, { interrupt, call: known }: Question, timestamp: unknown, run: RunWriter, tools: AgUiTools): boolean {
  const call = known === undefined || known.isAsked ? createQuestion(id, interrupt, tools) : known;
  if (call.argsHash === null) return false;
  call.isAsked = true;
  run.write({
    type: "approval.request",
    approval: id,
    items: [{ call: call.id, argsHash: call.argsHash }],
    options: ["once"],
    editable: false,
    expiresInMs: expiryOf(interrupt, timestamp),
  });
  return true;
}

/** Whatever its reason: what is asked is shown, and the decision is bound to it. */
function createQuestion(id: string, interrupt: JsonObject, tools: AgUiTools): WireCall {
  const { message, responseSchema, metadata, toolCallId } = interrupt;
  const asked = Object.entries({ message, toolCallId, responseSchema, metadata }).filter(([, value]) => value !== undefined);
  const args = bounded(Object.fromEntries(asked));
  return tools.createQuestion(id, requireString(interrupt, "reason"), stringOf(message), args);
}

/** From the event on, by the server's own clock; without its time nothing here can tell. */
function expiryOf(interrupt: JsonObject, timestamp: unknown): number | null {
  const expiresAt = Date.parse(stringOf(interrupt["expiresAt"]) ?? "");
  const now = countOf(timestamp);
  return now === null || Number.isNaN(expiresAt) ? null : Math.max(0, expiresAt - now);
}
