import { complete, pause, say, type Moment } from "../moments.js";
import { createScript } from "../create-script.js";
import type { Problem } from "./problem.js";

/** JSON that is read while it grows. */

/** As a model sends it: four characters at a time, wherever words and numbers end. */
function json(value: unknown, everyMs: number): readonly Moment[] {
  const text = JSON.stringify(value, null, 1);
  const pieces = text.match(/[\s\S]{1,4}/gu) ?? [];
  return pieces.map((piece) => unbroken(piece, everyMs));
}

/** `say` would break a piece at its spaces. */
function unbroken(text: string, everyMs: number): Moment {
  return (script) => {
    const part = script.openPart("structured");
    script.wait(everyMs);
    script.emit({ type: "span.append", part, span: "json", text });
  };
}

export const formFills: Problem = {
  id: "r14",
  title: "“Delete” was only half of the word",
  whatOthersShow: "A half-sent value is taken for a value: “Delete” out of “DeleteIfEmpty”, 10 out of 100, true out of “tr”.",
  whatYouSee: "The form fills field by field. A choice, a number or a yes is shown when it is final, and Apply waits for the whole.",
  scripts: [
    createScript(
      [
        say("Here is the clean-up as a form. ", { everyMs: 60 }),
        ...json(
          {
            action: "DeleteIfEmpty",
            folder: "Archive/2019/Imports",
            olderThanDays: 1_000,
            notifyOwner: true,
            note: "Only folders without files. The owner is told by e-mail before anything happens.",
          },
          130,
        ),
        pause(600),
        complete(),
      ],
      { id: "r14", title: "“Delete” was only half of the word", prompt: "Clean up the old import folders." },
    ),
  ],
  beside: "form",
  ends: [{ status: "complete" }],
};

export const recipeGrows: Problem = {
  id: "r17",
  title: "A recipe, read while it is written",
  whatOthersShow: "Nothing until the last bracket, or the whole text parsed again at each letter, slower and slower.",
  whatYouSee:
    "Each letter is read once. A field draws itself only when something in it has changed; the counters beside the fields say how often.",
  scripts: [
    createScript(
      [
        say("Enough for four. ", { everyMs: 60 }),
        ...json(
          {
            title: "Lentil soup with lemon",
            minutes: 35,
            ingredients: ["250 g red lentils", "2 carrots", "1 onion", "1 lemon", "1 tsp cumin"],
            steps:
              "Fry the onion and the cumin until they smell. Add carrots, lentils and a litre of water, and let it simmer for 25 minutes. Blend half of it, stir it back, and finish with the lemon.",
          },
          70,
        ),
        complete(),
      ],
      { id: "r17", title: "A recipe, read while it is written", prompt: "A lentil soup for four, please." },
    ),
  ],
  beside: "recipe",
  ends: [{ status: "complete" }],
};
