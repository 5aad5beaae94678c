import { afterAll, describe, expect, it } from "vitest";
import { endOf, read, runnableCalls } from "../../test-kit/folding.js";
import { digest, hasFixtures, recordingsOf, type Frame, type Recording } from "../../test-kit/recordings.js";
import { WIRES, type Wire } from "../../test-kit/wires.js";
import type { AssistantMessage } from "../message/message.js";
import { textOf } from "../message/selectors.js";

/** L1: every recorded stream says what its events say, by the facts beside it or by a decision written down here. */

/** What `expected.json` says about a stream of a provider. */
interface ProviderFacts {
  readonly oracle: string;
  readonly text: { readonly chars: number; readonly sha256_16: string };
  readonly tool_calls: readonly { readonly id: string; readonly name: string; readonly args_sha256_16: string }[];
  readonly finish: string | null;
  readonly terminal_seen: boolean;
  readonly error?: string;
}

/** What the SDK's own reader makes of a UI message stream. */
interface ReaderFacts {
  readonly text_chars: number;
  readonly text_sha256_16: string;
  readonly tools: readonly { readonly id: string; readonly name: string; readonly input_sha256_16: string }[];
  readonly reader_error?: string;
}

/** What `expected.json` says: the words of the protocol's own client, or its refusal. */
interface ClientFacts {
  readonly assistant_text_sha256_16?: string;
  readonly assistant_text_chars?: number;
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly args_sha256_16: string }[];
  readonly client_rejected?: string;
}

/** What the documented rules of each wire make of the facts in `expected.json`. */
function endByRule(kind: string, { finish, terminal_seen: isTerminal, error, tool_calls: calls, text }: ProviderFacts): string {
  if (error === "unparsable event") return "corrupt stream-corrupt";
  if (error !== undefined) return "failed provider-";
  if (kind === "anthropic-messages" && !isTerminal) return "disconnected stream-eof";
  if (finish === null) return "disconnected stream-eof";
  if (["tool_use", "tool_calls"].includes(finish)) return "failed tool-results-missing";
  if (["max_tokens", "length", "max_output_tokens"].includes(finish)) return "length output-limit";
  if (finish === "refusal") return text.chars > 0 ? "filtered guard-tripped" : "withheld guard-tripped";
  return kind === "openai-responses" && calls.length > 0 ? "failed tool-results-missing" : "complete";
}

/** Tools of the provider that the client has to run: the oracle lists only functions. */
const BUILT_IN = new Set(["shell", "local_shell", "apply_patch", "tool_search"]);

/** Ends the oracle does not speak of, since it lists only functions. */
const BUILT_IN_ENDS: Readonly<Record<string, string>> = {
  "aisdk__openai-apply-patch-tool.1.chunks.txt": "failed tool-results-missing",
  "aisdk__openai-local-shell-tool.1.chunks.txt": "failed tool-results-missing",
  "pydanticai__test_tool_search--test_openai_client_tool_search_streaming.1.sse": "failed tool-results-missing",
  "aisdk__openai-mcp-tool-approval.3.chunks.txt": "awaiting-approval",
};

const NO_OUTPUT = "this gateway leaves the output out of the terminal object: the stream counts";

