import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent, AgentRun } from "@unsay/server";
import type { Pace } from "../arguments.ts";
import { findRecordings, type Recording } from "./find-recordings.ts";
import { createProvider, type Provider } from "./provider.ts";
import { DECODERS, type Wire } from "./recording.ts";

export interface ReplayScenario {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prompt: string;
  readonly keywords: readonly string[];
}

export interface Replay {
  readonly scenarios: readonly ReplayScenario[];
  readonly agent: Agent;
  readonly close: () => Promise<void>;
}

const WIRE_NAMES: Record<Wire, string> = {
  "anthropic-messages": "Anthropic Messages",
  "openai-responses": "OpenAI Responses",
  "openai-chat": "OpenAI Chat Completions",
  "ui-message-stream": "AI SDK UI message stream",
};

/** Plays recorded streams through the whole path: bytes over HTTP, adapter, server, browser. */
export async function createReplay(path: string, pace: Pace): Promise<Replay> {
  const recordings = await findRecordings(path);
  const provider = await createProvider(recordings, pace);
  return {
    scenarios: recordings.map(({ name, wire }) => ({
      id: `replay:${name}`,
      title: name,
      description: `Recorded stream of ${WIRE_NAMES[wire]}.`,
      prompt: `Replay ${name}`,
      keywords: [name.toLowerCase()],
    })),
    agent: async (run) => {
      const recording = chooseRecording(recordings, run);
      if (recording === undefined) return run.text(listOf(recordings));
      if (run.mode === "continue") return run.end({ cause: "failed", error: NOTHING_MORE });
      await playRecording(recording, provider, run);
    },
    close: provider.close,
  };
}

/** The label wins; then the longest name that the words hold; one recording alone is always meant. */
function chooseRecording(recordings: readonly Recording[], run: AgentRun): Recording | undefined {
  const labelled = recordings.find((recording) => `replay:${recording.name}` === run.labels["scenario"]);
  if (labelled !== undefined || recordings.length === 1) return labelled ?? recordings[0];
  const words = run.input.toLowerCase();
  const named = recordings.filter((recording) => words.includes(recording.name.toLowerCase()));
  return named.toSorted((a, b) => b.name.length - a.name.length)[0];
}

const LISTED = 40;

function listOf(recordings: readonly Recording[]): string {
  const names = recordings.slice(0, LISTED).map((recording) => `- \`${recording.name}\` (${WIRE_NAMES[recording.wire]})`);
  const rest = recordings.length > LISTED ? `\n\n… and ${recordings.length - LISTED} more in the list of scenarios.` : "";
  return `I play recorded streams. Write the name of one, or pick it from the list:\n\n${names.join("\n")}${rest}`;
}

const NOTHING_MORE = {
  code: "recording-over",
  message: "A recording has nothing more to say than what was recorded. Regenerate the answer to play it again.",
  retryable: false,
  userMessage: "A recording can't be continued.",
};

/** Reads it as an app reads its provider; what the bytes state is what the run ends with. Its tools are never run. */
async function playRecording(recording: Recording, provider: Provider, run: AgentRun): Promise<void> {
  const decoder = DECODERS[recording.wire]({ thread: run.thread, run: run.run, message: run.message });
  try {
    const response = await fetch(provider.urlOf(recording), { signal: run.signal });
    for await (const bytes of response.body ?? []) {
      relay(run, decoder.push(bytes));
    }
  } catch (error) {
    if (run.signal.aborted || !(error instanceof TypeError)) throw error;
    // A connection that breaks is a cut: what the bytes amount to, the decoder says.
  }
  relay(run, decoder.end());
}

function relay(run: AgentRun, events: readonly UnsayEvent[]): void {
  for (const event of events) if (event.type !== "unknown") run.relay(event);
}
