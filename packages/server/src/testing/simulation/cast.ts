import type { FakeClock } from "@unsay/core/testing";
import type { Agent, AgentRun } from "../../agents/agent.js";
import { defineTool, ToolFailure, type ToolContext, type ToolSet } from "../../tool-call/tool.js";
import type { Deed } from "../history/history.js";
import type { Life } from "./life.js";
import { linesFor, type CallLine } from "./lines.js";

export interface Stage {
  readonly seed: number;
  readonly clock: FakeClock;
  readonly random: () => number;
  readonly deeds: Deed[];
}

/** Speaks its lines; where it goes on with an answer, from the word at which that was cut. */
export function createAgent({ seed, clock, random }: Stage): Agent {
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  return async (run) => {
    const { words, calls } = linesFor(seed, run.input);
    for (const [at, word] of words.entries()) {
      if (!run.partial.includes(word.trim())) run.text(word);
      if (random() < 0.6) await pause(Math.floor(random() * 120));
      await makeCall(run, calls[at] ?? null);
    }
  };
}

async function makeCall(run: AgentRun, line: CallLine | null): Promise<void> {
  if (line === null) return;
  const outcome = run.callTool(line.tool, { deed: line.deed });
  if (!line.isForgotten) await outcome;
}

/** Tools that take their time, fail now and then, and do to the world what they say, or nothing, or more than they say. */
export function createTools(stage: Stage, life: Life): ToolSet {
  const act = async ({ deed }: { readonly deed: string }, context: ToolContext) => {
    await (life.isRunning ? null : life.running());
    return perform(stage, life, deed, context);
  };
  const parse = (args: unknown) => args as { readonly deed: string };
  return {
    mail: defineTool({
      effect: "write",
      parse,
      execute: act,
      receipt: () => ({ summary: "Posted" }),
      undo: { tool: "unmail", args: ({ args }) => ({ deed: `undo ${args.deed}` }) },
    }),
    unmail: defineTool({ effect: "write", parse, execute: act }),
    pay: defineTool({ effect: "irreversible", parse, execute: act, receipt: () => ({ summary: "Paid" }) }),
    look: defineTool({ effect: "read", parse, execute: async ({ deed }) => `seen ${deed}` }),
  };
}

async function perform({ clock, random, deeds }: Stage, life: Life, deed: string, { run, callKey, signal }: ToolContext): Promise<string> {
  const entry: Deed = { run, callKey, deed, enteredAt: clock.epoch(), isDone: false };
  deeds.push(entry);
  const wait = async () => {
    if (random() < 0.5) await new Promise<void>((resolve) => void clock.after(Math.floor(random() * 100), resolve));
    await (life.isRunning ? null : life.running());
  };
  const luck = random();
  await wait();
  if (luck < 0.1) throw new ToolFailure("Refused before anything happened.", { effect: "none", retryable: luck < 0.07 });
  if (luck > 0.6 && signal.aborted) throw new ToolFailure("Told to stop before anything happened.", { effect: "none" });
  entry.isDone = true;
  await wait();
  if (luck < 0.2) throw new Error("The answer of the mailbox was lost.");
  return `did ${deed}`;
}