/** Where the common readers disagree: what we hold, and why. Text is the oracle's in all of them. */
const DECISIONS: Readonly<Record<string, readonly [held: string, why: string]>> = {
  "aisdk__anthropic-compaction.1.chunks.txt": ["complete", "the summary in the compaction block is for the model, not part of the answer"],
  "antpy__compaction_response.sse": ["disconnected stream-eof", "the frame of message_stop is cut, so it never came"],
  "aisdk__anthropic-programmatic-tool-calling.1.chunks.txt": [
    "complete",
    "several messages of one turn; calls inside message_start are calls, with results this wire does not show",
  ],
  "antpy__incomplete_partial_json_response.sse": [
    "length output-limit",
    "max_tokens is said, even without message_stop; the cut arguments make no call",
  ],
  "antts__incomplete_partial_json_response.sse": ["length output-limit", "the cut arguments make no call"],
  "aisdk__cererebras-structured-output-tools.1.chunks.txt": [
    "failed tool-results-missing",
    "text after finish_reason is another step; the same index with another id is another call",
  ],
  "aisdk__mistral-reasoning.chunks.txt": ["complete", "content as a list: thinking is reasoning, text is the answer"],
  "rubyllm__chat_mistral_hybrid_reasoning_streams_thinking_separately_from_content.sse": [
    "complete",
    "content as a list: thinking is reasoning, text is the answer",
  ],
  "otelpy__test_chat_completion_multiple_choices_streaming.sse": ["complete", "choice 1 is another version"],
  "rig__mistral-capability_edges--streaming_with_two_candidates_answers_from_the_first.sse": ["complete", "choice 1 is another version"],
  "rig__mistral-terminal_metadata_matrix--streaming_mistral_small_tiny_plain_two.sse": [
    "length output-limit",
    "choice 1 is another version",
  ],
  "rig__openai-chat_terminal_metadata_matrix--streaming_gpt_4_1_mini_roomy_plain_two.sse": ["complete", "choice 1 is another version"],
  "rig__openai-chat_terminal_metadata_matrix--streaming_gpt_4_1_mini_tiny_plain_two.sse": [
    "length output-limit",
    "choice 1 is another version",
  ],
  "rig__deepseek-truncation_matrix--streaming_parallel_calls_keep_the_complete_one.sse": [
    "length output-limit",
    "no call is ready when the output was cut, not even the first",
  ],
  "rig__deepseek-truncation_matrix--streaming_text_before_a_truncated_call_survives.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__llamacpp-truncation_matrix--streaming_tool_call_cut_mid_arguments.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__mistral-tool_truncation_matrix--streaming_mistral_small_mid_agent.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__openai-chat_tool_truncation_matrix--streaming_gpt41_low_agent.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__openai-refusal_matrix--chat_streaming_agent_surfaces_refusal.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the reason says stop",
  ],
  "rig__openrouter-refusal_matrix--streaming_terminal_carries_usage_and_reason.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the reason says stop",
  ],
  "rig__openai-refusal_matrix--responses_agent_streaming_refusal_surfaces.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the response is completed",
  ],
  "rig__openai-streaming_grammar--incomplete_mid_tool_call.sse": ["length output-limit", "the cut arguments make no call"],
  "rig__chatgpt-codex_behaviors--explicit_preamble_and_mid_conversation_system_messages_are_instructions.sse": ["complete", NO_OUTPUT],
  "rig__chatgpt-codex_behaviors--store_false_and_prompt_cache_fields_roundtrip.sse": ["complete", NO_OUTPUT],
  "rig__chatgpt-codex_behaviors--strict_tools_opt_in_roundtrip.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_sessions--long_history_replay_nonstreaming.1.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_sessions--parallel_tool_calls_single_turn_nonstreaming.1.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_sessions--reasoning_session_two_tool_calls_streaming.1.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_sessions--usage_accumulates_across_streaming_multi_turn.1.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_tool_args--unicode_arguments_streaming.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-codex_tool_args--zero_argument_tool_call_nonstreaming.sse": ["failed tool-results-missing", NO_OUTPUT],
  "rig__chatgpt-streaming_tools--tool_call_completed_response_without_output.sse": ["failed tool-results-missing", NO_OUTPUT],
};

/** Recordings whose calls we see otherwise than the oracle, as the decisions say. */
const OTHER_CALLS = new Set([
  "aisdk__anthropic-programmatic-tool-calling.1.chunks.txt",
  "aisdk__cererebras-structured-output-tools.1.chunks.txt",
  // Its first event is not JSON, and nothing is read after that.
  "aisdk__parallel-tool-call-wrapper.1.chunks.txt",
]);

