import { NO_EFFECTS, type Cause, type UnsayErrorData } from "../protocol/index.js";
import { askStep, completeStep, endOf, openStep, readyCall, streamWords, type Script, type ScriptStep } from "./script.js";

const DEPLOY =
  "Drain the pool in eu-west first. Then flip the flag, and watch the error rate for ten minutes before you go on to ap-south.";

function script(id: string, title: string, prompt: string, steps: readonly ScriptStep[], rest: Partial<Script> = {}): Script {
  return { id, title, prompt, steps: [openStep(), ...steps], ...rest };
}

function truncatedScript(cause: Cause, error?: UnsayErrorData): Script {
  const words = streamWords("First drain the pool. Second, flip the flag. Third, check that the", { at: 200, open: true });
  return script(`truncated-${cause}`, `Truncated: ${cause}`, "How do I deploy this?", [
    ...words,
    {
      at: endOf(words),
      event: {
        type: "run.end",
        outcome: "truncated",
        cause,
        resumable: cause === "disconnected",
        ...(error === undefined ? {} : { error }),
        effects: NO_EFFECTS,
      },
    },
  ]);
}

const EMAIL = {
  to: ["ana@north.example", "bo@north.example"],
  subject: "Invoice 1043",
  body: "Hi Ana, attached is the invoice for October.",
};

function gateScript(): Script {
  const intro = streamWords("I can send the invoice to both contacts. Here is the e-mail:", { at: 200 });
  const call = readyCall(endOf(intro), {
    call: "call-1",
    name: "send_email",
    args: EMAIL,
    effect: "irreversible",
    title: "Send email",
    target: "2 people",
  });
  const outro = streamWords("The invoice is on its way to Ana and Bo.", { at: 900, part: "after" });
  const refused = streamWords("Understood, nothing was sent. Tell me what to change.", { at: 300, part: "after" });
  return script(
    "gate",
    "Confirmation gate",
    "Send the October invoice to Ana and Bo.",
    [...intro, ...call, askStep(endOf(call), "approval-1", "call-1", "send_email", EMAIL)],
    {
      onDecision: {
        approve: [
          { at: 50, event: { type: "tool.start", call: "call-1", attempt: 1, callKey: "key-1" } },
          {
            at: 700,
            event: {
              type: "receipt",
              receipt: "receipt-1",
              call: "call-1",
              outcome: "succeeded",
              summary: "email sent to 2 people",
              doneAt: 1_767_268_800_000,
            },
          },
          { at: 720, event: { type: "tool.result", call: "call-1", result: "ok", output: { sent: 2 } } },
          ...outro,
          completeStep(endOf(outro)),
        ],
        reject: [{ at: 100, event: { type: "tool.result", call: "call-1", result: "rejected" } }, ...refused, completeStep(endOf(refused))],
      },
    },
  );
}

function revisionScript(): Script {
  const first = streamWords("Yes, you can deploy this safely. ", { at: 200, span: "claim", open: true });
  const rest = streamWords("The pool drains in each region before the switch, so no request is lost.", {
    at: endOf(first),
    span: "why",
  }).slice(1);
  const at = endOf([...first, ...rest], 400);
  return script("revision", "Self-correction", "Can I deploy this now?", [
    ...first,
    ...rest,
    {
      at,
      event: {
        type: "span.revise",
        spans: ["claim"],
        replacement: { span: "claim-2", text: "Not yet: us-east is still draining. " },
        reason: "The first line said yes before us-east had been checked.",
        by: "model",
      },
    },
    completeStep(at + 200),
  ]);
}

function retractionScript(expunge: boolean): Script {
  const before = streamWords("Contact the owner at ", { at: 200, span: "lead", open: true });
  const secret = streamWords("ana.novak@north.example, +386 1 555 0142", { at: endOf(before), span: "secret" }).slice(1, -1);
  const after = streamWords(" to confirm the window.", { at: endOf([...before, ...secret]), span: "tail" }).slice(1);
  const at = endOf([...before, ...secret, ...after], 300);
  return script(expunge ? "expunge" : "retraction", expunge ? "Expunged span" : "Retracted span", "Who owns this service?", [
    ...before,
    ...secret,
    ...after,
    { at, event: { type: "span.retract", spans: ["secret"], reason: "personal data", expunge } },
    completeStep(at + 200),
  ]);
}

