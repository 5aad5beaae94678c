import { callTool, complete, pause, phase, runTool, say, think } from "../moments.js";
import { createScript } from "../create-script.js";
import { burst } from "../faults.js";
import type { Problem } from "./problem.js";

/** What time does to an answer: waits, gaps, and paces that change. */

const READING_MS = 60;

export const neverBlank: Problem = {
  id: "r4",
  title: "Twelve seconds of work",
  whatOthersShow: "A spinner. It could be thinking, stuck, or gone.",
  whatYouSee: "Each moment has words for it: waiting for a worker, reading, looking up, checking, writing.",
  scripts: [
    createScript(
      [
        phase("queued", "Waiting for a free worker"),
        pause(2_500),
        phase("thinking", "Reading the claim"),
        pause(2_500),
        callTool("find_policy", { policy: "H-20718" }, { title: "Look up the policy" }),
        runTool({ takesMs: 3_000, output: { covered: true } }),
        phase("checking", "Checking the exclusions"),
        say("The burst pipe is covered. ", { everyMs: READING_MS }),
        phase("checking", "Checking the exclusions"),
        pause(3_000),
        phase("writing"),
        say("The excess is 250 euros, and the plumber’s bill is paid directly if you send it within 30 days.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r4", title: "Twelve seconds of work", prompt: "Does my policy cover the burst pipe?" },
    ),
  ],
  ends: [{ status: "complete" }],
};

export const threeFirstTokens: Problem = {
  id: "r7",
  title: "Three kinds of first word",
  whatOthersShow: "One figure, “time to first token”. It looks healthy, because the first token is a thought that nobody reads.",
  whatYouSee: "Opened, first thought, first word of the answer received, first word painted: each has its own figure.",
  scripts: [
    createScript(
      [
        think(
          "Two tariffs apply. The night tariff needs a second meter. Compare the yearly use first, then the fee of the meter, then both. ",
          {
            everyMs: 200,
          },
        ),
        say("The night tariff pays off from 1,400 kWh at night on. You used 1,750 last year, so it saves about 61 euros.", {
          everyMs: READING_MS,
        }),
        complete(),
      ],
      { id: "r7", title: "Three kinds of first word", prompt: "Is the night tariff worth it for us?", startsAfterMs: 300 },
    ),
  ],
  beside: "latency",
  ends: [{ status: "complete" }],
};

const HOURS = `| Day | Open | Last entry |
|---|---|---|
| Tuesday to Friday | 10:00 to 18:00 | 17:15 |
| Saturday | 10:00 to 20:00 | 19:15 |
| Sunday | 9:00 to 18:00 | 17:15 |
| Monday | closed | |
`;

export const tableAtOnce: Problem = {
  id: "r8",
  title: "A table is not prose",
  whatOthersShow: "Everything is typed out, the table too: columns jump with each word, and a half-filled row reads like a fact.",
  whatYouSee: "Prose streams. The table is awaited, and stands there whole and at once.",
  scripts: [
    createScript(
      [
        say("The museum has changed its hours for the summer. ", { everyMs: READING_MS }),
        say(HOURS, { everyMs: 90, kind: "table" }),
        say("On the first Sunday of the month the entry is free.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r8", title: "A table is not prose", prompt: "When is the museum open this summer?" },
    ),
  ],
  ends: [{ status: "complete" }],
};

export const otherModelSamePace: Problem = {
  id: "r12",
  title: "A faster model, the same pace",
  whatOthersShow: "The new model writes three times as fast and says nothing before it looks something up. Users say it feels wrong.",
  whatYouSee:
    "The pace is a setting with a version, not an accident: both halves are painted at 45 characters a second, and the end holds nothing back.",
  scripts: [
    createScript(
      [
        say("This half comes from the old model, at the pace that people know. It is quick enough to read along. ", { everyMs: 140 }),
        callTool("read_manual", { chapter: "descaling" }, { title: "Read the manual" }),
        runTool({ takesMs: 900 }),
        say("This half comes from the new model and arrives in less than half a second. You read it at the same pace all the same.", {
          everyMs: 12,
        }),
        phase("checking", "Checking the manual’s version"),
        pause(2_600),
        complete(),
      ],
      { id: "r12", title: "A faster model, the same pace", prompt: "How do I descale the machine?" },
    ),
  ],
  paint: { isolation: "uncommitted", pacing: { version: 1, unit: "word", maxCps: 45 } },
  ends: [{ status: "complete" }],
};

export const jitter: Problem = {
  id: "r15",
  title: "Bursts, and a hole of four seconds",
  whatOthersShow: "Lumps of text, then nothing. The average is fine, and people believe that it has crashed.",
  whatYouSee:
    "Lumps are painted evenly. The hole is said: still connected, no new text, not finished. And the figures keep the longest gap.",
  scripts: [
    createScript(
      [
        say(
          "Bus 12 goes to the hospital every ten minutes. Get in at the town hall, on the side of the pharmacy. The ride takes eighteen minutes, and the last stop is the entrance. ",
          { everyMs: 30 },
        ),
        pause(4_000),
        say("After ten in the evening only the night bus goes, from the station, once an hour, at a quarter past.", { everyMs: 30 }),
        complete(),
      ],
      { id: "r15", title: "Bursts, and a hole of four seconds", prompt: "Which bus goes to the hospital?" },
    ),
  ],
  faults: [burst({ every: 12 })],
  paint: { isolation: "uncommitted" },
  beside: "latency",
  ends: [{ status: "complete" }],
};

const EQUAL_TOTAL = "Both ferries run today. The early one is full, the one at noon has places for cars.";

export const twoLatencies: Problem = {
  id: "r29",
  title: "Same total, two different waits",
  whatOthersShow: "Two answers of six seconds. One begins at once, one after a spinner of five, and the chart cannot tell them apart.",
  whatYouSee: "Wait and writing are always paired. Only the answer that let you wait is over its budget.",
  scripts: [
    createScript([pause(4_500), say(EQUAL_TOTAL, { everyMs: 75 }), complete()], {
      id: "r29-slow-start",
      title: "Starts late, writes fast",
      prompt: "Is there a ferry today?",
      startsAfterMs: 100,
    }),
    createScript([say(EQUAL_TOTAL, { everyMs: 350 }), complete()], {
      id: "r29-slow-finish",
      title: "Starts at once, writes slowly",
      prompt: "And once more, please?",
      startsAfterMs: 0,
    }),
  ],
  paint: { isolation: "uncommitted" },
  acts: [{ at: 7_200, verb: "send", text: "And once more, please?" }],
  beside: "latency",
  ends: [{ status: "complete" }, { status: "complete" }],
};
