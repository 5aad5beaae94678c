import { afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { createSession, type AssistantMessage, type Span } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { createUseStore, SessionProvider, UsesProvider } from "@unsay/react";
import { endedMessage, liveMessage, textPart, truncatedMessage } from "../testing/messages.js";
import { Message } from "./message.js";
import "../styles/index.css";

afterEach(() => document.getSelection()?.removeAllRanges());

const CLAIM: Span = { id: "claim", text: "Yes, you can deploy.", state: "provisional" };
const REST: Span = { id: "rest", text: " The pool drains first.", state: "provisional" };

function revise(number: number, now: string, of = "claim"): readonly Span[] {
  return [
    { ...CLAIM, state: "replaced", replacedBy: `new-${number}` },
    { id: `new-${number}`, text: now, state: "provisional", replaces: [of], revision: number, reason: "checked again" },
  ];
}

const before = (): AssistantMessage => liveMessage("streaming", "flowing", { parts: [textPart([CLAIM, REST], { status: "open" })] });
const after = (number = 1, now = "Not yet: us-east drains."): AssistantMessage =>
  liveMessage("streaming", "flowing", { parts: [textPart([...revise(number, now), REST], { status: "open" })], revisions: number });

/** An answer on a clock that stands still, in a transcript of a given height. */
async function mount(message: AssistantMessage, height = 400) {
  const clock = createFakeClock();
  const session = createSession({ transport: createScriptedTransport(scripts.complete, { clock }), clock });
  const uses = createUseStore();
  const draw = (next: AssistantMessage) => (
    <div className="unsay-root">
      <div data-unsay="transcript" style={{ blockSize: height, overflowY: "auto" }}>
        <SessionProvider session={session} clock={clock}>
          <UsesProvider store={uses}>
            <Message message={{ ...next, id: "m" }} copyable />
          </UsesProvider>
        </SessionProvider>
      </div>
    </div>
  );
  const screen = await render(draw(message));
  const find = (selector: string): HTMLElement | null => screen.container.querySelector(selector);
  return { clock, uses, screen, find, show: (next: AssistantMessage) => screen.rerender(draw(next)) };
}

function select(element: Node, from = 0, to = element.textContent?.length ?? 0): void {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode() as Text;
  document.getSelection()?.setBaseAndExtent(text, from, text, Math.min(to, text.length));
}

/** Resolves when every observer that looks at the element has been told where it stands: they are told in the order in which they began. */
async function reported(element: Element | null): Promise<void> {
  if (element === null) throw new Error("There is nothing to look at.");
  for (let round = 0; round < 2; round += 1)
    await new Promise<void>((resolve) => {
      const observer = new IntersectionObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(element);
    });
}

describe("a revision in place", () => {
  it("statement 51: the new words stand in an ins, the earlier ones stay reachable for the life of the answer", async () => {
    const { find, screen } = await mount(endedMessage("revised", { parts: after().parts, revisions: 1 }));
    expect(find("ins")?.textContent).toContain("Not yet: us-east drains.");
    expect(find("del")).toBeNull();
    await screen.getByRole("button", { name: "Revision r1, show earlier wording" }).click();
    expect(find("del")?.textContent).toContain("Yes, you can deploy.");
    await userEvent.keyboard("{Escape}");
    expect(find("del")).toBeNull();
    expect(document.activeElement?.textContent).toBe("r1");
  });

  it("statement 52: words that were in view stay struck for 1.2 s, then fold", async () => {
    const { clock, find, show } = await mount(before());
    await show(after());
    expect(find("del[data-struck]")?.textContent).toContain("Yes, you can deploy.");
    await clock.advance(1_190);
    expect(find("del")).not.toBeNull();
    await clock.advance(20);
    await vi.waitFor(() => expect(find("del")).toBeNull());
  });

  it("statement 52: they do not fold while they hold a selection", async () => {
    const { clock, find, show } = await mount(before());
    await show(after());
    select(find("del") as HTMLElement);
    await clock.advance(5_000);
    expect(find("del")).not.toBeNull();
    document.getSelection()?.removeAllRanges();
    await vi.waitFor(() => expect(find("del")).toBeNull());
  });

  it("statement 52: what nobody had in view is not struck, and neither is what was corrected before the reader came", async () => {
    const filler: Span = { id: "filler", text: `${"A line of its own.\n\n".repeat(30)}`, state: "provisional" };
    const long = (spans: readonly Span[], revisions: number): AssistantMessage =>
      liveMessage("streaming", "flowing", { parts: [textPart([filler, ...spans], { status: "open" })], revisions });
    const { find, show } = await mount(long([CLAIM], 0), 120);
    await show(long(revise(1, "Not yet."), 1));
    await vi.waitFor(() => expect(find("ins")).not.toBeNull());
    expect(find("del")).toBeNull();
    const old = await mount(after());
    expect(old.find("del")).toBeNull();
  });

  it("statement 54: a revision of a revision shows the newest, and one chain", async () => {
    const spans: readonly Span[] = [
      { ...CLAIM, state: "replaced", replacedBy: "new-1" },
      { id: "new-1", text: "Not yet.", state: "replaced", replaces: ["claim"], replacedBy: "new-2", revision: 1 },
      { id: "new-2", text: "Yes, after all.", state: "settled", replaces: ["new-1"], revision: 2 },
    ];
    const { find, screen } = await mount(endedMessage("revised", { parts: [textPart(spans)], revisions: 2 }));
    expect(screen.container.querySelectorAll("ins")).toHaveLength(1);
    await screen.getByRole("button", { name: "Revision r2, show earlier wording" }).click();
    expect(find("del")?.textContent).toContain("Not yet.");
  });

  it("statement 55: ins and del say in hidden words what they are", async () => {
    const { find, show } = await mount(before());
    await show(after());
    expect(find("ins")?.textContent?.startsWith("Revised text: ")).toBe(true);
    expect(find("del")?.textContent).toBe("Earlier wording: Yes, you can deploy. End of earlier wording. ");
  });

  it("the tint goes after ten seconds in view, or with a click", async () => {
    const { clock, find, show } = await mount(before());
    await show(after());
    await reported(find("ins"));
    await clock.advance(9_000);
    expect(find("ins")?.hasAttribute("data-seen")).toBe(false);
    await clock.advance(2_000);
    await vi.waitFor(() => expect(find("ins")?.hasAttribute("data-seen")).toBe(true));
    const clicked = await mount(after());
    clicked.find("ins")?.click();
    await vi.waitFor(() => expect(clicked.find("ins")?.hasAttribute("data-seen")).toBe(true));
  });

  it("statement 61: a withdrawal has fixed words, as long whatever was there", async () => {
    const widths: number[] = [];
    for (const text of ["x", "a very long passage ".repeat(20)]) {
      const taken: Span = { id: "claim", text: "", state: "retracted", reason: "personal data", expunged: true };
      const { find } = await mount(endedMessage("revised", { parts: [textPart([taken, { ...REST, id: text }])], revisions: 1 }));
      expect(find('[data-mark="retracted"]')?.textContent).toBe("withdrawn: personal data");
      widths.push(find('[data-mark="retracted"]')?.getBoundingClientRect().width ?? 0);
    }
    expect(widths[0]).toBe(widths[1]);
  });

  it("r25-demote: what lost its source says why it is doubted", async () => {
    const doubted: Span = {
      id: "d",
      text: "40 requests a minute",
      state: "unsupported",
      why: "failed",
      reason: "the service answered 503",
    };
    const { find, screen } = await mount(endedMessage("complete", { parts: [textPart([doubted])], notes: ["unsupported"] }));
    expect(find('[data-mark="unverified"]')?.textContent).toBe("40 requests a minute");
    await screen.getByRole("button", { name: "[unverified]" }).click();
    expect(find('[data-unsay="answer"]')?.textContent).toContain("The source for this failed: the service answered 503");
  });
});

describe("the strip at the top", () => {
  const strip = '[data-unsay="answer.strip"]';
  const below = (number: number, revisions: number): AssistantMessage => {
    const first: Span = { id: "first", text: "A first block.\n\n", state: "provisional" };
    return liveMessage("streaming", "flowing", {
      parts: [textPart([first, ...(revisions === 0 ? [CLAIM] : revise(number, "Not yet."))], { status: "open" })],
      revisions,
    });
  };

  it("r6-order: comes first in the answer when its first block was corrected", async () => {
    const { find, show } = await mount(before());
    await show(after());
    expect(find(strip)?.textContent).toContain("Corrected. It said “Yes, you can deploy”. It now says “Not yet: us-east drains”.");
    expect(find(strip)?.getAttribute("role")).toBe("note");
    expect((find(strip) as Node).compareDocumentPosition(find("ins") as Node)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  it("does not come for a correction further down that nobody used and that is in view", async () => {
    const { find, show } = await mount(below(1, 0));
    await show(below(1, 1));
    expect(find("ins")).not.toBeNull();
    expect(find(strip)).toBeNull();
  });

  it("comes for words that somebody used, wherever they stand", async () => {
    const { find, show, uses } = await mount(below(1, 0));
    uses.add({ id: "u", message: "m", kind: "ran", spans: [["claim", 0, 3]], revision: 0, wasFinished: false, hash: "", at: 0 });
    await show(below(1, 1));
    expect(find(strip)).not.toBeNull();
  });

  it("comes for what was corrected above the view", async () => {
    const tail: Span = { id: "tail", text: `\n\n${"A line of its own.\n\n".repeat(30)}`, state: "provisional" };
    const long = (revisions: number): AssistantMessage => {
      const message = below(1, revisions);
      const [part] = message.parts;
      return { ...message, parts: part?.type === "text" ? [{ ...part, spans: [...part.spans, tail] }] : [] };
    };
    const { find, show } = await mount(long(0), 150);
    (find('[data-unsay="transcript"]') as HTMLElement).scrollTop = 400;
    await show(long(1));
    await vi.waitFor(() => expect(find(strip)).not.toBeNull());
  });

  it("statement 53: further corrections within five seconds share one update", async () => {
    const spans = (count: number): readonly Span[] =>
      ["a", "b", "c"].flatMap((id, index) => {
        const old: Span = { id, text: `Claim ${id}. `, state: "provisional" };
        if (index >= count) return [old];
        return [
          { ...old, state: "replaced" as const, replacedBy: `${id}2` },
          { id: `${id}2`, text: `Other ${id}. `, state: "provisional" as const, replaces: [id], revision: index + 1 },
        ];
      });
    const state = (count: number): AssistantMessage =>
      liveMessage("streaming", "flowing", { parts: [textPart(spans(count), { status: "open" })], revisions: count });
    const { find, show, clock } = await mount(state(0));
    await show(state(1));
    const first = find(strip)?.textContent;
    let updates = 0;
    const observer = new MutationObserver(() => (updates += 1));
    observer.observe(find(strip) as Node, { subtree: true, childList: true, characterData: true });
    for (const count of [2, 3]) {
      await clock.advance(1_500);
      await show(state(count));
      expect(find(strip)?.textContent).toBe(first);
    }
    await clock.advance(3_000);
    await vi.waitFor(() => expect(find(strip)?.textContent).toContain("And 2 more corrections below."));
    expect(updates).toBe(1);
    observer.disconnect();
  });
});

describe("words that were used", () => {
  const notice = '[data-unsay="used-text-notice"]';

  it("statements 13 and 15: native copy leaves the clipboard alone, is remembered, and its reader is told within 100 ms of a correction", async () => {
    const { find, show, uses } = await mount(before());
    select(find('[data-unsay="answer.block"]') as HTMLElement, 0, 8);
    const copy = new ClipboardEvent("copy", { bubbles: true, cancelable: true, clipboardData: new DataTransfer() });
    find('[data-unsay="answer.block"]')?.dispatchEvent(copy);
    expect(copy.defaultPrevented).toBe(false);
    expect(copy.clipboardData?.types).toEqual([]);
    expect(uses.getState().uses["m"]?.[0]).toMatchObject({ kind: "copied", spans: [["claim", 0, 8]], revision: 0 });
    await vi.waitFor(() => expect(find('[data-unsay="answer"]')?.getAttribute("data-used")).toBe("copied"));
    await show(after());
    // In the very commit in which the correction is drawn, on a clock that stands still.
    expect(find("ins")).not.toBeNull();
    expect(find(notice)?.textContent).toContain("You copied this before it was corrected.");
  });

  it("statement 15: words beside the correction that were copied are no reason for a notice", async () => {
    const { find, show, uses } = await mount(before());
    uses.add({ id: "u", message: "m", kind: "copied", spans: [["rest", 0, 5]], revision: 0, wasFinished: true, hash: "", at: 0 });
    await show(after());
    expect(find("ins")).not.toBeNull();
    expect(find(notice)).toBeNull();
  });

  it.each([
    ["retracted", "You ran this before it was withdrawn."],
    ["truncated", "You ran this before the answer was cut off."],
  ])("statement 15: used words that were %s: %s", async (news, said) => {
    const { find, show, uses, screen } = await mount(before());
    uses.add({ id: "u", message: "m", kind: "ran", spans: [["claim", 0, 5]], revision: 0, wasFinished: false, hash: "", at: 0 });
    const gone: Span = { ...CLAIM, text: "", state: "retracted", expunged: true };
    await show(
      news === "retracted"
        ? endedMessage("revised", { parts: [textPart([gone, REST])], revisions: 1 })
        : truncatedMessage("length", { parts: [textPart([CLAIM, REST], { status: "cut" })] }),
    );
    expect(find(notice)?.textContent).toContain(said);
    await screen.getByRole("button", { name: "Dismiss" }).click();
    expect(find(notice)).toBeNull();
  });

  it("statement 12: Copy of an unfinished answer leaves drafts out and appends the note", async () => {
    const draft: Span = { id: "draft", text: " Maybe restart.", state: "speculative" };
    const written: string[] = [];
    const spy = vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void written.push(text));
    const live = before();
    const [part] = live.parts;
    const { screen, show } = await mount({ ...live, parts: part?.type === "text" ? [{ ...part, spans: [...part.spans, draft] }] : [] });
    await screen.getByRole("button", { name: "Copy" }).click();
    expect(written[0]).toMatch(/^Yes, you can deploy\. The pool drains first\.\n\[Copied before the answer was finished, \d\d:\d\d\]$/);
    await show(truncatedMessage("length", { parts: live.parts }));
    await screen.getByRole("button", { name: /^Cop/ }).click();
    expect(written[1]).toBe("Yes, you can deploy. The pool drains first.\n[Not complete: length limit reached]");
    await show(endedMessage("complete", { parts: live.parts }));
    await screen.getByRole("button", { name: /^Cop/ }).click();
    expect(written[2]).toBe("Yes, you can deploy. The pool drains first.");
    spy.mockRestore();
  });
});
