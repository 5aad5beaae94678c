import type { DecodeContext, WireDecoder } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import type { MessageSource } from "./message-dicts.js";
import { LangGraphReader } from "./reader.js";

export interface LangGraphOptions extends DecodeContext {
  /**
   * Whether what a model says at this place of the graph is part of the answer. Without it everything is; what is not
   * is shown as reasoning, since nothing that was said may get lost.
   */
  readonly isAnswer?: (source: MessageSource) => boolean;
}

/**
 * Reads the event stream of a LangGraph server (Agent Server, `@langchain/langgraph-sdk` 1.9), in stream modes
 * (https://docs.langchain.com/langsmith/streaming) and in the draft of the agent streaming protocol 0.0.19
 * (https://langchain-ai.github.io/agent-protocol/streaming/). Ask for `messages-tuple` or `messages`, with `updates` or
 * `values` for interrupts and `checkpoints` for the end, or for the channels `messages`, `tools`, `input`, `lifecycle`.
 *
 * Terminal, stream modes: `error`; `end` with a status, or without one where `updates` or `values` would have told of an
 * interrupt and no model is left speaking; a checkpoint of the root graph after which nothing is `next`, once the body ends; `__interrupt__`, once the
 * body ends, which leaves the answer waiting for approval. Terminal, protocol: `lifecycle` of the root namespace with
 * `completed`, `failed` or `interrupted`. Of a run that succeeded the answer is still cut when its last model call was.
 * Not terminal: the end of the body, which is all that many servers send after a whole run and a lost one;
 * `messages/complete`, `message-finish`, `values`, `feedback`, anything of a subgraph.
 */
export function decodeLangGraph(options: LangGraphOptions = {}): WireDecoder {
  const { isAnswer, ...context } = options;
  return createWireDecoder("langgraph", context, (output) => new LangGraphReader(output, asked(isAnswer)));
}

/** A host's function that throws decides nothing, and takes no text away. */
function asked(isAnswer: LangGraphOptions["isAnswer"]): (source: MessageSource) => boolean {
  return (source) => {
    try {
      return isAnswer?.(source) ?? true;
    } catch {
      return true;
    }
  };
}
