import type { Scenario } from "./scenario.ts";

/** Answers that end before they are whole, each for a reason of its own. */

const HALF = `The migration has four steps, and the third one is the one that bites.

1. **Copy** the table to the new cluster while writes go on. This takes about forty minutes for 200 GB.
2. **Follow** the change log until the copy is less than a second behind.
3. **Freeze** writes, compare row counts, and`;

export const length: Scenario = {
  id: "length",
  title: "Cut by length",
  description: "The model reaches its output limit in the middle of a sentence.",
  prompt: "Show me an answer that is cut by the length limit.",
  keywords: ["length", "cut off", "token limit", "output limit"],
  async play(stage) {
    await stage.say(HALF);
    if (stage.run.mode === "continue") {
      await stage.say(
        " switch the connection string.\n4. **Thaw** writes and keep the old cluster readable for a day.\n\nThe freeze lasts about eight seconds.",
      );
      return;
    }
    stage.run.end({
      cause: "length",
      error: { code: "output-limit", message: "The model reached its limit of output tokens. Continue the answer.", retryable: true },
    });
  },
};

export const providerError: Scenario = {
  id: "error",
  title: "Provider error midway",
  description: "HTTP said 200 long ago; now the provider gives up.",
  prompt: "Show me a provider error in the middle.",
  keywords: ["provider error", "error", "overloaded", "fail"],
  async play(stage) {
    await stage.say("The report has two parts. Revenue rose by 4 % against the same quarter of last year, mostly because of");
    stage.run.end({
      cause: "failed",
      error: {
        code: "provider-overloaded",
        message: "The provider sent an overloaded error after 21 words. Ask again in a moment.",
        retryable: true,
        userMessage: "the model provider is overloaded",
      },
    });
  },
};

export const dropped: Scenario = {
  id: "dropped",
  title: "Connection dropped",
  description: "The line to the model breaks, and nobody knows the rest.",
  prompt: "Show me a connection that is dropped.",
  keywords: ["connection dropped", "dropped", "disconnect", "connection lost"],
  async play(stage) {
    await stage.say("Yes, you can deploy this change safely. All pools have drained, the flag is in place");
    stage.run.end({
      cause: "disconnected",
      error: {
        code: "stream-eof",
        message: "The connection to the model closed without a terminal event. Continue the answer, or ask again.",
        retryable: true,
      },
    });
  },
};

export const resumed: Scenario = {
  id: "resumed",
  title: "Dropped, then resumed",
  description: "Your connection breaks; the run goes on and the answer comes back without a gap.",
  prompt: "Drop my connection and resume it.",
  keywords: ["resume", "reconnect", "dropped, then resumed"],
  async play(stage) {
    await stage.say("The first half of this answer reached you before the connection broke. ");
    stage.cutConnection();
    await stage.pause(300);
    await stage.say(
      "The second half was written while nobody was listening, kept by the server, and sent again from the place where you left off. No word is missing and none came twice.",
    );
  },
};

export const stall: Scenario = {
  id: "stall",
  title: "Stall of 4 s",
  description: "Nothing comes for four seconds. It is said, and it is no error.",
  prompt: "Show me a stall in the middle.",
  keywords: ["stall", "pause", "hang", "slow"],
  async play(stage) {
    await stage.say("Two regions are ready. The one exception is");
    await stage.pause(4_000);
    await stage.say(" us-east, where 140 sessions are still open. It can follow tonight.");
  },
};
