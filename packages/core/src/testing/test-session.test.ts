import { describe, expect, it } from "vitest";
import { textOf } from "../message/index.js";
import { createTestSession } from "./test-session.js";
import {
  cutAfter,
  cutAtByte,
  duplicate,
  everything,
  fromConnection,
  htmlErrorPage,
  http,
  inPieces,
  offline,
  stall,
  complete,
  disconnect,
  pause,
  say,
  scripts,
} from "./index.js";
import { unsayMatchers, watchStatuses } from "./vitest.js";

expect.extend(unsayMatchers);

describe("a test session", () => {
  it("plays the moments of an answer through real framing", async () => {
    const page = createTestSession([say("First drain the pool."), complete()]);
    page.session.send("How?");
    await page.advance(220);
    expect(page.answer()).toHaveLiveness("flowing");
    await page.until(() => page.answer().status === "complete");
    expect(page.answer()).toHaveText("First drain the pool.");
    expect(page.backend.sent).toMatchObject([{ command: "start", message: { text: "How?" } }]);
  });

  it("says in words what the answer was when what the test waits for does not happen", async () => {
    const page = createTestSession([say("Half an")]);
    page.session.send("How?");
    await expect(page.until(() => page.answer().status === "complete", { withinMs: 5_000 })).rejects.toThrow(
      /did not happen within 5000 ms\. The answer is streaming \(stalled\); text: "Half an"/u,
    );
  });

  it("resumes after a scripted break of the connection, and the history proves that nothing was claimed in between", async () => {
    const page = createTestSession([say("First. "), disconnect(), pause(500), say("Second."), complete()]);
    page.session.send("How?");
    await page.advance(400);
    expect(page.history).toNeverHaveBeenComplete();
    await page.advance(10_000);
    expect(page.answer()).toBeComplete();
    expect(page.backend.connections).toBe(2);
  });

  it("finds the stored thread again after a reload, in the middle of a run too", async () => {
    const page = createTestSession([say("First drain the pool. Second, flip the flag."), complete()]);
    page.session.send("How?");
    await page.advance(400);
    const { createSession } = await import("../session/session.js");
    const reloaded = createSession({ id: "thread", transport: page.transport, clock: page.clock });
    const loading = reloaded.load();
    await page.advance(50);
    await loading;
    expect(reloaded.store.getState().messages).toMatchObject([{ text: "How?" }, { status: "streaming" }]);
    await page.advance(5_000);
    expect(reloaded).toHaveText("First drain the pool. Second, flip the flag.");
    expect(reloaded).toBeComplete();
  });

  it("never starts twice for the same key, as a server that may be asked again", async () => {
    const page = createTestSession(scripts.complete, { faults: [cutAfter(0)] });
    page.session.send("How?");
    await page.advance(60_000);
    expect(page.backend.sent.map((command) => command.command)).toEqual(["start", "start"]);
    expect(page.answer().runs).toHaveLength(1);
    expect(page.session.store.getState().messages).toHaveLength(2);
  });

  it("stops by command, and the backend confirms it", async () => {
    const page = createTestSession(scripts.complete);
    page.session.send("How?");
    await page.advance(500);
    page.session.stop();
    await page.advance(50);
    expect(page.session).toBeTruncated("stopped");
  });

  it.each([
    ["cut once", [cutAfter(5)], "complete", 2],
    ["reset once", [cutAfter(5, { how: "reset" })], "complete", 2],
    ["cut inside an event", [cutAtByte(333)], "complete", 2],
    ["every event twice", [duplicate()], "complete", 1],
    ["seven bytes at a time", [inPieces(7)], "complete", 1],
    ["a pause of 3 s", [stall({ after: 4, ms: 3_000 })], "complete", 1],
    ["one failed request", [http(503)], "complete", 1],
    ["one lost request", [offline()], "complete", 1],
  ])("ends complete with the same text after %s", async (_what, faults, status, connections) => {
    const page = createTestSession(scripts.complete, { faults });
    page.session.send("How?");
    await page.advance(120_000);
    expect(page.answer().status).toBe(status);
    expect(textOf(page.answer())).toMatch(/^Drain the pool.*ap-south\.$/u);
    expect(page.backend.connections).toBe(connections);
  });

  it.each([
    ["the log has expired", http(410), "cursor-expired"],
    ["the server is gone", http(503, { body: { code: "maintenance", message: "Back at noon.", retryable: true } }), "maintenance"],
    ["a login page stands in front of it", htmlErrorPage(), "stream-corrupt"],
    ["nothing answers", offline(), "network"],
  ])("ends disconnected when the stream is cut and %s", async (_what, fault, code) => {
    const page = createTestSession(scripts.complete, { faults: [cutAfter(5), everything(fromConnection(2, fault))] });
    const history = watchStatuses(page.session);
    page.session.send("How?");
    await page.advance(300_000);
    expect(page.answer()).toBeTruncated("disconnected");
    expect(page.answer()).toMatchObject({ stated: false, error: { code } });
    expect(history).toNeverHaveBeenComplete();
  });
});
