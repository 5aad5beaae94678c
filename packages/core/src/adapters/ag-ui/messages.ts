import { BadEvent, optionalString, requireString, type JsonObject } from "../shared/fields.js";
import type { RunWriter } from "../shared/run-writer.js";
import type { MessageTexts } from "../shared/message-texts.js";
import { warn } from "./warn.js";

/** Messages of the older reasoning events, which have no id. */
const NAMELESS = "thinking";

const PATTERN = /^(TEXT_MESSAGE|REASONING_MESSAGE|THINKING_TEXT_MESSAGE)_(START|CONTENT|END|CHUNK)$/u;

/** Who else speaks in a thread; their words are no answer. */
const OTHER_ROLES: ReadonlySet<string> = new Set(["user", "system", "developer", "tool", "activity", "reasoning"]);

/** Text and reasoning events. What comes out of order is accepted with a warning: many servers send it so. */
export class AgUiMessages {
  readonly #run: RunWriter;
  readonly #texts: MessageTexts;
  readonly #foreign = new Set<string>();
  readonly #started = new Set<string>();
  /** The messages that a chunk without an id continues. */
  #answer: string | undefined;
  #reasoning: string | undefined;

  constructor(run: RunWriter, texts: MessageTexts) {
    this.#run = run;
    this.#texts = texts;
  }

  /** False when the event is none of text. */
  read(type: string, event: JsonObject): boolean {
    const found = PATTERN.exec(type);
    if (found === null) return false;
    if (found[1] === "TEXT_MESSAGE") this.#readAnswer(found[2] ?? "", event);
    else this.#readReasoning(found[2] ?? "", event);
    return true;
  }

  #readAnswer(verb: string, event: JsonObject): void {
    const id = verb === "CHUNK" ? (optionalString(event, "messageId") ?? this.#answer) : requireString(event, "messageId");
    if (id === undefined) throw new BadEvent("A chunk of text names no message, and none is open.");
    this.#noteRole(id, verb, event);
    if (verb === "END") return this.#endAnswer(id);
    if (verb === "START") this.#run.enterPhase("writing");
    else this.#appendAnswer(id, deltaOf(verb, event));
    if (verb === "CONTENT" && !this.#started.has(id)) warn(this.#run, "Text came for a message that was not open.");
    this.#started.add(id);
    this.#answer = id;
  }

  #endAnswer(id: string): void {
    if (!this.#started.delete(id)) warn(this.#run, "A message was ended that was not open.");
    this.#texts.close(id);
    this.#answer = undefined;
  }

  /** A stream may repeat what the user or the system said: that is no part of the answer. */
  #noteRole(id: string, verb: string, event: JsonObject): void {
    if (verb !== "START" && verb !== "CHUNK") return;
    const role = optionalString(event, "role");
    if (role === undefined || role === "assistant") return;
    if (!OTHER_ROLES.has(role))
      throw new BadEvent(`The role ${JSON.stringify(role.slice(0, 40))} is none of AG-UI's, so its text may be the answer.`);
    this.#foreign.add(id);
  }

  #appendAnswer(id: string, delta: string): void {
    if (!this.#foreign.has(id)) this.#texts.append(id, "answer", delta);
  }

  #readReasoning(verb: string, event: JsonObject): void {
    const id = optionalString(event, "messageId") ?? (verb === "CHUNK" ? this.#reasoning : undefined) ?? NAMELESS;
    if (verb === "START") this.#run.enterPhase("thinking");
    if (verb === "CONTENT" || verb === "CHUNK") this.#texts.append(`reasoning:${id}`, "reasoning", deltaOf(verb, event));
    if (verb === "END") this.#texts.close(`reasoning:${id}`);
    this.#reasoning = verb === "END" ? undefined : id;
  }
}

function deltaOf(verb: string, event: JsonObject): string {
  return verb === "CHUNK" ? (optionalString(event, "delta") ?? "") : requireString(event, "delta");
}
