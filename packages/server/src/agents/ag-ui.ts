import { decodeAgUi } from "@unsay/core/ag-ui";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent, AgentRun } from "./agent.js";
import { failedCall } from "./provider-ends.js";

export interface AgUiAgentOptions {
  /** Sends the input to the agent and gives its event stream. It must pass `signal` on. */
  readonly send: (input: AgUiInput, options: { readonly signal: AbortSignal }) => Promise<Response>;
  /** What a closed connection does to that agent and its model. Default: `unknown`. */
  readonly stops?: "aborted" | "unsupported";
}

/** A `RunAgentInput`, as far as a thread of Unsay fills it. */
export interface AgUiInput {
  readonly threadId: string;
  readonly runId: string;
  readonly state: Readonly<Record<string, never>>;
  readonly messages: readonly { readonly id: string; readonly role: "user" | "assistant"; readonly content: string }[];
  readonly tools: readonly never[];
  readonly context: readonly never[];
  readonly forwardedProps: Readonly<Record<string, never>>;
}

/** Passes on what an AG-UI agent answers. It runs its own tools; nothing of them is run, gated or receipted here. */
export function createAgUiAgent({ send, stops }: AgUiAgentOptions): Agent {
  return async (run) => {
    run.reportUpstream(stops ?? "unknown");
    try {
      const response = await send(inputOf(run), { signal: run.signal });
      if (!response.ok) return run.end(failedCall(response.status, null));
      await relay(run, response);
    } catch (error) {
      if (!run.signal.aborted) run.end(failedCall(null, error));
    }
  };
}

async function relay(run: AgentRun, response: Response): Promise<void> {
  const decoder = decodeAgUi();
  const reader = response.body?.getReader();
  try {
    for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read())
      passOn(run, decoder.push(next.value));
    passOn(run, decoder.end());
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** What a newer protocol says is left out: this server has no number for it. */
function passOn(run: AgentRun, events: readonly UnsayEvent[]): void {
  for (const event of events) if (event.type !== "unknown") run.relay(event);
}

function inputOf(run: AgentRun): AgUiInput {
  return {
    threadId: run.thread,
    runId: run.run,
    state: {},
    messages: run.conversation.map(({ role, content }, at) => ({ id: `${run.thread}-${at}`, role, content })),
    tools: [],
    context: [],
    forwardedProps: {},
  };
}
