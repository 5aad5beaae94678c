import { BadEvent, isObject, kindOf, listOf, objectOf, stringOf, type JsonObject } from "../shared/fields.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { Answer, ROOT } from "./answer.js";
import { endingOfError, verdictOfStatus } from "./ending.js";
import { readMessage, sourceOf, type MessageDict, type MessageSource } from "./message-dicts.js";
import { isProtocolFrame, ProtocolReader } from "./protocol-reader.js";

/** Not about the answer: what only the author of the graph understands, and what another event says too. */
const SILENT: ReadonlySet<string> = new Set(["custom", "feedback", "tasks", "messages/metadata"]);

/** Where the pieces of a message come from. The first mode that tells of a message is the one that is read. */
type Channel = "messages" | "messages/partial" | "events";

export class LangGraphReader implements WireReader {
  readonly #answer: Answer;
  readonly #protocol: ProtocolReader;
  readonly #channels = new Map<string, Channel>();
  /** Messages of earlier turns, which the state of the graph repeats. */
  readonly #history = new Set<string>();
  #attempt: unknown;
  #hasKnown = false;
  #hasState = false;
  /** A mode is read in which an interrupt would have been told. */
  #wouldTellInterrupt = false;

  constructor(output: WireOutput, isAnswer: (source: MessageSource) => boolean) {
    this.#answer = new Answer(output, isAnswer);
    this.#protocol = new ProtocolReader(this.#answer);
  }

  read(value: JsonObject, eventName: string | undefined): void {
    if (isProtocolFrame(value)) this.#readFrame(value);
    else this.readOther(value, eventName);
  }

