/**
 * Plants small lies in the core, one at a time, in a copy of it, and runs the tests that should notice. Each lie makes an
 * answer look more finished, a call more permitted or a text more untouched than anybody has said. A lie that survives
 * needs a test; one that no longer fits the source needs a new place.
 *
 *   node scripts/lie-mutants.mjs            all of them
 *   node scripts/lie-mutants.mjs approval   those whose name contains the word
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const RECORDED = [
  "adapters/hostile-bodies",
  "adapters/ag-ui/decode",
  "adapters/ai-sdk/decode",
  "adapters/anthropic/decode",
  "adapters/ndjson/decode",
  "adapters/openai/",
  "conformance/recorded-streams",
];
const MACHINE = ["message/"];
const SESSION = ["session/", "transport/"];

/** Name, file below `packages/core/src`, what stands there, what is to stand there, and who should notice. */
const LIES = [
  // ── the end of an answer ──
  [
    "end of body completes",
    "adapters/shared/run-writer.ts",
    "return this.#plan === null ? { ending: DISCONNECTED, isStated: false }",
    'return this.#plan === null ? { ending: { outcome: "complete" }, isStated: true }',
    RECORDED,
  ],
  [
    "a local end is called stated",
    "adapters/shared/run-writer.ts",
    "const mark = isStated ? {} : { local: true as const };",
    "const mark = {};",
    RECORDED,
  ],
  [
    "damage is forgotten at the end of the body",
    "adapters/shared/run-writer.ts",
    "if (this.#damage !== null) return { ending: corrupt(this.#damage), isStated: false };",
    "",
    RECORDED,
  ],
  [
    "damage is forgotten at a stated end",
    "adapters/shared/run-writer.ts",
    'if (this.#damage !== null && ending.outcome !== "truncated") return this.breakOff(this.#damage);',
    "",
    RECORDED,
  ],
  [
    "an event that is not JSON is skipped",
    "adapters/shared/wire-decoder.ts",
    "if (value === undefined) return run.breakOffUnlessWhole(",
    "if (value === undefined) return void (",
    RECORDED,
  ],
  [
    "a bad event is skipped",
    "adapters/shared/wire-decoder.ts",
    "    if (!(error instanceof BadEvent)) throw error;\n    run.markDamaged(error.message);\n  }\n}\n\n/** The beginning",
    "    if (!(error instanceof BadEvent)) throw error;\n  }\n}\n\n/** The beginning",
    RECORDED,
  ],
  [
    "a page in the middle is skipped",
    "adapters/shared/wire-decoder.ts",
    "if (body.isForeign && !wasForeign) run.markDamaged(FOREIGN);",
    "",
    RECORDED,
  ],
  [
    "an event beyond the limit is skipped",
    "adapters/shared/wire-decoder.ts",
    "if (body.isOverflowed) run.exceed(eventTooLarge(run.limits));",
    "",
    ["adapters/hostile-bodies", "conformance/budgets"],
  ],
  [
    "text beyond the limit is dropped without a word",
    "adapters/shared/run-writer.ts",
    "    this.exceed(messageTooLarge(this.limits));\n    return false;",
    "    return false;",
    ["conformance/budgets"],
  ],
  [
    "[DONE] completes a chat",
    "adapters/openai/chat-reader.ts",
    "  readDone(): void {\n    this.#output.run.settlePlan();",
    '  readDone(): void {\n    this.#output.run.end({ outcome: "complete" });',
    [...RECORDED, "conformance/fault-recipes"],
  ],
  [
    "an unknown finish reason completes",
    "adapters/shared/endings.ts",
    "export function unknownReason(raw: string): Ending {\n  return {",
    'export function unknownReason(raw: string): Ending {\n  if (raw !== "") return COMPLETE;\n  return {',
    RECORDED,
  ],
  [
    "a length limit completes",
    "adapters/shared/endings.ts",
    'export const OUTPUT_LIMIT: Ending = {\n  outcome: "truncated",',
    'export const OUTPUT_LIMIT: Ending = {\n  outcome: "complete" as never,',
    RECORDED,
  ],
  [
    "a filter completes",
    "adapters/shared/endings.ts",
    'export const FILTERED: Ending = {\n  outcome: "truncated",',
    'export const FILTERED: Ending = {\n  outcome: "complete" as never,',
    [...RECORDED, "conformance/fault-recipes"],
  ],
  [
    "missing tool results complete",
    "adapters/shared/endings.ts",
    'export const TOOL_RESULTS_MISSING: Ending = {\n  outcome: "truncated",',
    'export const TOOL_RESULTS_MISSING: Ending = {\n  outcome: "complete" as never,',
    RECORDED,
  ],
  [
    "a refusal in Chat Completions completes",
    "adapters/openai/chat-finish.ts",
    "if (facts.hasRefusal) return refused(facts.hasAnswer);",
    "",
    RECORDED,
  ],
  [
    "Anthropic: stop_reason without message_stop completes",
    "adapters/anthropic/reader.ts",
    "const ending = this.#reason !== null && isFinalCut(this.#reason) ? this.#endingOf(this.#reason) : null;",
    "const ending = this.#reason !== null ? this.#endingOf(this.#reason) : null;",
    [...RECORDED, "conformance/every-byte"],
  ],
  [
    "Anthropic: pause_turn completes",
    "adapters/anthropic/stop-reason.ts",
    '    case "pause_turn":\n      return null;',
    '    case "pause_turn":\n      return COMPLETE;',
    RECORDED,
  ],
  [
    "Responses: a status of completed counts whatever the event",
    "adapters/openai/responses-ending.ts",
    'return eventStatus === "completed" ? endingOfCompleted(facts) : unknownReason(`${eventStatus}, status completed`);',
    "return endingOfCompleted(facts);",
    RECORDED,
  ],
  [
    "Responses: a gap in the numbers is accepted",
    "adapters/openai/responses-sequence.ts",
    'if (number > last + 1) return "gap";',
    "",
    [...RECORDED, "conformance/fault-recipes", "conformance/mutants"],
  ],
  [
    "Responses: a number twice is read twice",
    "adapters/openai/responses-sequence.ts",
    'if (this.#last !== null && number <= last) return "duplicate";',
    "",
    [...RECORDED, "conformance/fault-recipes"],
  ],
  [
    "Responses: the terminal text is not compared",
    "adapters/openai/responses-reader.ts",
    "if (written !== said) this.#output.run.markDamaged(",
    "if (written !== said) void (",
    [...RECORDED, "conformance/mutants"],
  ],
  [
    "AI SDK: a finish without a reason completes over loose ends",
    "adapters/ai-sdk/finish.ts",
    "return facts.hasLooseEnds ? FINISH_REASON_MISSING : COMPLETE;",
    "return COMPLETE;",
    RECORDED,
  ],
  [
    "Unsay: the end of the body is called stated",
    "adapters/shared/envelope-decoder.ts",
    "    local: true,\n",
    "",
    [...RECORDED, "session/", "transport/"],
  ],
  [
    "Unsay: an unreadable event is skipped",
    "adapters/shared/envelope-decoder.ts",
    "broken ??= { code:",
    "void { code:",
    [...RECORDED, "session/", "transport/"],
  ],
  [
    "an event from the wire may call itself local",
    "protocol/codec.ts",
    "const { local: _local, ...event } = source;",
    "const event = source;",
    ["protocol/", "session/", "transport/", "adapters/"],
  ],
  // ── the machine ──
  [
    "this client may complete an answer",
    "message/reduce-run.ts",
    "if (event.local !== true) return complete(draft, event, times);",
    "return complete(draft, event, times);",
    MACHINE,
  ],
  [
    "damaged text completes",
    "message/reduce-run.ts",
    'if (draft.fields.run?.damaged === true) return ending("corrupt", DAMAGED);',
    "",
    MACHINE,
  ],
  [
    "unverified text completes",
    "message/reduce-run.ts",
    'if (draft.fields.run?.caps.verifier === true && hasUnverifiedText(draft)) return ending("unverified");',
    "",
    MACHINE,
  ],
  [
    "a local end is stated in the message",
    "message/reduce-run.ts",
    "return truncate(draft, event, event.local !== true, times);",
    "return truncate(draft, event, true, times);",
    MACHINE,
  ],
  [
    "an event applied before is applied again",
    "message/reducer.ts",
    "event.seq === null || event.seq > run.lastSeq;",
    "true;",
    [...MACHINE, "conformance/model-based"],
  ],
  [
    "a gap in the log is accepted",
    "message/reducer.ts",
    "return got !== null && got > run.lastSeq + 1 ?",
    "return got !== null && got < 0 ?",
    MACHINE,
  ],
  [
    "a second end replaces the first",
    "message/reducer.ts",
    'if (!draft.fields.stated && event.local !== true && draft.status.status === "truncated") return null;',
    "return null;",
    MACHINE,
  ],
  [
    "an inferred end becomes a local second one",
    "message/reducer.ts",
    "if (!draft.fields.stated && event.local !== true &&",
    "if (!draft.fields.stated &&",
    MACHINE,
  ],
  [
    "a late event of another run is applied",
    "message/reducer.ts",
    "if (event.run !== run.id) return verdict(3,",
    "if (false as boolean) return verdict(3,",
    MACHINE,
  ],
  [
    "content after the end is applied",
    "message/reducer.ts",
    "return verdict(3, `${event.type} came after the answer had ended.`);",
    "return null;",
    MACHINE,
  ],
  [
    "complete while an approval is open",
    "message/reducer.ts",
    'return event.outcome === "complete" ? verdict(4, "The run ended complete while an approval was open.") : null;',
    "return null;",
    MACHINE,
  ],
  [
    "retracted text keeps being shown",
    "message/selectors.ts",
    '    case "retracted":\n      return "";',
    '      return "";\n    case "retracted":',
    [...MACHINE, "context/"],
  ],
  [
    "expunged text is kept",
    "message/reduce-text.ts",
    'event.expunge ? { text: "", expunged: true as const } : {}',
    "event.expunge ? { expunged: true as const } : {}",
    [...MACHINE, "context/"],
  ],
  ["the wording before an expunged one is kept", "message/reduce-text.ts", "if (!expunge) return ids;", "return ids;", MACHINE],
  [
    "text for a closed part is dropped without a word",
    "message/reduce-text.ts",
    "draft.reportDamage(16, event, `Text came for the part",
    "draft.report(16, event, `Text came for the part",
    MACHINE,
  ],
  [
    "shown text is dropped",
    "message/reduce-text.ts",
    'if (span.state === "speculative") return { ...span, state: "dropped", text: "" };\n    draft.report',
    'if (span.state !== "settled") return { ...span, state: "dropped", text: "" };\n    draft.report',
    MACHINE,
  ],
  [
    "text after Stop is shown",
    "message/selectors.ts",
    "const painted = message.stop?.revealed === true ? null : (message.stop?.painted ?? null);",
    "const painted = null;",
    [...MACHINE, "session/"],
  ],
  // ── tools and approvals ──
  [
    "an approval of other arguments counts",
    "approval/approval.reducer.ts",
    "item.call === decided.call && item.argsHash === decided.argsHash",
    "item.call === decided.call",
    [...MACHINE, "approval/"],
  ],
  [
    "a closed approval can still be decided",
    "approval/approval.reducer.ts",
    "if (!isOpen(approval) || !event.items.every(",
    "if (!event.items.every(",
    [...MACHINE, "approval/"],
  ],
  [
    "a tool starts after a stop was accepted",
    "message/reduce-tools.ts",
    "const started = stopped ? null : startCall(call, event);",
    "const started = startCall(call, event);",
    MACHINE,
  ],
  [
    "a tool starts that nobody has approved",
    "tool-call/tool-call.reducer.ts",
    'if (!isRetry && call.status !== "held" && !isCleared(call)) return null;',
    "",
    [...MACHINE, "tool-call/"],
  ],
  [
    "changed arguments keep their approval",
    "message/reduce-tools.ts",
    "supersedeApproval(draft, call);",
    "",
    [...MACHINE, "conformance/fault-recipes"],
  ],
  [
    "cut arguments make a call ready",
    "protocol/args.ts",
    "    return refuse(`The arguments of ${name} are not JSON.",
    "    return bindArgs(call, name, {}, limits) ?? refuse(`The arguments of ${name} are not JSON.",
    [...RECORDED, "conformance/every-byte"],
  ],
  [
    "a failed write is called failed",
    "tool-call/tool-call.reducer.ts",
    'return effect === "read" || event.effect === "none" ? "failed" : "unknown";',
    'return "failed";',
    [...MACHINE, "tool-call/"],
  ],
  [
    "a call that ran when the connection broke is cancelled",
    "tool-call/tool-call.reducer.ts",
    'status: mayGoOn || mayHaveActed ? "unknown" : "cancelled" };',
    'status: "cancelled" };',
    [...MACHINE, "tool-call/", "session/"],
  ],
  [
    "a call the server never mentioned again has succeeded",
    "adapters/shared/call-writer.ts",
    '.map((call) => ({ type: "tool.result", call: call.id, result: "unknown" }));',
    '.map((call) => ({ type: "tool.result", call: call.id, result: "ok" }));',
    RECORDED,
  ],
  // ── the session ──
  [
    "a stop is confirmed by its own sending",
    "message/local.ts",
    'phase: "requesting",',
    'phase: "acknowledged",',
    [...MACHINE, "session/"],
  ],
  [
    "a lost connection ends the answer at once",
    "session/run-reader.ts",
    'if (!canComeBack || last?.type !== "run.end"',
    'if (last?.type !== "run.end" || last !== null',
    SESSION,
  ],
  ["a stop that nobody answered is called stated", "session/local-end.ts", "        local: true,\n", "", SESSION],
  [
    "a decision is minted anew when it is repeated",
    "session/deciding.ts",
    "(isRepeat ? this.#sent.get(approvalId) : undefined) ??",
    "",
    ["session/", "conformance/model-based"],
  ],
].map(([name, file, before, after, tests]) => ({ name, file, before, after, tests }));

