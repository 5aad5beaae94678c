import { afterEach, describe, expect, it, vi } from "vitest";
import { textOf } from "../message/index.js";
import { askApproval, callTool, complete, createTestSession, say, type Moment } from "../testing/index.js";
import { scheduleFrame } from "./clock.js";

const WORDS = "One two three four five six seven eight nine ten. ".repeat(8);

function setUp(moments: readonly Moment[]) {
  let isHidden = false;
  const test = createTestSession(moments, { session: { isHidden: () => isHidden } });
  const counted = { commits: 0 };
  test.session.store.subscribe(() => (counted.commits += 1));
  const hide = (hidden: boolean): void => {
    isHidden = hidden;
    if (hidden) test.session.leave("hidden");
    else test.session.wake();
  };
  return { ...test, counted, hide, text: () => textOf(test.answer()) };
}

async function streaming(moments: readonly Moment[] = [say(WORDS, { everyMs: 5 }), complete()]) {
  const test = setUp(moments);
  test.session.send("go");
  await test.until(() => test.answer().status === "streaming");
  return test;
}

describe("commits", () => {
  it("are at most one a frame, however many deltas arrive in it", async () => {
    const { advance, counted } = await streaming();
    counted.commits = 0;
    await advance(160);
    expect(counted.commits).toBeGreaterThan(5);
    expect(counted.commits).toBeLessThanOrEqual(10);
  });

  it("are none while nobody looks, and the first look finds all that has come", async () => {
    const { advance, counted, hide, text } = await streaming();
    hide(true);
    await advance(20);
    const [shown, commits] = [text(), counted.commits];
    await advance(200);
    expect([text(), counted.commits]).toEqual([shown, commits]);
    hide(false);
    expect(text().length).toBeGreaterThan(shown.length + 50);
    expect(counted.commits).toBe(commits + 1);
  });

  it("tell an end to a page that nobody looks at, with the whole text", async () => {
    const { advance, answer, hide, text } = await streaming();
    hide(true);
    await advance(20_000);
    expect(answer().status).toBe("complete");
    expect(text()).toBe(WORDS);
  });

  it("tell a request to a page that nobody looks at, so that it can call for somebody", async () => {
    const { advance, answer, hide } = await streaming([
      say(WORDS, { everyMs: 5 }),
      callTool("send_email", { to: "a" }),
      askApproval({ approve: [complete()] }),
    ]);
    hide(true);
    await advance(20_000);
    expect(answer().approvals.map(({ status }) => status)).toEqual(["open"]);
  });

  it("lose no tail where a page is hidden between a delta and its frame", async () => {
    const test = await streaming();
    for (let round = 0; round < 12; round += 1) {
      await test.advance(7);
      test.hide(true);
      await test.advance(11);
      test.hide(false);
    }
    await test.advance(20_000);
    expect(test.text()).toBe(WORDS);
  });
});

describe("a frame in a browser", () => {
  afterEach(() => vi.unstubAllGlobals());

  function page() {
    const frames: (() => void)[] = [];
    vi.stubGlobal("requestAnimationFrame", (run: () => void) => frames.push(run));
    vi.stubGlobal("cancelAnimationFrame", (handle: number) => (frames[handle - 1] = () => {}));
    return { frame: () => frames.splice(0).forEach((run) => run()) };
  }

  it("publishes once, and not again when the timer behind it would have fired", () => {
    vi.useFakeTimers();
    const { frame } = page();
    const publish = vi.fn();
    scheduleFrame(publish);
    frame();
    vi.advanceTimersByTime(5_000);
    expect(publish).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it("publishes all the same where no frame comes, as in a window behind others", () => {
    vi.useFakeTimers();
    page();
    const publish = vi.fn();
    scheduleFrame(publish);
    vi.advanceTimersByTime(250);
    expect(publish).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});

describe("a page that is hidden without a word to the session", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("shows what has come as soon as the browser says that it is seen", async () => {
    const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
    vi.stubGlobal("document", document);
    const test = createTestSession([say(WORDS, { everyMs: 5 }), complete()]);
    test.session.send("go");
    await test.until(() => test.answer().status === "streaming");
    document.visibilityState = "hidden";
    await test.advance(200);
    const shown = textOf(test.answer()).length;
    document.dispatchEvent(new Event("visibilitychange"));
    expect(textOf(test.answer())).toHaveLength(shown);
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    expect(textOf(test.answer()).length).toBeGreaterThan(shown + 50);
  });
});
