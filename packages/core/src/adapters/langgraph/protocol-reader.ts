import {
  BadEvent,
  isObject,
  kindOf,
  listOf,
  objectOf,
  optionalString,
  requireIndex,
  requireObject,
  requireString,
  stringOf,
  type JsonObject,
} from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { Answer } from "./answer.js";
import { verdictOfStatus } from "./ending.js";
import type { MessageSource } from "./message-dicts.js";

/** One message in the making. Its events carry no id but at its start, so it is found by its place in the graph. */
interface Speaking {
  readonly id: string;
  /** Of people and systems: no part of the answer. */
  readonly isForeign: boolean;
  /** Texts of its blocks, by their index. */
  readonly answers: Map<number, string>;
  readonly reasonings: Map<number, string>;
}

const SILENT: ReadonlySet<string> = new Set(["values", "updates", "checkpoints", "tasks", "custom"]);
const CALLS: ReadonlySet<unknown> = new Set(["tool_call", "tool_call_chunk", "server_tool_call", "server_tool_call_chunk"]);

/** An event, or the answer to a command, of the agent streaming protocol. */
export function isProtocolFrame(value: JsonObject): boolean {
  const isResponse = (value["type"] === "error" || value["type"] === "success") && value["id"] !== undefined;
  return isResponse || (typeof value["method"] === "string" && isObject(value["params"]));
}

export class ProtocolReader {
  readonly #answer: Answer;
  readonly #speaking = new Map<string, Speaking>();
  #last = -1;
  #count = 0;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  read(frame: JsonObject): void {
    if (frame["type"] === "error") return this.#answer.run.fail(providerError({ code: frame["error"], message: frame["message"] }));
    if (frame["type"] === "success" || !this.#isNew(frame)) return;
    const params = requireObject(frame, "params");
    const namespace = listOf(params["namespace"]).filter((name) => typeof name === "string");
    this.#dispatch(requireString(frame, "method"), params, namespace);
  }

  /** Filters leave holes in the numbers, so only a repetition can be told by them. */
  #isNew(frame: JsonObject): boolean {
    if (frame["seq"] === undefined || frame["seq"] === null) return true;
    const seq = requireIndex(frame, "seq");
    if (seq <= this.#last) return false;
    this.#last = seq;
    return true;
  }

