import { LONG_ANSWER } from "./long-answer.ts";
import type { Scenario } from "./scenario.ts";

/** Answers that end as the model meant them to. */

const PLAIN = `Roll out in **two regions**, and let the first one prove the second.

1. Drain the connection pool in \`eu-west\`. Wait until it reports zero open sessions.
2. Flip the flag, then watch the error rate for ten minutes.
3. Only then go on to \`ap-south\`.

| Region | Pool | Ready |
| --- | --- | --- |
| eu-west | drained | yes |
| ap-south | 12 sessions | after step 2 |
| us-east | 140 sessions | not today |

If the error rate rises above 0.5 %, turn the flag off again:

\`\`\`sh
flagctl disable new-pool --region eu-west
\`\`\`

Nothing else has to be undone: the old pool stays warm for an hour.`;

export const plain: Scenario = {
  id: "plain",
  title: "Plain answer",
  description: "Markdown with a list, a table and code, to a normal end.",
  prompt: "Give me a plain answer: how do I roll this out?",
  keywords: ["plain", "roll this out", "deploy", "markdown"],
  async play(stage) {
    await stage.pause(400);
    await stage.say(PLAIN);
  },
};

export const long: Scenario = {
  id: "long",
  title: "Long answer",
  description: "About a thousand words. Time to stop it, redirect it, or reload.",
  prompt: "Give me a long answer: where does undo come from?",
  keywords: ["long answer", "long", "essay", "undo come from"],
  async play(stage) {
    await stage.pause(400);
    await stage.say(LONG_ANSWER);
  },
};

export const reasoning: Scenario = {
  id: "reasoning",
  title: "Reasoning, then answer",
  description: "The thinking stands apart, closed, and is no part of the answer.",
  prompt: "Think first: which region goes last, and why?",
  keywords: ["think first", "reason", "why"],
  async play(stage) {
    await stage.pause(300);
    await stage.think(
      "Three regions. eu-west has drained, ap-south nearly. us-east still holds 140 sessions and takes the most traffic at this hour. A mistake there costs the most, so it goes last, and not before traffic falls.",
    );
    await stage.pause(500);
    await stage.say(
      "**us-east goes last.** It still holds 140 sessions, and it carries most of the traffic at this hour. Begin there only after 22:00, when the other two have run without errors for an hour.",
    );
  },
};

/** What a message that matches nothing gets. */
export function createIndexAnswer(scenarios: readonly Scenario[]): Scenario {
  const list = scenarios.map((scenario) => `- **${scenario.title}**: ${scenario.description}`).join("\n");
  return {
    id: "index",
    title: "What can you do?",
    description: "Lists the scenarios.",
    prompt: "What can you do?",
    keywords: ["what can you do", "help"],
    async play(stage) {
      await stage.pause(300);
      await stage.say(
        `I am a scripted agent: no model, no key, no network. Each of my answers shows one thing that can happen to an answer on its way to you.\n\n${list}\n\nPick one from the list, or write a word of its title.`,
      );
    },
  };
}