function callsOf(message: AssistantMessage): readonly string[] {
  return message.calls
    .filter((call) => call.runsOn === "client" && !BUILT_IN.has(call.name))
    .map((call) => `${call.id} ${call.name} ${digest(call.argsText)}`);
}

/** The end of a UI message stream after the protocol page: the first error or finish counts. */
function endOfUIStream(frames: readonly Frame[]): string {
  const open = new Set<string>();
  for (const { event } of frames) {
    if (event.type === "tool-approval-request") open.add(event.approvalId ?? "");
    if (event.type === "tool-approval-response") open.delete(event.approvalId ?? "");
    if (event.type === "error") return "failed provider-error";
    if (event.type !== "finish") continue;
    if (open.size > 0 && ["stop", "tool-calls"].includes(event.finishReason ?? "")) return "awaiting-approval";
    return UI_ENDS[event.finishReason ?? ""] ?? "failed finish-reason-unknown";
  }
  return "disconnected stream-eof";
}

const UI_ENDS: Readonly<Record<string, string>> = {
  stop: "complete",
  "tool-calls": "failed tool-results-missing",
  length: "length output-limit",
  "content-filter": "filtered guard-tripped",
  interrupted: "disconnected stream-eof",
  error: "failed provider-error",
};

/** Asked about although the arguments were cut: the server filled in `{}`, and nobody may say yes to that. */
const CUT_ARGUMENTS = /streaming_tool_call_cut_mid_arguments|text_before_a_truncated_call_survives/u;

/** The end of an AG-UI stream, by its events alone. */
function endOfAgUi({ name, frames }: Recording): string {
  const events = frames.map(({ event }) => event);
  if (events.some(({ delta }) => delta !== undefined && typeof delta !== "string")) return "corrupt stream-corrupt";
  const error = events.find(({ type }) => type === "RUN_ERROR");
  if (error !== undefined) return error.code === "max_tokens" ? "length output-limit" : "failed provider-error";
  const last = events.findLast(({ type }) => type === "RUN_FINISHED");
  if (last?.outcome?.type === "interrupt") return CUT_ARGUMENTS.test(name) ? "failed invalid-arguments" : "awaiting-approval";
  if (last?.metadata?.tanstack?.finishReason === "length") return "length output-limit";
  return events.some(({ type }) => type === "TOOL_CALL_START") ? "failed tool-results-missing" : "complete";
}

function wireOf(kind: string): Wire {
  const wire = WIRES.find((candidate) => candidate.kind === kind);
  if (wire === undefined) throw new Error(`No wire ${kind}`);
  return wire;
}

const held = { agreed: 0, disputed: 0, others: 0 };

describe.runIf(hasFixtures)("L1: recordings of providers", () => {
  for (const { kind, decode } of WIRES.slice(0, 3)) {
    for (const { name, body, expected } of recordingsOf<ProviderFacts>(kind)) {
      it(`${kind}/${name} says what its events say`, () => {
        const message = read(decode, body);
        const end = DECISIONS[name]?.[0] ?? BUILT_IN_ENDS[name] ?? endByRule(kind, expected);
        expect(expected.oracle === "agreed" || name in DECISIONS, "a disputed recording needs a decision").toBe(true);
        expect(endOf(message)).toMatch(new RegExp(`^${end}`, "u"));
        expect([textOf(message).length, digest(textOf(message))]).toEqual([expected.text.chars, expected.text.sha256_16]);
        if (!OTHER_CALLS.has(name)) expectCalls(message, expected);
        held[expected.oracle === "agreed" ? "agreed" : "disputed"] += 1;
      });
    }
  }

  function expectCalls(message: AssistantMessage, expected: ProviderFacts): void {
    expect(callsOf(message)).toEqual(expected.tool_calls.map((call) => `${call.id} ${call.name} ${call.args_sha256_16}`));
    expect(runnableCalls(message)).toEqual(message.run?.state === "awaiting-approval" ? expect.anything() : []);
  }

  it("has a decision for each disputed recording and for no other", () => {
    const disputed = WIRES.slice(0, 3).flatMap(({ kind }) =>
      recordingsOf<ProviderFacts>(kind).flatMap(({ name, expected }) => (expected.oracle === "disputed" ? [name] : [])),
    );
    expect(Object.keys(DECISIONS).sort()).toEqual(disputed.sort());
  });
});

