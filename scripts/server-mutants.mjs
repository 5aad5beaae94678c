/**
 * Plants bugs of the kind that servers of answers have had in the server and its memory store, one at a time, in a copy of
 * it, and lets the simulation look for them: at most so many seeds as at every commit. A bug that survives needs a story
 * in which it shows; one that no longer fits the source needs a new place.
 *
 *   node scripts/server-mutants.mjs          all of them
 *   node scripts/server-mutants.mjs stop     those whose name contains the words
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SEEDS = process.env.UNSAY_SEEDS ?? "5000";
/** Of all that are planted, so many must be found. */
const SHARE_TO_FIND = 19 / 20;

/** Name, file below `packages/server/src`, what stands there, and what is to stand there. */
const BUGS = [
  // ── the log and its store ──
  [
    "a process that has lost its run goes on writing",
    "stores/memory.ts",
    "if (entry?.record.owner !== owner) return false;\n    return this.#add",
    "if (entry === undefined) return false;\n    return this.#add",
  ],
  ["events that were stored before are stored again", "stores/store.ts", "events.slice(lastSeq + 1 - first)", "events"],
  [
    "a second start under the same key is a second run",
    "stores/memory.ts",
    "if (found !== undefined) return { run: found.record, created: false };",
    "",
  ],
  [
    "a run is repaired while its producer lives",
    "stores/memory.ts",
    "entry.record.end !== null || entry.record.leaseUntil > now) return false;",
    "entry.record.end !== null) return false;",
    [
      "run/records.ts",
      "|| this.#live.get(record.run) !== undefined || record.leaseUntil > now) return record;",
      "|| this.#live.get(record.run) !== undefined) return record;",
    ],
  ],
  [
    "receipts and decisions are told before they are stored",
    "run/run-log.ts",
    'new Set(["approval.request", "approval.decision", "receipt", "stop.ack", "run.end"]);',
    'new Set(["stop.ack", "run.end"]);',
  ],
  [
    "the end is told before it is stored",
    "run/run-log.ts",
    'new Set(["approval.request", "approval.decision", "receipt", "stop.ack", "run.end"]);',
    'new Set(["approval.request", "approval.decision", "receipt", "stop.ack"]);',
  ],
  [
    "a resumed reader gets its last event again",
    "run/run-log.ts",
    "this.#events.slice(Math.max(0, seq), this.#visible)",
    "this.#events.slice(Math.max(0, seq - 1), this.#visible)",
  ],
  [
    "a reader of another process's run loses an event",
    "stores/memory.ts",
    "entry?.events.slice(Math.max(0, after - dropped(entry)))",
    "entry?.events.slice(Math.max(0, after === 0 ? 0 : after + 1 - dropped(entry)))",
  ],
  [
    "an answer is complete while a tool still works",
    "run/run-ending.ts",
    "    await this.#options.calls.idle();\n  }\n\n  #decideEnd",
    "  }\n\n  #decideEnd",
  ],
  // ── tools ──
  [
    "a tool runs before its start is on record",
    "tool-call/call-execution.ts",
    "const isRecorded = await flush();",
    "const isRecorded = true;\n    void flush();",
  ],
  [
    "a tool starts that was stopped while its start was stored",
    "tool-call/call-execution.ts",
    "if (!mayStart() || !isRecorded) {",
    "if (!isRecorded) {",
  ],
  ["a tool whose start could not be stored runs", "tool-call/call-execution.ts", "if (!mayStart() || !isRecorded) {", "if (!mayStart()) {"],
  [
    "a deed whose answer is lost is called a failure",
    "tool-call/call-execution.ts",
    'this.#writeReceipt("unknown", {',
    'this.#writeReceipt("failed", {',
  ],
  ["an orphan's running tool is called cancelled", "run/repair.ts", 'result: "unknown" }));', 'result: "cancelled" }));'],
  [
    "a regenerate does again what was done",
    "tool-call/committed-calls.ts",
    "return this.#outcomes.get(deedOf(name, args));",
    "return undefined;",
  ],
  [
    "what is unknown is done again",
    "tool-call/committed-calls.ts",
    '    case "unknown":\n      return { result: "unknown"',
    '      return { result: "unknown"',
  ],
  ["a deed is undone twice", "tool-call/compensation.ts", "  checkUndone(id, events, clock.epoch());\n", ""],
  // ── approvals ──
  ["what can't be taken back runs unasked", "approval/policy.ts", 'if (call.effect === "irreversible") return "ask";', ""],
  ["a decision about other arguments counts", "approval/decision.ts", "if (item.argsHash === argsHash) return item;", "return item;"],
  ["a second decision counts as well", "approval/approvals.ts", "    this.#open.delete(open.subject.approval);\n", ""],
  [
    "an expired question is a yes",
    "approval/approvals.ts",
    'decideAll(open.subject.items, "expired"), "expired"',
    'decideAll(open.subject.items, "approved"), "expired"',
  ],
  ["a decision is accepted before it is on record", "command/command-desk.ts", "if (!(await live.log.flush())) throw notOnRecord();", ""],
  [
    "an orphan's open question stays open",
    "run/repair.ts",
    "return [...decisions, ...cancelled, ...unknown];",
    "return [...cancelled, ...unknown];",
  ],
  // ── stops ──
  [
    "a stop is accepted and not kept",
    "command/command-desk.ts",
    "const kept = this.#settings.store.saveStop(run, stop);",
    "const kept = Promise.resolve(void stop);",
  ],
  [
    "a stop for another process is accepted though nobody answers",
    "command/post-command.ts",
    "if (answer === null) throw notLive(run);",
    "if (answer === null) return;",
  ],
  [
    "a stop that came before its run is forgotten",
    "run/run-starter.ts",
    "if (early !== null) await this.#options.stop(run, early).catch(() => {});",
    "void early;",
  ],
  ["tools go on starting after a stop", "tool-call/call-runner.ts", "return !this.#isShut && !call.abort.signal.aborted;", "return true;"],
  [
    "what takes the place of an answer does not wait for its end",
    "run/run-starter.ts",
    "if (replaced.length > 0) return this.#settleAll(command, replaced);",
    "if (replaced.length > 0) void this.#settleAll(command, replaced).catch(() => {});",
  ],
  [
    "two who ask anew at once both begin",
    "stores/memory.ts",
    "if (known !== undefined && siblings.length !== known) return null;",
    "void known;",
  ],
].map(([name, file, before, after, ...more]) => ({ name, edits: [[file, before, after], ...more] }));

