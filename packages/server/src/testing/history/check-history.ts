import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import { turnOf } from "../../thread/turns.js";
import type { Deed, History, Operation, RunOnRecord, View } from "./history.js";

type Rule = (history: History) => readonly string[];

/** Gives what no server that keeps its word could have left behind, a line each. */
export function checkHistory(history: History): readonly string[] {
  return Object.entries(RULES).flatMap(([name, rule]) => rule(history).map((found) => `${name}: ${found}`));
}

/** What is told only when it can't be lost any more. */
const BINDING: ReadonlySet<string> = new Set(["approval.decision", "receipt", "stop.ack", "run.end"]);
const AFTER_END: ReadonlySet<string> = new Set(["receipt", "tool.result", "usage"]);

const RULES: Readonly<Record<string, Rule>> = {
  "a log has no hole, one end, and nothing but late news after it": forEachRun((run) => checkLog(run)),
  "one start key is one run": checkStarts,
  "a reader gets each event once and in order": ({ views }) => views.flatMap(checkOrder),
  "what was told is on record": checkTold,
  "complete is whole": forEachRun(checkComplete),
  "text is said once": forEachRun(checkText),
  "an orphan had lost its producer": forEachRun((run, { disturbedAt }) =>
    causeOf(run) === "orphaned" && disturbedAt(run) === null ? ["its producer had never been gone"] : [],
  ),
  "no question stays open in a run that has ended": forEachRun(checkQuestions),
  "one decision wins, and an accepted one is on record": checkDecisions,
  "a tool runs only on record, and behind its gate": ({ deeds, runs }) => deeds.flatMap((deed) => checkDeed(deed, runs)),
  "nothing is done twice": checkTwice,
  "what was done is told, and what is told was done": forEachRun(checkAccount),
  "no tool starts after a stop": forEachRun(checkAfterStop),
  "an accepted stop is on record": checkStops,
  "a run that was stopped before it began says nothing": checkEarlyStops,
  "a tool entered after an accepted stop had started before it": checkEntries,
  "a redirect begins when what it redirects from has ended": checkRedirects,
  "a question has one answer in work at a time": checkTurns,
  "what was done is undone once": forEachRun(({ events }) =>
    repeated(find(events, "receipt").flatMap(({ outcome, undoes = "" }) => (outcome === "undone" ? [undoes] : []))),
  ),
};

function forEachRun(check: (run: RunOnRecord, history: History) => readonly string[]): Rule {
  return (history) => history.runs.flatMap((run) => check(run, history).map((found) => `run ${run.record.run}: ${found}`));
}

function checkLog({ record, events }: RunOnRecord): readonly string[] {
  const ends = find(events, "run.end");
  const end = events.findIndex(({ type }) => type === "run.end");
  const late = events.slice(end + 1).filter(({ type }) => !AFTER_END.has(type));
  return [
    ...(events.every(({ seq }, index) => seq === index + 1) && record.lastSeq === events.length ? [] : ["a hole"]),
    ...(ends.length === 1 && record.end !== null ? [] : [`${ends.length} ends`]),
    ...(end === -1 ? [] : late.map(({ type }) => `${type} after the end`)),
  ];
}

function checkStarts({ runs, operations }: History): readonly string[] {
  const keys = runs.map(({ record }) => `${record.thread} ${record.startKey}`);
  const lost = operations.filter(
    ({ kind, outcome, run }) => kind === "start" && outcome === "ok" && !runs.some(({ record }) => record.run === run),
  );
  return [...repeated(keys), ...lost.map(({ run }) => `the run ${run} is on no record`)];
}

function checkOrder({ client, run, after, events }: View): readonly string[] {
  const isOrdered = events.every(({ seq }, index) => seq === after + 1 + index);
  return isOrdered ? [] : [`${client} of ${run} after ${after}: ${events.map(({ seq }) => seq).join(" ")}`];
}

/** Words that a lost producer had not stored yet are lost with it; what binds never is. */
function checkTold({ views, runs }: History): readonly string[] {
  return views.flatMap((view) => {
    const run = runs.find(({ record }) => record.run === view.run);
    if (run === undefined) return view.events.length === 0 ? [] : [`${view.run} is on no record`];
    const wrong = view.events.filter((event) => !isKept(event, run) && !isExcused(event, run));
    return wrong.map((event) => `${view.client} heard ${JSON.stringify(event)}, on record: ${recordedAt(event, run)}`);
  });
}

function recordedAt({ seq }: UnsayEvent, { events }: RunOnRecord): string {
  return `${JSON.stringify(events[(seq ?? 0) - 1] ?? null)}, ended by ${JSON.stringify(find(events, "run.end").at(-1) ?? null)}`;
}

function isKept(event: UnsayEvent, { events }: RunOnRecord): boolean {
  return JSON.stringify(events[(event.seq ?? 0) - 1]) === JSON.stringify(event);
}

