import type { ToolOutcome } from "@unsay/server";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** Answers that do something. What a tool did is told by its receipt; the text only follows it. */

export const gate: Scenario = {
  id: "gate",
  title: "Confirmation gate",
  description: "Creating a ticket waits for your yes. Before it, nothing has run.",
  prompt: "Create a ticket, but ask me to confirm.",
  keywords: ["ticket", "gate", "confirm", "approval"],
  async play(stage) {
    await stage.say("The pool in us-east has not drained for six hours. I would open a ticket for the platform team:");
    if (isRepeat(stage)) return;
    const outcome = await stage.call("create_ticket", { project: "OPS", title: "Connection pool in us-east does not drain" });
    await tell(stage, outcome, {
      done: "The ticket is open. The platform team sees it now, and the deploy can wait for its answer.",
      rejected: "All right, no ticket was created. The pool will still have to be looked at before us-east can follow.",
    });
  },
};

export const irreversible: Scenario = {
  id: "irreversible",
  title: "Irreversible tool",
  description: "An e-mail can't be unsent, so the gate asks for more than a click.",
  prompt: "Send the e-mail with the October invoice to Ana and Bo.",
  keywords: ["irreversible", "email", "e-mail", "mail", "send the"],
  async play(stage) {
    await stage.say("Here is the e-mail with the October invoice. It leaves the company, so please look at it once more:");
    if (isRepeat(stage)) return;
    const outcome = await stage.call("send_email", {
      to: ["ana@north.example", "bo@north.example"],
      subject: "Invoice 1043",
      body: "Hi Ana, hi Bo,\n\nattached is the invoice for October. It is due on 30 November.\n\nBest regards",
    });
    await tell(stage, outcome, {
      done: "It has been sent. Ana and Bo will find it in their inbox; it can’t be taken back.",
      rejected: "Nothing was sent. Tell me what to change, and I will show it to you again.",
    });
  },
};

export const parallel: Scenario = {
  id: "parallel",
  title: "Two parallel calls",
  description: "Two look-ups at once. Reading needs no permission, only a receipt.",
  prompt: "Compare the weather with two parallel calls.",
  keywords: ["parallel", "weather", "two calls"],
  async play(stage) {
    await stage.say("I will look up both cities at once.");
    const [first, second] = await Promise.all([
      stage.call("get_weather", { city: "Ljubljana" }),
      stage.call("get_weather", { city: "Oslo" }),
    ]);
    await stage.pause(400);
    if (first.result !== "ok" || second.result !== "ok") {
      await stage.say("One of the look-ups failed, so there is nothing to compare.");
      return;
    }
    await stage.say(
      `Ljubljana has ${describe(first.output)}. Oslo has ${describe(second.output)}. Take the umbrella to Ljubljana and the gloves to Oslo.`,
    );
  },
};

/** An answer that goes on must not act a second time. */
function isRepeat(stage: Stage): boolean {
  return stage.run.mode === "continue";
}

function describe(output: unknown): string {
  const weather = output as { readonly celsius: number; readonly sky: string };
  return `${weather.celsius} °C, ${weather.sky}`;
}

async function tell(stage: Stage, outcome: ToolOutcome, words: { readonly done: string; readonly rejected: string }): Promise<void> {
  await stage.pause(400);
  switch (outcome.result) {
    case "ok":
    case "empty":
      return stage.say(words.done);
    case "rejected":
      return stage.say(words.rejected);
    case "expired":
      return stage.say("The request expired before it was answered, so nothing was done.");
    case "cancelled":
      return stage.say("The call was cancelled before it ran.");
    case "unknown":
      return stage.say("I could not confirm whether it happened. Please check before asking again.");
    case "error":
      return stage.say("It did not work, and nothing was done.");
  }
}