  #readFrame(frame: JsonObject): void {
    this.#hasKnown = true;
    this.#protocol.read(frame);
  }

  /** Events of stream modes carry any JSON; their name says what it is, and the subgraph it comes from. */
  readOther(value: unknown, eventName: string | undefined): void {
    const [mode = "", ...namespace] = (eventName ?? "").split("|");
    const isKnown = this.#readMode(mode, value, namespace);
    if (!isKnown && (eventName === undefined || !this.#hasKnown))
      throw new BadEvent(`Expected an event of LangGraph; found ${quote(eventName, value)}.`);
    if (!isKnown) this.#answer.run.reportUnknown(mode);
    this.#hasKnown = true;
  }

  readDone(): void {
    this.#answer.run.report({ code: "protocol.invalid-event", message: "LangGraph has no [DONE]; it says nothing about the answer." });
  }

  /** False for a mode that is not known. */
  #readMode(mode: string, value: unknown, namespace: readonly string[]): boolean {
    switch (mode) {
      case "messages":
        this.#readTuple(value, namespace);
        return true;
      case "messages/partial":
      case "messages/complete":
        this.#readList(mode, requireList(value), namespace);
        return true;
      case "values":
        this.#readValues(objectOf(value), namespace);
        return true;
      case "updates":
        this.#readUpdates(objectOf(value), namespace);
        return true;
      case "events":
        this.#readCallback(objectOf(value), namespace);
        return true;
      default:
        return SILENT.has(mode) || this.#readRun(mode, value, namespace);
    }
  }

  #readRun(mode: string, value: unknown, namespace: readonly string[]): boolean {
    switch (mode) {
      case "metadata":
        this.#open(objectOf(value));
        return true;
      case "tools":
        this.#readTool(objectOf(value));
        return true;
      case "checkpoints":
        if (namespace.length === 0) this.#readCheckpoint(objectOf(value));
        return true;
      case "debug":
        if (namespace.length === 0 && objectOf(value)["type"] === "checkpoint") this.#readCheckpoint(objectOf(objectOf(value)["payload"]));
        return true;
      case "error":
        this.#fail(value, namespace);
        return true;
      case "end":
        this.#end(objectOf(value));
        return true;
      default:
        return false;
    }
  }

  /** A run that is tried again on the same stream says everything anew. */
  #open({ attempt }: JsonObject): void {
    this.#answer.run.open();
    if (this.#attempt !== undefined && attempt !== undefined && attempt !== this.#attempt) this.#answer.retractAll();
    this.#attempt = attempt ?? this.#attempt;
  }

  #readTuple(value: unknown, namespace: readonly string[]): void {
    if (!Array.isArray(value)) throw new BadEvent(`An event of messages must be a message and its metadata; found ${kindOf(value)}.`);
    const metadata = objectOf(value[1]);
    this.#readMessage("messages", readMessage(value[0]), metadata, namespace);
  }

  /** Cumulative messages, or whole ones. What stands before the words of the user belongs to earlier turns. */
  #readList(mode: "messages/partial" | "messages/complete", values: readonly unknown[], namespace: readonly string[]): void {
    const messages = values.map(readMessage);
    if (mode === "messages/complete") return this.#readState(messages, sourceOf({}, namespace));
    for (const message of messages) this.#readMessage(mode, message, {}, namespace);
  }

  #readMessage(channel: Channel, message: MessageDict, metadata: JsonObject, namespace: readonly string[]): void {
    if (message.role === "tool") return this.#answer.readResult(message);
    if (message.role !== "ai") return;
    const source = sourceOf(metadata, namespace);
    const id = message.id ?? nameless(metadata, source);
    if (this.#channels.get(id) !== undefined && this.#channels.get(id) !== channel) return;
    this.#channels.set(id, channel);
    if (channel === "messages/partial") return this.#answer.readGrown(id, message, source);
    if (message.isChunk) this.#answer.readChunk(id, message, source);
    else this.#answer.readWhole(id, message, source);
  }

  /** The whole state. The first one is what the run began with, unless something has been said already. */
  #readValues(state: JsonObject, namespace: readonly string[]): void {
    this.#readInterrupts(state);
    if (namespace.length > 0) return;
    const messages = listOf(state["messages"]).map(readMessage);
    if (!this.#hasState) for (const { id } of messages) if (id !== undefined && !this.#answer.knows(id)) this.#history.add(id);
    this.#hasState = true;
    this.#wouldTellInterrupt = true;
    this.#readState(messages, ROOT);
  }

  #readUpdates(update: JsonObject, namespace: readonly string[]): void {
    this.#readInterrupts(update);
    if (namespace.length > 0) return;
    this.#wouldTellInterrupt = true;
    for (const written of Object.values(update)) {
      const messages = objectOf(written)["messages"];
      const list = Array.isArray(messages) ? messages : isObject(messages) ? [messages] : [];
      this.#readState(list.map(readMessage), ROOT);
    }
  }

  #readState(messages: readonly MessageDict[], source: MessageSource): void {
    const turn = messages.findLastIndex(({ role }) => role === "human") + 1;
    for (const [at, message] of messages.entries()) {
      const id = message.id ?? `state.${JSON.stringify(message.fields["content"] ?? null).slice(0, 1000)}`;
      if (at < turn && !this.#answer.knows(id)) this.#history.add(id);
      if (this.#history.has(id)) continue;
      if (message.role === "tool") this.#answer.readResult(message);
      if (message.role === "ai") this.#answer.readWhole(id, message, source);
    }
  }

  #readInterrupts(state: JsonObject): void {
    if (!Object.hasOwn(state, "__interrupt__")) return;
    this.#answer.interrupts.read(state["__interrupt__"]);
    this.#answer.plan(this.#answer.endingOf("interrupted", "interrupted"));
  }

  /** Callbacks of LangChain: only the pieces of chat models are no repetition. */
  #readCallback(callback: JsonObject, namespace: readonly string[]): void {
    if (callback["event"] !== "on_chat_model_stream") return;
    const chunk = objectOf(callback["data"])["chunk"];
    if (isObject(chunk)) this.#readMessage("events", { ...readMessage(chunk), isChunk: true }, objectOf(callback["metadata"]), namespace);
  }

  #readTool(tool: JsonObject): void {
    const id = stringOf(tool["toolCallId"]);
    if (id === undefined) return;
    const { tools } = this.#answer;
    switch (tool["event"]) {
      case "on_tool_start":
        return tools.start(id, stringOf(tool["name"]) ?? "unknown", tool["input"]);
      case "on_tool_event":
        return tools.progress(id, tool["data"]);
      case "on_tool_end":
        return tools.finish(id, { isError: objectOf(tool["output"])["status"] === "error", output: tool["output"] });
      case "on_tool_error":
        return tools.finish(id, { isError: true, output: undefined, message: stringOf(tool["error"]) ?? "The tool failed." });
    }
  }

  /** After the checkpoint of a step at which nothing is next the graph is done; what it began with may look the same. */
  #readCheckpoint(checkpoint: JsonObject): void {
    const next = checkpoint["next"];
    const isStep = objectOf(checkpoint["metadata"])["source"] === "loop";
    if (!isStep || !Array.isArray(next) || next.length > 0) return;
    this.#answer.plan(this.#answer.endingOf("success", "next: []"));
  }

  #fail(value: unknown, namespace: readonly string[]): void {
    const { run } = this.#answer;
    if (namespace.length === 0) return this.#answer.end(endingOfError(value));
    run.report({ code: "protocol.invalid-event", message: "A subgraph failed; whether the run does is for its root to say." });
  }

  #end(data: JsonObject): void {
    const status = stringOf(data["status"]);
    const verdict = verdictOfStatus(status, data["error"]);
    if (verdict !== "bare") return this.#answer.end(this.#answer.endingOf(verdict, status ?? ""));
    const { planned } = this.#answer.run;
    const isWhole = this.#wouldTellInterrupt && !this.#answer.isSpeaking;
    this.#answer.end(planned ?? this.#answer.endingOf(isWhole ? "success" : "bare", ""));
  }
}

function requireList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadEvent(`Messages must come in a list; found ${kindOf(value)}.`);
}

/** What stands in for the id of a message that has none: its place in the graph. */
function nameless(metadata: JsonObject, { node }: MessageSource): string {
  const place = metadata["langgraph_checkpoint_ns"] ?? metadata["checkpoint_ns"] ?? metadata["langgraph_step"] ?? null;
  return `nameless.${JSON.stringify([place, metadata["run_id"] ?? null, node ?? null])}`;
}

function quote(eventName: string | undefined, value: unknown): string {
  const name = eventName === undefined ? "one without a name" : `"${eventName.slice(0, 40)}"`;
  return `${name}, ${kindOf(value)}`;
}
