import { unknownReason } from "../shared/endings.js";
import { typeOf } from "../shared/event-type.js";
import {
  BadEvent,
  countOf,
  isObject,
  listOf,
  objectOf,
  optionalList,
  optionalObject,
  optionalString,
  requireString,
  type JsonObject,
} from "../shared/fields.js";
import { ProfileReader } from "../shared/profile-reader.js";
import { isOfConnection, PROFILE_NAME } from "../shared/profile-words.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending, RunWriter } from "../shared/run-writer.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { readInterrupts } from "./interrupts.js";
import { MessageTexts } from "../shared/message-texts.js";
import { AgUiMessages } from "./messages.js";
import { endingOfError, endingOfSuccess } from "./run-ending.js";
import { lastAnswer, reconcile } from "./snapshot.js";
import { AgUiTools } from "./tools.js";
import { vendorWord } from "./vendor.js";
import { warn } from "./warn.js";

const NO_EVENT_NAMES: ReadonlySet<string> = new Set();
/** Not about the answer: state of the app, and what only its author understands. They say nothing about a call in chunks. */
const SILENT: ReadonlySet<string> = new Set([
  "STATE_SNAPSHOT",
  "STATE_DELTA",
  "RAW",
  "CUSTOM",
  "ACTIVITY_DELTA",
  "REASONING_ENCRYPTED_VALUE",
  "SUBAGENT_STARTED",
  "SUBAGENT_FINISHED",
  "SUBAGENT_ERROR",
]);
const THINKING: ReadonlySet<string> = new Set(["REASONING_START", "THINKING_START", "STEP_STARTED"]);
/** What only an answer that goes on brings. */
const CONTENT = /_(?:CONTENT|ARGS|CHUNK|RESULT)$|^(?:TEXT_MESSAGE|TOOL_CALL)_START$/u;
const PASSED: ReadonlySet<string> = new Set(["REASONING_END", "THINKING_END", "STEP_FINISHED"]);

export class AgUiReader implements WireReader {
  readonly #run: RunWriter;
  readonly #texts: MessageTexts;
  readonly #messages: AgUiMessages;
  readonly #tools: AgUiTools;
  readonly #successOf: typeof endingOfSuccess;
  readonly #profile: ProfileReader;
  /** A start that announces events of Unsay; they name the run. */
  #announced: JsonObject | null = null;
  readonly #openRuns = new Set<string>();
  readonly #steps = new Set<string>();
  #hasStarted = false;
  #snapshotAnswer: ReturnType<typeof lastAnswer> = null;
  #generated = 0;
  #reasoning: number | null = null;

  /** `successOf` for wires that are made of these events and say more at the end. */
  constructor({ run, calls }: WireOutput, successOf: typeof endingOfSuccess = endingOfSuccess) {
    this.#run = run;
    this.#successOf = successOf;
    this.#texts = new MessageTexts(run);
    this.#messages = new AgUiMessages(run, this.#texts);
    this.#tools = new AgUiTools(run, calls);
    this.#profile = new ProfileReader(run);
  }

  read(event: JsonObject, eventName: string | undefined): void {
    const type = typeOf(event, eventName, NO_EVENT_NAMES);
    if (type === "CUSTOM" && event["name"] === PROFILE_NAME) return this.#profile.read(event["value"]);
    if (this.#profile.isActive) return this.#readBesideProfile(type, event);
    if (type === "RUN_STARTED" && objectOf(event["metadata"])[PROFILE_NAME] !== undefined) this.#announced = event;
    else this.#readNative(type, event);
  }

  /** The same once more, but for an error: it may be all that is left of the end. */
  #readBesideProfile(type: string, event: JsonObject): void {
    if (type !== "RUN_ERROR") return;
    const ending = endingOfError(event);
    if (!isOfConnection(ending)) this.#run.end(ending);
  }

  #readNative(type: string, event: JsonObject): void {
    const announced = this.#announced;
    this.#announced = null;
    if (announced !== null) this.#start(announced);
    if (SILENT.has(type)) return;
    if (type === "ACTIVITY_SNAPSHOT") return this.#readActivity(event);
    if (type === "RUN_ERROR") return this.#fail(event);
    if (type !== "TOOL_CALL_CHUNK") this.#tools.closeChunk();
    if (type === "RUN_STARTED") return this.#start(event);
    if (type === "RUN_FINISHED") return this.#finish(event);
    if (CONTENT.test(type)) this.#goOn();
    if (CONTENT.test(type) || type === "MESSAGES_SNAPSHOT") this.#profile.noteNativeContent();
    if (this.#messages.read(type, event) || this.#tools.read(type, event)) return;
    if (type === "MESSAGES_SNAPSHOT") return this.#readSnapshot(event);
    this.#readPhase(type, event);
  }

  readDone(): void {
    this.#run.settlePlan();
  }

