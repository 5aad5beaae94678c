import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PacingPlayer } from "../../test-kit/pacing-player.js";

/** A part whose drafts are shown, and what of them stands still. */
function drafting() {
  const player = new PacingPlayer({ pacing: false, isolation: "uncommitted", showDrafts: true });
  player.play({ type: "part.open", part: "part", kind: "answer" });
  let spans = 0;
  return {
    player,
    append: (text: string, span = `draft-${spans}`) => player.play({ type: "span.append", part: "part", span, text, state: "speculative" }),
    replace: (text: string) => {
      player.play({ type: "span.drop", spans: [`draft-${spans}`] });
      player.play({ type: "span.append", part: "part", span: `draft-${(spans += 1)}`, text, state: "speculative" });
    },
    accept: () => player.play({ type: "span.settle", spans: [`draft-${spans}`], to: "provisional", by: "model" }),
    stable: () => player.view.drafts.map(({ text, stable }) => text.slice(0, stable)).join(""),
  };
}

describe("drafts that stand still", () => {
  it("statement 60: timing: a draft reads as provisional after 3 updates that left its words as they were", () => {
    const { append, stable } = drafting();
    append("The cause ");
    append("is the ");
    append("pool ");
    expect(stable()).toBe("");
    append("that ");
    expect(stable()).toBe("The cause ");
    append("leaks.");
    expect(stable()).toBe("The cause is the ");
  });

  it("statement 60: a draft that is committed is provisional text at once", () => {
    const { player, append, accept } = drafting();
    append("The cause ");
    expect([player.text, player.view.drafts.length]).toEqual(["", 1]);
    accept();
    expect([player.text, player.view.drafts.length]).toEqual(["The cause ", 0]);
  });

  it("a part that has nothing but a draft has its place", () => {
    const { player, append } = drafting();
    append("The cause ");
    expect(player.view.message.parts.map(({ id }) => id)).toEqual(["part"]);
  });

  it("a word that is still being spelt is not stable", () => {
    const { append, stable } = drafting();
    for (const letters of ["Maybe re", "s", "t", "ar", "t"]) append(letters);
    expect(stable()).toBe("Maybe ");
  });

  it("words that change begin anew, those before them stay", () => {
    const { player, append, stable } = drafting();
    append("The cause is unknown.");
    for (const span of ["a", "b", "c"]) player.append("Checked. ", { span });
    expect(stable()).toBe("The cause is unknown.");
    player.play({ type: "span.drop", spans: ["draft-0"] });
    expect(stable()).toBe("");
  });

  it("a draft that comes again in other spans, with the same words at its beginning, is stable as far as they go", () => {
    const { append, replace, stable } = drafting();
    append("The cause is unknown");
    for (const text of ["The cause is a leak", "The cause is the pool", "The cause was the pool"]) replace(text);
    expect(stable()).toBe("The cause ");
  });

  it("what does not touch the part is no update of its drafts", () => {
    const { player, append, stable } = drafting();
    append("The cause ");
    for (const part of ["x", "y", "z", "w"]) player.play({ type: "part.open", part, kind: "reasoning" });
    expect(stable()).toBe("");
  });

  it("words that were accepted take nothing from the words behind them", () => {
    const { player, append, stable } = drafting();
    append("The cause ", "first");
    for (const text of ["is ", "the ", "pool "]) append(text, "second");
    player.play({ type: "span.settle", spans: ["first"], to: "provisional", by: "model" });
    expect(stable()).toBe("is ");
    append("there", "second");
    expect(stable()).toBe("is the ");
  });

  it("however drafts come and go, no more is stable than was there three updates ago", () => {
    const step = fc.record({ verb: fc.constantFrom("append", "replace"), text: fc.constantFrom("a ", "b ", "re", "👩‍👧 ", "好") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const draft = drafting();
        const texts: string[] = [];
        for (const { verb, text } of steps) {
          if (verb === "replace" && texts.length > 0) draft.replace(text);
          else draft.append(text);
          texts.push(draft.player.view.drafts.map((found) => found.text).join(""));
          const stable = draft.stable();
          for (const earlier of texts.slice(-4)) expect(earlier.startsWith(stable)).toBe(true);
        }
      }),
    );
  });
});
