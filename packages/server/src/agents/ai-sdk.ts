import { toAiSdkMessages } from "@unsay/core";
import {
  APICallError,
  jsonSchema,
  stepCountIs,
  streamText,
  tool,
  type FlexibleSchema,
  type LanguageModel,
  type ModelMessage,
  type TextStreamPart,
  type ToolSet as ModelTools,
} from "ai";
import type { UnsayErrorData, Upstream } from "@unsay/core/protocol";
import { steerable, type Agent, type AgentEnd, type AgentRun } from "./agent.js";
import { answerForModel } from "./model-answer.js";
import {
  CONTEXT_WINDOW,
  ended,
  failedCall,
  FILTERED,
  NO_END,
  OUTPUT_LIMIT,
  PROVIDER_ERROR,
  STEP_LIMIT,
  unknownReason,
} from "./provider-ends.js";
import { upstreamOf, type ProviderStops } from "./provider-stops.js";

export interface AiSdkAgentOptions {
  /** From a provider package of the AI SDK. */
  readonly model: LanguageModel;
  readonly system?: string;
  /** Names of the server's tools that the model may call. Default: all of them. */
  readonly tools?: readonly string[];
  /** Model calls in one run. Default: 8. */
  readonly maxSteps?: number;
  /** Repetitions of a model call that failed before it said anything. Default: 2. */
  readonly maxRetries?: number;
  /** A cap on what a stop can't hinder, in tokens of one model call. */
  readonly maxTokens?: number;
  /** What a stop does at providers, beside and before `PROVIDER_STOPS`. */
  readonly stops?: ProviderStops;
}

/**
 * Answers by a model through the AI SDK (`ai` 7). Its tool calls go through the same gate as all others, and an answer
 * is complete only when the provider said why it ended, and that reason was a normal one.
 */
export function createAiSdkAgent(options: AiSdkAgentOptions): Agent {
  return steerable(async (run) => {
    const calls = new CallIds(run);
    const result = streamText({
      model: options.model,
      ...(options.system === undefined ? {} : { instructions: options.system }),
      messages: messagesOf(run),
      tools: toolsOf(run, options.tools, calls),
      stopWhen: stepCountIs(options.maxSteps ?? 8),
      maxRetries: options.maxRetries ?? 2,
      ...(options.maxTokens === undefined ? {} : { maxOutputTokens: options.maxTokens }),
      abortSignal: run.signal,
      prepareStep: ({ messages }) => hear(run, messages),
      // What went wrong comes as a part of the stream; the SDK would print it besides.
      onError: () => {},
    });
    const end = await new StreamReader(run, calls, upstreamOf(providerOf(options.model), options.stops)).read(result.stream);
    if (end !== null && !run.signal.aborted) run.end(end);
  });
}

/** What the user said meanwhile is heard before the next step; the SDK keeps it said in the steps after it. */
function hear(run: AgentRun, messages: ModelMessage[]): { messages: ModelMessage[] } | undefined {
  const said = run.steering.take().map(({ text }): ModelMessage => ({ role: "user", content: text }));
  return said.length === 0 ? undefined : { messages: [...messages, ...said] };
}

/** The shapes are the same; ours are readonly and call any JSON value unknown. */
function messagesOf(run: AgentRun): ModelMessage[] {
  return toAiSdkMessages(run.messages) as unknown as ModelMessage[];
}

/** A model that is only named is asked through a gateway, and who answers behind it is not known. */
function providerOf(model: LanguageModel): string | undefined {
  return typeof model === "string" ? undefined : model.provider;
}

const ANY_OBJECT: FlexibleSchema<unknown> = jsonSchema({ type: "object" });

function toolsOf(run: AgentRun, names: readonly string[] | undefined, calls: CallIds): ModelTools {
  const offered = Object.entries(run.tools).filter(([name]) => names === undefined || names.includes(name));
  return Object.fromEntries(
    offered.map(([name, { description, inputSchema }]) => [
      name,
      tool({
        ...(description === undefined ? {} : { description }),
        // The definition leaves the schema's kind to the agent's library; it refuses what is none.
        inputSchema: (inputSchema ?? ANY_OBJECT) as FlexibleSchema<unknown>,
        execute: async (input, { toolCallId }) =>
          answerForModel(await run.callTool(name, input, { call: await calls.whenRead(toolCallId) })),
      }),
    ]),
  );
}

/**
 * Providers may use a call id twice, so each call gets one of ours. A tool waits until its call has been read from the
 * stream: what the model said before it must stand before it.
 */
class CallIds {
  readonly #run: AgentRun;
  readonly #own = new Map<string, string>();
  readonly #read = new Map<string, string>();
  readonly #waiting = new Map<string, (own: string) => void>();

  constructor(run: AgentRun) {
    this.#run = run;
  }

  /** A call begins: a new id of ours for the provider's. */
  open(theirs: string): string {
    const own = this.#run.createId("call");
    this.#own.set(theirs, own);
    return own;
  }

  find(theirs: string): string | undefined {
    return this.#own.get(theirs);
  }