function prepareCopy() {
  const home = mkdtempSync(join(tmpdir(), "unsay-lies-"));
  const copy = join(home, "repository");
  const core = join(copy, "packages/core");
  mkdirSync(core, { recursive: true });
  for (const name of ["src", "test-kit", "package.json", "tsconfig.json"]) {
    cpSync(join(ROOT, "packages/core", name), join(core, name), { recursive: true });
  }
  for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(ROOT, name), join(copy, name));
  if (existsSync(join(ROOT, "docs"))) cpSync(join(ROOT, "docs"), join(copy, "docs"), { recursive: true });
  for (const name of ["node_modules", "packages/core/node_modules"]) symlinkSync(join(ROOT, name), join(copy, name));
  // The recordings lie beside the repository, and so beside its copy.
  const shared = join(ROOT, "../shared");
  if (existsSync(shared)) symlinkSync(shared, join(home, "shared"));
  writeFileSync(join(copy, "vitest.config.mjs"), CONFIG);
  return { home, copy };
}

/** Tests of time are no judges here: a lie costs nothing. */
const CONFIG = `export default {
  ssr: { resolve: { conditions: ["@unsay/source", "node", "development|production"] } },
  test: { environment: "node", include: ["packages/core/src/**/*.test.ts"], exclude: ["**/structured-cost.test.ts"] },
};
`;

