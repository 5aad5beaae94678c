/** What a user types; the scripted agent picks its scenario by a word in it. */
export const PROMPTS = {
  plain: "Give me a plain answer: how do I roll this out?",
  long: "Give me a long answer: where does undo come from?",
  /** The list of what there is: six seconds of words. */
  index: "What can you do?",
  gate: "Create a ticket, but ask me to confirm.",
} as const;
