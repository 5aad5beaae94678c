import { bindArgs, parseArgs } from "../../protocol/index.js";
import type { CallWriter, WireCall } from "../shared/call-writer.js";
import { BadEvent, optionalString, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import type { RunWriter } from "../shared/run-writer.js";
import { warn } from "./warn.js";

/** The name of a call of which only the result was sent. */
const NAMELESS = "unknown";

interface AgUiCall {
  readonly call: WireCall;
  hasEnded: boolean;
  /** Its run is over; and then another one began, so somebody has answered it. */
  since: "live" | "left" | "passed";
}

/**
 * Tool events. The wire does not say who runs a tool: what may run on the server counts as run by it, so that nobody
 * says "nothing happened" when something may have.
 */
export class AgUiTools {
  readonly #run: RunWriter;
  readonly #calls: CallWriter;
  readonly #byId = new Map<string, AgUiCall>();
  /** The call that chunks without an id continue; the protocol closes it at the next event of another kind. */
  #chunked: string | undefined;

  constructor(run: RunWriter, calls: CallWriter) {
    this.#run = run;
    this.#calls = calls;
  }

  /** False when the event is none of a tool. */
  read(type: string, event: JsonObject): boolean {
    switch (type) {
      case "TOOL_CALL_START":
        this.#start(requireString(event, "toolCallId"), requireString(event, "toolCallName"));
        return true;
      case "TOOL_CALL_ARGS":
        this.#append(this.#require(event), requireString(event, "delta"));
        return true;
      case "TOOL_CALL_END":
        this.#end(requireString(event, "toolCallId"));
        return true;
      case "TOOL_CALL_CHUNK":
        this.#readChunk(event);
        return true;
      case "TOOL_CALL_RESULT":
        this.#readResult(event);
        return true;
      default:
        return false;
    }
  }

  find(id: string): WireCall | undefined {
    return this.#byId.get(id)?.call;
  }

  /** Calls that nobody has answered: the application would have to. */
  get hasUnanswered(): boolean {
    return [...this.#byId.values()].some(({ call, since }) => since !== "passed" && !call.isAnswered);
  }

  /** Only what was there at the end of a run is passed by the next one: an event may come before the start it belongs to. */
  finishRun(): void {
    for (const known of this.#byId.values()) if (known.since === "live") known.since = "left";
  }

  startRun(): void {
    for (const known of this.#byId.values()) if (known.since === "left") known.since = "passed";
  }

  /** The server leaves these to the application, so it is not running them itself. */
  leave(ids: readonly string[]): void {
    for (const id of ids) {
      const call = this.find(id);
      if (call !== undefined) call.isAsked = true;
    }
  }

  /** The server goes on: what it left to the application may be running again. */
  resume(): void {
    for (const { call } of this.#byId.values()) call.isAsked = false;
  }

  /** Chunks end a call only by something else coming. Without any arguments nobody can tell that from a loss. */
  closeChunk(): void {
    const known = this.#byId.get(this.#chunked ?? "");
    this.#chunked = undefined;
    if (known !== undefined && !known.hasEnded && known.call.argsText.trim() !== "") this.#finish(known);
  }

  /** A later account of the arguments: another one than was streamed means that something got lost. */
  compare(id: string, text: string): void {
    const call = this.find(id);
    if (call === undefined || call.argsHash === null) return;
    const said = parseArgs(call.id, call.name, text);
    if (!said.ok || said.argsHash !== call.argsHash)
      throw new BadEvent(`The snapshot has other arguments of ${call.name} than were streamed.`);
  }

  /** Stands in for a question that is about no call of this stream, so that it can be shown and bound. */
  createQuestion(id: string, name: string, title: string | undefined, args: unknown): WireCall {
    const call = this.#calls.propose({ id, name, runsOn: "server", ...(title === undefined ? {} : { title }) });
    this.#calls.finishValue(call, bindArgs(call.id, name, args).ok ? args : {});
    return call;
  }

  #start(id: string, name: string): AgUiCall {
    const known = this.#byId.get(id);
    if (known === undefined || known.since === "passed" || known.call.isAnswered) return this.#propose(id, name);
    if (known.call.name !== name) throw new BadEvent(`The call ${known.call.name} was started again under the name ${name}.`);
    warn(this.#run, `The call ${name} was started twice.`);
    return known;
  }

  #propose(id: string, name: string): AgUiCall {
    const known: AgUiCall = { call: this.#calls.propose({ id, name, runsOn: "server" }), hasEnded: false, since: "live" };
    this.#byId.set(id, known);
    return known;
  }

  #require(event: JsonObject): AgUiCall {
    const known = this.#byId.get(requireString(event, "toolCallId"));
    if (known === undefined) throw new BadEvent("Arguments came for a call that was never started.");
    return known;
  }

  #append(known: AgUiCall, delta: string): void {
    if (delta === "") return;
    if (known.hasEnded) throw new BadEvent(`More arguments of ${known.call.name} came after its end.`);
    this.#calls.appendArgs(known.call, delta);
  }

  #end(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return warn(this.#run, "A call was ended that was never started.");
    this.#finish(known);
  }

  #finish(known: AgUiCall): void {
    if (known.hasEnded) return;
    known.hasEnded = true;
    this.#calls.finishText(known.call);
  }

  #readChunk(event: JsonObject): void {
    const id = optionalString(event, "toolCallId") ?? this.#chunked;
    if (id === undefined) throw new BadEvent("A chunk of a call names no call, and none is open.");
    const name = optionalString(event, "toolCallName");
    const delta = optionalString(event, "delta") ?? "";
    if (id !== this.#chunked) this.closeChunk();
    const known = this.#byId.get(id) ?? (name === undefined ? undefined : this.#start(id, name));
    if (known === undefined) throw new BadEvent("The first chunk of a call does not name its tool.");
    this.#chunked = id;
    this.#append(known, delta);
  }

  /** The wire has no field for a failure, so success is known only where nothing can have happened. */
  #readResult(event: JsonObject): void {
    const id = requireString(event, "toolCallId");
    const { call } = this.#byId.get(id) ?? this.#propose(id, NAMELESS);
    const output = event["content"];
    const message = stringOf(event["error"]);
    if (message === undefined) return this.#calls.finish(call, { result: call.effect === "read" ? "ok" : "unknown", output });
    this.#calls.finish(call, { result: "error", output, error: { code: "tool-failed", message, retryable: false } });
  }
}
