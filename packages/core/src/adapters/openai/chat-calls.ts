import { isTooDeep } from "../shared/bounded.js";
import type { CallWriter, WireCall } from "../shared/call-writer.js";
import { BadEvent, isObject, kindOf, optionalObject, optionalString, type JsonObject } from "../shared/fields.js";

interface Slot {
  readonly wireId: string | undefined;
  readonly call: WireCall;
}

/** Puts streamed pieces of tool calls together. The index names the call; ids and names come once, or with every piece. */
export class ChatCalls {
  readonly #calls: CallWriter;
  readonly #slots = new Map<number, Slot>();
  #last = -1;

  constructor(calls: CallWriter) {
    this.#calls = calls;
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  read(piece: unknown): void {
    if (!isObject(piece)) throw new BadEvent(`A tool call must be an object; found ${kindOf(piece)}.`);
    const made = optionalObject(piece, "function") ?? optionalObject(piece, "custom") ?? {};
    const wireId = optionalString(piece, "id");
    const name = optionalString(made, "name");
    const index = this.#indexOf(piece, wireId, name);
    const slot = this.#continued(index, wireId, name) ?? this.#open(index, wireId, name);
    this.#last = index;
    this.#calls.appendArgs(slot.call, readArguments(made));
  }

  /** The single call of the API before tools. */
  readFunctionCall(made: JsonObject): void {
    this.read({ index: 0, function: made });
  }

  /** All arguments are whole. */
  close(): void {
    for (const { call } of this.#slots.values()) if (call.argsHash === null) this.#calls.finishText(call);
  }

  /** Another step begins, whose indexes count from 0 again. */
  reset(): void {
    this.#slots.clear();
    this.#last = -1;
  }

  #indexOf(piece: JsonObject, wireId: string | undefined, name: string | undefined): number {
    const index = piece["index"];
    if (typeof index === "number") return index;
    if (index !== undefined && index !== null) throw new BadEvent(`\`index\` must be a number; found ${kindOf(index)}.`);
    const known = [...this.#slots].find(([, slot]) => wireId !== undefined && slot.wireId === wireId);
    if (known !== undefined) return known[0];
    return wireId === undefined && name === undefined && this.#last >= 0 ? this.#last : Math.max(-1, ...this.#slots.keys()) + 1;
  }

  /** The call in that place, unless the piece clearly begins another: some servers give every call the index 0. */
  #continued(index: number, wireId: string | undefined, name: string | undefined): Slot | undefined {
    const slot = this.#slots.get(index);
    if (slot === undefined) return undefined;
    const isOther =
      wireId !== undefined && wireId !== "" && slot.wireId !== undefined && wireId !== slot.wireId && name !== undefined && name !== "";
    return isOther ? undefined : slot;
  }

  #open(index: number, wireId: string | undefined, name: string | undefined): Slot {
    const replaced = this.#slots.get(index);
    if (replaced !== undefined && replaced.call.argsHash === null) this.#calls.finishText(replaced.call);
    if (name === undefined || name === "") throw new BadEvent("A tool call begins without a name.");
    const slot = { wireId, call: this.#calls.propose({ id: wireId, name, runsOn: "client" }) };
    this.#slots.set(index, slot);
    return slot;
  }
}

/** Text, or for a few servers an object that is already parsed. */
function readArguments(made: JsonObject): string {
  const value = made["arguments"] ?? made["input"];
  if (isObject(value)) return textOfArguments(value);
  return optionalString(made, made["arguments"] === undefined ? "input" : "arguments") ?? "";
}

function textOfArguments(value: JsonObject): string {
  if (isTooDeep(value)) throw new BadEvent("The arguments of a tool call are nested too deeply.");
  return JSON.stringify(value);
}
