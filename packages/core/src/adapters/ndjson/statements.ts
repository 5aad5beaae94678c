import { FILTERED, OUTPUT_LIMIT } from "../shared/endings.js";
import { BadEvent, isObject, kindOf, optionalString, requireString, type JsonObject } from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { WireOutput } from "../shared/wire-decoder.js";

/** What one line of a dialect says. There is no word for "complete": that has to stand on the line itself. */
export type LineStatement =
  | { readonly say: "text" | "reasoning" | "refusal"; readonly text: string }
  /** A call whose arguments are whole. `runsOn` is `client` unless the server runs the tool itself. */
  | { readonly say: "tool"; readonly id?: string; readonly name: string; readonly args: unknown; readonly runsOn?: "client" | "server" }
  | { readonly say: "tool-result"; readonly id: string; readonly output?: unknown; readonly error?: string }
  | { readonly say: "usage"; readonly generated: number }
  /** The answer was cut short. */
  | { readonly say: "stopped" | "length" | "filtered" }
  | { readonly say: "failed"; readonly message: string };

/**
 * From one line, parsed, to what it says: nothing (`[]`) for a line without news, `undefined` for one that is not known.
 * It may be called again for a line of another answer, so it should keep no state.
 */
export type MapLine = (line: unknown) => readonly LineStatement[] | undefined;

/** Writes what a host's function returned, which may be anything. */
export function applyStatement(statement: unknown, output: WireOutput): void {
  if (!isObject(statement)) throw new BadEvent(`mapLine must return a list of statements; found ${kindOf(statement)} in it.`);
  const { run, parts } = output;
  const word = requireString(statement, "say");
  switch (word) {
    case "text":
      return appendText("answer", statement, output);
    case "reasoning":
    case "refusal":
      return appendText(word, statement, output);
    case "tool":
      parts.closeAll();
      return propose(statement, output);
    case "tool-result":
      return finish(statement, output);
    case "usage":
      return writeUsage(statement["generated"], output);
    case "stopped":
      return run.end({ outcome: "truncated", cause: "stopped" });
    case "length":
      return run.end(OUTPUT_LIMIT);
    case "filtered":
      return run.end(FILTERED);
    case "failed":
      return run.fail(providerError(requireString(statement, "message")));
    default:
      throw new BadEvent(`mapLine said "${word.slice(0, 40)}", which is no statement.`);
  }
}

function appendText(kind: "answer" | "reasoning" | "refusal", statement: JsonObject, { parts }: WireOutput): void {
  const text = requireString(statement, "text");
  if (text === "") return;
  parts.closeAllBut(kind);
  parts.append(kind, kind, text);
}

function propose(statement: JsonObject, { calls }: WireOutput): void {
  const runsOn = statement["runsOn"] === "server" ? "server" : "client";
  const call = calls.propose({ id: optionalString(statement, "id"), name: requireString(statement, "name"), runsOn });
  calls.finishValue(call, statement["args"]);
}

function finish(statement: JsonObject, { calls }: WireOutput): void {
  const call = calls.find(requireString(statement, "id"));
  if (call === undefined) throw new BadEvent("A result came for a call that was never proposed.");
  const message = optionalString(statement, "error");
  const output = statement["output"];
  if (message === undefined) return calls.finish(call, { result: "ok", output });
  calls.finish(call, { result: "error", output, error: { code: "tool-failed", message, retryable: false } });
}

function writeUsage(generated: unknown, { run }: WireOutput): void {
  if (typeof generated !== "number" || !Number.isSafeInteger(generated)) throw new BadEvent("`generated` must be an integer.");
  run.write({ type: "usage", generated, billed: null, billedReasoning: null, source: run.wire, final: false });
}
