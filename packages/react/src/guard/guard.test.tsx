import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AssistantMessage, Span } from "@unsay/core";
import { createPendingMessage } from "@unsay/core";
import { locateWords } from "./locate-words.js";
import { recordUse } from "./record-use.js";
import { createUseStore, parseUses, type UseStore } from "./use-store.js";
import { newsOfUse, selectUsedNews, type UsedRange } from "./used-range.js";
import { useActionGuard, selectGuardBlock, type GuardedAct, type UseActionGuardOptions } from "./use-action-guard.js";
import { UsesProvider } from "./uses-context.js";

afterEach(cleanup);

type Ending = "streaming" | "complete" | "revised" | "truncated";

function answer(status: Ending, spans: readonly Span[], fields: Partial<AssistantMessage> = {}): AssistantMessage {
  const { liveness: _liveness, ...base } = createPendingMessage({ id: "m", thread: "t" }) as AssistantMessage & { liveness?: string };
  const part = { type: "text", id: "p", kind: "answer", status: status === "streaming" ? "open" : "closed", spans } as const;
  const facts = { ...base, parts: [part], ...fields };
  if (status === "streaming") return { ...facts, status, liveness: "flowing" };
  if (status === "truncated") return { ...facts, status, cause: "length", resumable: false, at: { seq: 1, part: null, offset: null } };
  return { ...facts, status };
}

const said = (id: string, text: string, state: Span["state"] = "provisional"): Span => ({ id, text, state });
const FIRST = said("a", "Run this. ");
const WHOLE = [FIRST, said("b", "rm -rf build")];

function Guarded({
  message,
  onAct,
  ...options
}: UseActionGuardOptions & { message: AssistantMessage; onAct: (act: GuardedAct) => unknown }) {
  const guard = useActionGuard(message, options);
  return (
    <>
      <button {...guard.getButtonProps({ onAct })}>Act</button>
      {guard.blockedBy === null ? null : <span {...guard.getReasonProps()}>{guard.blockedBy}</span>}
    </>
  );
}

function mount(message: AssistantMessage, options: UseActionGuardOptions, onAct: (act: GuardedAct) => unknown = () => {}) {
  const store: UseStore = createUseStore();
  const draw = (next: AssistantMessage, text = options.text) => (
    <UsesProvider store={store}>
      <Guarded message={next} onAct={onAct} {...options} text={text} />
    </UsesProvider>
  );
  const view = render(draw(message));
  const button = screen.getByRole("button", { name: "Act" });
  return { store, button, update: (next: AssistantMessage, text?: string) => view.rerender(draw(next, text)) };
}

describe("a guarded action", () => {
  it("statement 11: in wait it is aria-disabled, keeps the focus and shows its reason", () => {
    const onAct = vi.fn();
    const { button } = mount(answer("streaming", WHOLE), { kind: "ran" }, onAct);
    button.focus();
    fireEvent.click(button);
    expect(onAct).not.toHaveBeenCalled();
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.hasAttribute("disabled")).toBe(false);
    expect(document.activeElement).toBe(button);
    expect(document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent).toBe("unfinished");
  });

  it.each([
    ["streaming", "unfinished"],
    ["complete", null],
    ["revised", null],
    ["truncated", "truncated"],
  ] as const)("statement 16: Insert, Apply and Run on a %s answer are blocked by %s", (status, block) => {
    for (const kind of ["inserted", "applied", "ran"] as const) {
      const { button } = mount(answer(status, WHOLE), { kind });
      expect(button.getAttribute("data-blocked-by")).toBe(block);
      cleanup();
    }
  });

  it("statements 5 and 16: a block unlocks before the end only where the server has settled it", () => {
    const closed = answer("streaming", [said("a", "done", "verified")]);
    const part = { ...closed.parts[0], status: "closed" } as AssistantMessage["parts"][number];
    const message = { ...closed, parts: [part] };
    expect(selectGuardBlock(message, { part: "p" })).toBe("unfinished");
    expect(selectGuardBlock(message, { part: "p", settle: "block" })).toBe("unfinished");
    expect(selectGuardBlock(message, { part: "p", settle: "server" })).toBeNull();
    expect(selectGuardBlock({ ...message, parts: [{ ...part, spans: WHOLE } as never] }, { part: "p", settle: "server" })).toBe(
      "unfinished",
    );
  });

  it("statement 14: each use stores the revision it saw, with the range and without the words", () => {
    const { button, store } = mount(answer("revised", WHOLE, { revisions: 3 }), { kind: "inserted" });
    fireEvent.click(button);
    const [use] = store.getState().uses["m"] ?? [];
    expect(use).toMatchObject({ kind: "inserted", revision: 3, wasFinished: true });
    expect(use?.spans).toEqual([
      ["a", 0, 10],
      ["b", 0, 12],
    ]);
    expect(JSON.stringify(use)).not.toContain("rm -rf");
  });

  it("statement 17: a block that changed since it could be run is not run, and a second press right after is not enough", () => {
    const onAct = vi.fn();
    const { button, update } = mount(answer("complete", WHOLE), { kind: "ran", text: "rm -rf build" }, onAct);
    const changed = [
      ...WHOLE.slice(0, 1),
      { ...said("b", "rm -rf build", "replaced"), replacedBy: "c" },
      { ...said("c", "rm -rf /"), replaces: ["b"] },
    ];
    update(answer("revised", changed, { revisions: 1 }), "rm -rf /");
    expect(button.getAttribute("data-blocked-by")).toBe("changed");
    fireEvent.click(button);
    fireEvent.click(button);
    expect(onAct).not.toHaveBeenCalled();
    expect(button.getAttribute("data-blocked-by")).toBeNull();
  });

  it("statement 17: an action that takes time is told when its text changes under it", async () => {
    let signal: AbortSignal | undefined;
    const { button, update } = mount(answer("complete", WHOLE), { kind: "ran", text: "rm -rf build" }, (act) => {
      signal = act.signal;
      return new Promise(() => {});
    });
    fireEvent.click(button);
    expect(signal?.aborted).toBe(false);
    await act(async () => update(answer("revised", WHOLE, { revisions: 1 }), "rm -rf dist"));
    expect(signal?.aborted).toBe(true);
  });

  it("statement 12: Copy is not kept from anybody, and knows that it needs a note", () => {
    const onAct = vi.fn();
    const { button } = mount(answer("streaming", WHOLE), { kind: "copied" }, onAct);
    fireEvent.click(button);
    expect(onAct.mock.calls[0]?.[0]).toMatchObject({ needsNote: true });
  });

  it("a part that nothing supports is not acted on", () => {
    const { button } = mount(answer("complete", [said("a", "40 a minute", "unsupported")]), { kind: "applied" });
    expect(button.getAttribute("data-blocked-by")).toBe("unsupported");
  });
});

