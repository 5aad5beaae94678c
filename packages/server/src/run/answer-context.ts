import { createUserMessage, saidBy, toContext, type Message, type UserMessage } from "@unsay/core";
import type { StartCommand, UserInput } from "@unsay/core/protocol";
import { conflict, invalidRequest, type HttpProblem } from "../http/problem.js";

/** What an answer starts from. */
export interface AnswerContext {
  readonly parent: string | null;
  readonly input: string;
  /** All that the model is to be told, `input` included. */
  readonly messages: readonly Message[];
  readonly partial: string;
  /** Earlier answers to the same message, and what followed them: what they did must not be done again. */
  readonly earlier: readonly Message[];
}

/** Checks that this answer may be asked for, and gathers what the agent will know. Throws an `HttpProblem`. */
export function createAnswerContext(command: StartCommand, messages: readonly Message[]): AnswerContext {
  switch (command.mode) {
    case "new":
      return contextOfNew(command, messages);
    case "regenerate":
      return contextOfRegenerate(command, messages);
    case "continue":
      return contextOfContinue(command, messages);
  }
}

function contextOfNew(command: StartCommand, messages: readonly Message[]): AnswerContext {
  const { message, answer, thread } = command;
  if (messages.some((known) => known.id === answer || known.id === message?.id)) throw idTaken();
  if (message === undefined) return { parent: null, input: "", messages, partial: "", earlier: [] };
  const asked = createUserMessage({ ...message, thread });
  return { parent: message.id, input: saidBy(message), messages: [...messages, asked], partial: "", earlier: [] };
}

function contextOfRegenerate(command: StartCommand, messages: readonly Message[]): AnswerContext {
  if (messages.some((known) => known.id === command.answer)) throw idTaken();
  const index = messages.findIndex((known) => known.id === command.parent);
  const parent = messages[index];
  if (parent?.role !== "user") throw invalidRequest("`parent` names no user message of this thread.", "parent");
  const { message: edited = parent } = command;
  if (edited !== parent && messages.some((known) => known.id === edited.id)) throw idTaken();
  const origin = originOf(messages, index);
  return {
    parent: edited.id,
    input: saidBy(edited),
    messages: [...messages, askedAnew(command, edited, messages[origin] ?? parent)],
    partial: "",
    earlier: messages.slice(origin),
  };
}

/** To ask the same again is an edit that changes nothing: it stands in for all that was said since it was first asked. */
function askedAnew({ thread, startKey }: StartCommand, message: UserInput | UserMessage, origin: Message): UserMessage {
  const { text, quote, attachments } = message;
  return createUserMessage({
    id: `${message.id} ${startKey}`,
    thread,
    text,
    delivery: "sent",
    edits: origin.id,
    ...(quote === undefined ? {} : { quote }),
    ...(attachments === undefined ? {} : { attachments }),
  });
}

/** Where a message stands in for an earlier one, the talk it belongs to ends before the earliest of them. */
function originOf(messages: readonly Message[], index: number): number {
  const message = messages[index];
  const earlier = message?.role === "user" ? messages.findIndex(({ id }) => id === message.edits) : -1;
  return earlier === -1 || earlier >= index ? index : originOf(messages, earlier);
}

function contextOfContinue(command: StartCommand, messages: readonly Message[]): AnswerContext {
  const end = messages.findIndex((known) => known.id === command.answer);
  const answer = messages[end];
  if (answer?.role !== "assistant")
    throw invalidRequest("`answer` names no answer of this thread, so there is nothing to continue.", "answer");
  if (answer.status !== "truncated")
    throw conflict("invalid-request", `The answer is ${answer.status}; only one that was cut can be continued.`);
  if (answer.cause === "withheld" || answer.cause === "filtered")
    throw conflict("invalid-request", `The answer was ${answer.cause}, so it can't be continued. Ask again in other words.`);
  const index = messages.findIndex((known) => known.id === answer.parent);
  const parent = messages[index];
  const origin = index === -1 ? end : originOf(messages, index);
  if (messages.some((known) => isLiveAnswerTo(known, origin, messages))) throw anotherInWork();
  const told = messages.slice(0, end + 1);
  const context = toContext(answer);
  const goOn = createUserMessage({ id: `${answer.id} ${command.startKey}`, thread: command.thread, text: GO_ON });
  return {
    parent: answer.parent,
    input: parent?.role === "user" ? saidBy(parent) : "",
    messages: context === null ? told : [...told, goOn],
    partial: context?.text ?? "",
    earlier: messages.slice(origin),
  };
}

/** Whether it is an answer in work to the same question, or to an edit of it. */
function isLiveAnswerTo(message: Message, origin: number, messages: readonly Message[]): boolean {
  if (message.role !== "assistant" || (message.status !== "pending" && message.status !== "streaming")) return false;
  const index = messages.findIndex((known) => known.id === message.parent);
  return index !== -1 && originOf(messages, index) === origin;
}

const GO_ON =
  "Your reply was cut off, as the note in brackets says. Go on exactly where it stopped, without an introduction and without repeating anything of it, or the note.";

function anotherInWork(): HttpProblem {
  return conflict(
    "invalid-request",
    "Another answer to the same question is being written, and both would do the same things. Stop that one first, or wait for its end.",
  );
}

function idTaken(): HttpProblem {
  return conflict("invalid-request", "The thread has a message with this id already. Make a new id for each message.");
}
