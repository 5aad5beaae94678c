import { saidBy, textOf, type Message } from "@unsay/core";
import type { StartCommand } from "@unsay/core/protocol";
import { conflict, invalidRequest, type HttpProblem } from "../http/problem.js";
import { deedsOf } from "../thread/deeds.js";

/** What an answer starts from. */
export interface AnswerContext {
  readonly parent: string | null;
  readonly input: string;
  readonly before: readonly Message[];
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
  const { message, answer } = command;
  if (messages.some((known) => known.id === answer || known.id === message?.id)) throw idTaken();
  return { parent: message?.id ?? null, input: message === undefined ? "" : saidBy(message), before: messages, partial: "", earlier: [] };
}

function contextOfRegenerate(command: StartCommand, messages: readonly Message[]): AnswerContext {
  if (messages.some((known) => known.id === command.answer)) throw idTaken();
  const index = messages.findIndex((known) => known.id === command.parent);
  const parent = messages[index];
  if (parent?.role !== "user") throw invalidRequest("`parent` names no user message of this thread.", "parent");
  const { message: edited = parent } = command;
  if (edited !== parent && messages.some((known) => known.id === edited.id)) throw idTaken();
  const origin = originOf(messages, index);
  const earlier = messages.slice(origin);
  return { parent: edited.id, input: saidBy(edited), before: [...messages.slice(0, origin), ...deedsOf(earlier)], partial: "", earlier };
}

/** Where a message stands in for an earlier one, the talk it belongs to ends before the earliest of them. */
function originOf(messages: readonly Message[], index: number): number {
  const message = messages[index];
  const earlier = message?.role === "user" ? messages.findIndex(({ id }) => id === message.edits) : -1;
  return earlier === -1 || earlier >= index ? index : originOf(messages, earlier);
}

function contextOfContinue(command: StartCommand, messages: readonly Message[]): AnswerContext {
  const answer = messages.find((known) => known.id === command.answer);
  if (answer?.role !== "assistant")
    throw invalidRequest("`answer` names no answer of this thread, so there is nothing to continue.", "answer");
  if (answer.status !== "truncated")
    throw conflict("invalid-request", `The answer is ${answer.status}; only one that was cut can be continued.`);
  if (answer.cause === "withheld" || answer.cause === "filtered")
    throw conflict("invalid-request", `The answer was ${answer.cause}, so it can't be continued. Ask again in other words.`);
  const index = messages.findIndex((known) => known.id === answer.parent);
  const parent = messages[index];
  return {
    parent: answer.parent,
    input: parent?.role === "user" ? parent.text : "",
    before: [...messages.slice(0, Math.max(0, index)), ...deedsOf([answer])],
    partial: textOf(answer),
    earlier: [answer],
  };
}

function idTaken(): HttpProblem {
  return conflict("invalid-request", "The thread has a message with this id already. Make a new id for each message.");
}
