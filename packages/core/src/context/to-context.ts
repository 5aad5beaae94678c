import { isAnswerPart, saidBy, shownParts, textOf, textOfPart } from "../message/selectors.js";
import type { AssistantMessage, Message, Receipt, ToolCall, UserMessage } from "../message/message.js";
import { resultOf } from "./call-result.js";
import type { ContextCall, ContextMessage, ContextStep } from "./context-message.js";
import { cutNoteOf, isTextBarred } from "./ending.js";
import { toJsonText, toWellFormed } from "./json-text.js";

/**
 * What the model may be told of a message; `null` where that is nothing.
 *
 * A whole answer goes back as it stands now. A cut one goes back as far as the user saw it, with a note. Of one that
 * was filtered or withheld no word goes back, only its calls. Reasoning, refusals, drafts, and files, sources and data
 * never go back. Every call has a result that claims no more than was said. A user's message that could not be
 * delivered is `null`.
 */
export function toContext(message: Message): ContextMessage | null {
  if (message.role === "user") return contextOfUser(message);
  return contextOfAnswer(asHeard(message));
}

function contextOfAnswer(message: AssistantMessage): ContextMessage | null {
  const isBarred = isTextBarred(message);
  return build(message, {
    steps: stepsOf(message, !isBarred, () => true),
    note: isBarred ? null : noteOf(message),
    text: isBarred ? "" : toWellFormed(textOf(message)),
  });
}

/**
 * What an answer that was replaced by another version leaves behind: not its words, which the user had made anew, but
 * what its calls did or may have done to the world, and that it stands. `null` where it did nothing.
 */
export function toEffectsContext(message: AssistantMessage): ContextMessage | null {
  const acted = (call: ToolCall) => call.effect !== "read" && ["ok", "empty", "unknown"].includes(resultOf(message, call).kind);
  const steps = stepsOf(message, false, acted);
  const calls = steps.flatMap((step) => step.calls);
  return calls.length === 0 ? null : { role: "assistant", text: "", note: effectsNoteOf(message, calls), calls, steps };
}

function effectsNoteOf(message: AssistantMessage, calls: readonly ContextCall[]): string {
  const ids = new Set(calls.map(({ id }) => id));
  const receipts = message.receipts.filter(({ call }) => ids.has(call)).map(receiptText);
  const onRecord = receipts.length === 0 ? "" : ` On record: ${receipts.join("; ")}.`;
  return `${REPLACED}${onRecord}`;
}

const REPLACED =
  "The user had this reply made anew and no longer sees its words. What its calls did still stands, as their results say; do not do it a second time.";

function receiptText({ summary, outcome }: Receipt): string {
  return `${toWellFormed(summary)} (${outcome})`;
}

/** Who listened had what was said, whatever stood on a screen. */
function asHeard(message: AssistantMessage): AssistantMessage {
  const { stop } = message;
  return stop?.heard === undefined ? message : { ...message, stop: { ...stop, painted: stop.heard } };
}

function contextOfUser(message: UserMessage): ContextMessage | null {
  const said = saidBy(message);
  if (message.delivery === "failed" || said === "") return null;
  const text = toWellFormed(said);
  return { role: "user", text, calls: [], steps: [{ text, calls: [] }] };
}

function build(
  message: AssistantMessage,
  told: { readonly steps: readonly ContextStep[]; readonly note: string | null; readonly text: string },
): ContextMessage | null {
  const { steps, note, text } = told;
  const calls = steps.flatMap((step) => step.calls);
  if (text.trim() === "" && calls.length === 0 && (note === null || unreadyCalls(message).length === 0)) return null;
  return { role: "assistant", text, ...(note === null ? {} : { note }), calls, steps };
}

interface OpenStep {
  text: string;
  readonly calls: ContextCall[];
}

/** A step ends where text follows a call. */
function stepsOf(message: AssistantMessage, hasText: boolean, keep: (call: ToolCall) => boolean): readonly ContextStep[] {
  const steps: OpenStep[] = [];
  for (const piece of piecesOf(message)) {
    if (typeof piece !== "string") {
      if (isReady(piece) && keep(piece)) lastStep(steps).calls.push(contextOfCall(message, piece));
    } else if (hasText) addText(steps, piece);
  }
  return steps.map((step) => ({ ...step, text: toWellFormed(step.text) }));
}

function addText(steps: OpenStep[], text: string): void {
  const step = lastStep(steps);
  if (step.calls.length === 0) step.text += text;
  else if (text.trim() !== "") steps.push({ text, calls: [] });
}

function lastStep(steps: OpenStep[]): OpenStep {
  const step = steps.at(-1) ?? { text: "", calls: [] };
  if (steps.length === 0) steps.push(step);
  return step;
}

/** Shown text and calls in their order; a call that has no place among the parts comes last. */
function piecesOf(message: AssistantMessage): readonly (string | ToolCall)[] {
  const left = new Map(message.calls.map((call) => [call.id, call]));
  const placed = shownParts(message).flatMap((part): readonly (string | ToolCall)[] => {
    if (part.type !== "call") return isAnswerPart(part) ? [textOfPart(part)] : [];
    const call = left.get(part.call);
    left.delete(part.call);
    return call === undefined ? [] : [call];
  });
  return [...placed, ...left.values()];
}

/** Arguments that never became ready are no arguments: such a call is told of in the note. */
function isReady(call: ToolCall): boolean {
  return call.args !== undefined;
}

function unreadyCalls(message: AssistantMessage): readonly ToolCall[] {
  return message.calls.filter((call) => !isReady(call));
}

function contextOfCall(message: AssistantMessage, call: ToolCall): ContextCall {
  return { id: call.id, name: call.name, args: call.args, argsText: toJsonText(call.args), result: resultOf(message, call) };
}

function noteOf(message: AssistantMessage): string | null {
  const unready = unreadyCalls(message).map(
    (call) => `the arguments of a call of ${toWellFormed(call.name)} were never finished: ${resultOf(message, call).text}`,
  );
  const lines = [cutNoteOf(message), ...unready].filter((line) => line !== null);
  return lines.length === 0 ? null : lines.join("; ");
}