function runTests(copy, tests, options) {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, UNSAY_MUTANTS: "20000", UNSAY_MODEL_RUNS: "200", NODE_ENV: "test" };
  const args = [vitest, "run", ...options, ...tests.map((test) => `packages/core/src/${test}`)];
  return spawnSync(process.execPath, args, { cwd: copy, env, stdio: "ignore" }).status;
}

/** Test files that fail without any lie can't tell one. */
function findUnfit(copy, tests) {
  const report = join(copy, "report.json");
  runTests(copy, tests, ["--reporter=json", `--outputFile=${report}`]);
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  return testResults.filter(({ status }) => status !== "passed").map(({ name }) => relative(copy, name));
}

function plant(copy, { file, before, after }) {
  const path = join(copy, "packages/core/src", file);
  const source = readFileSync(path, "utf8");
  if (source.split(before).length !== 2) return null;
  writeFileSync(
    path,
    source.replace(before, () => after),
  );
  return () => writeFileSync(path, source);
}

function tryLie(copy, lie, unfit) {
  const restore = plant(copy, lie);
  if (restore === null) return "misplaced";
  try {
    const exclude = unfit.map((file) => `--exclude=${file}`);
    return runTests(copy, lie.tests, ["--bail=1", "--reporter=dot", "--no-isolate", ...exclude]) === 0 ? "survived" : "killed";
  } finally {
    restore();
  }
}

function judgeAll(copy, lies) {
  const unfit = findUnfit(copy, [...new Set(lies.flatMap((lie) => lie.tests))]);
  for (const file of unfit) console.log(`left out, since it fails without any lie: ${file}`);
  const survivors = lies.filter((lie) => {
    const verdict = tryLie(copy, lie, unfit);
    console.log(`${verdict.padEnd(9)} ${lie.name}`);
    return verdict !== "killed";
  });
  console.log(`\n${lies.length - survivors.length} of ${lies.length} lies noticed`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
}

function main() {
  const lies = LIES.filter(({ name }) => process.argv.slice(2).every((word) => name.includes(word)));
  const { home, copy } = prepareCopy();
  try {
    judgeAll(copy, lies);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

main();
