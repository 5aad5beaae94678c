import { callTool, complete, emit, pause, phase, say, type Moment } from "../moments.js";
import { createScript } from "../create-script.js";
import type { ScriptStep } from "../script.js";
import type { Problem } from "./problem.js";

/** Tools that give more than was needed, or the same refusal again and again. */

const READING_MS = 60;
const CITIES = ["Graz", "Linz", "Wels", "Steyr", "Villach", "Krems", "Bregenz", "Baden"];
const ROW_MS = 120;
const ROWS = 90;

const rows: readonly Moment[] = Array.from({ length: ROWS }, (_, row) => [
  pause(ROW_MS),
  emit({
    type: "tool.progress",
    call: "search",
    delta: `${row + 1}. Hotel in ${CITIES[row % CITIES.length] ?? ""}, ${64 + ((row * 7) % 50)} euros\n`,
    count: row + 1,
    total: 12_400,
  }),
]).flat();

/** What the model says once it has the rows that were enough. */
function afterEnough(): readonly ScriptStep[] {
  const text = "From the hotels so far, the one in Wels at 71 euros is nearest to the fair. I can look at more of them, if you like.";
  const words = text.match(/\S+\s*/gu) ?? [];
  const said = words.map((word, index): ScriptStep => ({
    at: 400 + index * READING_MS,
    event: { type: "span.append", part: "after", span: "after", text: word },
  }));
  const end = 400 + words.length * READING_MS;
  return [
    { at: 300, event: { type: "part.open", part: "after", kind: "answer" } },
    ...said,
    { at: end, event: { type: "part.close", part: "after" } },
    {
      at: end + 100,
      event: { type: "run.end", outcome: "complete", effects: { succeeded: ["search"], failed: [], unknown: [], cancelled: [] } },
    },
  ];
}

export const enough: Problem = {
  id: "r13",
  title: "Thirty rows were enough",
  whatOthersShow: "The search runs to its 12,400th row, and all one can do is stop everything.",
  whatYouSee: "Rows come as they are found. “Enough” keeps what is there, tells the model that it is a part, and the answer goes on.",
  scripts: [
    {
      ...createScript(
        [
          say("I search the hotels around the fair. ", { everyMs: READING_MS }),
          callTool("search_hotels", { near: "fair", nights: 2 }, { call: "search", title: "Search hotels" }),
          emit({ type: "tool.start", call: "search", attempt: 1, callKey: "key-search" }),
          ...rows,
          emit({ type: "tool.result", call: "search", result: "ok", output: { rows: ROWS } }),
          say("I have looked at all of them.", { everyMs: READING_MS }),
          complete(),
        ],
        { id: "r13", title: "Thirty rows were enough", prompt: "Find a hotel near the fair for two nights." },
      ),
      onToolStop: afterEnough(),
    },
  ],
  acts: [{ at: 4_800, verb: "enough", call: "search" }],
  beside: "rows",
  ends: [{ status: "complete" }],
};

const refused = {
  code: "invalid-arguments",
  message: "422: field `vat_id` is missing. Send the VAT id of the customer, for example ATU12345678.",
  retryable: false,
  field: "vat_id",
  hint: "Ask the user for the VAT id.",
  userMessage: "the invoice needs a VAT id",
};

/** The same arguments, and so the same refusal. The service states that nothing was created. */
function attempt(number: number): readonly Moment[] {
  const call = `invoice-${number}`;
  return [
    callTool("create_invoice", { customer: "Nordlicht GmbH", amount: 480 }, { call, effect: "write", title: "Create an invoice" }),
    emit({ type: "tool.start", call, attempt: 1, callKey: `key-${call}` }),
    pause(1_100),
    emit({ type: "tool.result", call, result: "error", error: refused, effect: "none" }),
    pause(500),
  ];
}

export const sameFailureAgain: Problem = {
  id: "r31",
  title: "The same mistake, three times",
  whatOthersShow: "The agent sends the same wrong request again and again, and the page says “Working…”.",
  whatYouSee: "Each refusal in words for people. At the third one the kit says that the agent goes in circles, and offers to redirect it.",
  scripts: [
    createScript(
      [
        say("I write the invoice for Nordlicht. ", { everyMs: READING_MS }),
        ...attempt(1),
        ...attempt(2),
        ...attempt(3),
        phase("thinking", "Reading the refusal"),
        pause(2_500),
        say("The invoice could not be created: it needs the VAT id of Nordlicht GmbH. Can you tell me?", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r31", title: "The same mistake, three times", prompt: "Write an invoice of 480 euros for Nordlicht GmbH." },
    ),
  ],
  beside: "notices",
  ends: [{ status: "complete" }],
};
