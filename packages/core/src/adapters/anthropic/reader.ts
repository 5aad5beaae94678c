import { FINISH_REASON_MISSING, TOOL_RESULTS_MISSING } from "../shared/endings.js";
import { typeOf } from "../shared/event-type.js";
import {
  BadEvent,
  countOf,
  listOf,
  objectOf,
  optionalObject,
  optionalString,
  requireIndex,
  requireObject,
  requireString,
  stringOf,
  type JsonObject,
} from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { WireCall } from "../shared/call-writer.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { effectOfServerTool, isFailedResult, isServerToolUse, isToolResult } from "./server-tools.js";
import { endingOf, isFinalCut } from "./stop-reason.js";

interface Block {
  readonly key: string;
  readonly call: WireCall | undefined;
  readonly id: string | undefined;
  readonly input: unknown;
}

const KNOWN: ReadonlySet<string> = new Set([
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "message_stop",
  "ping",
  "error",
]);

/** Blocks that hold nothing for the reader, and deltas of the same kind. */
const SILENT_BLOCKS: ReadonlySet<string> = new Set(["redacted_thinking", "compaction", "fallback", "container_upload"]);
const SILENT_DELTAS: ReadonlySet<string> = new Set(["signature_delta", "compaction_delta"]);

export class AnthropicReader implements WireReader {
  readonly #output: WireOutput;
  readonly #blocks = new Map<number, Block>();
  #messageCount = 0;
  #messageId: string | undefined;
  #isInMessage = false;
  #reason: string | null = null;
  #explanation: string | undefined;

  constructor(output: WireOutput) {
    this.#output = output;
  }

  read(value: JsonObject, eventName: string | undefined): void {
    const type = typeOf(value, eventName, KNOWN);
    switch (type) {
      case "message_start":
        return this.#startMessage(requireObject(value, "message"));
      case "content_block_start":
        return this.#startBlock(requireIndex(value, "index"), requireObject(value, "content_block"));
      case "content_block_delta":
        return this.#readDelta(requireIndex(value, "index"), requireObject(value, "delta"));
      case "content_block_stop":
        return this.#stopBlock(requireIndex(value, "index"));
      case "message_delta":
        return this.#readMessageDelta(value);
      case "message_stop":
        return this.#stopMessage();
      case "ping":
        return this.#output.run.beat();
      case "error":
        return this.#output.run.fail(providerError(value["error"]));
      default:
        return this.#skip(type, value);
    }
  }

  readDone(): void {
    this.#output.run.reportUnknown("[DONE]");
  }

  readDocument(document: JsonObject): boolean {
    if (document["type"] !== "message" || !Array.isArray(document["content"])) return false;
    this.#startMessage(document);
    for (const block of document["content"]) {
      for (const citation of listOf(objectOf(block)["citations"])) this.#readCitation(objectOf(citation));
    }
    this.#readMessageDelta({ delta: document, usage: document["usage"] });
    this.#stopMessage();
    return true;
  }

