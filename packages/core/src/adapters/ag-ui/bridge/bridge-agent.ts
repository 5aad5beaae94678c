import type { AssistantMessage } from "../../../message/message.js";
import type { Cause, DecodeContext } from "../../../protocol/index.js";
import { AnswerBook, type Answers } from "../../shared/bridge/answers.js";
import { ERROR_CAUSES, errorOfAnswer, type Silence } from "../../shared/bridge/broken-answer.js";
import { createId } from "../../shared/ids.js";
import { RunTracker } from "./run-tracker.js";

interface RunInput {
  readonly runId: string;
  readonly threadId: string;
}

/** The callbacks of an `AgentSubscriber` of AG-UI that a bridge needs. */
export interface AgentSubscriberLike {
  onRunInitialized?(params: { readonly input: RunInput }): void;
  onEvent?(params: { readonly event: { readonly type: string }; readonly input: RunInput }): void;
  onRunFailed?(params: { readonly error: Error; readonly input: RunInput }): void;
  onRunFinalized?(params: { readonly input: RunInput }): void;
}

/** The shape of an `AbstractAgent` of AG-UI. */
export interface AgentLike<Parameters extends { readonly runId?: string | undefined }, Result extends object> {
  subscribe(subscriber: AgentSubscriberLike): { unsubscribe(): void };
  runAgent(parameters?: Parameters): Promise<Result>;
}

export interface AgentBridgeOptions extends Pick<DecodeContext, "effectOf" | "onDiagnostic"> {
  /** Ends for which `runAgent` of the bridge rejects. By default `failed`, `disconnected` and `corrupt`. */
  readonly errorOn?: readonly Cause[];
  /** The app runs tools itself and sends their results with its next run: an answer that waits for them stays live. */
  readonly runsTools?: boolean;
  /** Milliseconds since the epoch, for display. By default `Date.now`. */
  readonly epoch?: () => number;
}

export interface AgentBridge<Parameters, Result> extends Answers {
  /**
   * Runs the agent, and rejects with an `UnsayError` where its own `runAgent` resolves over an answer that was cut. What
   * came of the answer stays readable.
   */
  runAgent(parameters?: Parameters): Promise<Result & { readonly answer: AssistantMessage }>;
  /** Stops listening to the agent. */
  dispose(): void;
}

/**
 * Listens to an agent of AG-UI that the app keeps. Ask `answerOf(id)` or `statusOf(id)` with the id of a message of the
 * thread, or of a run: an agent's own promise resolves in the same way for a whole answer and for one that was cut.
 */
export function bridgeAgent<Parameters extends { readonly runId?: string | undefined }, Result extends object>(
  agent: AgentLike<Parameters, Result>,
  options: AgentBridgeOptions = {},
): AgentBridge<Parameters, Result> {
  const book = new AnswerBook();
  const runs = new Map<string, RunTracker>();
  const trackerOf = (input: RunInput): RunTracker => {
    const tracker = runs.get(input.runId) ?? new RunTracker(book, input, options);
    runs.set(input.runId, tracker);
    return tracker;
  };
  const subscription = agent.subscribe({
    onRunInitialized: ({ input }) => void trackerOf(input),
    onEvent: ({ event, input }) => trackerOf(input).read(event),
    onRunFailed: ({ error, input }) => void trackerOf(input).end(silenceOf(error)),
    onRunFinalized: ({ input }) => {
      runs.get(input.runId)?.end("lost");
      runs.delete(input.runId);
    },
  });

  return {
    answerOf: book.answerOf,
    statusOf: book.statusOf,
    subscribe: book.subscribe,
    version: book.version,
    dispose: () => subscription.unsubscribe(),
    async runAgent(parameters) {
      const runId = parameters?.runId ?? createId("run");
      // The rest of the parameters is the app's own.
      const result = await agent.runAgent({ ...parameters, runId } as Parameters);
      const answer = runs.get(runId)?.end("lost") ?? book.answerOf(runId);
      const error = answer === undefined ? null : errorOfAnswer(answer, options.errorOn ?? ERROR_CAUSES);
      if (error !== null) throw error;
      return Object.assign(result, { answer: answer ?? new RunTracker(book, { runId, threadId: "" }, options).end("lost") });
    },
  };
}

function silenceOf(error: Error): Silence {
  return error.name === "AbortError" ? "stopped" : "lost";
}
