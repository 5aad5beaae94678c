import type { CallWriter, WireCall } from "../shared/call-writer.js";
import { BadEvent, kindOf, optionalString, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import type { RunWriter } from "../shared/run-writer.js";

/** The name of a call of which only the result was sent. */
const NAMELESS = "unknown";

interface OpenQuestion {
  readonly id: string;
  readonly call: WireCall;
  readonly argsHash: string;
}

/** Tool chunks. This wire repeats a call id when it means the same call. */
export class UITools {
  readonly #run: RunWriter;
  readonly #calls: CallWriter;
  readonly #approvals = new Map<string, OpenQuestion>();
  #approvalCount = 0;

  constructor(run: RunWriter, calls: CallWriter) {
    this.#run = run;
    this.#calls = calls;
  }

  get openApprovals(): readonly string[] {
    return [...this.#approvals.values()].map((approval) => approval.id);
  }

  /** False when the chunk is none of a tool. */
  read(type: string, chunk: JsonObject): boolean {
    switch (type) {
      case "tool-input-start":
        this.#callOf(chunk);
        return true;
      case "tool-input-delta":
        this.#calls.appendArgs(this.#callOf(chunk), requireString(chunk, "inputTextDelta"));
        return true;
      case "tool-input-available":
        this.#readInput(chunk);
        return true;
      case "tool-input-error":
        this.#readInputError(chunk);
        return true;
      case "tool-approval-request":
        this.#requestApproval(requireString(chunk, "approvalId"), chunk);
        return true;
      case "tool-approval-response":
        this.#readDecision(requireString(chunk, "approvalId"), chunk);
        return true;
      default:
        return this.#readResult(type, chunk);
    }
  }

  #readResult(type: string, chunk: JsonObject): boolean {
    switch (type) {
      case "tool-output-available":
        this.#readOutput(chunk);
        return true;
      case "tool-output-error":
        this.#calls.finish(this.#callOf(chunk), { result: "error", error: toolError("tool-failed", chunk) });
        return true;
      case "tool-output-denied":
        this.#calls.finish(this.#callOf(chunk), { result: "rejected" });
        return true;
      default:
        return false;
    }
  }

  cancelStep(): void {
    for (const [wireId, approval] of this.#approvals) this.#withdraw(wireId, approval);
    this.#calls.cancelStep();
  }

  #withdraw(wireId: string, { id, call, argsHash }: OpenQuestion): void {
    const items = [{ call: call.id, argsHash, decision: "cancelled" }] as const;
    this.#run.write({ type: "approval.decision", approval: id, items, by: "server" });
    this.#approvals.delete(wireId);
  }

  #callOf(chunk: JsonObject): WireCall {
    const id = requireString(chunk, "toolCallId");
    const known = this.#calls.find(id);
    if (known !== undefined) return known;
    const title = stringOf(chunk["title"]);
    const isLookup = chunk["providerExecuted"] === true && LOOKUPS.test(stringOf(chunk["toolName"]) ?? "");
    return this.#calls.propose({
      id,
      name: optionalString(chunk, "toolName") ?? NAMELESS,
      runsOn: "server",
      ...(isLookup ? { effect: "read" as const } : {}),
      ...(title === undefined ? {} : { title }),
    });
  }

  /** Input that changes after it was asked about withdraws the question, and asks it anew about the new input. */
  #readInput(chunk: JsonObject): void {
    const call = this.#callOf(chunk);
    const before = call.argsHash;
    if (call.result !== null) return;
    this.#calls.finishValue(call, chunk["input"] ?? {});
    if (before === null || before === call.argsHash) return;
    for (const [wireId, approval] of this.#approvals) if (approval.call === call) this.#ask(wireId, call);
  }

  /** The host could not make sense of the input, so its tool did not run; one of the provider may run all the same. */
  #readInputError(chunk: JsonObject): void {
    const call = this.#callOf(chunk);
    if (chunk["providerExecuted"] === true) return;
    this.#calls.finish(call, { result: "error", error: toolError("invalid-arguments", chunk), effect: "none" });
  }

  #readOutput(chunk: JsonObject): void {
    const call = this.#callOf(chunk);
    if (chunk["preliminary"] === true) return this.#calls.progress(call, chunk["output"]);
    this.#calls.finish(call, { result: "ok", output: chunk["output"] });
    // A provider asks nobody before its own tools, though `ai` sends the question along.
    for (const [wireId, approval] of this.#approvals) if (approval.call === call) this.#withdraw(wireId, approval);
  }

  #requestApproval(wireId: string, chunk: JsonObject): void {
    const call = this.#calls.find(requireString(chunk, "toolCallId"));
    if (call === undefined || call.argsHash === null || call.result !== null || call.isDecided) {
      throw new BadEvent("An approval was asked for a call that has no whole input, or was decided before.");
    }
    if (!this.#approvals.has(wireId)) this.#ask(wireId, call);
  }

  #ask(wireId: string, call: WireCall): void {
    if (call.argsHash === null) return;
    call.isAsked = true;
    const isRepeated = this.#approvals.has(wireId);
    this.#approvalCount += isRepeated ? 1 : 0;
    const id = isRepeated ? `${wireId}#${this.#approvalCount + 1}` : wireId;
    this.#approvals.set(wireId, { id, call, argsHash: call.argsHash });
    this.#run.write({
      type: "approval.request",
      approval: id,
      items: [{ call: call.id, argsHash: call.argsHash }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    });
  }

  #readDecision(wireId: string, chunk: JsonObject): void {
    const open = this.#approvals.get(wireId);
    if (open === undefined) return this.#run.reportUnknown("tool-approval-response without request");
    if (typeof chunk["approved"] !== "boolean") throw new BadEvent(`\`approved\` must be a boolean; found ${kindOf(chunk["approved"])}.`);
    this.#approvals.delete(wireId);
    open.call.isAsked = false;
    open.call.isDecided = true;
    if (!chunk["approved"]) open.call.result ??= "rejected";
    const reason = stringOf(chunk["reason"]);
    const decision = chunk["approved"] ? ("approved" as const) : ("rejected" as const);
    const item = { call: open.call.id, argsHash: open.argsHash, decision, ...(reason === undefined ? {} : { reason }) };
    this.#run.write({ type: "approval.decision", approval: open.id, items: [item], by: "server" });
  }
}

const LOOKUPS = /search|fetch|retriev/iu;

function toolError(code: string, chunk: JsonObject): { code: string; message: string; retryable: boolean } {
  return { code, message: stringOf(chunk["errorText"]) ?? "The tool reported an error without a message.", retryable: false };
}
