/** Values of tools as JSON. They come from outside, so one that is not JSON has an answer too. */
export function toJsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return JSON.stringify("[a value that can't be written as JSON]");
  }
}

/** Only what JSON can carry: dates become strings, functions and cycles go. */
export function toJsonValue(value: unknown): unknown {
  return JSON.parse(toJsonText(value));
}

/** A cut can split a character of two UTF-16 units; half of one makes providers refuse the whole request. */
export function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
