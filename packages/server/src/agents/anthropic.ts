import { toAnthropicMessages, type AnthropicMessage } from "@unsay/core";
import { decodeAnthropic } from "@unsay/core/anthropic";
import type { Agent, AgentRun } from "./agent.js";
import { answerForModel } from "./model-answer.js";
import { schemaOf } from "./model-request.js";
import { createModelAgent, type ModelTurn } from "./model-steps.js";
import { upstreamOf, type ProviderStops } from "./provider-stops.js";

export interface AnthropicAgentOptions {
  readonly model: string;
  /** A cap on what a stop can't hinder; the wire asks for one. */
  readonly maxTokens: number;
  /** Sends the request body and gives the stream: your SDK or `fetch`, with your key. It must pass `signal` on. */
  readonly send: (body: AnthropicRequest, options: { readonly signal: AbortSignal }) => Promise<Response>;
  readonly system?: string;
  /** Names of the server's tools that the model may call. Default: all of them. */
  readonly tools?: readonly string[];
  /** Model calls in one run. Default: 8. */
  readonly maxSteps?: number;
  /** Who answers at that address, for what a stop does there. Default: `anthropic`. */
  readonly provider?: string;
  /** What a stop does at providers, beside and before `PROVIDER_STOPS`. */
  readonly stops?: ProviderStops;
}

/** The body of a request to the Messages API. */
export interface AnthropicRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream: true;
  readonly messages: readonly AnthropicMessage[];
  readonly system?: string;
  readonly tools?: readonly { readonly name: string; readonly description?: string; readonly input_schema: unknown }[];
}

/** Answers by any server that speaks the Messages API. `inputSchema` of the tools must be JSON Schema. */
export function createAnthropicAgent(options: AnthropicAgentOptions): Agent {
  return createModelAgent<AnthropicMessage>({
    decode: decodeAnthropic,
    maxSteps: options.maxSteps ?? 8,
    upstream: upstreamOf(options.provider ?? "anthropic", options.stops),
    begin: (run) => toAnthropicMessages(run.messages),
    ask: (messages, run) => options.send(requestOf(options, joined(messages), run), { signal: run.signal }),
    encodeTurn,
    encodeSteer: userOf,
  });
}

function userOf(text: string): AnthropicMessage {
  return { role: "user", content: [{ type: "text", text }] };
}

/** The roles must alternate. */
function joined(messages: readonly AnthropicMessage[]): readonly AnthropicMessage[] {
  const out: AnthropicMessage[] = [];
  for (const message of messages) {
    const last = out.at(-1);
    if (last?.role === "user" && message.role === "user")
      out[out.length - 1] = { role: "user", content: [...last.content, ...message.content] };
    else out.push(message);
  }
  return out;
}

function requestOf(options: AnthropicAgentOptions, messages: readonly AnthropicMessage[], run: AgentRun): AnthropicRequest {
  const { model, maxTokens, system } = options;
  const tools = Object.entries(run.tools).filter(([name]) => options.tools === undefined || options.tools.includes(name));
  return {
    model,
    max_tokens: maxTokens,
    stream: true,
    messages,
    ...(system === undefined ? {} : { system }),
    ...(tools.length === 0 ? {} : { tools: tools.map(([name, tool]) => schemaOf(name, tool, "input_schema")) }),
  };
}

function encodeTurn({ text, calls }: ModelTurn): readonly AnthropicMessage[] {
  return [
    {
      role: "assistant",
      content: [
        ...(text === "" ? [] : [{ type: "text", text } as const]),
        ...calls.map(({ call }) => ({ type: "tool_use", id: call.id, name: call.name, input: inputOf(call.args) }) as const),
      ],
    },
    {
      role: "user",
      content: calls.map(({ call, outcome }) => {
        const answer = answerForModel(outcome);
        const isGood = outcome.result === "ok" || outcome.result === "empty";
        const content = typeof answer === "string" ? answer : (JSON.stringify(answer) ?? "");
        return { type: "tool_result", tool_use_id: call.id, content, ...(isGood ? {} : { is_error: true as const }) } as const;
      }),
    },
  ];
}

/** This wire takes an object and nothing else. */
function inputOf(args: unknown): Readonly<Record<string, unknown>> {
  return typeof args === "object" && args !== null && !Array.isArray(args) ? { ...args } : { value: args };
}
