import { describe, expect, it } from "vitest";
import { UnsayError } from "../protocol/index.js";
import {
  askApproval,
  callTool,
  complete,
  createScript,
  createTestSession,
  disconnect,
  emit,
  findScriptProblems,
  parseScript,
  pause,
  phase,
  playAnswer,
  receipt,
  retract,
  revise,
  runTool,
  say,
  scripts,
  think,
  truncate,
  type Moment,
} from "./index.js";
import { unsayMatchers } from "./vitest.js";

expect.extend(unsayMatchers);

const INVOICE = { to: "ana@north.example" };
const sendInvoice: readonly Moment[] = [
  say("I can send it. "),
  callTool("send_email", INVOICE, { effect: "irreversible", title: "Send email" }),
  askApproval({
    approve: [runTool({ receipt: "email sent to 1 person", output: { sent: 1 } }), say("It is on its way."), complete()],
    reject: [say("Nothing was sent."), complete()],
  }),
];

function errorOf(run: () => unknown): UnsayError {
  try {
    run();
  } catch (error) {
    if (error instanceof UnsayError) return error;
  }
  throw new Error("It did not throw an UnsayError.");
}

describe("a script written from moments", () => {
  it("is plain JSON, the same each time, and reads back", () => {
    const script = createScript(sendInvoice);
    expect(JSON.parse(JSON.stringify(script))).toEqual(createScript(sendInvoice));
    expect(parseScript(JSON.parse(JSON.stringify(script)))).toEqual(script);
  });

  it("keeps its own time: words, pauses and tools follow each other", () => {
    const { steps } = createScript([say("One two"), pause(1_000), say(" three"), complete()]);
    expect(steps.map((step) => step.at)).toEqual([0, 200, 240, 280, 1_320, 1_360, 1_400, 1_400]);
  });

  it("says every kind of thing an answer can do, legally", () => {
    const answer = playAnswer(
      createScript([
        phase("thinking", "Reading the runbook"),
        think("Two regions have drained."),
        say("Yes, deploy. ", { span: "claim" }),
        say("Ask Ana at 555-0142. ", { span: "phone" }),
        say("The pool drains first."),
        revise("claim", "Not yet. ", "us-east still drains"),
        retract("phone", "personal data", { expunge: true }),
        callTool("get_weather", { city: "Oslo" }),
        runTool({ output: { c: 4 } }),
        disconnect(),
        say("It is cold."),
        emit({ type: "usage", generated: 40, billed: 40, billedReasoning: null, source: "script", final: true }),
        complete(),
      ]),
    );
    expect(answer).toBeRevised(2);
    expect(answer).toHaveText("Not yet. The pool drains first.It is cold.");
    expect(answer).toHaveCall("get_weather", "succeeded");
    expect(JSON.stringify(answer)).not.toContain("555-0142");
    expect(answer.effects.succeeded).toEqual(["call-1"]);
  });

  it("states in its end what the tools did", () => {
    const { steps } = createScript([callTool("get_weather", { city: "Oslo" }), runTool(), complete()]);
    expect(steps.at(-1)).toMatchObject({ event: { type: "run.end", effects: { succeeded: ["call-1"] } } });
  });

  it("leaves what was open open when it is truncated", () => {
    const answer = playAnswer(createScript([say("First drain the"), truncate("length")]));
    expect(answer).toBeTruncated("length");
    expect(answer.parts).toMatchObject([{ status: "cut" }]);
  });

  it("takes a receipt after the end, as servers send them", () => {
    const answer = playAnswer(createScript([callTool("send_email", INVOICE), truncate("failed"), pause(8_000), receipt("email sent")]));
    expect(answer.receipts).toMatchObject([{ summary: "email sent", late: true }]);
  });

  it.each([
    ["approve", "I can send it. It is on its way.", "succeeded"],
    ["reject", "I can send it. Nothing was sent.", "rejected"],
  ] as const)("goes on as decided: %s", async (decision, text, status) => {
    const page = createTestSession(sendInvoice);
    page.session.send("Send it.");
    await page.advance(1_000);
    expect(page).toHaveOpenApproval("send_email");
    void page.session.decide("approval-1", { decision });
    await page.advance(5_000);
    expect(page).toBeComplete();
    expect(page).toHaveText(text);
    expect(page).toHaveCall("send_email", status);
  });

  it("tells the author about a slip instead of playing it", () => {
    expect(errorOf(() => createScript([say("Words"), revise("claim", "Other", "why"), complete()])).message).toMatch(/steps\[3\].*claim/u);
    expect(errorOf(() => createScript([runTool()])).message).toContain("Put callTool(…) before it.");
    const illegal = createScript([complete(), say("After the end")], { allowIllegal: true });
    expect(findScriptProblems(illegal)).not.toEqual([]);
  });

  it("looks along both decisions for problems", () => {
    const script = createScript([callTool("t", {}), askApproval({ approve: [runTool(), say("x"), complete()] })]);
    const { reject = [] } = script.onDecision ?? {};
    const forged = { ...script, onDecision: { approve: reject, reject: script.onDecision?.approve ?? [] } };
    expect(findScriptProblems(script)).toEqual([]);
    expect(findScriptProblems(forged).join()).toContain("onDecision.reject");
  });
});

describe("the scripts of the kit", () => {
  it.each(Object.entries(scripts))("%s is legal, and JSON", (_name, script) => {
    expect(findScriptProblems(script)).toEqual([]);
    expect(parseScript(JSON.parse(JSON.stringify(script)))).toEqual(script);
  });
});

describe("a script out of JSON", () => {
  const good = createScript([say("Hi"), complete()]);
  it.each([
    ["no object", "script", "must be an object; found a list", []],
    ["no prompt", "prompt", "must be a string; found undefined", { ...good, prompt: undefined }],
    ["no steps", "steps", "must be a list; found null", { ...good, steps: null }],
    ["a time before the beginning", "steps[0].at", "0 or more", { ...good, steps: [{ at: -1, fault: "disconnect" }] }],
    ["a time that is none", "steps[0].at", "found string", { ...good, steps: [{ at: "soon", fault: "disconnect" }] }],
    ["an unknown fault", "steps[0]", `the fault "disconnect"`, { ...good, steps: [{ at: 0, fault: "explode" }] }],
    ["an unknown event", "steps[0].event", "no event of type run.fly", { ...good, steps: [{ at: 0, event: { type: "run.fly" } }] }],
    [
      "an event with a wrong field",
      "steps[0].event",
      "span.append has no valid `text` (found number)",
      { ...good, steps: [{ at: 0, event: { type: "span.append", part: "p", span: "s", text: 4 } }] },
    ],
    ["a bad event after Stop", "onStop[0]", "has no `type`", { ...good, onStop: [{}] }],
    ["half a decision", "onDecision.reject", "must be a list; found undefined", { ...good, onDecision: { approve: [] } }],
  ])("is refused with place and reason: %s", (_what, field, reason, value) => {
    const error = errorOf(() => parseScript(value));
    expect(error).toMatchObject({ code: "invalid-script", field });
    expect(error.message).toContain(reason);
  });
});
