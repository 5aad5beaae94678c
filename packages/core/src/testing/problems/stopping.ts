import { complete, pause, say, truncate } from "../moments.js";
import { createScript } from "../create-script.js";
import { NO_EFFECTS } from "../../protocol/index.js";
import type { Problem } from "./problem.js";

/** What a reader does while an answer goes wrong, and what it costs them. */

const READING_MS = 70;
const AGAIN = "Please restart the router and wait for two minutes. Then check the light on the front. If it blinks, restart the router. ";

export const repeatsItself: Problem = {
  id: "r11",
  title: "Green span, endless loop",
  whatOthersShow: "The answer repeats three sentences for minutes. The trace shows one long green bar.",
  whatYouSee: "By the third repetition a notice offers Stop or Let it run. Nothing is stopped for you, and the trace has a mark.",
  scripts: [
    createScript(
      [
        say("The light on the front says what is wrong. Green is fine, blinking green is a line without a signal.\n\n", {
          everyMs: READING_MS,
        }),
        ...Array.from({ length: 6 }, () => say(AGAIN, { everyMs: READING_MS })),
        truncate("length"),
      ],
      { id: "r11", title: "Green span, endless loop", prompt: "The internet is down. What now?" },
    ),
  ],
  beside: "notices",
  ends: [{ status: "truncated", cause: "length" }],
};

export const billedAnyway: Problem = {
  id: "r18",
  title: "Stopped here, billed there",
  whatOthersShow: "Stop clears the cursor, and the bill counts tokens that nobody saw.",
  whatYouSee: "Not reported is said, and is not 0. When the provider’s count arrives: billed, seen by you, and the difference.",
  scripts: [
    {
      ...createScript(
        [
          say(
            "The history of the lighthouse begins in 1788, when the town council paid for a fire on the rock. The first tower was of wood and burned down in its second winter. The second one was of stone. Its keeper had a wage of nine crowns, a boat, and as much oil as he could carry. His log is kept in the town hall, and the first entry complains of the wind. ",
            { everyMs: READING_MS },
          ),
          say("The third tower is the one that stands today.", { everyMs: READING_MS }),
          complete(),
        ],
        { id: "r18", title: "Stopped here, billed there", prompt: "Tell me all about the lighthouse." },
      ),
      afterStop: [
        {
          at: 1_800,
          event: { type: "usage", generated: 912, billed: 912, billedReasoning: 0, painted: 800, source: "provider", final: true },
        },
        {
          at: 2_000,
          event: { type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, by: "user", effects: NO_EFFECTS },
        },
      ],
    },
  ],
  acts: [{ at: 3_400, verb: "stop" }],
  beside: "usage",
  ends: [{ status: "truncated", cause: "stopped" }],
};

export const redirected: Problem = {
  id: "r20",
  title: "“Only the vegetarian ones”",
  whatOthersShow: "To change course one has to stop, and stop throws the text and the draft away. So nobody interrupts.",
  whatYouSee: "One action: the answer so far stays, it says that you redirected it, and the new question is on its way.",
  scripts: [
    createScript(
      [
        say(
          "For a Tuesday evening I would cook one of these. Chicken with lemon and olives takes 40 minutes and one pan. Beef stew is better the day after. Salmon with dill needs ten minutes, but good fish. ",
          { everyMs: READING_MS },
        ),
        say("Meatballs can be made for the whole week.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r20-first", title: "The first course", prompt: "What can I cook on Tuesday?" },
    ),
    createScript(
      [
        say("Vegetarian, then: chickpea curry in 25 minutes, or baked feta with tomatoes, which makes no work at all.", {
          everyMs: READING_MS,
        }),
        pause(200),
        complete(),
      ],
      { id: "r20-second", title: "The new course", prompt: "Only the vegetarian ones." },
    ),
  ],
  acts: [{ at: 2_600, verb: "redirect", text: "Only the vegetarian ones." }],
  ends: [{ status: "truncated", cause: "redirected" }, { status: "complete" }],
};
