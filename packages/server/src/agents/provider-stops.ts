import type { Upstream } from "@unsay/core/protocol";

/** What a closed connection does to a generation, by the provider's name. What is not listed is `unknown`. */
export type ProviderStops = Readonly<Record<string, "aborted" | "unsupported">>;

/**
 * As OpenRouter documents it of the providers behind it. Other sources disagree, and providers change it without a word:
 * an entry of your own wins over one of these, and `unsupported` is the safer word where you are not sure.
 */
export const PROVIDER_STOPS: ProviderStops = {
  anthropic: "aborted",
  azure: "aborted",
  deepseek: "aborted",
  openai: "aborted",
  xai: "aborted",
  "amazon-bedrock": "unsupported",
  google: "unsupported",
  groq: "unsupported",
  mistral: "unsupported",
  perplexity: "unsupported",
};

/** `provider` may say more than the name, as in `openai.responses`. */
export function upstreamOf(provider: string | undefined, own: ProviderStops = {}): Upstream {
  const [name = ""] = (provider ?? "").split(".");
  const table: Readonly<Record<string, Upstream | undefined>> = { ...PROVIDER_STOPS, ...own };
  return (Object.hasOwn(table, name) ? table[name] : undefined) ?? "unknown";
}
