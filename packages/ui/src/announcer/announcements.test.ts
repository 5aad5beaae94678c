import { describe, expect, test } from "vitest";
import type { AssistantMessage, Message } from "@unsay/core";
import { createFakeClock } from "@unsay/core/testing";
import { en } from "../strings/en.js";
import { approval, endedMessage, liveMessage, receipt, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { createAnnouncementQueue, type Announcement } from "@unsay/react";
import { selectAnnouncements } from "./announcements.js";

const connection = { status: "open", attempt: 0 } as const;
const words = { strings: en, describe: () => undefined };

function said(before: Message | undefined, after: Message): readonly string[] {
  const announcements = selectAnnouncements(
    { messages: before === undefined ? [] : [before], connection },
    { messages: [after], connection },
    words,
  );
  return announcements.map(({ region, text }) => `${region}: ${text}`);
}

function as<T extends Message>(id: string, message: T): T {
  return { ...message, id };
}

const streaming = as("m", liveMessage("streaming", "flowing", { parts: [textPart("Drain", { status: "open" })] }));

describe("what is announced between two states", () => {
  test("statement 95, announcements: more text is not", () => {
    expect(said(streaming, { ...streaming, parts: [textPart("Drain the pool first", { status: "open" })] })).toEqual([]);
  });

  test("the record of a thread is not", () => {
    expect(said(undefined, endedMessage("complete", { parts: [textPart("Old")] }))).toEqual([]);
  });

  test("announcements: that an answer starts", () => {
    expect(said(as("m", liveMessage("pending", "flowing")), streaming)).toEqual(["polite: Answering."]);
  });

  test("announcements: a complete answer: whole when short, counted when long", () => {
    expect(said(streaming, as("m", endedMessage("complete", { parts: [textPart("Drain it.")] })))).toEqual([
      "polite: Answer complete. Drain it.",
    ]);
    const long = as("m", endedMessage("complete", { parts: [textPart("word ".repeat(230))] }));
    expect(said(streaming, long)).toEqual(["polite: Answer complete, 230 words."]);
  });

  test("announcements: an end nobody asked for, assertively and with its cause", () => {
    expect(said(streaming, as("m", truncatedMessage("length", { parts: streaming.parts })))).toEqual([
      "assertive: Answer cut off: length limit reached. It is not complete.",
    ]);
  });

  test("announcements: a stop, politely; with what had already happened, assertively", () => {
    expect(said(streaming, { ...streaming, liveness: "stopping" } as AssistantMessage)).toEqual(["polite: Stopping."]);
    expect(said(streaming, as("m", truncatedMessage("stopped")))).toEqual(["polite: Stopped."]);
    const calls = [toolCall("send", "succeeded"), toolCall("deploy", "unknown")];
    expect(said(streaming, as("m", truncatedMessage("stopped", { calls })))).toEqual([
      "assertive: Stopped. 1 action already happened: Send. 1 outcome is not known: Deploy.",
    ]);
  });

  test("announcements: a stall once, however long it grows", () => {
    const stalled = { ...streaming, liveness: "stalled" } as AssistantMessage;
    expect(said(streaming, stalled)).toEqual(["polite: Paused. The answer is not finished."]);
    expect(said(stalled, { ...streaming, liveness: "silent" } as AssistantMessage)).toEqual([]);
  });

  test("announcements: a request, louder the more it can destroy", () => {
    const ask = (call: ReturnType<typeof toolCall>): AssistantMessage => ({ ...streaming, calls: [call], approvals: [approval(call)] });
    expect(said(streaming, ask(toolCall("send_email", "awaiting-approval")))).toEqual([
      "polite: Approval needed: Send email? Press F6 to review.",
    ]);
    expect(said(streaming, ask(toolCall("delete_rows", "awaiting-approval", { effect: "irreversible" })))).toEqual([
      "assertive: Approval needed: Delete rows? Press F6 to review.",
    ]);
  });

  test("announcements: a correction politely, a withdrawal assertively and without the words", () => {
    expect(said(streaming, { ...streaming, revisions: 1 })).toEqual(["polite: Answer corrected."]);
    const spans = [{ id: "s", text: "secret words", state: "retracted", reason: "personal data" }] as const;
    expect(said(streaming, { ...streaming, revisions: 1, parts: [textPart(spans)] })).toEqual([
      "assertive: Part of the answer was withdrawn: personal data.",
    ]);
  });

  test("announcements: a receipt that came after the end", () => {
    const stopped = as("m", truncatedMessage("stopped"));
    expect(said(stopped, { ...stopped, receipts: [receipt("c", "email sent", { late: true })] })).toEqual([
      "polite: Already happened: email sent",
    ]);
  });
});

describe("the queue", () => {
  function listen() {
    const clock = createFakeClock();
    const log: string[] = [];
    const queue = createAnnouncementQueue(clock, ({ text }) => log.push(`${clock.now()} ${text}`));
    const say = (text: string, region: Announcement["region"] = "polite", key = text): void => queue.push([{ region, text, key }]);
    return { clock, log, queue, say };
  }

  test("statement 96: keeps a second between announcements", async () => {
    const { clock, log, say } = listen();
    say("one");
    say("two");
    await clock.advance(3_000);
    expect(log).toEqual(["0 one", "1000 two"]);
  });

  test("says what is urgent first", async () => {
    const { clock, log, say } = listen();
    say("one");
    say("two");
    say("urgent", "assertive");
    await clock.advance(3_000);
    expect(log).toEqual(["0 one", "1000 urgent", "2000 two"]);
  });

  test("statement 96: waits for two seconds without typing, except when urgent", async () => {
    const { clock, log, queue, say } = listen();
    queue.noteTyping();
    say("polite");
    await clock.advance(1_500);
    queue.noteTyping();
    say("urgent", "assertive");
    await clock.advance(5_000);
    expect(log).toEqual(["1500 urgent", "3500 polite"]);
  });

  test("statement 96: drops what newer news of the same kind replaced, and repeats within five seconds", async () => {
    const { clock, log, say } = listen();
    say("one");
    say("Stopping.", "polite", "stop");
    say("Stopped.", "polite", "stop");
    await clock.advance(2_000);
    say("Stopped.", "polite", "stop");
    await clock.advance(2_000);
    expect(log).toEqual(["0 one", "1000 Stopped."]);
  });
});