function isExcused(event: UnsayEvent, run: RunOnRecord): boolean {
  // Told instead of an end of which nobody could say whether it was stored. Where only the store's reply was lost, it was.
  if (event.type === "run.end") return event.outcome === "truncated" && event.error?.code === "store-unavailable";
  return causeOf(run) === "orphaned" && !BINDING.has(event.type);
}

function checkComplete(run: RunOnRecord): readonly string[] {
  if (endOf(run)?.outcome !== "complete") return [];
  const at = run.events.findIndex(({ type }) => type === "run.end");
  const late = run.events.slice(at).filter(({ type }) => type === "receipt" || type === "tool.result");
  const undone = new Set(find(run.events, "receipt").flatMap(({ undoes, call }) => (undoes === undefined ? [] : [call])));
  return late.flatMap((event) => ("call" in event && !undone.has(event.call) ? [`${event.type} came after it`] : []));
}

function checkText(run: RunOnRecord, { wholeTextOf }: History): readonly string[] {
  const whole = wholeTextOf(run);
  if (whole === null) return [];
  const said = find(run.events, "span.append")
    .map(({ text }) => text)
    .join("");
  if (!whole.startsWith(said)) return [`"${said}" is no beginning of "${whole}"`];
  return endOf(run)?.outcome === "complete" && said !== whole ? [`complete with "${said}"`] : [];
}

function checkQuestions({ events }: RunOnRecord): readonly string[] {
  const decided = new Set(find(events, "approval.decision").map(({ approval }) => approval));
  return find(events, "approval.request").flatMap(({ approval }) => (decided.has(approval) ? [] : [approval]));
}

function checkDecisions({ operations, runs }: History): readonly string[] {
  const decisions = runs.flatMap(({ events }) => find(events, "approval.decision"));
  const twice = repeated(decisions.map(({ run, approval }) => `${run} ${approval}`));
  const accepted = operations.filter(({ kind, outcome }) => kind === "decide" && outcome === "ok");
  const unasked = decisions.filter((decision) => !isByPerson(decision, operations)).map(({ approval }) => `nobody approved ${approval}`);
  return [...twice, ...unasked, ...accepted.flatMap((operation) => checkAccepted(operation, decisions))];
}

function isByPerson({ approval, items }: EventOf<"approval.decision">, operations: readonly Operation[]): boolean {
  if (!items.some(({ decision }) => decision === "approved")) return true;
  return operations.some((operation) => operation.approval === approval && operation.choice === "approve");
}

function checkAccepted({ id, approval, choice }: Operation, decisions: readonly EventOf<"approval.decision">[]): readonly string[] {
  const [item] = decisions.find((decision) => decision.approval === approval)?.items ?? [];
  const said = { approve: "approved", reject: "rejected", forged: "refused" }[choice ?? "forged"];
  return item?.decision === said ? [] : [`${id} was accepted as ${said}, and the record says ${item?.decision ?? "nothing"}`];
}

function checkDeed({ run: id, callKey, isDone }: Deed, runs: readonly RunOnRecord[]): readonly string[] {
  const run = runs.find(({ record }) => record.run === id);
  const start = find(run?.events ?? [], "tool.start").find((event) => event.callKey === callKey);
  if (run === undefined || start === undefined) return isUndo(callKey) ? [] : [`${callKey} ran without a record`];
  return isDone ? checkGate(run, start) : [];
}

/** What can't be taken back was approved, with these arguments, before it started. */
function checkGate({ events }: RunOnRecord, { call, seq }: EventOf<"tool.start">): readonly string[] {
  if (find(events, "tool.propose").find((event) => event.call === call)?.effect !== "irreversible") return [];
  const ready = find(events, "tool.ready").findLast((event) => event.call === call);
  const isApproved = find(events, "approval.decision").some(
    (event) =>
      (event.seq ?? 0) < (seq ?? 0) &&
      event.items.some((item) => item.call === call && item.decision === "approved" && item.argsHash === ready?.argsHash),
  );
  return isApproved ? [] : [`${call} ran without an approval`];
}

/** Only what was taken back may be done again. */
function checkTwice({ deeds }: History): readonly string[] {
  const done = deeds.filter(({ isDone }) => isDone);
  const takenBack = new Set(done.filter(({ callKey }) => isUndo(callKey)).map(({ callKey }) => callKey.replace(/:undo$/u, "")));
  return repeated(done.filter(({ callKey }) => !isUndo(callKey) && !takenBack.has(callKey)).map(({ deed }) => deed));
}

function checkAccount({ record, events }: RunOnRecord, { deeds }: History): readonly string[] {
  const here = deeds.filter(({ run, isDone }) => run === record.run && isDone);
  return find(events, "tool.start")
    .filter(({ attempt }) => attempt === 1)
    .flatMap(({ call, callKey }) => {
      const isDone = here.some((deed) => deed.callKey === callKey);
      const told = toldOf(call, events);
      if (isDone) return told === "succeeded" || told === "unknown" ? [] : [`${call} was done and is told as ${told}`];
      return told === "succeeded" ? [`${call} has a receipt and was never done`] : [];
    });
}

