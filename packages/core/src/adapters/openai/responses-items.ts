import type { CallWriter, WireCall } from "../shared/call-writer.js";
import { isObject, listOf, objectOf, optionalString, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import type { WireOutput } from "../shared/wire-decoder.js";

/** Items that are tools run by whoever asked the model. */
const CLIENT_ITEMS: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "apply_patch_call",
  "computer_call",
]);

const LOOKUP_ITEMS: ReadonlySet<string> = new Set(["web_search_call", "file_search_call", "tool_search_call"]);
const OTHER_CALL_ITEMS: ReadonlySet<string> = new Set(["program", "mcp_approval_request"]);

export function isCallItem(type: string): boolean {
  return type.endsWith("_call") || OTHER_CALL_ITEMS.has(type);
}

export function isOutputItem(type: string): boolean {
  return type.endsWith("_call_output") || type === "tool_search_output" || type === "program_output";
}

/** The tool calls among the output items of a response, by their place in it: item ids change between events. */
export class ResponsesItems {
  readonly #output: WireOutput;
  readonly #calls: CallWriter;
  readonly #byIndex = new Map<number, WireCall>();
  readonly #openApprovals = new Set<string>();
  #searches: WireCall[] = [];

  constructor(output: WireOutput) {
    this.#output = output;
    this.#calls = output.calls;
  }

  get openApprovals(): readonly string[] {
    return [...this.#openApprovals];
  }

  at(index: number): WireCall | undefined {
    return this.#byIndex.get(index);
  }

  restart(): void {
    this.#byIndex.clear();
    this.#openApprovals.clear();
    this.#searches = [];
  }

  add(index: number, type: string, item: JsonObject): WireCall {
    const known = this.#byIndex.get(index);
    if (known !== undefined) return known;
    const id = stringOf(item["call_id"]) ?? stringOf(item["id"]);
    const runsOn = isRunByClient(type, item) ? "client" : "server";
    const effect = LOOKUP_ITEMS.has(type) ? { effect: "read" as const } : {};
    const call = this.#calls.propose({ id, name: nameOf(type, item), runsOn, ...effect });
    this.#byIndex.set(index, call);
    if (type === "tool_search_call") this.#searches.push(call);
    return call;
  }

  /** The item is whole: so are its arguments, and for a tool of the provider its result. */
  finish(index: number, type: string, item: JsonObject): void {
    const call = this.add(index, type, item);
    if (call.argsHash === null) this.#finishArgs(call, type, item);
    if (type === "mcp_approval_request") return this.#requestApproval(call, item);
    if (call.runsOn === "server" && isOver(type)) this.#finishServerCall(call, item);
  }

  /** An item that holds the result of an earlier one. */
  readOutput(item: JsonObject): void {
    const call = this.#calls.find(stringOf(item["call_id"]) ?? "") ?? this.#searches.shift();
    if (call === undefined) return this.#output.run.reportUnknown("output_item_without_call");
    const output = item["output"] ?? item["result"] ?? item["tools"];
    this.#calls.finish(call, { result: "ok", output });
  }

  #finishArgs(call: WireCall, type: string, item: JsonObject): void {
    const text = optionalTextArguments(item);
    if (text !== undefined) this.#calls.finishText(call, text);
    else if (call.argsText !== "" && type === "function_call") this.#calls.finishText(call);
    else this.#calls.finishValue(call, argumentsOf(type, item));
  }

  #finishServerCall(call: WireCall, item: JsonObject): void {
    const status = stringOf(item["status"]) ?? "completed";
    const failure = item["error"];
    if (status === "failed" || (failure !== undefined && failure !== null)) {
      const error = { code: "tool-failed", message: `The provider's tool ${call.name} reported a failure.`, retryable: false };
      return this.#calls.finish(call, { result: "error", error, output: failure });
    }
    if (status !== "completed") return this.#calls.finish(call, { result: "unknown" });
    this.#calls.finish(call, { result: "ok", output: outputOf(item) });
  }

  #requestApproval(call: WireCall, item: JsonObject): void {
    const approval = requireString(item, "id");
    if (call.argsHash === null || this.#openApprovals.has(approval)) return;
    this.#openApprovals.add(approval);
    call.isAsked = true;
    this.#output.run.write({
      type: "approval.request",
      approval,
      items: [{ call: call.id, argsHash: call.argsHash }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    });
  }
}

/** A shell runs where its environment is; a search of tools says who executes it. */
function isRunByClient(type: string, item: JsonObject): boolean {
  if (type === "tool_search_call") return (optionalString(item, "execution") ?? "server") !== "server";
  if (type === "shell_call") return !isObject(item["environment"]) || item["environment"]["type"] === "local";
  return CLIENT_ITEMS.has(type);
}

/** The result of a shell or a program comes as an item of its own. */
function isOver(type: string): boolean {
  return type !== "shell_call" && type !== "program" && type !== "tool_search_call";
}

function nameOf(type: string, item: JsonObject): string {
  if (type === "function_call" || type === "custom_tool_call") return requireString(item, "name");
  return stringOf(item["name"]) ?? type.replace(/_call$/u, "");
}

/** Arguments as JSON text. An empty text on a call that streams its arguments only says that they begin. */
function optionalTextArguments(item: JsonObject): string | undefined {
  return isObject(item["arguments"]) ? undefined : optionalString(item, "arguments");
}

/** Tools of the provider keep their arguments in fields of their own. */
function argumentsOf(type: string, item: JsonObject): unknown {
  if (type === "custom_tool_call") return { input: optionalString(item, "input") ?? "" };
  if (isObject(item["arguments"])) return item["arguments"];
  const names = ["action", "operation", "queries", "code", "prompt", "revised_prompt"];
  return Object.fromEntries(names.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]));
}

function outputOf(item: JsonObject): unknown {
  const output = item["output"] ?? item["outputs"] ?? item["results"];
  if (output !== undefined && output !== null) return output;
  const sources = listOf(objectOf(item["action"])["sources"]);
  return sources.length > 0 ? sources : undefined;
}