  #skip(type: string, value: JsonObject): void {
    if (value["error"] !== undefined && value["error"] !== null) return this.#output.run.fail(providerError(value["error"]));
    this.#output.run.reportUnknown(type);
    if (value["delta"] !== undefined) throw new BadEvent(`The unknown event ${type} carries a delta, which may be text.`);
  }

  /** A body may hold several messages: a host ran tools in between, or a proxy asked again in mid-answer. The same start twice is one message. */
  #startMessage(message: JsonObject): void {
    const { run, calls, parts } = this.#output;
    run.open(stringOf(message["model"]));
    this.#readUsage(objectOf(message["usage"]), false);
    const id = stringOf(message["id"]);
    if (this.#isInMessage && (id === undefined || id === this.#messageId)) return;
    if (this.#isInMessage) parts.closeAll();
    this.#isInMessage = true;
    this.#messageId = id;
    this.#messageCount += 1;
    this.#blocks.clear();
    this.#reason = optionalString(message, "stop_reason") ?? null;
    if (run.planned !== null) {
      run.unplan();
      calls.passUnanswered();
    }
    for (const [index, block] of listOf(message["content"]).entries()) {
      this.#startBlock(index, objectOf(block));
      this.#stopBlock(index);
    }
  }

  #startBlock(index: number, block: JsonObject): void {
    const type = requireString(block, "type");
    const key = `${this.#messageCount}:${index}`;
    const id = stringOf(block["id"]);
    if (id !== undefined && this.#blocks.get(index)?.id === id) return;
    const call = type === "tool_use" || isServerToolUse(type) ? this.#propose(type, id, block) : undefined;
    this.#blocks.set(index, { key, call, id, input: block["input"] });
    if (call !== undefined) return;
    if (type === "text") return this.#output.parts.append(key, "answer", optionalString(block, "text") ?? "");
    if (type === "thinking") return this.#output.parts.append(key, "reasoning", optionalString(block, "thinking") ?? "");
    if (isToolResult(type)) return this.#readToolResult(block);
    if (!SILENT_BLOCKS.has(type)) this.#output.run.reportUnknown(`content_block_start:${type}`);
  }

  #propose(type: string, id: string | undefined, block: JsonObject): WireCall {
    const name = requireString(block, "name");
    if (!isServerToolUse(type)) return this.#output.calls.propose({ id, name, runsOn: "client" });
    const effect = effectOfServerTool(name);
    return this.#output.calls.propose({ id, name, runsOn: "server", ...(effect === undefined ? {} : { effect }) });
  }

  #readToolResult(block: JsonObject): void {
    const call = this.#output.calls.find(stringOf(block["tool_use_id"]) ?? "");
    if (call === undefined) return this.#output.run.reportUnknown("tool_result_without_call");
    const output = block["content"];
    if (!isFailedResult(block)) return this.#output.calls.finish(call, { result: "ok", output });
    const error = { code: "tool-failed", message: `The provider's tool ${call.name} reported a failure.`, retryable: false };
    this.#output.calls.finish(call, { result: "error", output, error });
  }

  #readDelta(index: number, delta: JsonObject): void {
    const { parts } = this.#output;
    const key = this.#blocks.get(index)?.key ?? `${this.#messageCount}:${index}`;
    const type = requireString(delta, "type");
    switch (type) {
      case "text_delta":
        return parts.append(key, "answer", requireString(delta, "text"));
      case "thinking_delta":
        return parts.append(key, "reasoning", requireString(delta, "thinking"));
      case "input_json_delta":
        return this.#readInput(index, requireString(delta, "partial_json"));
      case "citations_delta":
        return this.#readCitation(objectOf(delta["citation"]));
      default:
        return this.#skipDelta(type, delta);
    }
  }

  #skipDelta(type: string, delta: JsonObject): void {
    if (SILENT_DELTAS.has(type)) return;
    this.#output.run.reportUnknown(`content_block_delta:${type}`);
    if (delta["text"] !== undefined) throw new BadEvent(`The unknown delta ${type} carries text.`);
  }

  #readInput(index: number, json: string): void {
    const call = this.#blocks.get(index)?.call;
    if (call === undefined) throw new BadEvent(`Tool input came for the block ${index}, which is no tool call.`);
    this.#output.calls.appendArgs(call, json);
  }

  #readCitation(citation: JsonObject): void {
    const url = stringOf(citation["url"]);
    const title = stringOf(citation["title"]) ?? stringOf(citation["document_title"]);
    const quote = stringOf(citation["cited_text"]);
    this.#output.parts.writeValue("source", {
      ...(url === undefined ? {} : { url }),
      ...(title === undefined ? {} : { title }),
      ...(quote === undefined ? {} : { quote }),
    });
  }

  #stopBlock(index: number): void {
    const block = this.#blocks.get(index);
    this.#output.parts.close(block?.key ?? `${this.#messageCount}:${index}`);
    if (block?.call === undefined || block.call.argsHash !== null) return;
    if (block.call.argsText === "") this.#output.calls.finishValue(block.call, block.input ?? {});
    else this.#output.calls.finishText(block.call);
  }

  #readMessageDelta(value: JsonObject): void {
    const delta = requireObject(value, "delta");
    this.#reason = optionalString(delta, "stop_reason") ?? this.#reason;
    this.#explanation = stringOf(objectOf(delta["stop_details"])["explanation"]) ?? this.#explanation;
    this.#readUsage(optionalObject(value, "usage") ?? {}, this.#reason !== null);
    const ending = this.#reason !== null && isFinalCut(this.#reason) ? this.#endingOf(this.#reason) : null;
    if (ending !== null) this.#output.run.plan(ending);
  }

  #stopMessage(): void {
    const { run, parts, calls } = this.#output;
    this.#isInMessage = false;
    if (this.#reason === null) return run.plan(FINISH_REASON_MISSING);
    const ending = this.#endingOf(this.#reason);
    if (ending === null) return run.reportReason(this.#reason, "not an end");
    if (ending === TOOL_RESULTS_MISSING) return run.plan(ending);
    if (ending.outcome === "complete" && calls.hasUnanswered) return run.plan(TOOL_RESULTS_MISSING);
    if (ending.outcome === "complete") parts.closeAll();
    run.end(ending);
  }

  #endingOf(reason: string): ReturnType<typeof endingOf> {
    const ending = endingOf(reason, { hasAnswer: this.#output.parts.hasAnswer, explanation: this.#explanation });
    const isUnknown = ending?.outcome === "truncated" && ending.error?.code === "finish-reason-unknown";
    if (isUnknown) this.#output.run.reportReason(reason, "failed");
    return ending;
  }

  #readUsage(usage: JsonObject, final: boolean): void {
    const generated = countOf(usage["output_tokens"]);
    if (generated === null) return;
    this.#output.run.write({
      type: "usage",
      generated,
      billed: final ? generated : null,
      billedReasoning: null,
      source: this.#output.run.wire,
      final,
    });
  }
}