function stallScript(): Script {
  const before = streamWords("The one exception is", { at: 200, open: true });
  const after = streamWords(" us-east, which still drains.", { at: endOf(before, 4_000), span: "answer-2" }).slice(1);
  return script("stall", "Stall of 4 s", "Are all regions ready?", [...before, ...after, completeStep(endOf(after))]);
}

function reasoningScript(): Script {
  const thought = streamWords("Three regions; two have drained. The third decides.", { at: 200, part: "thought", kind: "reasoning" });
  const answer = streamWords(DEPLOY, { at: endOf(thought) });
  return script("reasoning", "Reasoning, then answer", "How do I deploy this?", [...thought, ...answer, completeStep(endOf(answer))]);
}

function parallelScript(): Script {
  const calls = [
    ...readyCall(300, {
      call: "weather-1",
      name: "get_weather",
      args: { city: "Ljubljana" },
      effect: "read",
      title: "Weather in Ljubljana",
    }),
    ...readyCall(320, { call: "weather-2", name: "get_weather", args: { city: "Oslo" }, effect: "read", title: "Weather in Oslo" }),
  ];
  const done: ScriptStep[] = [
    { at: 700, event: { type: "tool.start", call: "weather-1", attempt: 1, callKey: "key-1" } },
    { at: 710, event: { type: "tool.start", call: "weather-2", attempt: 1, callKey: "key-2" } },
    { at: 1_200, event: { type: "tool.result", call: "weather-2", result: "ok", output: { c: 4 } } },
    { at: 1_500, event: { type: "tool.result", call: "weather-1", result: "ok", output: { c: 11 } } },
  ];
  const answer = streamWords("Ljubljana has 11 °C, Oslo 4 °C.", { at: 1_600 });
  return script("parallel", "Two parallel calls", "Weather in Ljubljana and Oslo?", [
    ...calls,
    ...done,
    ...answer,
    completeStep(endOf(answer)),
  ]);
}

function resumeScript(): Script {
  const before = streamWords("First drain the pool. ", { at: 200, open: true });
  const after = streamWords("Second, flip the flag.", { at: endOf(before, 2_000), span: "answer-2" }).slice(1);
  return script("resume", "Dropped and resumed", "How do I deploy this?", [
    ...before,
    { at: endOf(before, 100), fault: "disconnect" },
    ...after,
    completeStep(endOf(after)),
  ]);
}

function completeScript(): Script {
  const words = streamWords(DEPLOY, { at: 200 });
  return script("complete", "Plain answer", "How do I deploy this?", [...words, completeStep(endOf(words))]);
}

function emptyScript(): Script {
  return script("empty", "Complete without a word", "Say nothing.", [completeStep(300)]);
}

const PROVIDER_ERROR: UnsayErrorData = {
  code: "provider-overloaded",
  message: "The provider answered overloaded_error in the middle of the stream. Ask again.",
  retryable: true,
  userMessage: "the model is overloaded",
};
const WITHDRAWN: UnsayErrorData = {
  code: "guard-tripped",
  message: "The guard found medical advice.",
  retryable: false,
  userMessage: "medical advice",
};

/** The script that shows this; endings carry the name of their cause. */
export type ScriptName =
  | "complete"
  | "empty"
  | "stall"
  | "resume"
  | "reasoning"
  | "parallel"
  | "gate"
  | "revision"
  | "retraction"
  | "expunge"
  | "length"
  | "filtered"
  | "stopped"
  | "redirected"
  | "disconnected"
  | "failed"
  | "orphaned"
  | "corrupt"
  | "unverified"
  | "withheld";

/** One script for each thing an answer can do, by name. */
export const scripts: Readonly<Record<ScriptName, Script>> = {
  complete: completeScript(),
  empty: emptyScript(),
  stall: stallScript(),
  resume: resumeScript(),
  reasoning: reasoningScript(),
  parallel: parallelScript(),
  gate: gateScript(),
  revision: revisionScript(),
  retraction: retractionScript(false),
  expunge: retractionScript(true),
  length: truncatedScript("length"),
  filtered: truncatedScript("filtered"),
  stopped: truncatedScript("stopped"),
  redirected: truncatedScript("redirected"),
  disconnected: truncatedScript("disconnected"),
  failed: truncatedScript("failed", PROVIDER_ERROR),
  orphaned: truncatedScript("orphaned"),
  corrupt: truncatedScript("corrupt"),
  unverified: truncatedScript("unverified"),
  withheld: truncatedScript("withheld", WITHDRAWN),
};