describe.runIf(hasFixtures)("L1: recordings of the AI SDK", () => {
  const { kind, decode } = wireOf("ui-message-stream");
  for (const { name, body, frames, expected } of recordingsOf<ReaderFacts>(kind)) {
    it(`${kind}/${name} says what its chunks say`, () => {
      const message = read(decode, body);
      expect(endOf(message)).toBe(endOfUIStream(frames));
      held.others += 1;
      // The SDK's own reader stops at these, at another place than we do.
      if (expected.reader_error !== undefined) return;
      expect([textOf(message).length, digest(textOf(message))]).toEqual([expected.text_chars, expected.text_sha256_16]);
      expectTools(message, expected, Buffer.from(body).toString("utf8"));
    });
  }

  function expectTools(message: AssistantMessage, expected: ReaderFacts, body: string): void {
    const known = new Map(expected.tools.map((tool) => [tool.id, tool]));
    expect(message.calls.map((call) => call.id)).toEqual([...known.keys()]);
    for (const call of message.calls) {
      const tool = known.get(call.id);
      expect(call.name).toBe(tool?.name);
      if (call.argsHash !== undefined) expect(digest(JSON.stringify(call.args))).toBe(tool?.input_sha256_16);
      else expect(body).not.toContain(`"tool-input-available","toolCallId":"${call.id}"`);
    }
  }
});

describe.runIf(hasFixtures)("L1: recordings of AG-UI", () => {
  const { kind, decode, textOf: textOfEvent } = wireOf("agui-streams");
  const recordings = recordingsOf<ClientFacts>(kind);
  for (const recording of recordings) {
    const { name, body, expected, frames } = recording;
    it(`${kind}/${name} says what its events say`, () => {
      const message = read(decode, body);
      expect(endOf(message)).toBe(endOfAgUi(recording));
      expect(message.revisions).toBe(0);
      expect(textOf(message)).toBe(frames.map(({ event }) => textOfEvent(event)).join(""));
      expect(runnableCalls(message)).toEqual([]);
      held.others += 1;
      if (expected.client_rejected === undefined && !name.includes("tool-search-regex")) expectClientFacts(message, expected);
    });
  }

  function expectClientFacts(message: AssistantMessage, expected: ClientFacts): void {
    expect([textOf(message).length, digest(textOf(message))]).toEqual([expected.assistant_text_chars, expected.assistant_text_sha256_16]);
    const calls = expected.tool_calls ?? [];
    expect(message.calls.map(({ id, name }) => `${id} ${name}`)).toEqual(calls.map((call) => `${call.id} ${call.name}`));
    for (const call of message.calls.filter(({ argsHash }) => argsHash !== undefined)) {
      expect(digest(JSON.stringify(call.args))).toBe(calls.find(({ id }) => id === call.id)?.args_sha256_16);
    }
  }

  it("includes streams that the protocol's own client refuses", () => {
    const rejected = recordings.filter(({ expected }) => expected.client_rejected !== undefined);
    const complete = rejected.filter(({ body }) => read(decode, body).status === "complete");
    console.log(`AG-UI: ${rejected.length} of ${recordings.length} refused by its own client, ${complete.length} of those complete here`);
    expect(complete.length).toBeGreaterThan(0);
  });
});

afterAll(() => {
  const { agreed, disputed, others } = held;
  if (hasFixtures)
    console.log(
      `L1: ${agreed} agreed and ${disputed} disputed streams of providers, ${others} of AI SDK and AG-UI, as the oracles and decisions say`,
    );
});