  #dispatch(method: string, params: JsonObject, namespace: readonly string[]): void {
    switch (method) {
      case "messages":
        return this.#readMessage(requireObject(params, "data"), { namespace, node: optionalString(params, "node"), tags: [] });
      case "tools":
        return this.#readTool(requireObject(params, "data"));
      case "input.requested":
        return this.#ask(requireObject(params, "data"));
      case "lifecycle":
        return namespace.length === 0 ? this.#readLifecycle(requireObject(params, "data")) : undefined;
      default:
        if (!SILENT.has(method) && !method.startsWith("custom:")) this.#answer.run.reportUnknown(method);
    }
  }

  #readLifecycle(data: JsonObject): void {
    const { run } = this.#answer;
    const event = requireString(data, "event");
    if (event === "started" || event === "running") return run.open();
    const ending = this.#answer.endingOf(verdictOfStatus(event, data["error"]), event);
    // The question that an interrupted run waits for may still be on its way.
    if (event === "interrupted" && ending.outcome === "truncated") this.#answer.plan(ending);
    else this.#answer.end(ending);
  }

  #ask(data: JsonObject): void {
    const { interrupts, run } = this.#answer;
    interrupts.ask(requireString(data, "interrupt_id"), data["payload"]);
    const ending = this.#answer.endingOf("interrupted", "interrupted");
    if (run.planned?.outcome === "truncated") this.#answer.end(ending);
    else this.#answer.plan(ending);
  }

  #readMessage(data: JsonObject, source: MessageSource): void {
    const place = JSON.stringify([source.namespace, source.node ?? null]);
    const event = requireString(data, "event");
    if (event === "message-start") return this.#start(place, data, source);
    if (event === "error") return this.#failMessage(place, data);
    const message = this.#speaking.get(place);
    if (message === undefined) throw new BadEvent(`A ${event} came for a message that was never started.`);
    if (message.isForeign) return;
    if (event === "message-finish") return this.#finish(place, message, data);
    const index = requireIndex(data, "index");
    if (event === "content-block-start") return this.#startBlock(message, index, requireObject(data, "content"));
    if (event === "content-block-delta") return this.#readDelta(message, index, requireObject(data, "delta"));
    if (event === "content-block-finish") return this.#finishBlock(message, index, requireObject(data, "content"));
    throw new BadEvent(`Expected an event of a message; found "${event.slice(0, 40)}", which may be text.`);
  }

  #start(place: string, data: JsonObject, source: MessageSource): void {
    this.#count += 1;
    const id = optionalString(data, "id") ?? `message.${this.#count}`;
    const role = optionalString(data, "role") ?? "ai";
    this.#speaking.set(place, { id, isForeign: role !== "ai", answers: new Map(), reasonings: new Map() });
    if (role !== "ai") return;
    if (this.#answer.run.planned?.outcome === "truncated") this.#answer.run.unplan();
    this.#answer.enter(id, source);
  }

  /** The call of a model failed. The graph may call another one; until then the run has failed. */
  #failMessage(place: string, data: JsonObject): void {
    const message = this.#speaking.get(place);
    if (message !== undefined) this.#answer.retract(message.id);
    this.#speaking.delete(place);
    const error = providerError({ code: data["code"], message: data["message"] });
    this.#answer.run.plan({ outcome: "truncated", cause: "failed", error });
  }

  #finish(place: string, message: Speaking, data: JsonObject): void {
    this.#speaking.delete(place);
    this.#answer.noteUsage(message.id, objectOf(data["usage"]), "set");
    this.#answer.noteStop(message.id, stringOf(data["reason"]));
  }

  #startBlock(message: Speaking, index: number, block: JsonObject): void {
    const text = optionalString(block, "text") ?? "";
    const reasoning = optionalString(block, "reasoning") ?? "";
    if (block["type"] === "reasoning") return this.#append(message, "reasoning", index, reasoning);
    if (block["type"] === "text") return this.#append(message, "answer", index, text);
    if (CALLS.has(block["type"]) && block["name"] !== undefined && block["name"] !== null) this.#readPiece(message, index, block);
    else if (text !== "") throw new BadEvent("A content block of an unknown type carries text.");
  }

  #readDelta(message: Speaking, index: number, delta: JsonObject): void {
    const type = requireString(delta, "type");
    if (type === "text-delta") return this.#append(message, "answer", index, requireString(delta, "text"));
    if (type === "reasoning-delta") return this.#append(message, "reasoning", index, requireString(delta, "reasoning"));
    if (type === "data-delta") return;
    if (type !== "block-delta") throw new BadEvent(`Expected a delta of a content block; found "${type.slice(0, 40)}", which may be text.`);
    const fields = requireObject(delta, "fields");
    if (CALLS.has(fields["type"])) return this.#readPiece(message, index, fields);
    this.#replace(message, index, fields);
  }

  #append(message: Speaking, kind: "answer" | "reasoning", index: number, delta: string): void {
    const texts = kind === "answer" ? message.answers : message.reasonings;
    texts.set(index, (texts.get(index) ?? "") + delta);
    this.#answer.append(message.id, kind, delta);
  }

  /** Fields of a block replace what it had; those that are absent stay. */
  #replace(message: Speaking, index: number, block: JsonObject): void {
    const text = optionalString(block, "text");
    const reasoning = optionalString(block, "reasoning");
    if (text !== undefined) message.answers.set(index, text);
    if (reasoning !== undefined) message.reasonings.set(index, reasoning);
    this.#answer.reconcile(message.id, { answer: inOrder(message.answers), reasoning: inOrder(message.reasonings) });
  }

  /** Arguments that have been parsed already are whole, and are read when the block is finished. */
  #readPiece(message: Speaking, index: number, block: JsonObject): void {
    const { id, name, args } = block;
    const piece = { index, id, name, args: typeof args === "string" ? args : "" };
    this.#answer.tools.readPiece(message.id, piece, "replace");
  }

  #finishBlock(message: Speaking, index: number, block: JsonObject): void {
    switch (block["type"]) {
      case "text":
      case "reasoning":
        return this.#replace(message, index, block);
      case "tool_call":
      case "server_tool_call":
        if (!isObject(block["args"])) throw new BadEvent(`\`args\` must be an object; found ${kindOf(block["args"])}.`);
        return this.#answer.tools.readWhole(message.id, block, index);
      case "server_tool_result":
        return this.#readServerResult(block);
    }
  }

  #readServerResult(block: JsonObject): void {
    this.#answer.tools.finish(requireString(block, "tool_call_id"), { isError: block["status"] === "error", output: block["output"] });
  }

  #readTool(data: JsonObject): void {
    const { tools, run } = this.#answer;
    const id = requireString(data, "tool_call_id");
    switch (data["event"]) {
      case "tool-started":
        return tools.start(id, requireString(data, "tool_name"), data["input"]);
      case "tool-output-delta":
        return tools.progress(id, data["delta"]);
      case "tool-finished":
        return tools.finish(id, { isError: objectOf(data["output"])["status"] === "error", output: data["output"] });
      case "tool-error":
        return tools.finish(id, { isError: true, output: undefined, message: stringOf(data["message"]) ?? "The tool failed." });
      default:
        run.reportUnknown(`tools ${String(data["event"]).slice(0, 40)}`);
    }
  }
}

function inOrder(texts: ReadonlyMap<number, string>): string {
  return [...texts]
    .sort(([first], [second]) => first - second)
    .map(([, text]) => text)
    .join("");
}
