import { describe, expect, it } from "vitest";
import { createTestSession, cutAfter, everything, fromConnection, offline, playAnswer, playScript, scripts } from "./index.js";
import { unsayMatchers, watchStatuses } from "./vitest.js";

expect.extend(unsayMatchers);

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("The matcher passed.");
}

describe("the matchers", () => {
  it("tell the ends apart", () => {
    expect(playAnswer(scripts.complete)).toBeComplete();
    expect(playAnswer(scripts.revision)).toBeRevised();
    expect(playAnswer(scripts.revision)).toBeRevised(1);
    expect(playAnswer(scripts.revision)).not.toBeComplete();
    expect(playAnswer(scripts.length)).toBeTruncated();
    expect(playAnswer(scripts.length)).toBeTruncated("length");
    expect(playAnswer(scripts.length)).not.toBeTruncated("filtered");
    expect(playAnswer(scripts.complete, { until: 400 })).not.toBeComplete();
  });

  it("look into tools, approvals and receipts", () => {
    const asking = playAnswer(scripts.gate);
    expect(asking).toHaveOpenApproval();
    expect(asking).toHaveOpenApproval("send_email");
    expect(asking).not.toHaveOpenApproval("delete_account");
    expect(asking).toHaveCall("send_email", "awaiting-approval");
    expect(asking).not.toHaveCall("send_email", "succeeded");
    expect(asking).not.toHaveReceipt();
    expect(playAnswer(scripts.complete)).not.toHaveOpenApproval();
  });

  it("take an answer, a thread, a session or a test session, and then mean the newest answer", async () => {
    const page = createTestSession(scripts.complete);
    page.session.send("go");
    await page.advance(10_000);
    for (const source of [page, page.session, page.session.store.getState(), page.answer(), playScript(scripts.complete)]) {
      expect(source).toBeComplete();
      expect(source).toHaveText(/^Drain the pool/u);
    }
  });

  it("find a receipt by its words, and liveness while there is some", async () => {
    const page = createTestSession(scripts.gate);
    page.session.send("go");
    await page.until(() => page.answer().approvals.length > 0);
    expect(page).toHaveLiveness("awaiting-approval");
    await page.session.decide("approval-1", { decision: "approve" });
    await page.advance(5_000);
    expect(page).toHaveReceipt("email sent to 2 people");
    expect(page).toHaveReceipt(/2 people/gu);
    expect(page).not.toHaveReceipt("email sent");
    expect(page).not.toHaveLiveness("flowing");
  });

  it("say on failure what was expected, what was found, and the whole answer", () => {
    expect(failure(() => expect(playAnswer(scripts.length)).toBeComplete())).toBe(
      [
        "Expected the answer to be complete.",
        "Found: truncated (length)",
        'Answer: truncated (length); text: "First drain the pool. Second, flip the flag. Third, check that the"',
      ].join("\n"),
    );
    expect(failure(() => expect(playAnswer(scripts.complete)).not.toBeComplete())).toContain("Expected the answer not to be complete.");
    expect(failure(() => expect(playAnswer(scripts.gate)).toHaveCall("delete_account"))).toContain("calls: send_email awaiting-approval");
    expect(failure(() => expect(playAnswer(scripts.revision)).toHaveText("Yes"))).toContain('have the text "Yes"');
    expect(failure(() => expect(undefined).toBeComplete())).toContain("there is no answer in what was given (undefined)");
  });

  it("never pass, negated or not, where there is no answer", () => {
    for (const nothing of [undefined, null, {}, { messages: [] }, "complete"]) {
      expect(failure(() => expect(nothing).toBeTruncated())).toContain("there is no answer");
      expect(failure(() => expect(nothing).not.toBeTruncated())).toContain("there is no answer");
    }
  });
});

describe("toNeverHaveBeenComplete", () => {
  it("holds over everything that was published, and says what was", async () => {
    const cut = createTestSession(scripts.complete, { faults: [cutAfter(5), everything(fromConnection(2, offline()))] });
    cut.session.send("go");
    await cut.advance(300_000);
    expect(cut.history).toNeverHaveBeenComplete();

    const whole = createTestSession(scripts.complete);
    const history = watchStatuses(whole.session);
    whole.session.send("go");
    await whole.advance(10_000);
    expect(failure(() => expect(history).toNeverHaveBeenComplete())).toContain("Found: pending, streaming, complete");
    expect(history.entries.map(({ status }) => status)).toEqual(["pending", "streaming", "complete"]);
    history.stop();
    whole.session.send("again");
    expect(history.entries).toHaveLength(3);
  });

  it("proves nothing where nothing was seen", () => {
    const { history, session } = createTestSession(scripts.complete);
    expect(failure(() => expect(history).toNeverHaveBeenComplete())).toContain("no answer at all");
    expect(failure(() => expect(session).toNeverHaveBeenComplete())).toContain("takes the history");
  });
});
