import { describe, expect, test } from "vitest";
import type { Span } from "@unsay/core";
import { ENDED_AT, endedMessage, liveMessage, receipt, textPart, truncatedMessage } from "../testing/messages.js";
import { serializeAnswer, type AnswerFormat } from "./serialize-answer.js";

const now = ENDED_AT;

function write(message: Parameters<typeof serializeAnswer>[0], format: AnswerFormat): string {
  return serializeAnswer(message, format, { now, revisedAt: () => now });
}

const revisedSpans: readonly Span[] = [
  { id: "a", text: "Answer: ", state: "settled" },
  { id: "b", text: "yes.", state: "replaced", replacedBy: "c" },
  { id: "c", text: "not yet.", state: "settled", replaces: ["b"], revision: 1, reason: "us-east still drains" },
  { id: "d", text: " Call Ana.", state: "retracted", reason: "personal data" },
];
const revised = endedMessage("revised", { parts: [textPart(revisedSpans)], revisions: 2 });
const FORMATS: readonly AnswerFormat[] = ["copy", "markdown", "text", "json"];

describe("statement 55: corrections keep their words off the screen", () => {
  test("Markdown strikes the earlier wording, sets the new one bold, and says why in a footnote", () => {
    const time = /\d\d:\d\d/.source;
    expect(write(revised, "markdown")).toMatch(
      new RegExp(
        `^Answer: ~~yes\\.~~ \\*\\*not yet\\.\\*\\*\\[\\^r1\\]\\[withdrawn: personal data\\]\\n\\n\\[\\^r1\\]: Revised ${time}\\. Us-east still drains\\.$`,
      ),
    );
  });

  test("plain text puts the earlier wording in brackets before the new one", () => {
    expect(write(revised, "text")).toBe("Answer: [earlier: yes.] not yet.[withdrawn: personal data]");
  });

  test("the note stands at the words and not behind the space after them", () => {
    const spans: readonly Span[] = [
      { id: "b", text: "yes. ", state: "replaced", replacedBy: "c" },
      { id: "c", text: "no. ", state: "settled", replaces: ["b"], revision: 1 },
      { id: "d", text: "Wait.", state: "settled" },
    ];
    expect(write(endedMessage("revised", { parts: [textPart(spans)] }), "markdown")).toContain("~~yes.~~ **no.**[^r1] Wait.");
  });

  test("a list that was corrected stays a list in Markdown", () => {
    const spans: readonly Span[] = [
      { id: "a", text: "- one\n", state: "replaced", replacedBy: "b" },
      { id: "b", text: "- two\n- three\n", state: "settled", replaces: ["a"], revision: 1 },
    ];
    expect(write(endedMessage("revised", { parts: [textPart(spans)] }), "markdown")).toContain("- **two**\n- **three**");
  });
});

describe("statement 12: what is not finished says so in its last line", () => {
  test.each(["copy", "markdown", "text"] as const)("%s of a live answer", (format) => {
    const live = liveMessage("streaming", "flowing", { parts: [textPart("Half of", { status: "open" })] });
    expect(write(live, format).split("\n").at(-1)).toMatch(/^\[Copied before the answer was finished, \d\d:\d\d\]$/);
    expect(write(live, format).includes("[provisional]")).toBe(format !== "copy");
  });

  test.each(["copy", "markdown", "text"] as const)("%s of a cut answer", (format) => {
    const cut = truncatedMessage("length", { parts: [textPart("Half of", { status: "cut" })] });
    expect(write(cut, format)).toBe("Half of\n[Not complete: length limit reached]");
  });

  test("an open fence is closed first, so that the line is not code", () => {
    const cut = truncatedMessage("length", { parts: [textPart("Run:\n\n~~~~sh\ndrain", { status: "cut" })] });
    expect(write(cut, "markdown")).toBe("Run:\n\n~~~~sh\ndrain\n~~~~\n[Not complete: length limit reached]");
  });
});

describe("statement 58: drafts and reasoning are nowhere", () => {
  test.each(FORMATS)("%s", (format) => {
    const draft: Span = { id: "d", text: "DRAFT", state: "speculative" };
    const dropped: Span = { id: "e", text: "DROPPED", state: "dropped" };
    const message = liveMessage("streaming", "flowing", {
      parts: [
        textPart("THINKING", { id: "r", kind: "reasoning" }),
        textPart([{ id: "a", text: "Said.", state: "settled" }, draft, dropped]),
      ],
    });
    expect(write(message, format)).not.toMatch(/DRAFT|DROPPED|THINKING/);
  });
});

describe("statement 62: expunged words are in no export", () => {
  test.each(FORMATS)("%s", (format) => {
    const spans: readonly Span[] = [
      { id: "a", text: "", state: "retracted", reason: "personal data", expunged: true },
      { id: "b", text: "SECRET", state: "replaced", replacedBy: "c", expunged: true },
      { id: "c", text: "fine", state: "settled", replaces: ["b"], revision: 1 },
    ];
    expect(write(endedMessage("revised", { parts: [textPart(spans)] }), format)).not.toContain("SECRET");
  });

  test.each(FORMATS)("nothing of a withheld answer, in %s", (format) => {
    if (format === "copy") return;
    expect(write(truncatedMessage("withheld", { parts: [textPart("SECRET")] }), format)).not.toContain("SECRET");
  });
});

describe("the record for machines", () => {
  test("holds status with cause, revisions, uses and receipts", () => {
    const message = { ...revised, receipts: [receipt("call", "Drained eu-west")] };
    const record = JSON.parse(serializeAnswer(message, "json", { now, uses: [{ kind: "copied", revision: 0 }] })) as Record<
      string,
      unknown
    >;
    expect(record).toMatchObject({
      status: "revised",
      stated: true,
      text: "Answer: not yet.",
      revisions: [
        { kind: "revised", revision: 1, earlier: "yes.", now: "not yet.", reason: "us-east still drains" },
        { kind: "withdrawn", earlier: null, now: null, reason: "personal data" },
      ],
      uses: [{ kind: "copied", revision: 0 }],
      receipts: [{ summary: "Drained eu-west" }],
    });
  });

  test("statement 1: is complete only where the end said so", () => {
    const statusOf = (message: Parameters<typeof serializeAnswer>[0]): unknown =>
      (JSON.parse(write(message, "json")) as { status: unknown }).status;
    expect(statusOf(endedMessage("complete"))).toBe("complete");
    expect(statusOf(endedMessage("complete", { stated: false }))).toBe("truncated");
    expect(statusOf(truncatedMessage("disconnected"))).toBe("truncated");
    expect(statusOf(liveMessage("streaming", "flowing"))).toBe("streaming");
  });
});

test("sources are links in Markdown and addresses in plain text", () => {
  const source = {
    type: "value",
    id: "s",
    kind: "source",
    status: "closed",
    value: { title: "Run[book]", url: "https://docs.example/a b" },
  } as const;
  const message = endedMessage("complete", { parts: [textPart("See."), source] });
  expect(write(message, "markdown")).toBe("See.\n\n- [Run\\[book\\]](<https://docs.example/a%20b>)");
  expect(write(message, "text")).toBe("See.\n\n- Run[book] (https://docs.example/a b)");
});
