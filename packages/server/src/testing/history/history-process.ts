import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@unsay/core";
import { allowAllUnsafe } from "../../access/authorize.js";
import type { Agent, AgentRun } from "../../agents/agent.js";
import { serve } from "../../node/index.js";
import { createUnsayServer } from "../../server.js";
import { createRedisStore } from "../../stores/redis.js";
import { createSqliteStore } from "../../stores/sqlite.js";
import { defineTool, ToolFailure, type ToolContext, type ToolSet } from "../../tool-call/tool.js";
import { linesFor, type CallLine } from "../simulation/lines.js";

/** What one server process of a history is told on its command line, as JSON. */
export interface ProcessOptions {
  readonly seed: number;
  /** The store: a file, or the address of a Redis and a prefix. */
  readonly record: string;
  readonly prefix: string;
  /** Where its tools write down what they do. */
  readonly mailbox: string;
  readonly leaseMs: number;
  /** How wrong its calendar is. */
  readonly skewMs: number;
}

const options = JSON.parse(process.argv[2] ?? "{}") as ProcessOptions;
const { seed, record, prefix, mailbox, leaseMs, skewMs } = options;

function note(entry: object): void {
  appendFileSync(mailbox, `${JSON.stringify({ ...entry, at: Date.now() })}\n`);
}

async function act({ deed }: { readonly deed: string }, { run, callKey, signal }: ToolContext): Promise<string> {
  note({ what: "entered", run, callKey, deed });
  await sleep(Math.random() * 80);
  const luck = Math.random();
  if (luck < 0.1) throw new ToolFailure("Refused before anything happened.", { effect: "none", retryable: luck < 0.07 });
  if (luck > 0.6 && signal.aborted) throw new ToolFailure("Told to stop before anything happened.", { effect: "none" });
  note({ what: "done", run, callKey, deed });
  await sleep(Math.random() * 80);
  if (luck < 0.2) throw new Error("The answer of the mailbox was lost.");
  return `did ${deed}`;
}

const parse = (args: unknown) => args as { readonly deed: string };
const tools: ToolSet = {
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

const agent: Agent = async (run) => {
  const { words, calls } = linesFor(seed, run.input);
  for (const [at, word] of words.entries()) {
    if (!run.partial.includes(word.trim())) run.text(word);
    await sleep(60 + Math.random() * 240);
    await makeCall(run, calls[at] ?? null);
  }
};

async function makeCall(run: AgentRun, line: CallLine | null): Promise<void> {
  if (line === null) return;
  const outcome = run.callTool(line.tool, { deed: line.deed });
  if (!line.isForgotten) await outcome;
}

const store = record.startsWith("redis:") ? await createRedisStore({ url: record, prefix }) : createSqliteStore({ path: record });
const server = createUnsayServer({
  agent,
  tools,
  authorize: allowAllUnsafe,
  store,
  clock: { ...systemClock, epoch: () => systemClock.epoch() + skewMs },
  log: () => {},
  secret: "history",
  leaseMs,
  heartbeatMs: 1_000,
  settleMs: 500,
  undoWindowMs: 50,
  minToolLeadMs: 0,
  approvalExpiryMs: 2_500,
});
const served = await serve({ fetch: server.fetch });
process.stdout.write(`${served.port}\n`);
