import { eventTooLarge, NdjsonFramer, type DecodeContext, type WireDecoder } from "../../protocol/index.js";
import { isTooDeep } from "../shared/bounded.js";
import { CallWriter } from "../shared/call-writer.js";
import { COMPLETE, refused, TOOL_RESULTS_MISSING } from "../shared/endings.js";
import { BadEvent, isObject, kindOf } from "../shared/fields.js";
import { PartWriter } from "../shared/part-writer.js";
import { errorInBody, providerError } from "../shared/provider-error.js";
import { RunWriter, type Ending } from "../shared/run-writer.js";
import type { WireOutput } from "../shared/wire-decoder.js";
import type { NdjsonOptions } from "./decode.js";
import { applyStatement, type MapLine } from "./statements.js";

type CompleteWhen = NonNullable<NdjsonOptions["completeWhen"]>;

/** Reads lines that only the host understands. Throws `TypeError` when `completeWhen` names nothing a line must have. */
export function createDialectDecoder(context: DecodeContext, mapLine: MapLine, completeWhen: CompleteWhen | undefined): WireDecoder {
  if (completeWhen !== undefined) requireNames(completeWhen);
  const run: RunWriter = new RunWriter("ndjson", context, { effects: () => calls.effects(), lastWords: () => calls.lastWords() });
  const calls: CallWriter = new CallWriter(run, context);
  const output: WireOutput = { run, parts: new PartWriter(run), calls };
  const framer = new NdjsonFramer(run.limits.eventLength);
  let hasLines = false;
  let isHeadSeen = false;

  /** A page on one line never ends it, so it has to be told by how it begins. */
  function checkHead(): void {
    if (isHeadSeen || !framer.started) return;
    isHeadSeen = true;
    const head = framer.unfinished.slice(0, 60);
    if (head.trimStart().startsWith("<")) run.breakOff(`Expected JSON on each line; found ${JSON.stringify(head)}.`);
  }

  return {
    wire: "ndjson",
    push(bytes) {
      for (const line of run.isEnded ? [] : framer.push(bytes)) {
        hasLines = true;
        if (!run.isEnded) readLine(line, mapLine, completeWhen, output);
      }
      checkHead();
      if (framer.overflowed) run.exceed(eventTooLarge(run.limits));
      return run.take();
    },
    end: () => run.endOfBody(hasLines ? undefined : errorInBody(framer.unfinished)),
  };
}

/** `{}` would be true of every line, and so would a member that no line has. */
function requireNames(completeWhen: CompleteWhen): void {
  const values = Object.values(completeWhen);
  const isStated = values.length > 0 && values.every((value) => ["string", "number", "boolean"].includes(typeof value));
  if (!isStated) throw new TypeError("`completeWhen` must name at least one member with a string, number or boolean as its value.");
}

function readLine(line: string, mapLine: MapLine, completeWhen: CompleteWhen | undefined, output: WireOutput): void {
  const { run } = output;
  const found = JSON.stringify(line.slice(0, 60));
  try {
    const value = parse(line);
    if (value === undefined) return run.breakOff(`Expected JSON on each line; found ${found}. Reading stopped there.`);
    readValue(value, mapLine, output);
    if (!run.isEnded && completeWhen !== undefined && isMatch(value, completeWhen)) complete(output);
  } catch (error) {
    if (!(error instanceof BadEvent)) throw error;
    run.markDamaged(`${error.message} The line was ${found}.`);
  }
}

/** `undefined` for what is not JSON: JSON itself has no such value. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function readValue(value: unknown, mapLine: MapLine, output: WireOutput): void {
  if (isTooDeep(value)) throw new BadEvent("A line is nested too deeply.");
  const statements = callHost(mapLine, value);
  if (statements === undefined) {
    if (isObject(value) && isError(value["error"])) return output.run.fail(providerError(value["error"]));
    throw new BadEvent("Expected a line that mapLine knows.");
  }
  if (!Array.isArray(statements)) throw new BadEvent(`mapLine must return a list; found ${kindOf(statements)}.`);
  for (const statement of statements) applyStatement(statement, output);
}

/** The host's own error is as bad as a line nobody understands: either way text may be missing. */
function callHost(mapLine: MapLine, value: unknown): unknown {
  try {
    return mapLine(value);
  } catch (error) {
    throw new BadEvent(`mapLine threw (${String(error)}).`);
  }
}

function isError(value: unknown): boolean {
  return isObject(value) || typeof value === "string";
}

function isMatch(value: unknown, completeWhen: CompleteWhen): boolean {
  return isObject(value) && Object.entries(completeWhen).every(([name, wanted]) => Object.hasOwn(value, name) && value[name] === wanted);
}

function complete({ run, parts, calls }: WireOutput): void {
  const ending: Ending = endingOf(parts, calls);
  if (ending.outcome === "complete") parts.closeAll();
  run.end(ending);
}

function endingOf(parts: PartWriter, calls: CallWriter): Ending {
  if (parts.hasRefusal) return refused(parts.hasAnswer);
  return calls.hasUnanswered ? TOOL_RESULTS_MISSING : COMPLETE;
}
