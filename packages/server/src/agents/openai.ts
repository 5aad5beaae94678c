import { toOpenAiMessages, type OpenAiMessage } from "@unsay/core";
import { decodeChatCompletions } from "@unsay/core/openai";
import type { Agent, AgentRun } from "./agent.js";
import { answerForModel } from "./model-answer.js";
import { createModelAgent, type ModelTurn } from "./model-steps.js";
import { upstreamOf, type ProviderStops } from "./provider-stops.js";
import { schemaOf } from "./model-request.js";

export interface OpenAiAgentOptions {
  readonly model: string;
  /** Sends the request body and gives the stream: your SDK or `fetch`, with your key. It must pass `signal` on. */
  readonly send: (body: OpenAiRequest, options: { readonly signal: AbortSignal }) => Promise<Response>;
  readonly system?: string;
  /** Names of the server's tools that the model may call. Default: all of them. */
  readonly tools?: readonly string[];
  /** Model calls in one run. Default: 8. */
  readonly maxSteps?: number;
  /** Who answers at that address, for what a stop does there. Default: not known. */
  readonly provider?: string;
  /** What a stop does at providers, beside and before `PROVIDER_STOPS`. */
  readonly stops?: ProviderStops;
  /** A cap on what a stop can't hinder. */
  readonly maxTokens?: number;
}

/** The body of a request to Chat Completions. */
export interface OpenAiRequest {
  readonly model: string;
  readonly stream: true;
  readonly stream_options: { readonly include_usage: true };
  readonly messages: readonly (OpenAiMessage | { readonly role: "system"; readonly content: string })[];
  readonly tools?: readonly {
    readonly type: "function";
    readonly function: { readonly name: string; readonly description?: string; readonly parameters: unknown };
  }[];
  readonly max_completion_tokens?: number;
}

/** Answers by any server that speaks Chat Completions. `inputSchema` of the tools must be JSON Schema. */
export function createOpenAiAgent(options: OpenAiAgentOptions): Agent {
  return createModelAgent<OpenAiMessage>({
    decode: decodeChatCompletions,
    maxSteps: options.maxSteps ?? 8,
    upstream: upstreamOf(options.provider, options.stops),
    begin: (run) => toOpenAiMessages(run.messages),
    ask: (messages, run) => options.send(requestOf(options, messages, run), { signal: run.signal }),
    encodeTurn,
    encodeSteer: (text) => ({ role: "user", content: text }),
  });
}

function requestOf(options: OpenAiAgentOptions, messages: readonly OpenAiMessage[], run: AgentRun): OpenAiRequest {
  const { model, system, maxTokens } = options;
  const tools = Object.entries(run.tools).filter(([name]) => options.tools === undefined || options.tools.includes(name));
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: system === undefined ? messages : [{ role: "system", content: system }, ...messages],
    ...(tools.length === 0
      ? {}
      : { tools: tools.map(([name, tool]) => ({ type: "function", function: schemaOf(name, tool, "parameters") })) }),
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
  };
}

function encodeTurn({ text, calls }: ModelTurn): readonly OpenAiMessage[] {
  return [
    {
      role: "assistant",
      content: text === "" ? null : text,
      tool_calls: calls.map(({ call }) => ({
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.args) },
      })),
    },
    ...calls.map(({ call, outcome }): OpenAiMessage => ({ role: "tool", tool_call_id: call.id, content: textOf(answerForModel(outcome)) })),
  ];
}

function textOf(answer: unknown): string {
  return typeof answer === "string" ? answer : (JSON.stringify(answer) ?? "");
}
