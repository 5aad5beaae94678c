import type { Scenario } from "./scenario.ts";

/** Answers whose text changes or goes after it was read. */

export const revision: Scenario = {
  id: "revision",
  title: "Self-correction",
  description: "The model says yes, checks, and says not yet. Both stay readable.",
  prompt: "Correct yourself: can I deploy this now?",
  keywords: ["correct yourself", "correction", "revise", "revision", "change your mind"],
  async play(stage) {
    const claim = stage.run.createId("claim");
    await stage.sayAs(claim, "Yes, you can deploy this now.");
    await stage.say(
      " The pool drains in each region before the switch, so no request is lost. Begin with the smallest region and give it ten minutes.",
    );
    stage.run.emit({ type: "run.phase", phase: "checking", label: "checking the pools" });
    await stage.pause(1_200);
    stage.run.emit({
      type: "span.revise",
      spans: [claim],
      replacement: { span: stage.run.createId("claim"), text: "Not yet: us-east still holds 140 open sessions." },
      reason: "The pool in us-east had not been checked when the first line was written.",
      by: "model",
    });
    await stage.say(" When us-east reports zero sessions, the same steps apply there.");
  },
};

function retraction(expunge: boolean): Scenario["play"] {
  return async (stage) => {
    const secret = stage.run.createId("contact");
    await stage.say("The owner of the billing service is reachable at ");
    await stage.sayAs(secret, "ana.novak@north.example or +386 1 555 0142");
    await stage.say(", on weekdays until five. Ask before you change the schedule.");
    stage.run.emit({ type: "run.phase", phase: "checking", label: "checking for personal data" });
    await stage.pause(900);
    stage.run.emit({ type: "span.retract", spans: [secret], reason: "personal data", expunge });
    await stage.say(" The on-call channel answers at any hour.");
  };
}

export const withdrawn: Scenario = {
  id: "retraction",
  title: "Withdrawn words",
  description: "A few words are taken back, with the reason in their place.",
  prompt: "Withdraw something you said: who owns billing?",
  keywords: ["withdraw", "retract", "take back"],
  play: retraction(false),
};

export const expunged: Scenario = {
  id: "expunge",
  title: "Expunged words",
  description: "As before, but the words must not remain anywhere, not even after a reload.",
  prompt: "Expunge something you said: who owns billing?",
  keywords: ["expunge", "erase", "purge"],
  play: retraction(true),
};
