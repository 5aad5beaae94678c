import type { Clock, Message, Transport } from "@unsay/core";
import { createScriptedTransport, type Script } from "@unsay/core/testing";
import { endedMessage, textPart, userMessage } from "./messages.js";

const LINE = "Drain the pool in one region before the switch, then flip the flag there.";

/** Finished turns, questions and answers by turns: "Question 1?", "Answer 2. …". */
export function finishedThread(count: number): readonly Message[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `m${index + 1}`;
    if (index % 2 === 0) return { ...userMessage(`Question ${index + 1}?`), id };
    const text = Array.from({ length: 1 + (index % 5) }, (_item, line) => `Answer ${index + 1}.${line + 1}: ${LINE}`).join("\n\n");
    return { ...endedMessage("complete", { parts: [textPart(text)], parent: `m${index}` }), id };
  });
}

/** A backend that has stored a long thread, and answers by a script. */
export function longThreadTransport(count: number, script: Script, clock?: Clock): Transport {
  const stored = finishedThread(count);
  return {
    ...createScriptedTransport(script, clock === undefined ? {} : { clock }),
    history: async () => stored,
    active: async () => null,
  };
}
