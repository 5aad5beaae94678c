import { bindArgs } from "../../protocol/index.js";
import type { CallWriter, WireCall } from "../shared/call-writer.js";
import { BadEvent, isObject, optionalString, requireString, stringOf, type JsonObject } from "../shared/fields.js";

interface Known {
  readonly call: WireCall;
  /** The message that proposed it. */
  readonly message: string;
  /** Arguments as the wire has them, which may have replaced what was streamed. */
  args: string;
  hasEnded: boolean;
}

/** Calls by the ids of the wire. The server runs them, unless the graph ends with them unanswered. */
export class LangGraphTools {
  readonly #calls: CallWriter;
  readonly #byId = new Map<string, Known>();
  readonly #slots = new Map<string, Known>();
  /** The slot that a piece without an index and an id continues. */
  #lastSlot = "";

  constructor(calls: CallWriter) {
    this.#calls = calls;
  }

  /** A piece of a call. Its arguments continue those before it, or are all of them so far. */
  readPiece(message: string, piece: unknown, mode: "append" | "replace"): void {
    if (!isObject(piece)) throw new BadEvent("A piece of a tool call must be an object.");
    const id = optionalString(piece, "id");
    const known = this.#slotOf(message, piece["index"], id, optionalString(piece, "name"));
    const args = optionalString(piece, "args") ?? "";
    if (args === "") return;
    if (known.hasEnded) throw new BadEvent(`More arguments of ${known.call.name} came after its end.`);
    known.args = mode === "append" ? known.args + args : args;
    // Arguments that were replaced can't be streamed on; the whole of them comes with the end.
    if (known.args.startsWith(known.call.argsText)) this.#calls.appendArgs(known.call, known.args.slice(known.call.argsText.length));
  }

  /** A call that the wire has whole. The same one may be told of again, in the state of the graph. */
  readWhole(message: string, value: unknown, index?: number): void {
    if (!isObject(value)) throw new BadEvent("A tool call must be an object.");
    const streamed = index === undefined ? undefined : this.#slots.get(this.#keyOf(message, index, undefined));
    const known = streamed ?? this.#knownAs(message, optionalString(value, "id"), requireString(value, "name"));
    if (known.call.result !== null) return;
    known.hasEnded = true;
    this.#calls.finishValue(known.call, value["args"] ?? {});
  }

  /** All that the message proposed is whole. */
  end(message: string): void {
    for (const known of this.#slots.values()) if (known.message === message) this.#finish(known);
  }

  finish(id: string, outcome: { readonly isError: boolean | undefined; readonly output: unknown; readonly message?: string }): void {
    const known = this.#byId.get(id) ?? this.#propose("", id, "unknown");
    const { call } = known;
    const { output } = outcome;
    if (outcome.isError === true) {
      const error = { code: "tool-failed", message: outcome.message ?? stringOf(output) ?? "The tool failed.", retryable: false };
      return this.#calls.finish(call, { result: "error", output, error });
    }
    const isKnown = outcome.isError === false || call.effect === "read";
    this.#calls.finish(call, { result: isKnown ? "ok" : "unknown", output });
  }

  /** The server runs a tool of which no message told. */
  start(id: string, name: string, input: unknown): void {
    if (this.#byId.has(id)) return;
    const known = this.#propose("", id, name);
    if (input === undefined) return;
    known.hasEnded = true;
    this.#calls.finishValue(known.call, input);
  }

  progress(id: string, preview: unknown): void {
    const known = this.#byId.get(id);
    if (known !== undefined) this.#calls.progress(known.call, preview);
  }

  isUnanswered(message: string): boolean {
    return [...this.#byId.values()].some((known) => known.message === message && !known.call.isAnswered);
  }

  /** The call that an interrupt is about: the same tool with the same arguments, and nobody asked about it yet. */
  findLike(name: string, args: unknown): WireCall | undefined {
    const open = [...this.#byId.values()].filter(({ call }) => call.name === name && call.result === null && !call.isAsked);
    return open.find(({ call }) => isSame(call, args))?.call;
  }

  /** Stands in for a question that is about no call of this stream, so that it can be shown and bound. */
  createQuestion(id: string, name: string, title: string | undefined, args: unknown): WireCall {
    const call = this.#calls.propose({ id, name, runsOn: "server", ...(title === undefined ? {} : { title }) });
    this.#calls.finishValue(call, args);
    if (call.argsHash === null) throw new BadEvent("An approval was asked for what cannot be shown.");
    return call;
  }

  #slotOf(message: string, index: unknown, id: string | undefined, name: string | undefined): Known {
    const key = this.#keyOf(message, index, id);
    this.#lastSlot = key;
    const known = this.#slots.get(key);
    const isOther = known !== undefined && id !== undefined && id !== known.call.id && this.#byId.get(id) !== known && name !== undefined;
    if (known !== undefined && !isOther) return known;
    if (known !== undefined) this.#finish(known);
    if (name === undefined || name === "") throw new BadEvent("A tool call begins without a name.");
    const opened = this.#knownAs(message, id, name);
    this.#slots.set(key, opened);
    return opened;
  }

  #keyOf(message: string, index: unknown, id: string | undefined): string {
    if (typeof index === "number" || typeof index === "string") return JSON.stringify([message, index]);
    return id === undefined ? this.#lastSlot : JSON.stringify([message, "", id]);
  }

  #knownAs(message: string, id: string | undefined, name: string): Known {
    const known = id === undefined ? undefined : this.#byId.get(id);
    return known !== undefined && known.call.name === name ? known : this.#propose(message, id, name);
  }

  #propose(message: string, id: string | undefined, name: string): Known {
    const call = this.#calls.propose({ id, name, runsOn: "server" });
    const known: Known = { call, message, args: "", hasEnded: false };
    this.#byId.set(id ?? call.id, known);
    return known;
  }

  #finish(known: Known): void {
    if (known.hasEnded) return;
    known.hasEnded = true;
    this.#calls.finishText(known.call, known.args);
  }
}

function isSame(call: WireCall, args: unknown): boolean {
  const bound = bindArgs(call.id, call.name, args);
  return bound.ok && bound.argsHash === call.argsHash;
}

/** What a `tool` message says of its call. */
export function resultOfMessage(fields: JsonObject): { readonly isError: boolean | undefined; readonly output: unknown } {
  const status = stringOf(fields["status"]);
  return { isError: status === undefined ? undefined : status === "error", output: fields["content"] };
}
