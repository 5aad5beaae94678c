import type { Cause } from "../protocol/index.js";
import type { AssistantMessage, Liveness, ToolCallStatus } from "../message/message.js";
import { selectOpenApprovals, textOf } from "../message/selectors.js";
import { answerOf, describeAnswer, describeStatus, quote } from "./describe-answer.js";
import { describeHistory, type StatusHistory } from "./history.js";

/** What `expect.extend` of Vitest and of Jest both take. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers as a test calls them. */
export interface UnsayMatchers<R = void> {
  /** The server said that the answer is whole, and nothing in it was corrected. */
  toBeComplete(): R;
  /** The answer ended early, for this cause if one is given. */
  toBeTruncated(cause?: Cause): R;
  /** The answer is whole and was corrected in view, `times` times if given. */
  toBeRevised(times?: number): R;
  /** The answer is being made, and this is how it goes: `stalled`, `reconnecting`, `stopping`, … */
  toHaveLiveness(liveness: Liveness): R;
  /** The answer as shown, without reasoning: the very string, or a pattern in it. */
  toHaveText(text: string | RegExp): R;
  /** The answer waits for consent, to a call of this tool if one is given. */
  toHaveOpenApproval(tool?: string): R;
  /** The model asked for this tool, and the newest such call stands so. */
  toHaveCall(name: string, status?: ToolCallStatus): R;
  /** The server stated what a tool really did. */
  toHaveReceipt(summary?: string | RegExp): R;
  /** Over a history of `watchStatuses`: at no moment was an answer shown as complete or revised. */
  toNeverHaveBeenComplete(): R;
}

/** One plain function for each matcher, for `expect.extend(unsayMatchers)`. Each takes an `AnswerSource`. */
export const unsayMatchers = {
  toBeComplete: (received: unknown): MatcherResult =>
    onAnswer(received, "be complete", (answer) => ({ pass: answer.status === "complete", found: describeStatus(answer) })),

  toBeTruncated: (received: unknown, cause?: Cause): MatcherResult =>
    onAnswer(received, `be truncated${cause === undefined ? "" : ` (${cause})`}`, (answer) => ({
      pass: answer.status === "truncated" && (cause === undefined || answer.cause === cause),
      found: describeStatus(answer),
    })),

  toBeRevised: (received: unknown, times?: number): MatcherResult =>
    onAnswer(received, `be revised${times === undefined ? "" : ` (${times})`}`, (answer) => ({
      pass: answer.status === "revised" && (times === undefined || answer.revisions === times),
      found: describeStatus(answer),
    })),

  toHaveLiveness: (received: unknown, liveness: Liveness): MatcherResult =>
    onAnswer(received, `be ${liveness}`, (answer) => ({
      pass: "liveness" in answer && answer.liveness === liveness,
      found: describeStatus(answer),
    })),

  toHaveText: (received: unknown, text: string | RegExp): MatcherResult =>
    onAnswer(received, `have the text ${show(text)}`, (answer) => ({ pass: fits(textOf(answer), text), found: quote(textOf(answer)) })),

  toHaveOpenApproval: (received: unknown, tool?: string): MatcherResult =>
    onAnswer(received, `wait for consent${tool === undefined ? "" : ` to ${tool}`}`, (answer) => {
      const tools = openTools(answer);
      return { pass: tool === undefined ? tools.length > 0 : tools.includes(tool), found: `open: ${list(tools)}` };
    }),

  toHaveCall: (received: unknown, name: string, status?: ToolCallStatus): MatcherResult =>
    onAnswer(received, `have a call of ${name}${status === undefined ? "" : ` that is ${status}`}`, (answer) => {
      const call = answer.calls.findLast((each) => each.name === name);
      const calls = answer.calls.map((each) => `${each.name} ${each.status}`);
      return { pass: call !== undefined && (status === undefined || call.status === status), found: `calls: ${list(calls)}` };
    }),

  toHaveReceipt: (received: unknown, summary?: string | RegExp): MatcherResult =>
    onAnswer(received, `have a receipt${summary === undefined ? "" : ` ${show(summary)}`}`, (answer) => {
      const summaries = answer.receipts.map((receipt) => receipt.summary);
      const pass = summary === undefined ? summaries.length > 0 : summaries.some((each) => fits(each, summary));
      return { pass, found: `receipts: ${list(summaries.map(quote))}` };
    }),

  toNeverHaveBeenComplete: (received: unknown): MatcherResult => {
    if (!isHistory(received)) throw new TypeError("toNeverHaveBeenComplete takes the history that watchStatuses(session) returns.");
    const { entries } = received;
    const pass = entries.length > 0 && !entries.some(({ status }) => status === "complete" || status === "revised");
    const found = entries.length === 0 ? "no answer at all, which proves nothing" : describeHistory(entries);
    return { pass, message: () => `Expected no answer ${pass ? "never " : ""}to have been complete.\nFound: ${found}` };
  },
};

/** The same form of words for each: what was expected, what was found, and the whole answer in a line. */
function onAnswer(
  received: unknown,
  expectation: string,
  check: (answer: AssistantMessage) => { readonly pass: boolean; readonly found: string },
): MatcherResult {
  const answer = answerOf(received);
  // Thrown, since a result that does not pass would let the negated matcher pass.
  if (answer === null)
    throw new TypeError(`Expected the answer to ${expectation}, but there is no answer in what was given (${kindOf(received)}).`);
  const { pass, found } = check(answer);
  return {
    pass,
    message: () => `Expected the answer ${pass ? "not " : ""}to ${expectation}.\nFound: ${found}\nAnswer: ${describeAnswer(answer)}`,
  };
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `an object with ${Object.keys(value).join(", ") || "nothing in it"}` : typeof value;
}

function isHistory(value: unknown): value is StatusHistory {
  return typeof value === "object" && value !== null && "entries" in value && Array.isArray(value.entries);
}

/** The tools that open approvals ask about. */
function openTools(answer: AssistantMessage): readonly string[] {
  const calls = new Map(answer.calls.map((call) => [call.id, call.name]));
  return selectOpenApprovals(answer).flatMap(({ items }) => items.map(({ call }) => calls.get(call) ?? call));
}

function fits(text: string, expected: string | RegExp): boolean {
  // `search` leaves the pattern's own place alone, so a global one fits twice.
  return typeof expected === "string" ? text === expected : text.search(expected) !== -1;
}

function show(expected: string | RegExp): string {
  return typeof expected === "string" ? quote(expected) : String(expected);
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}