  /** The call is complete in the stream, so its tool may go on. */
  markRead(theirs: string): string {
    const own = this.#own.get(theirs) ?? this.open(theirs);
    this.#own.delete(theirs);
    const waiting = this.#waiting.get(theirs);
    this.#waiting.delete(theirs);
    if (waiting === undefined) this.#read.set(theirs, own);
    else waiting(own);
    return own;
  }

  whenRead(theirs: string): Promise<string> {
    const own = this.#read.get(theirs);
    this.#read.delete(theirs);
    if (own !== undefined) return Promise.resolve(own);
    return new Promise((resolve) => this.#waiting.set(theirs, resolve));
  }
}

type Part = TextStreamPart<ModelTools>;

class StreamReader {
  readonly #run: AgentRun;
  readonly #calls: CallIds;
  readonly #upstream: Upstream;
  #hasText = false;
  #generated: number | null = null;
  #reasoning: number | null = null;
  #end: AgentEnd | null = NO_END;

  constructor(run: AgentRun, calls: CallIds, upstream: Upstream) {
    this.#run = run;
    this.#calls = calls;
    this.#upstream = upstream;
    run.reportUpstream(upstream);
  }

  /** `null`: the provider said that the answer is whole. */
  async read(stream: AsyncIterable<Part>): Promise<AgentEnd | null> {
    try {
      for await (const part of stream) this.#apply(part);
    } catch (error) {
      this.#end = failed(error);
    }
    return this.#end;
  }

  #apply(part: Part): void {
    const run = this.#run;
    switch (part.type) {
      case "text-delta":
        this.#hasText ||= part.text !== "";
        return part.text === "" ? undefined : run.text(part.text);
      case "reasoning-delta":
        return part.text === "" ? undefined : run.reasoning(part.text);
      case "text-end":
      case "reasoning-end":
        return run.closePart();
      case "tool-input-start":
        if (part.providerExecuted !== true) run.proposeCall(part.toolName, this.#calls.open(part.id));
        return;
      case "tool-input-delta":
        return this.#appendArgs(part.id, part.delta);
      case "tool-call":
        return this.#readCall(part);
      case "start-step":
        return run.reportUpstream(this.#upstream);
      case "finish-step":
        run.reportUpstream("already-finished");
        return this.#countUsage(part.usage.outputTokens, part.usage.outputTokenDetails.reasoningTokens);
      case "finish":
        this.#end = this.#end === NO_END ? endOf(part.finishReason, part.rawFinishReason, this.#hasText) : this.#end;
        return this.#sayUsage(true);
      case "error":
        this.#end = failed(part.error);
        return;
      default:
        return;
    }
  }

  #appendArgs(theirs: string, delta: string): void {
    const call = this.#calls.find(theirs);
    if (call !== undefined && delta !== "") this.#run.appendArgs(call, delta);
  }

  #readCall(part: Extract<Part, { type: "tool-call" }>): void {
    if (part.providerExecuted === true) return;
    const call = this.#calls.markRead(part.toolCallId);
    if (part.invalid !== true) return;
    this.#run.proposeCall(part.toolName, call);
    this.#run.refuseCall(call, invalidCall(part.toolName, part.error));
  }

  #countUsage(output: number | undefined, reasoning: number | undefined): void {
    if (output !== undefined) this.#generated = (this.#generated ?? 0) + output;
    if (reasoning !== undefined) this.#reasoning = (this.#reasoning ?? 0) + reasoning;
    this.#sayUsage(false);
  }

  /** Counts are the provider's own; with none reported, nothing is said, which is not zero. */
  #sayUsage(final: boolean): void {
    if (this.#generated === null) return;
    this.#run.reportUsage({
      generated: this.#generated,
      billed: final ? this.#generated : null,
      billedReasoning: final ? this.#reasoning : null,
      source: "ai-sdk",
      final,
    });
  }
}

function endOf(reason: string, raw: string | undefined, hasText: boolean): AgentEnd | null {
  if (raw === "pause_turn") return unknownReason(raw);
  switch (reason) {
    case "stop":
      return null;
    case "length":
      return ended("length", raw === "model_context_window_exceeded" ? CONTEXT_WINDOW : OUTPUT_LIMIT);
    case "content-filter":
      return ended(hasText ? "filtered" : "withheld", FILTERED);
    case "tool-calls":
      return ended("length", STEP_LIMIT);
    case "error":
      return ended("failed", PROVIDER_ERROR);
    default:
      // Provider packages invent "other" where the body ended without a word.
      return raw === undefined ? NO_END : unknownReason(raw);
  }
}

function failed(error: unknown): AgentEnd {
  return failedCall(statusOf(error), error);
}

function statusOf(error: unknown): number | null {
  if (APICallError.isInstance(error)) return error.statusCode ?? null;
  // The SDK wraps the last of several tries.
  const last = typeof error === "object" && error !== null && "lastError" in error ? error.lastError : undefined;
  return last === undefined || last === error ? null : statusOf(last);
}

function invalidCall(name: string, error: unknown): UnsayErrorData {
  const hint = error instanceof Error ? error.message.slice(0, 500) : "";
  return {
    code: "invalid-arguments",
    message: `The model called ${name} with arguments that do not fit, so it was not run.`,
    retryable: false,
    ...(hint === "" ? {} : { hint }),
  };
}