describe("what became of used words", () => {
  const clock = { now: () => 0, epoch: () => 5, after: () => () => {} };
  const live = answer("streaming", WHOLE);
  const use = recordUse(live, { kind: "copied", spans: [["b", 0, 3]], text: "rm " }, clock);
  const replaced = [
    said("a", "Run this. "),
    { ...said("b", "rm -rf build", "replaced"), replacedBy: "c" },
    { ...said("c", "make clean"), replaces: ["b"], revision: 1 },
  ];

  it("statement 15: revised, retracted and truncated are told apart, and untouched words are no news", () => {
    expect(newsOfUse(live, use)).toBeNull();
    expect(newsOfUse(answer("complete", WHOLE), use)).toBeNull();
    expect(newsOfUse(answer("revised", replaced), use)).toBe("revised");
    expect(newsOfUse(answer("revised", [FIRST, said("b", "", "retracted")]), use)).toBe("retracted");
    expect(newsOfUse(answer("truncated", WHOLE), use)).toBe("truncated");
    expect(newsOfUse({ ...answer("truncated", WHOLE), cause: "withheld" } as AssistantMessage, use)).toBe("retracted");
    const elsewhere = { ...use, spans: [["a", 0, 3]] } as UsedRange;
    expect(newsOfUse(answer("revised", replaced), elsewhere)).toBeNull();
  });

  it("news that was put away stays away until there is more", () => {
    const message = answer("revised", replaced, { revisions: 1 });
    expect(selectUsedNews(message, [use])).toMatchObject({ news: "revised", revision: 1 });
    const dismissed = { ...use, dismissedAt: { news: "revised", revision: 1 } } as const;
    expect(selectUsedNews(message, [dismissed])).toBeNull();
    expect(selectUsedNews({ ...message, revisions: 2 }, [dismissed])).not.toBeNull();
  });

  it("statement 2: uses are JSON that a reload gives back, and damaged entries are left out", () => {
    const entries = new Map<string, string>();
    const storage = {
      getItem: (key: string) => entries.get(key) ?? null,
      setItem: (key: string, value: string) => void entries.set(key, value),
      removeItem: () => {},
    };
    createUseStore({ storage, storageKey: "k" }).add(use);
    expect(createUseStore({ storage, storageKey: "k" }).getState().uses["m"]).toEqual([use]);
    entries.set("k", "{ not json");
    expect(createUseStore({ storage, storageKey: "k" }).getState().uses).toEqual({});
    expect(parseUses({ m: [{ ...use, kind: "stolen" }, use, null, { spans: 1 }], n: "x" })).toEqual({ m: [use] });
  });

  it("a full storage is no reason to fail", () => {
    const storage = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
      removeItem: () => {},
    };
    expect(() => createUseStore({ storage }).add(use)).not.toThrow();
  });
});

describe("words that were read off the page are found in the answer", () => {
  const message = answer("complete", [said("a", "**Drain** the pool. "), said("b", "Then flip it. "), said("c", "Then flip it. ")]);

  it("whatever Markdown signs stand between them", () => {
    expect(locateWords(message, "Drain the pool")).toEqual([["a", 2, 18]]);
  });

  it("where they stand twice, nearest to where they were taken", () => {
    expect(locateWords(message, "Then flip it.", 12)).toEqual([["b", 0, 12]]);
    expect(locateWords(message, "Then flip it.", 24)).toEqual([["c", 0, 12]]);
  });

  it("and count as the whole answer when they can't be found, as nothing when there are none", () => {
    expect(locateWords(message, "something else").map(([span]) => span)).toEqual(["a", "b", "c"]);
    expect(locateWords(message, " … ")).toEqual([]);
  });
});
