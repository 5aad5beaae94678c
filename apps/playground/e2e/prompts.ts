/** What a user types; the scripted agent picks its scenario by a word in it. */
export const PROMPTS = {
  plain: "Give me a plain answer",
  long: "Give me a long answer",
  gate: "Send the email, but ask me to confirm",
} as const;
