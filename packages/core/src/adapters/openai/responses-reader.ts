import type { WireCall } from "../shared/call-writer.js";
import { typeOf } from "../shared/event-type.js";
import {
  BadEvent,
  countOf,
  isObject,
  listOf,
  objectOf,
  requireIndex,
  requireObject,
  requireString,
  stringOf,
  type JsonObject,
} from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { endingOfResponse } from "./responses-ending.js";
import { isCallItem, isOutputItem, ResponsesItems } from "./responses-items.js";
import { Sequence } from "./responses-sequence.js";

type TextKind = "answer" | "reasoning" | "refusal";

/** Text of the wire: the kind it has here, and the field that holds the whole of it in the `done` event. */
const TEXTS: ReadonlyMap<string, { readonly kind: TextKind; readonly whole: string }> = new Map([
  ["response.output_text", { kind: "answer", whole: "text" }],
  ["response.refusal", { kind: "refusal", whole: "refusal" }],
  ["response.reasoning_text", { kind: "reasoning", whole: "text" }],
  ["response.reasoning_summary_text", { kind: "reasoning", whole: "text" }],
]);

/** Arguments that come in pieces, and the field with the whole of them; `null` where that is not JSON. */
const ARGUMENTS: ReadonlyMap<string, string | null> = new Map([
  ["response.function_call_arguments", "arguments"],
  ["response.mcp_call_arguments", "arguments"],
  ["response.custom_tool_call_input", null],
  ["response.code_interpreter_call_code", null],
]);

const OPENING: ReadonlySet<string> = new Set(["response.created", "response.queued", "response.in_progress"]);
const TERMINAL: ReadonlySet<string> = new Set(["response.completed", "response.incomplete", "response.failed", "response.cancelled"]);
const KNOWN: ReadonlySet<string> = new Set([
  ...OPENING,
  ...TERMINAL,
  ...[...TEXTS.keys(), ...ARGUMENTS.keys()].flatMap((stem) => [`${stem}.delta`, `${stem}.done`]),
  "response.output_item.added",
  "response.output_item.done",
  "response.content_part.added",
  "response.content_part.done",
  "response.output_text.annotation.added",
  "error",
]);
/** Says nothing that another event does not say too. */
const SILENT = /^response\.(?:reasoning_summary_part|mcp_list_tools|shell_call|apply_patch_call|image_generation_call)/u;
const TOOL_PHASE = /_call\.(?:in_progress|searching|interpreting|generating|completed|failed|partial_image)$/u;

export class ResponsesReader implements WireReader {
  readonly #output: WireOutput;
  readonly #items: ResponsesItems;
  readonly #sequence = new Sequence();
  #response = 0;

  constructor(output: WireOutput) {
    this.#output = output;
    this.#items = new ResponsesItems(output);
  }

  read(value: JsonObject, eventName: string | undefined): void {
    const type = typeOf(value, eventName, KNOWN);
    if (type === "response.created" && this.#output.run.planned !== null) this.#startAnother();
    const verdict = this.#sequence.check(value);
    if (verdict === "gap") return this.#output.run.breakOff("A sequence number is missing, so text may be; reading stopped there.");
    if (verdict === "next") this.#dispatch(type, value);
  }

  readDone(): void {
    this.#output.run.settlePlan();
  }

  readDocument(document: JsonObject): boolean {
    if (document["object"] !== "response" || !Array.isArray(document["output"])) return false;
    this.#output.run.open(stringOf(document["model"]));
    for (const [index, item] of document["output"].entries()) this.#readWholeItem(index, objectOf(item));
    this.#end(stringOf(document["status"]) ?? "", document);
    return true;
  }

  /** What a stream tells in events of its own stands inside the item here: reasoning, and the sources of a text. */
  #readWholeItem(index: number, item: JsonObject): void {
    if (item["type"] === "reasoning") return this.#readWholeReasoning(index, item);
    this.#readItem(true, { item, output_index: index });
    if (item["type"] !== "message") return;
    for (const content of listOf(item["content"])) {
      for (const annotation of listOf(objectOf(content)["annotations"])) this.#readAnnotation(objectOf(annotation));
    }
  }

