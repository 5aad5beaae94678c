import { callTool, complete, emit, pause, revise, runTool, say, type Moment } from "../moments.js";
import { createScript } from "../create-script.js";
import type { Problem } from "./problem.js";

/** What happens to words that were already read, or nearly. */

const READING_MS = 80;

export const correctedInView: Problem = {
  id: "r6",
  title: "It takes its first claim back",
  whatOthersShow: "“Actually, wait…” somewhere below. The first claim still stands on top, and it is the one that stays in mind.",
  whatYouSee:
    "The correction stands at the top and at the place of the old claim, with its reason. The old words are kept, marked, one press away.",
  scripts: [
    createScript(
      [
        say("You can take both tablets together. ", { span: "claim", everyMs: READING_MS }),
        say("Take them with a glass of water, half an hour before a meal, and at the same time each day.", {
          span: "how",
          everyMs: READING_MS,
        }),
        pause(1_200),
        revise("claim", "Leave four hours between the two tablets. ", "the leaflet of the second one names the first"),
        pause(1_000),
        complete(),
      ],
      { id: "r6", title: "It takes its first claim back", prompt: "Can I take both tablets at once?" },
    ),
  ],
  ends: [{ status: "revised" }],
};

/** The draft is wrong from its third word on; what the verifier keeps is told as ordinary text. */
function draft(text: string, span: string): Moment {
  return say(text, { span, state: "speculative", everyMs: 30 });
}

const keep = (span: string): Moment => emit({ type: "span.settle", spans: [span], to: "provisional", by: "verifier" });
const drop = (span: string): Moment => emit({ type: "span.drop", spans: [span] });

export const draftsUnseen: Problem = {
  id: "r16",
  title: "A draft that is thrown away",
  whatOthersShow: "Draft tokens are shown as they come, and sentences rewrite themselves under your eyes.",
  whatYouSee: "Two drafts were dropped while you read. No word of them was shown, copied or read aloud.",
  scripts: [
    createScript(
      [
        say("The library is open on Saturday ", { span: "kept-1", everyMs: READING_MS }),
        draft("until ten in the evening, ", "dropped-1"),
        pause(900),
        drop("dropped-1"),
        draft("until one, and on Sunday it stays closed. ", "kept-2"),
        pause(700),
        keep("kept-2"),
        draft("Books can be returned by post for a fee of nine euros.", "dropped-2"),
        pause(1_200),
        drop("dropped-2"),
        say("Books can be returned at any hour, in the box beside the door.", { span: "kept-3", everyMs: READING_MS }),
        complete(),
      ],
      { id: "r16", title: "A draft that is thrown away", prompt: "When is the library open at the weekend?" },
    ),
  ],
  paint: { isolation: "uncommitted" },
  beside: "latency",
  ends: [{ status: "complete" }],
};

export const contradiction: Problem = {
  id: "r23",
  title: "Yes here, no there",
  whatOthersShow: "Two sentences that cannot both be true, in the same type, as if both were certain.",
  whatYouSee:
    "The first claim is marked as contradicted as soon as the second one is there. Text that may still change carries its mark until the end.",
  scripts: [
    createScript(
      [
        say("You can return the shoes free of charge. ", { span: "free", everyMs: READING_MS }),
        emit({ type: "claim", span: "free", key: "return-fee", stance: "none" }),
        say("Put them back into their box and print the label from your account. ", { span: "how", everyMs: READING_MS }),
        pause(800),
        say("For returns from abroad a fee of 12 euros is kept, and your address is in Norway.", { span: "fee", everyMs: READING_MS }),
        emit({ type: "claim", span: "fee", key: "return-fee", stance: "12 euros" }),
        pause(1_200),
        complete(),
      ],
      { id: "r23", title: "Yes here, no there", prompt: "What does it cost to send the shoes back?" },
    ),
  ],
  ends: [{ status: "complete" }],
};

export const sourceFailed: Problem = {
  id: "r25",
  title: "The source failed after the sentence",
  whatOthersShow: "The answer was written while the lookup still ran. The lookup fails, and the sentences stay as if it had not.",
  whatYouSee: "Sentences say what they wait for. When the source fails, exactly those two are marked, with the reason.",
  scripts: [
    createScript(
      [
        say("Parcels to Ghent take two working days. ", { everyMs: READING_MS }),
        callTool("track_parcel", { parcel: "BE-4471-09" }, { call: "track", title: "Track the parcel" }),
        say("Yours left the depot this morning. ", { everyMs: READING_MS, dependsOn: ["track"] }),
        say("It will be with you tomorrow before noon.", { everyMs: READING_MS, dependsOn: ["track"] }),
        runTool({
          takesMs: 2_500,
          error: {
            code: "tool-timeout",
            message: "The carrier did not answer within 2.5 s. Try again later.",
            retryable: true,
            userMessage: "the carrier did not answer",
          },
        }),
        pause(1_000),
        complete(),
      ],
      { id: "r25", title: "The source failed after the sentence", prompt: "Where is my parcel?" },
    ),
  ],
  ends: [{ status: "complete" }],
};

export const verdictHeld: Problem = {
  id: "r27",
  title: "“Safely” comes before “except”",
  whatOthersShow:
    "“Yes, you can deploy this safely” stands there for a moment before “except in us-east”. That moment is enough to press Deploy.",
  whatYouSee: "A verdict is painted when it is whole, and says so while you wait. The Deploy button opens when the answer has settled.",
  scripts: [
    createScript(
      [
        say("I compared the change with the state of each region. ", { everyMs: READING_MS }),
        say("Yes, you can deploy this safely, except in us-east, where 140 sessions are still open.", { kind: "verdict", everyMs: 220 }),
        say("They drain by themselves in about ten minutes.", { everyMs: READING_MS }),
        complete(),
      ],
      { id: "r27", title: "“Safely” comes before “except”", prompt: "Can I deploy this now?" },
    ),
  ],
  beside: "deploy",
  ends: [{ status: "complete" }],
};
