import type { Agent } from "@unsay/server";
import { createAiSdkAgent } from "@unsay/server/ai-sdk";
import type { LanguageModel } from "ai";

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM = `You are the assistant in the playground of Unsay, a kit for answers that can still change.
Answer in Markdown. The tools belong to a small demonstration office: use them when asked to look something up, create a ticket or send an e-mail.
The user confirms what has effects; when a tool says that the user rejected it, do not call it again.`;

/**
 * A real model, when a key for one is set: ANTHROPIC_API_KEY or OPENAI_API_KEY, with UNSAY_MODEL and the provider's
 * BASE_URL where they differ from the usual. `null` without a key.
 */
export async function createModelAgent(environment: Environment): Promise<Agent | null> {
  const model = await createModel(environment);
  return model === null ? null : createAiSdkAgent({ model, system: SYSTEM });
}

async function createModel(environment: Environment): Promise<LanguageModel | null> {
  const { ANTHROPIC_API_KEY, OPENAI_API_KEY } = environment;
  if (isSet(ANTHROPIC_API_KEY)) return createAnthropicModel(ANTHROPIC_API_KEY, environment);
  return isSet(OPENAI_API_KEY) ? createOpenAiModel(OPENAI_API_KEY, environment) : null;
}

async function createAnthropicModel(apiKey: string, { ANTHROPIC_BASE_URL, UNSAY_MODEL }: Environment): Promise<LanguageModel> {
  const { createAnthropic } = await import("@ai-sdk/anthropic");
  const provider = createAnthropic({ apiKey, baseURL: withVersion(ANTHROPIC_BASE_URL ?? "https://api.anthropic.com") });
  return provider(UNSAY_MODEL ?? "claude-sonnet-4-6");
}

/** Compatible servers speak Chat Completions; only OpenAI's own is sure to speak Responses. */
async function createOpenAiModel(apiKey: string, { OPENAI_BASE_URL, UNSAY_MODEL }: Environment): Promise<LanguageModel> {
  const { createOpenAI } = await import("@ai-sdk/openai");
  const provider = createOpenAI({ apiKey, baseURL: withVersion(OPENAI_BASE_URL ?? "https://api.openai.com") });
  const name = UNSAY_MODEL ?? "gpt-5-mini";
  return isSet(OPENAI_BASE_URL) ? provider.chat(name) : provider.responses(name);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

/** Both ways of writing a base URL are common: with and without the version in its path. */
function withVersion(url: string): string {
  const base = url.replace(/\/+$/u, "");
  return new URL(base).pathname === "/" ? `${base}/v1` : base;
}
