import { describe, expect, it } from "vitest";
import { NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { requestStop } from "../message/local.js";
import { paintedOf, textOf } from "../message/selectors.js";
import { MessagePacer } from "./message-pacer.js";
import { doubtAbout, settledRanges } from "./settlement.js";
import { findWordEnds } from "./words.js";
import { PacingPlayer } from "../../test-kit/pacing-player.js";
import type { PacingSettings } from "./pacing.types.js";

const AT_ONCE: PacingSettings = { pacing: false };
const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const CUT: EventPayload = { type: "run.end", outcome: "truncated", cause: "length", resumable: false, effects: NO_EFFECTS };

function open(kind: "answer" | "verdict" | "table" | "structured" | "reasoning" | "preamble" = "answer", part = "part"): EventPayload {
  return { type: "part.open", part, kind };
}

function close(part = "part"): EventPayload {
  return { type: "part.close", part };
}

function playing(settings: PacingSettings = AT_ONCE, kind: Parameters<typeof open>[0] = "answer"): PacingPlayer {
  const player = new PacingPlayer(settings);
  player.play(open(kind));
  return player;
}

describe("isolation", () => {
  it("r23-levels: sentence shows whole sentences only, and the rest at the end of the part", () => {
    const player = playing();
    player.append("Drain the pool. Then");
    expect(player.text).toBe("Drain the pool. ");
    player.append(" flip the flag");
    expect(player.text).toBe("Drain the pool. ");
    player.play(close());
    expect(player.text).toBe("Drain the pool. Then flip the flag");
  });

  it("r23-levels: an unfinished sentence is shown at a labelled truncation", () => {
    const player = playing();
    player.append("Drain the pool. Then");
    player.play(CUT);
    expect(player.text).toBe("Drain the pool. Then");
    expect(player.view.keptBack).toEqual([]);
  });

  it("r23-levels: after Stop not even then", () => {
    const player = playing();
    player.append("Drain the pool. Then");
    player.change((message) => {
      const seen = new Map(paintedOf(player.view.message).spans);
      return requestStop(message, { command: "c", intent: "stop", atSeq: 3, painted: paintedOf(message, seen) }, player.now);
    });
    player.append(" flip the flag. And");
    expect(player.text).toBe("Drain the pool. ");
    player.play({ type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, effects: NO_EFFECTS });
    expect(player.text).toBe("Drain the pool. ");
  });

  it("r23-levels: committed shows settled text only, and never what was revised before it settled", () => {
    const player = playing({ ...AT_ONCE, isolation: "committed" });
    player.append("Yes, it is safe. ", { span: "a" });
    player.append("Drain first. ", { span: "b" });
    expect(player.text).toBe("");
    player.play({ type: "span.revise", spans: ["a"], replacement: { span: "c", text: "No. " }, reason: "checked", by: "model" });
    player.play(close(), COMPLETE);
    expect(player.text).toBe("No. Drain first. ");
    expect(player.frames.some(({ view }) => textOf(view.message).includes("Yes"))).toBe(false);
  });

  it("r23-levels: committed takes back what was settled and is being corrected, until its correction settles", () => {
    const player = new PacingPlayer({ ...AT_ONCE, isolation: "committed" });
    player.message = {
      ...player.message,
      run: player.message.run && { ...player.message.run, caps: { ...player.message.run.caps, verifier: true } },
    };
    player.play(open(), { type: "span.append", part: "part", span: "a", text: "Yes. " });
    player.play({ type: "span.settle", spans: ["a"], to: "verified", by: "checker" });
    player.append("More to come. And", { span: "b" });
    player.play({ type: "span.settle", spans: ["b"], to: "verified", by: "checker" });
    expect(player.text).toBe("Yes. More to come. ");
    player.play({ type: "span.revise", spans: ["a"], replacement: { span: "c", text: "No. " }, reason: "checked", by: "model" });
    const [part] = player.view.message.parts;
    expect(part?.type === "text" ? part.spans[0] : null).toMatchObject({ id: "a", state: "retracted", reason: "checked" });
    player.play({ type: "span.settle", spans: ["c"], to: "verified", by: "checker" });
    expect(player.text).toBe("No. More to come. ");
  });

  it("r23-levels: committed shows at a cut what had settled, and keeps back what had not", () => {
    const player = playing({ ...AT_ONCE, isolation: "committed" });
    player.change((message) => ({ ...message, run: message.run && { ...message.run, caps: { ...message.run.caps, verifier: true } } }));
    player.append("Drain the", { span: "a" });
    player.play({ type: "span.settle", spans: ["a"], to: "verified", by: "checker" });
    player.append(" pool. Then", { span: "b" });
    player.play(CUT);
    expect(player.text).toBe("Drain the");
    expect(player.view.keptBack).toEqual([{ part: "part", why: "unsettled", text: " pool. Then" }]);
  });

  it("r23-levels: uncommitted shows what came, but nothing that stands behind a draft", () => {
    const player = playing({ ...AT_ONCE, isolation: "uncommitted" });
    player.append("Dra");
    expect(player.text).toBe("Dra");
    player.play({ type: "span.append", part: "part", span: "draft", text: "in ", state: "speculative" });
    player.append("the pool", { span: "after" });
    expect(player.text).toBe("Dra");
    player.play({ type: "span.settle", spans: ["draft"], to: "provisional", by: "model" });
    expect(player.text).toBe("Drain the pool");
  });

  it("r16-zero-churn: a draft is not shown in front of words that are held, nor behind words that wait for another draft", () => {
    const player = playing({ ...AT_ONCE, showDrafts: true });
    const drafts = () => player.view.drafts.map(({ text }) => text);
    player.append("Drain first. Then flip", { span: "a" });
    player.play({ type: "span.append", part: "part", span: "b", text: " maybe", state: "speculative" });
    expect([player.text, drafts()]).toEqual(["Drain first. ", []]);
    player.play({ type: "span.revise", spans: ["a"], replacement: { span: "c", text: "Drain first.\n" }, reason: "shorter", by: "model" });
    player.append("no ", { span: "d" });
    player.play({ type: "span.append", part: "part", span: "e", text: "perhaps", state: "speculative" });
    expect([player.text, drafts()]).toEqual(["Drain first.\n", [" maybe"]]);
  });

  it("a correction of words that were seen is seen at once, of words that were not in its turn", () => {
    const player = playing();
    player.append("Yes. ", { span: "a" });
    player.append("It drains. The", { span: "b" });
    player.play({ type: "span.revise", spans: ["a"], replacement: { span: "c", text: "Not yet" }, reason: "checked", by: "model" });
    expect(player.text).toBe("Not yetIt drains. ");
    player.play({ type: "span.revise", spans: ["b"], replacement: { span: "d", text: "It leaks. The" }, reason: "checked", by: "model" });
    expect(player.text).toBe("Not yetIt leaks. The");
  });

  it("text that is open while the user decides is shown: nothing more can come before the decision", () => {
    const player = playing();
    player.append("Here is the e-mail:");
    expect(player.text).toBe("");
    player.play({ type: "run.end", outcome: "awaiting-approval", approvals: [], effects: NO_EFFECTS });
    expect(player.text).toBe("Here is the e-mail:");
  });

  it("parts are shown in their order, however they interleave", () => {
    const player = playing();
    player.append("First. And");
    player.play(open("answer", "second"));
    player.append("Second. And", { part: "second", span: "s" });
    expect(player.text).toBe("First. ");
    player.play(close());
    expect(player.text).toBe("First. AndSecond. ");
  });

  it("reasoning is shown as it comes and holds nothing up", () => {
    const player = playing(AT_ONCE, "reasoning");
    player.append("Three regions; two");
    player.play(open("answer", "second"));
    player.append("Go. Now", { part: "second", span: "s" });
    expect(player.view.message.parts).toHaveLength(2);
    expect(player.text).toBe("Go. ");
  });

  it("gives the message itself once all of it is painted, and the same view while nothing changes", () => {
    const player = playing();
    player.append("Go. Now");
    const { message } = player.view;
    player.draw();
    expect(player.view.message).toBe(message);
    player.play(close(), COMPLETE);
    expect(player.view.message).toBe(player.message);
  });

  it("shows an answer that is read from the record as it is, at once", () => {
    const live = playing();
    live.append("Drain the pool. Then");
    live.play(CUT);
    const view = new MessagePacer().step(live.message, { now: 0 });
    expect(view).toMatchObject({ nextAt: null, keptBack: [] });
    expect(view.message).toBe(live.message);
  });
});

describe("holds", () => {
  it("r27-verdict: a verdict shows nothing before its paragraph has closed", () => {
    const player = playing(AT_ONCE, "verdict");
    player.append("Yes, you can deploy this safely. Go ahead — except in");
    expect(player.text).toBe("");
    player.append(" us-east.\n\nThe");
    expect(player.text).toBe("Yes, you can deploy this safely. Go ahead — except in us-east.\n\n");
    player.play(close(), COMPLETE);
    expect(player.text).toContain("The");
  });

  it("r27-verdict: a verdict that was cut stays behind a disclosure until the reader asks for it", () => {
    const player = playing(AT_ONCE, "verdict");
    player.append("Yes, you can deploy this safely");
    player.play(CUT);
    expect(player.text).toBe("");
    expect(player.view.keptBack).toEqual([{ part: "part", why: "decision", text: "Yes, you can deploy this safely" }]);
    player.moment = { revealHeld: true };
    player.draw();
    expect(player.text).toBe("Yes, you can deploy this safely");
    expect(player.view.keptBack).toEqual([]);
  });

  it("r27-verdict: hold=decision holds a paragraph of an answer that begins like one, and no other", () => {
    const player = playing({ ...AT_ONCE, hold: "decision" });
    player.append("Let me see. It is. Yes. Go. No\n\nYes, safely. Go on. And");
    expect(player.text).toBe("Let me see. It is. Yes. Go. No\n\n");
    player.append(" except in us-east.\n\nRead. On");
    expect(player.text).toContain("except in us-east.\n\nRead. ");
  });

  it("r27-cost: the wait is the time to the first sentence end, and the hold is said after maxHoldMs", () => {
    const player = playing({});
    const words = "Before the switch you have to drain the pool in every one of the regions that still serve traffic. Then flip".split(
      /(?<= )/,
    );
    let firstEnd: number | null = null;
    for (const word of words) {
      player.wait(100);
      player.append(word);
      if (firstEnd === null && player.message.parts.some((part) => part.type === "text" && /\. \w/.test(part.spans[0]?.text ?? "")))
        firstEnd = player.now;
    }
    const firstPaint = player.frames.find(({ view }) => textOf(view.message) !== "")?.now;
    expect(firstPaint).toBe(firstEnd);
    const said = player.frames.find(({ view }) => view.holding !== null);
    expect(said?.now).toBe(100 + 1_200);
    expect(said?.view.holding).toEqual({ part: "part", why: "sentence" });
    expect(textOf(said?.view.message ?? player.message)).toBe("");
  });

  it("r25-demote: text that rests on a call may be held until the call has a result", () => {
    const player = playing({ ...AT_ONCE, dependencies: "hold" });
    player.play({ type: "tool.propose", call: "call", name: "search", effect: "read", cancellable: true });
    player.play({ type: "span.append", part: "part", span: "b", text: "It rains. So", dependsOn: ["call"] });
    expect(player.text).toBe("");
    player.change((message) => ({ ...message, calls: message.calls.map((call) => ({ ...call, status: "succeeded" as const })) }));
    expect(player.text).toBe("It rains. ");
  });

  it("r25-demote: exactly the sentences that rest on a failed call change, in the same step, and come back with its success", () => {
    const player = playing();
    player.play({ type: "tool.propose", call: "call", name: "search", effect: "read", cancellable: true });
    player.play(
      { type: "tool.ready", call: "call", args: {}, argsHash: "hash" },
      { type: "tool.start", call: "call", attempt: 1, callKey: "key" },
    );
    player.append("Hello. ", { span: "a" });
    for (const span of ["b", "c"])
      player.play({ type: "span.append", part: "part", span, text: `${span.toUpperCase()} is so. `, dependsOn: ["call"] });
    player.play(close());
    expect(player.text).toBe("Hello. B is so. C is so. ");
    expect(settledRanges(player.view.message).map(({ waitsFor }) => waitsFor)).toEqual([[], ["call"], ["call"]]);
    player.play({ type: "tool.result", call: "call", result: "error", error: { code: "tool-failed", message: "No.", retryable: true } });
    expect(settledRanges(player.view.message).map(({ state }) => state)).toEqual(["provisional", "unsupported", "unsupported"]);
    expect(doubtAbout(player.view.message, "settled")).toBe("unsupported");
    player.play(
      { type: "tool.start", call: "call", attempt: 2, callKey: "key" },
      { type: "tool.result", call: "call", result: "ok", output: 1 },
    );
    expect(settledRanges(player.view.message).map(({ state }) => state)).toEqual(["provisional", "provisional", "provisional"]);
    expect(player.text).toBe("Hello. B is so. C is so. ");
  });

  it("r8-whole: a table is shown once, when it has closed", () => {
    const player = playing(AT_ONCE, "table");
    player.append("| a | b |\n|---|---|\n");
    player.append("| 1 | 2 |\n\n");
    expect(player.view.message.parts).toEqual([]);
    player.play(close());
    expect(player.text).toBe("| a | b |\n|---|---|\n| 1 | 2 |\n\n");
    expect(new Set(player.frames.map(({ view }) => textOf(view.message))).size).toBe(2);
  });
});

/** How long each received length was waited for: the longest of them, over all frames. */
function longestLagMs(player: PacingPlayer): number {
  const lengths = player.frames.map(({ now, received, view }) => ({
    now,
    received: textOf(received).length,
    painted: textOf(view.message).length,
  }));
  return Math.max(
    ...lengths.map(({ now, received }) => (lengths.find((later) => later.painted >= received)?.now ?? Number.POSITIVE_INFINITY) - now),
  );
}

function paintTimes(player: PacingPlayer): readonly number[] {
  const lengths = player.frames.map(({ now, view }) => ({ now, painted: textOf(view.message).length }));
  return lengths.filter(({ painted }, index) => painted > (lengths[index - 1]?.painted ?? 0)).map(({ now }) => now);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}

function gapsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe("jitter buffer", () => {
  const TOKENS = Array.from({ length: 100 }, (_, index) => `token${index} `);

  it("r15-buffer: bursts with gaps that the buffer can bridge are painted without gaps, and no text waits longer than maxLagMs", () => {
    const player = playing({ isolation: "uncommitted" });
    for (let burst = 0; burst < 10; burst++) {
      for (const token of TOKENS) player.append(token);
      player.wait(400, 16);
    }
    expect(percentile(gapsOf(paintTimes(player)), 0.95)).toBeLessThanOrEqual(250);
    expect(longestLagMs(player)).toBeLessThanOrEqual(300);
  });

  it("statement 21, timing: r15-buffer: with 2 s between the bursts each burst is spread over the lag, never over more", () => {
    const player = playing({ isolation: "uncommitted" });
    for (let burst = 0; burst < 5; burst++) {
      for (const token of TOKENS) player.append(token);
      player.wait(2_000, 16);
    }
    const inBursts = gapsOf(paintTimes(player)).filter((gap) => gap < 1_000);
    expect(inBursts).toHaveLength(paintTimes(player).length - 5);
    expect(percentile(inBursts, 0.95)).toBeLessThanOrEqual(250);
    expect(longestLagMs(player)).toBeLessThanOrEqual(300);
  });

  it("r15-buffer: what isolation releases as one unit is never split, and no character is", () => {
    const player = playing({});
    player.append("One here. Two here. Three here. 👩‍👧‍👦 Is four. A");
    player.wait(300);
    const seen = new Set(player.frames.map(({ view }) => textOf(view.message)));
    expect([...seen]).toEqual([
      "",
      "One here. ",
      "One here. Two here. ",
      "One here. Two here. Three here. ",
      "One here. Two here. Three here. 👩‍👧‍👦 Is four. ",
    ]);
  });

  it("r15-buffer: half a character is not painted", () => {
    const player = playing({ isolation: "uncommitted" });
    player.append("Hi \ud83d");
    player.wait(300);
    expect(player.text).toBe("Hi ");
    player.append("\ude00");
    player.wait(300);
    expect(player.text).toBe("Hi 😀");
  });

  it("statement 23: r15-flush: a long tail is painted with the end, well within 300 ms, with maxCps too", () => {
    for (const pacing of [{}, { maxCps: 20 }]) {
      const player = playing({ pacing });
      player.wait(1_000);
      player.append("A sentence. ".repeat(200));
      player.play(close(), COMPLETE);
      expect(player.view.message).toBe(player.message);
      expect(player.view.nextAt).toBeNull();
    }
  });

  it("statement 23: r15-flush: a hidden tab, a reader without motion and an open decision wait for nothing", () => {
    const text = "One. Two. Three. And";
    const hidden = playing({});
    hidden.moment = { isHidden: true };
    hidden.append(text);
    expect(hidden.text).toBe("One. Two. Three. ");

    const still = new PacingPlayer({ isolation: "uncommitted" });
    still.moment = { reducedMotion: true };
    still.play(open());
    still.append(text);
    expect(still.text).toBe("One. Two. Three. ");

    const asking = playing({});
    asking.append(text);
    expect(asking.text).toBe("One. ");
    asking.change((message) => ({
      ...message,
      approvals: [
        { id: "a", run: "run", status: "open", items: [], options: ["once"], editable: false, expiresInMs: null, requestedAt: null },
      ],
    }));
    expect(asking.text).toBe("One. Two. Three. ");
  });

  it("r8-nodelay: without pacing and isolation all is painted in the step in which it came", () => {
    const player = playing({ pacing: false, isolation: "uncommitted" });
    for (const token of TOKENS) {
      player.append(token);
      player.wait(16);
    }
    expect(longestLagMs(player)).toBe(0);
    expect(player.frames.every(({ view }) => view.nextAt === null)).toBe(true);
  });
});

describe("pacing policy", () => {
  const ANSWER = "Drain the pool in one region before the switch. Then flip the flag there and watch the error rate. ".repeat(8);

  function record(cps: number, preamble: string | null): PacingPlayer {
    const player = new PacingPlayer({ pacing: { version: 1, maxCps: 60, preamble: "none" } });
    if (preamble !== null) {
      player.play(open("preamble", "intro"));
      player.append(preamble, { part: "intro", span: "intro" });
      player.play(close("intro"));
    }
    player.play(open());
    for (const end of findWordEnds(ANSWER)) {
      const text = ANSWER.slice(
        player.message.parts.flatMap((part) => (part.type === "text" && part.id === "part" ? part.spans : []))[0]?.text.length ?? 0,
        end,
      );
      player.wait((text.length * 1_000) / cps);
      player.append(text);
    }
    player.wait(200);
    player.play(close(), COMPLETE);
    return player;
  }

  it("r12-swap: two models at 35 and 90 tokens a second, with and without preamble, look alike at the same maxCps", () => {
    const players = [35, 90].flatMap((rate) => [record(rate * 4, null), record(rate * 4, "Let me check that. Wait")]);
    for (const player of players) {
      const first = player.frames.find(({ view }) => textOf(view.message) !== "");
      const last = player.frames.at(-1);
      const seconds = ((last?.now ?? 0) - (first?.now ?? 0)) / 1_000;
      const beforeEnd = player.frames.findLast(({ received }) => received.status === "streaming");
      const painted = textOf(beforeEnd?.view.message ?? player.message).length;
      expect(painted / seconds).toBeGreaterThan(60 * 0.9);
      expect(painted / seconds).toBeLessThan(60 * 1.1);
    }
    const sentences = players.map((player) => {
      player.wait(300);
      return [...new Set(player.frames.map(({ view }) => textOf(view.message)))];
    });
    for (const seen of sentences) expect(seen.at(-1)).toBe(ANSWER);
    const common = Math.min(...sentences.map((seen) => seen.length)) - 1;
    for (const seen of sentences) expect(seen.slice(0, common / 2)).toEqual(sentences[0]?.slice(0, common / 2));
  });

  it("hides the model's own preamble where the policy says so, and leaves it in the record", () => {
    const player = new PacingPlayer({ pacing: { preamble: "synthetic" } });
    player.play(open("preamble", "intro"));
    player.append("Let me check that. Now", { part: "intro", span: "intro" });
    expect(player.view.message.parts).toEqual([]);
    expect(textOf(player.message)).toContain("Let me check");
  });
});

describe("statement 56: self-correction", () => {
  it("r6-inferred: notes the sentence that seems to take something back, and changes no span and no status", () => {
    const player = playing({ ...AT_ONCE, detectSelfCorrection: true });
    player.append("Yes, it is safe. Actually, us-east still drains. So");
    expect(player.view.selfCorrections).toEqual([{ part: "part", span: "span", offset: 17 }]);
    expect(player.message.revisions).toBe(0);
    expect(player.message.parts).toMatchObject([{ spans: [{ state: "provisional" }] }]);
  });

  it("r6-inferred: says nothing unless it is asked to, nor of an answer that only begins so", () => {
    const off = playing();
    off.append("Yes. Actually, no. So");
    expect(off.view.selfCorrections).toEqual([]);
    const on = playing({ ...AT_ONCE, detectSelfCorrection: true });
    on.append("Actually, it is safe. So");
    expect(on.view.selfCorrections).toEqual([]);
  });
});