  #readWholeReasoning(index: number, item: JsonObject): void {
    for (const [place, piece] of [...listOf(item["summary"]), ...listOf(item["content"])].entries()) {
      const key = `${this.#response}:r:${index}:${place}`;
      this.#output.parts.append(key, "reasoning", stringOf(objectOf(piece)["text"]) ?? "");
      this.#output.parts.close(key);
    }
  }

  /** A host ran the tools and streams the next response into the same body. */
  #startAnother(): void {
    this.#output.run.unplan();
    this.#output.calls.passUnanswered();
    this.#items.restart();
    this.#sequence.restart();
    this.#response += 1;
  }

  #dispatch(type: string, value: JsonObject): void {
    if (OPENING.has(type)) return this.#open(type, value);
    if (TERMINAL.has(type)) return this.#end(type.slice("response.".length), requireObject(value, "response"));
    if (type === "error") return this.#output.run.fail(providerError(value["error"] ?? value));
    if (type.startsWith("response.output_item.")) return this.#readItem(type.endsWith(".done"), value);
    if (type.startsWith("response.content_part.")) return this.#readContentPart(type.endsWith(".done"), value);
    if (type === "response.output_text.annotation.added") return this.#readAnnotation(objectOf(value["annotation"]));
    const stem = type.replace(/\.(?:delta|done)$/u, "");
    const text = TEXTS.get(stem);
    if (text !== undefined) return this.#readText(stem, text, type.endsWith(".done"), value);
    const whole = ARGUMENTS.get(stem);
    if (whole !== undefined) return this.#readArguments(whole, type.endsWith(".done"), value);
    this.#skip(type, value);
  }

  #open(type: string, value: JsonObject): void {
    this.#output.run.open(stringOf(objectOf(value["response"])["model"]));
    if (type === "response.queued") this.#output.run.enterPhase("queued");
  }

  #skip(type: string, value: JsonObject): void {
    const call = this.#items.at(countOf(value["output_index"]) ?? -1);
    if (TOOL_PHASE.test(type)) return call === undefined ? undefined : this.#output.run.enterPhase("tool", call.id);
    if (isObject(value["error"])) return this.#output.run.fail(providerError(value["error"]));
    if (!SILENT.test(type)) this.#output.run.reportUnknown(type);
  }

  /** Keyed by place: some gateways give every event another item id. */
  #keyOf(kind: TextKind, value: JsonObject): string {
    const place = requireIndex(value, "output_index");
    const part = countOf(value["content_index"] ?? value["summary_index"]) ?? 0;
    return `${this.#response}:${kind === "reasoning" ? "r" : "c"}:${place}:${part}`;
  }

  #readText(stem: string, text: { readonly kind: TextKind; readonly whole: string }, isDone: boolean, value: JsonObject): void {
    const key = `${this.#keyOf(text.kind, value)}${stem.includes("summary") ? ":summary" : ""}`;
    if (!isDone) return this.#output.parts.append(key, text.kind, requireString(value, "delta"));
    this.#compare(key, text.kind, requireString(value, text.whole));
    this.#output.parts.close(key);
  }

  /** What the wire says in full must begin with what it streamed; else events are missing or out of order. */
  #compare(key: string, kind: TextKind, whole: string): void {
    if (!this.#output.parts.complete(key, kind, whole)) {
      throw new BadEvent("The whole text differs from the text that was streamed.");
    }
  }

  #readContentPart(isDone: boolean, value: JsonObject): void {
    const part = requireObject(value, "part");
    const kind = part["type"] === "refusal" ? "refusal" : part["type"] === "output_text" ? "answer" : null;
    if (kind === null) return;
    const whole = requireString(part, kind === "refusal" ? "refusal" : "text");
    const key = this.#keyOf(kind, value);
    if (isDone || whole !== "") this.#compare(key, kind, whole);
    if (isDone) this.#output.parts.close(key);
  }

  #readItem(isDone: boolean, value: JsonObject): void {
    const item = requireObject(value, "item");
    const type = requireString(item, "type");
    const index = requireIndex(value, "output_index");
    if (type === "message") return isDone ? this.#readMessage(index, item) : undefined;
    if (isOutputItem(type)) return isDone ? this.#items.readOutput(item) : undefined;
    if (!isCallItem(type)) return;
    if (isDone) this.#items.finish(index, type, item);
    else this.#items.add(index, type, item);
  }

  #readMessage(index: number, item: JsonObject): void {
    for (const [place, content] of listOf(item["content"]).entries()) {
      const value = { output_index: index, content_index: place, part: content };
      this.#readContentPart(true, value);
    }
  }

  #readArguments(whole: string | null, isDone: boolean, value: JsonObject): void {
    const call = this.#callOf(value);
    if (!isDone) return this.#output.calls.appendArgs(call, requireString(value, "delta"));
    if (whole !== null && call.argsHash === null) this.#output.calls.finishText(call, requireString(value, whole));
  }

  #callOf(value: JsonObject): WireCall {
    const call = this.#items.at(requireIndex(value, "output_index"));
    if (call === undefined) throw new BadEvent("Arguments came for a call that was never announced.");
    return call;
  }

  #readAnnotation(annotation: JsonObject): void {
    const url = stringOf(annotation["url"]);
    const title = stringOf(annotation["title"]) ?? stringOf(annotation["filename"]);
    const id = stringOf(annotation["file_id"]);
    this.#output.parts.writeValue("source", {
      ...(url === undefined ? {} : { url }),
      ...(title === undefined ? {} : { title }),
      ...(id === undefined ? {} : { id }),
    });
  }

  #end(status: string, response: JsonObject): void {
    const { run, parts, calls } = this.#output;
    this.#compareOutput(response);
    this.#readUsage(objectOf(response["usage"]));
    const ending = endingOfResponse(response, status, {
      hasAnswer: parts.hasAnswer,
      hasRefusal: parts.hasRefusal,
      hasUnanswered: calls.hasUnanswered,
      openApprovals: this.#items.openApprovals,
    });
    if (ending.outcome !== "truncated") parts.closeAll();
    if (ending.outcome === "truncated" && ending.error?.code === "finish-reason-unknown") run.reportReason(status, "failed");
    if (ending.outcome === "truncated" && ending.error?.code === "tool-results-missing") return run.plan(ending);
    run.end(ending);
  }

  /** The terminal object repeats the output, except where a gateway leaves it out. */
  #compareOutput(response: JsonObject): void {
    const said = listOf(response["output"]).flatMap(answersOf).join("");
    if (said === "") return;
    const written = this.#output.parts.allOf(`${this.#response}:c:`);
    if (written === "") return this.#output.parts.append(`${this.#response}:c:0:0`, "answer", said);
    if (written !== said) this.#output.run.markDamaged("The text of the terminal event differs from the text that was streamed.");
  }

  #readUsage(usage: JsonObject): void {
    const generated = countOf(usage["output_tokens"]);
    if (generated === null) return;
    const billedReasoning = countOf(objectOf(usage["output_tokens_details"])["reasoning_tokens"]);
    this.#output.run.write({ type: "usage", generated, billed: generated, billedReasoning, source: this.#output.run.wire, final: true });
  }
}

function answersOf(item: unknown): readonly string[] {
  if (!isObject(item) || item["type"] !== "message") return [];
  return listOf(item["content"]).flatMap((content) => {
    if (!isObject(content)) return [];
    const text = content["type"] === "refusal" ? content["refusal"] : content["text"];
    return typeof text === "string" ? [text] : [];
  });
}
