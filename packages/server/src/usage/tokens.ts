/** UTF-16 units of one token: what English prose comes to. Other languages and code have shorter ones. */
export const UNITS_PER_TOKEN = 4;

/** Tokens of a text, roughly. No tokenizer is used, so figures made of it are estimates and are called that. */
export function approximateTokens(text: string): number {
  return text.length / UNITS_PER_TOKEN;
}
