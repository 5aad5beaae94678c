import { typeOf } from "../shared/event-type.js";
import { BadEvent, isObject, objectOf, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import { ProfileReader } from "../shared/profile-reader.js";
import { providerError } from "../shared/provider-error.js";
import type { WireOutput, WireReader } from "../shared/wire-decoder.js";
import { isOfConnection } from "../shared/profile-words.js";
import { EVENT_PART, STATUS_PART } from "./chunks.js";
import { endingOfFinish } from "./finish.js";
import { endingOfErrorText, endingOfStatus, isWholeStatus, TAKEN_BACK } from "./status.js";
import { UITools } from "./tools.js";

const NO_EVENT_NAMES: ReadonlySet<string> = new Set();
const SILENT: ReadonlySet<string> = new Set(["finish-step", "custom", "message-metadata"]);
/** Nothing of an answer is in these. */
const CONTENTLESS: ReadonlySet<string> = new Set(["start", "start-step", "message-metadata", STATUS_PART]);
const CONTRADICTION = "The stream finished in due form, while the status part in it says that the answer is not whole.";
/** The first words a reader of a withdrawn step sees. */
const RESET_REASON = "The service discarded this step and starts it again.";

export class UIMessageReader implements WireReader {
  readonly #output: WireOutput;
  readonly #tools: UITools;
  readonly #profile: ProfileReader;
  /** What the newest status part says; `undefined` where none came. */
  #status: unknown;

  constructor(output: WireOutput) {
    this.#output = output;
    this.#tools = new UITools(output.run, output.calls);
    this.#profile = new ProfileReader(output.run);
  }

  read(chunk: JsonObject, eventName: string | undefined): void {
    const type = typeOf(chunk, eventName, NO_EVENT_NAMES);
    if (type === EVENT_PART) return this.#profile.read(chunk["data"]);
    if (this.#profile.isActive) return this.#readBesideProfile(type, chunk);
    if (type === STATUS_PART) return this.#readStatus(chunk["data"]);
    if (!CONTENTLESS.has(type) && chunk["transient"] !== true) this.#profile.noteNativeContent();
    this.#readNative(type, chunk);
  }

  /** The same once more, but for an error: it may be all that is left of the end. */
  #readBesideProfile(type: string, chunk: JsonObject): void {
    if (type !== "error") return;
    const ending = endingOfErrorText(stringOf(chunk["errorText"]));
    if (ending !== null && !isOfConnection(ending)) this.#output.run.end(ending);
  }

  #readStatus(record: unknown): void {
    this.#status = record;
    const ending = endingOfStatus(record);
    if (ending !== null) this.#output.run.end(ending);
  }

  #readNative(type: string, chunk: JsonObject): void {
    if (this.#readText(type, chunk) || this.#tools.read(type, chunk)) return;
    switch (type) {
      case "start":
        return this.#output.run.open(stringOf(objectOf(chunk["messageMetadata"])["model"]));
      case "start-step":
        return this.#startStep();
      case "reset-step":
        return this.#resetStep();
      case "finish":
        return this.#finish(chunk);
      case "abort":
        return this.#output.run.end({ outcome: "truncated", cause: "stopped" });
      case "error":
        return this.#output.run.end(endingOfErrorText(stringOf(chunk["errorText"])) ?? TAKEN_BACK);
      default:
        return this.#readValue(type, chunk);
    }
  }

  readDone(): void {
    this.#output.run.settlePlan();
  }

  #readText(type: string, chunk: JsonObject): boolean {
    const found = /^(text|reasoning)-(start|delta|end)$/u.exec(type);
    if (found === null) return false;
    const kind = found[1] === "text" ? "answer" : "reasoning";
    const key = `${kind}:${requireString(chunk, "id")}`;
    if (found[2] === "delta") this.#output.parts.append(key, kind, requireString(chunk, "delta"));
    if (found[2] === "end") this.#output.parts.close(key);
    if (found[2] === "start") this.#output.run.enterPhase(kind === "answer" ? "writing" : "thinking");
    return true;
  }

  #startStep(): void {
    this.#output.parts.startStep();
    this.#output.calls.startStep();
    this.#output.run.enterPhase("thinking");
  }

  #resetStep(): void {
    this.#output.parts.retractStep(RESET_REASON);
    this.#tools.cancelStep();
  }

  #finish(chunk: JsonObject): void {
    const { run, parts, calls } = this.#output;
    const reason = chunk["finishReason"] === undefined ? undefined : requireString(chunk, "finishReason");
    const metadata = objectOf(chunk["messageMetadata"]);
    const ending = endingOfFinish(reason, {
      hasLooseEnds: parts.hasOpen || calls.hasOpen,
      openApprovals: this.#tools.openApprovals,
      rawReason: stringOf(metadata["rawFinishReason"]),
    });
    if (ending.outcome === "truncated" && ending.error?.code === "finish-reason-unknown") run.reportReason(reason ?? "", "failed");
    if (ending.outcome === "complete" && !isWholeStatus(this.#status)) run.markDamaged(CONTRADICTION);
    if (ending.outcome !== "truncated") parts.closeAll();
    calls.markServerDone();
    run.end(ending);
  }

  #readValue(type: string, chunk: JsonObject): void {
    if (SILENT.has(type)) return;
    if (type === "source-url" || type === "source-document") return this.#readSource(chunk);
    if (type === "file") return this.#output.parts.writeValue("file", { url: chunk["url"], mediaType: chunk["mediaType"] });
    if (type.startsWith("data-")) return this.#readData(type, chunk);
    if (isObject(chunk["error"])) return this.#output.run.fail(providerError(chunk["error"]));
    this.#output.run.reportUnknown(type);
    if (chunk["delta"] !== undefined) throw new BadEvent(`The unknown chunk ${type} carries a delta, which may be text.`);
  }

  #readSource(chunk: JsonObject): void {
    const id = stringOf(chunk["sourceId"]);
    const url = stringOf(chunk["url"]);
    const title = stringOf(chunk["title"]) ?? stringOf(chunk["filename"]);
    this.#output.parts.writeValue("source", {
      ...(url === undefined ? {} : { url }),
      ...(title === undefined ? {} : { title }),
      ...(id === undefined ? {} : { id }),
    });
  }

  /** Transient data is for the app alone and belongs to no message. */
  #readData(type: string, chunk: JsonObject): void {
    if (chunk["transient"] === true) return;
    const id = stringOf(chunk["id"]);
    this.#output.parts.writeValue("data", { type, ...(id === undefined ? {} : { id }), data: chunk["data"] });
  }
}