function prepareCopy() {
  const home = mkdtempSync(join(tmpdir(), "unsay-bugs-"));
  const server = join(home, "packages/server");
  mkdirSync(server, { recursive: true });
  for (const name of ["src", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, "packages/server", name), join(server, name), { recursive: true });
  for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(ROOT, name), join(home, name));
  for (const name of ["node_modules", "packages/core", "packages/server/node_modules"]) symlinkSync(join(ROOT, name), join(home, name));
  writeFileSync(join(home, "vitest.config.mjs"), CONFIG);
  return home;
}

const CONFIG = `export default {
  ssr: { resolve: { conditions: ["@unsay/source", "node", "development|production"] } },
  test: { environment: "node", include: ["packages/server/src/simulation.test.ts"] },
};
`;

/** A crash, or a simulation that does not end, proves nothing. */
const NO_STORY = "something else than a wrong story";

/** What the simulation found, or `null`: nothing. */
function simulate(home) {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--reporter=default", "--testNamePattern", "memory"];
  const env = { ...process.env, UNSAY_SEEDS: SEEDS, NODE_ENV: "test", NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: home, env, encoding: "utf8" });
  if (status === 0) return null;
  return /"(\d+: .*)"/u.exec(stdout + stderr)?.[1]?.slice(0, 120) ?? NO_STORY;
}

function plant(home, edits) {
  const sources = new Map();
  for (const [file, before, after] of edits) {
    const path = join(home, "packages/server/src", file);
    const source = readFileSync(path, "utf8");
    if (!sources.has(path)) sources.set(path, source);
    if (source.split(before).length !== 2) return (restore(sources), null);
    writeFileSync(
      path,
      source.replace(before, () => after),
    );
  }
  return () => restore(sources);
}

function restore(sources) {
  for (const [path, source] of sources) writeFileSync(path, source);
}

function judge(home, { name, edits }) {
  const undo = plant(home, edits);
  if (undo === null) return (console.log(`misplaced  ${name}`), false);
  const found = simulate(home);
  undo();
  const isFound = found !== null && found !== NO_STORY;
  console.log(isFound ? `found      ${name}\n             seed ${found}` : `SURVIVED   ${name}${found === null ? "" : `: ${found}`}`);
  return isFound;
}

function main() {
  const wanted = process.argv.slice(2).join(" ");
  const bugs = BUGS.filter(({ name }) => name.includes(wanted));
  const home = prepareCopy();
  try {
    const unfit = simulate(home);
    if (unfit !== null) throw new Error(`The simulation finds something without any bug: seed ${unfit}`);
    const found = bugs.filter((bug) => judge(home, bug)).length;
    console.log(`\n${found} of ${bugs.length} planted bugs found within ${SEEDS} seeds`);
    process.exitCode = found >= bugs.length * SHARE_TO_FIND ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

main();