  /** What comes after the end of a run without a new start still belongs to the answer: it has to be ended again. */
  #goOn(): void {
    if (this.#run.planned === null) return;
    warn(this.#run, "Something came after the end of the run.");
    this.#run.unplan();
    this.#tools.resume();
  }

  #start(event: JsonObject): void {
    const id = requireString(event, "runId");
    if (this.#openRuns.size > 0) warn(this.#run, "A run started while another one was open.");
    else this.#tools.startRun();
    this.#openRuns.add(id);
    this.#hasStarted = true;
    this.#run.unplan();
    this.#tools.resume();
    this.#run.open(vendorWord(event, "model"));
  }

  #finish(event: JsonObject): void {
    if (!this.#hasStarted) throw new BadEvent("A run finished that was never started, so its beginning may be missing.");
    const id = optionalString(event, "runId") ?? [...this.#openRuns].at(-1) ?? "";
    const wasOpen = this.#openRuns.has(id);
    if (!wasOpen && this.#openRuns.size > 0) return warn(this.#run, "Another run than the open one finished; it is ignored.");
    if (!wasOpen) warn(this.#run, "A run finished twice.");
    const ending = this.#endingOf(event);
    this.#openRuns.delete(id);
    this.#tools.finishRun();
    this.#readUsage(event);
    this.#settle(ending);
  }

  #endingOf(event: JsonObject): Ending {
    const outcome = optionalObject(event, "outcome") ?? { type: "success" };
    const type = requireString(outcome, "type");
    switch (type) {
      case "success":
        return this.#succeed(event, outcome);
      case "interrupt":
        return readInterrupts(optionalList(outcome, "interrupts") ?? [], event["timestamp"], this.#run, this.#tools);
      case "cancelled":
        return { outcome: "truncated", cause: "stopped" };
      default:
        return this.#reportReason(type, unknownReason(type));
    }
  }

  #succeed(event: JsonObject, outcome: JsonObject): Ending {
    const pending = (optionalList(outcome, "pendingToolCallIds") ?? []).filter((id) => typeof id === "string");
    this.#tools.leave(pending);
    this.#showSnapshotAnswer();
    const hasUnanswered = pending.length > 0 || this.#tools.hasUnanswered;
    const ending = this.#successOf(event, { hasAnswer: this.#texts.hasAnswer, hasUnanswered });
    return this.#reportReason(vendorWord(event, "finishReason") ?? "", ending);
  }

  #reportReason(raw: string, ending: Ending): Ending {
    if (codeOf(ending) === "finish-reason-unknown") this.#run.reportReason(raw, "failed");
    return ending;
  }

  /** Some agents stream no text at all, and tell the answer in a snapshot. */
  #showSnapshotAnswer(): void {
    const answer = this.#snapshotAnswer;
    if (answer === null || this.#texts.hasAnswer) return;
    this.#texts.append(answer.id, "answer", answer.text);
    this.#texts.close(answer.id);
  }

  /** A success, or a step that waits, may be overtaken by another run in the same body; any other end is the end. */
  #settle(ending: Ending): void {
    if (ending.outcome !== "truncated") this.#texts.closeAll();
    if (ending.outcome !== "complete" && codeOf(ending) !== "tool-results-missing") return this.#run.end(ending);
    if (this.#openRuns.size === 0) this.#run.plan(ending);
  }

  #fail(event: JsonObject): void {
    this.#readUsage(event);
    this.#run.end(endingOfError(event));
  }

  #readSnapshot(event: JsonObject): void {
    const messages = optionalList(event, "messages");
    if (messages === undefined) throw new BadEvent("A snapshot has no messages.");
    this.#snapshotAnswer = lastAnswer(messages);
    reconcile(messages, this.#texts, this.#tools);
  }

  #readActivity(event: JsonObject): void {
    this.#run.write({ type: "run.phase", phase: "thinking", label: requireString(event, "activityType") });
  }

  #readPhase(type: string, event: JsonObject): void {
    if (type.startsWith("STEP_")) this.#noteStep(type, requireString(event, "stepName"));
    if (THINKING.has(type)) return this.#run.enterPhase("thinking");
    if (PASSED.has(type)) return;
    if (isObject(event["error"])) return this.#run.fail(providerError(event["error"]));
    this.#run.reportUnknown(type);
    if (event["delta"] !== undefined) throw new BadEvent(`The unknown event ${type} carries a delta, which may be text.`);
  }

  #noteStep(type: string, name: string): void {
    if (type === "STEP_STARTED") this.#steps.add(name);
    else if (!this.#steps.delete(name)) warn(this.#run, "A step finished that was not started.");
  }

  /** One entry for each provider and model; several runs add up. */
  #readUsage(event: JsonObject): void {
    const entries = listOf(event["usage"]).map(objectOf);
    const counts = entries.flatMap((entry) => countOf(entry["outputTokens"]) ?? []);
    if (counts.length === 0) return;
    const reasoning = entries.flatMap((entry) => countOf(entry["reasoningTokens"]) ?? []);
    this.#generated += sum(counts);
    if (reasoning.length > 0) this.#reasoning = (this.#reasoning ?? 0) + sum(reasoning);
    const facts = { generated: this.#generated, billed: this.#generated, billedReasoning: this.#reasoning };
    this.#run.write({ type: "usage", ...facts, source: this.#run.wire, final: true });
  }
}

function codeOf(ending: Ending): string | undefined {
  return ending.outcome === "truncated" ? ending.error?.code : undefined;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
