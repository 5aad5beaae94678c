import { BadEvent, isObject, listOf, objectOf, requireString, stringOf, type JsonObject } from "../shared/fields.js";
import type { MessageTexts } from "../shared/message-texts.js";
import type { AgUiTools } from "./tools.js";

/** The first words a reader of withdrawn or changed text sees. */
const REVISED = "The service replaced this text.";
const RETRACTED = "The service took this text back.";

/**
 * Holds a `MESSAGES_SNAPSHOT` against what is shown. The protocol's own client swaps the messages without a word; here
 * text that changes or goes is revised or retracted, where the reader sees it.
 */
export function reconcile(messages: readonly unknown[], texts: MessageTexts, tools: AgUiTools): void {
  const said = messages.filter(isObject);
  for (const id of texts.answers) {
    const same = said.findLast((message) => message["id"] === id);
    const whole = same === undefined ? "" : contentOf(same);
    if (whole !== "") reconcileText(id, whole, texts);
    else if (!isStillShown(id, same !== undefined, said, texts)) texts.retract(id, RETRACTED);
  }
  for (const [id, text] of argumentsIn(said)) tools.compare(id, text);
}

function reconcileText(id: string, whole: string, texts: MessageTexts): void {
  const shown = texts.textOf(id);
  if (whole.startsWith(shown)) return texts.append(id, "answer", whole.slice(shown.length));
  texts.revise(id, whole, REVISED);
}

function contentOf(message: JsonObject): string {
  const content = message["content"];
  return content === undefined || content === null ? "" : requireString(message, "content");
}

/** A message in the making may not be stored yet, and some servers store one under another id: neither takes it back. */
function isStillShown(id: string, isListed: boolean, messages: readonly JsonObject[], texts: MessageTexts): boolean {
  if (!isListed && texts.isOpen(id)) return true;
  const text = texts.textOf(id);
  return messages.some((message) => message["role"] === "assistant" && stringOf(message["content"])?.includes(text) === true);
}

/** Arguments by call id, since the last word of the user: earlier turns may have used the same ids. */
function argumentsIn(messages: readonly JsonObject[]): ReadonlyMap<string, string> {
  const turn = messages.slice(messages.findLastIndex((message) => message["role"] === "user") + 1);
  const calls = turn.flatMap((message) => listOf(message["toolCalls"])).map(objectOf);
  return new Map(calls.map((call) => [stringOf(call["id"]) ?? "", stringOf(objectOf(call["function"])["arguments"]) ?? ""]));
}

/** An answer that may be told by the snapshot alone: its last message, when the assistant said it and waits for nothing. */
export function lastAnswer(messages: readonly unknown[]): { readonly id: string; readonly text: string } | null {
  const last = messages.at(-1);
  if (!isObject(last) || last["role"] !== "assistant" || listOf(last["toolCalls"]).length > 0) return null;
  const text = contentOf(last);
  if (typeof last["id"] !== "string") throw new BadEvent("A message of a snapshot has no id.");
  return { id: last["id"], text };
}