/** How a call ended, as its receipt says, or where it has none its result. */
function toldOf(call: string, events: readonly UnsayEvent[]): string {
  const receipts = find(events, "receipt").filter((event) => event.call === call && event.undoes === undefined);
  if (receipts.some(({ outcome }) => outcome === "succeeded")) return "succeeded";
  const last = receipts.at(-1)?.outcome ?? find(events, "tool.result").findLast((event) => event.call === call)?.result;
  return last ?? "nothing";
}

function checkAfterStop({ events }: RunOnRecord): readonly string[] {
  const [ack] = find(events, "stop.ack");
  if (ack === undefined) return [];
  return find(events, "tool.start").flatMap(({ call, seq }) => ((seq ?? 0) > ack.atSeq ? [`${call} started after it`] : []));
}

function checkStops({ operations, runs, disturbedAt, leaseMs }: History): readonly string[] {
  const accepted = operations.filter(({ kind, outcome }) => kind === "stop" && outcome === "ok");
  return accepted.flatMap(({ id, run: of, answeredAt }) => {
    const run = runs.find(({ record }) => record.run === of);
    if (run === undefined || run.record.stop !== null || find(run.events, "stop.ack").length > 0) return [];
    // What was over when the stop came is left as it was.
    const goneAt = disturbedAt(run) ?? Number.POSITIVE_INFINITY;
    const mayBeOver = causeOf(run) !== "orphaned" || (answeredAt ?? 0) >= goneAt + leaseMs / 2;
    return mayBeOver ? [] : [`${id} of ${of}`];
  });
}

function checkEarlyStops({ operations, runs, skewMs }: History): readonly string[] {
  return operations.flatMap(({ kind, outcome, startKey, answeredAt, id }) => {
    if (kind !== "stop" || outcome !== "ok" || startKey === undefined || answeredAt === null) return [];
    const run = runs.find(({ record }) => record.startKey === startKey);
    if (run === undefined || answeredAt >= run.record.createdAt - skewMs) return [];
    return find(run.events, "span.append").length === 0 ? [] : [`${id} of ${run.record.run}`];
  });
}

function checkEntries({ operations, deeds, runs }: History): readonly string[] {
  return deeds.flatMap(({ run: id, callKey, enteredAt }) => {
    const stop = operations.find(({ kind, outcome, run }) => kind === "stop" && outcome === "ok" && run === id);
    if (stop?.answeredAt == null || enteredAt <= stop.answeredAt || isUndo(callKey)) return [];
    const events = runs.find(({ record }) => record.run === id)?.events ?? [];
    const call = find(events, "tool.start").find((event) => event.callKey === callKey)?.call ?? "";
    // A process that was frozen between the record and the tool: the record had said so before, and calls it unknown.
    return toldOf(call, events) === "unknown" ? [] : [`${callKey} was entered ${enteredAt - stop.answeredAt} ms after it`];
  });
}

function checkRedirects({ runs, skewMs }: History): readonly string[] {
  return runs.flatMap(({ record }) => {
    const from = runs.find((other) => record.redirects !== null && other.record.message === record.redirects);
    if (from === undefined || causeOf(from) === "orphaned") return [];
    const endedAt = endedAtOf(from);
    return record.createdAt < endedAt - skewMs ? [`${record.run} began ${endedAt - record.createdAt} ms early`] : [];
  });
}

function checkTurns({ runs, skewMs }: History): readonly string[] {
  const records = runs.map(({ record }) => record);
  return runs.flatMap(({ record }, index) => {
    const before = runs.slice(0, index).filter((other) => turnOf(other.record.parent, records) === turnOf(record.parent, records));
    const inWork = before.filter((other) => record.createdAt < endedAtOf(other) - skewMs);
    return inWork.map((other) => `${record.run} began ${endedAtOf(other) - record.createdAt} ms before ${other.record.run} had ended`);
  });
}

function endedAtOf({ record, events }: RunOnRecord): number {
  return record.createdAt + (events.find(({ type }) => type === "run.end")?.t ?? 0);
}

/** What takes back is done under a key of its own, and may be tried again under it. */
function isUndo(callKey: string): boolean {
  return callKey.endsWith(":undo");
}

function endOf({ events }: RunOnRecord): EventOf<"run.end"> | undefined {
  return find(events, "run.end")[0];
}

function causeOf(run: RunOnRecord): string | null {
  const end = endOf(run);
  return end?.outcome === "truncated" ? end.cause : null;
}

function repeated(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) !== index))];
}

function find<T extends UnsayEvent["type"]>(events: readonly UnsayEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}
