import { completeStep, endOf, openStep, streamWords, type Script } from "@unsay/core/testing";

const PARAGRAPH = "Drain the pool in one region before the switch, then flip the flag there and watch the error rate for ten minutes.";

const words = streamWords(Array.from({ length: 12 }, (_, index) => `Step ${index + 1}. ${PARAGRAPH}\n\n`).join(""), { at: 200 });

/** Long enough to scroll: about ten seconds of text. */
export const longScript: Script = {
  id: "long",
  title: "Long answer",
  prompt: "Every step, please.",
  steps: [openStep(), ...words, completeStep(endOf(words))],
};
