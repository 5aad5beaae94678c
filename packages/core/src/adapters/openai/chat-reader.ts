import type { Ending } from "../shared/run-writer.js";
import {
  BadEvent,
  countOf,
  isObject,
  kindOf,
  listOf,
  objectOf,
  optionalList,
  optionalObject,
  optionalString,
  requireIndex,
  stringOf,
  type JsonObject,
} from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { ChatCalls } from "./chat-calls.js";
import { readContent, readReasoning, type ContentText } from "./chat-content.js";
import { closesCalls, endingOfFinish } from "./chat-finish.js";

export class ChatReader implements WireReader {
  readonly #output: WireOutput;
  readonly #calls: ChatCalls;
  readonly #citations = new Set<string>();
  #usage = "";

  constructor(output: WireOutput) {
    this.#output = output;
    this.#calls = new ChatCalls(output.calls);
  }

  read(value: JsonObject, eventName: string | undefined): void {
    const error = value["error"] ?? (eventName === "error" ? value : null);
    if (error === null) this.#checkShape(value);
    if (Array.isArray(value["choices"])) this.#output.run.open(stringOf(value["model"]));
    for (const choice of optionalList(value, "choices") ?? []) this.#readChoice(choice);
    this.#readUsage(value);
    this.#readCitations(value);
    if (error !== null) this.#output.run.fail(providerError(error));
  }

  readDone(): void {
    this.#output.run.settlePlan();
  }

  readDocument(document: JsonObject): boolean {
    if (!isObject(objectOf(listOf(document["choices"])[0])["message"])) return false;
    this.read(document, undefined);
    this.#output.run.settlePlan();
    return true;
  }

  /** Other wires are JSON too; a chunk without choices is one of this wire only when it reports something else. */
  #checkShape(value: JsonObject): void {
    if (Array.isArray(value["choices"]) || isObject(value["usage"])) return;
    const isEmptyChunk = value["choices"] === undefined && value["object"] === "chat.completion.chunk";
    if (!isEmptyChunk) throw new BadEvent("The event is no chunk of a chat completion: it has no `choices`.");
  }

  #readChoice(choice: unknown): void {
    if (!isObject(choice)) throw new BadEvent(`A choice must be an object; found ${kindOf(choice)}.`);
    if (choice["index"] !== undefined && requireIndex(choice, "index") !== 0) return;
    this.#readDelta(this.#deltaOf(choice));
    const reason = optionalString(choice, "finish_reason");
    if (reason !== undefined && reason !== "") this.#finish(reason);
  }

  /** Where a server sends the whole message at once, and nothing before it, it is read like one delta. */
  #deltaOf(choice: JsonObject): JsonObject {
    const isWhole = choice["delta"] === undefined && !this.#output.parts.hasAnswer;
    const delta = optionalObject(choice, isWhole ? "message" : "delta");
    if (delta !== undefined) return delta;
    if (choice["text"] !== undefined) throw new BadEvent("The choice carries `text`: this is a legacy completion, no chat.");
    if (typeof choice["finish_reason"] === "string") return {};
    throw new BadEvent("A choice must have a `delta`.");
  }

  #readDelta(delta: JsonObject): void {
    const reasoning = readReasoning(delta);
    const refusal = optionalString(delta, "refusal") ?? "";
    this.#append({ kind: "reasoning", text: reasoning });
    for (const content of readContent(delta["content"])) this.#append(content);
    this.#append({ kind: "refusal", text: refusal });
    const pieces = optionalList(delta, "tool_calls") ?? [];
    const made = optionalObject(delta, "function_call");
    if (pieces.length === 0 && made === undefined) return;
    this.#goOn();
    this.#output.parts.closeAll();
    for (const piece of pieces) this.#calls.read(piece);
    if (made !== undefined) this.#calls.readFunctionCall(made);
  }

  #append({ kind, text }: ContentText): void {
    if (text === "") return;
    this.#goOn();
    this.#output.parts.closeAllBut(kind);
    this.#output.parts.append(kind, kind, text);
  }

  /** Content after a finish reason: the conversation went on in this body, so that was the end of a step only. */
  #goOn(): void {
    if (this.#output.run.planned === null) return;
    this.#output.run.unplan();
    this.#output.calls.passUnanswered();
    this.#calls.reset();
  }

  #finish(reason: string): void {
    if (closesCalls(reason)) this.#calls.close();
    const ending = this.#endingOf(reason);
    if (ending.outcome === "complete" && this.#output.run.planned !== null) return;
    if (closesCalls(reason)) this.#output.parts.closeAll();
    this.#output.run.plan(ending);
  }

  #endingOf(reason: string): Ending {
    const { parts, calls, run } = this.#output;
    const facts = { hasAnswer: parts.hasAnswer, hasRefusal: parts.hasRefusal, hasUnanswered: calls.hasUnanswered };
    const ending = endingOfFinish(reason, facts);
    const isUnknown = ending.outcome === "truncated" && ending.error?.code === "finish-reason-unknown";
    if (isUnknown) run.reportReason(reason, "failed");
    return ending;
  }

  #readUsage(value: JsonObject): void {
    const usage = isObject(value["usage"]) ? value["usage"] : objectOf(objectOf(value["x_groq"])["usage"]);
    const generated = countOf(usage["completion_tokens"]);
    const final = this.#output.run.planned !== null;
    if (generated === null || this.#usage === `${generated} ${final}`) return;
    this.#usage = `${generated} ${final}`;
    const reasoning = countOf(objectOf(usage["completion_tokens_details"])["reasoning_tokens"]);
    this.#output.run.write({
      type: "usage",
      generated,
      billed: final ? generated : null,
      billedReasoning: final ? reasoning : null,
      source: this.#output.run.wire,
      final,
    });
  }

  #readCitations(value: JsonObject): void {
    if (this.#output.run.planned === null) return;
    for (const url of listOf(value["citations"])) {
      if (typeof url !== "string" || this.#citations.has(url)) continue;
      this.#citations.add(url);
      this.#output.parts.writeValue("source", { url });
    }
  }
}
