import { StrictMode, type ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import { createSession, type AssistantMessage, type Span } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts } from "@unsay/core/testing";
import { createUseStore, SessionProvider, UsesProvider } from "@unsay/react";
import { PiecesContext } from "../on-demand/pieces.js";
import { holdPieces, type HeldPieces } from "../testing/held-pieces.js";
import { endedMessage, liveMessage, textPart } from "../testing/messages.js";
import { Message } from "./message.js";
import "../styles/index.css";

let held: HeldPieces;

beforeEach(async () => {
  held = holdPieces();
  await held.markdown.arrive();
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const CLAIM: Span = { id: "claim", text: "It takes 3 days.", state: "settled" };
const REVISED: readonly Span[] = [
  { ...CLAIM, state: "replaced", replacedBy: "now" },
  { id: "now", text: "It takes 5 days.", state: "settled", replaces: ["claim"], revision: 1, reason: "checked" },
];

const before = (): AssistantMessage => liveMessage("streaming", "flowing", { parts: [textPart([CLAIM], { status: "open" })] });
const after = (spans: readonly Span[] = REVISED): AssistantMessage =>
  endedMessage("revised", { parts: [textPart(spans)], revisions: 1, endedAt: 0 });

async function mount(message: AssistantMessage, props: { readonly versions?: number } = {}) {
  const clock = createFakeClock();
  const session = createSession({ transport: createScriptedTransport(scripts.complete, { clock }), clock });
  const uses = createUseStore();
  const draw = (next: AssistantMessage): ReactElement => (
    <StrictMode>
      <PiecesContext.Provider value={held.pieces}>
        <div className="unsay-root" data-unsay="transcript" style={{ blockSize: 150, overflowY: "auto" }}>
          <SessionProvider session={session} clock={clock}>
            <UsesProvider store={uses}>
              <Message message={{ ...next, id: "m" }} copyable onVersion={() => {}} {...props} />
            </UsesProvider>
          </SessionProvider>
        </div>
      </PiecesContext.Provider>
    </StrictMode>
  );
  const screen = await render(draw(message));
  const find = (selector: string): HTMLElement | null => screen.container.querySelector(selector);
  return { clock, uses, screen, find, show: (next: AssistantMessage) => screen.rerender(draw(next)) };
}

describe("an answer before what tells of corrections is there", () => {
  test("does not ask for it as long as nothing has become of it and nobody copies", async () => {
    await mount(before());
    expect(held.revisions.asked()).toBe(0);
  });

  test("marks what was corrected, withdrawn or doubted, in its text and in its status line", async () => {
    const { find, screen } = await mount(
      after([
        ...REVISED,
        { id: "gone", text: " Secret.", state: "retracted", reason: "not public" },
        { id: "doubt", text: " Perhaps.", state: "unsupported", reason: "no source" },
      ]),
    );
    expect(find("ins")?.textContent).toBe("Revised text: It takes 5 days.");
    expect(find('[data-mark="retracted"]')?.textContent).toBe("withdrawn: not public");
    expect(find('[data-mark="unverified"]')?.textContent).toContain("Perhaps.");
    expect(find('[data-unsay="answer.block"]')?.textContent).toContain("[unverified]");
    expect(screen.container.textContent).not.toMatch(/3 days|Secret/);
    expect(find('[data-unsay="answer.status"]')?.textContent).toContain("revised");
  });

  test("tells of a correction that came before it, once it is there, as of one that came after", async () => {
    const { find, show, screen } = await mount(before());
    await show(after());
    expect(find('[data-unsay="answer.strip"]')).toBeNull();
    await held.revisions.arrive();
    await vi.waitFor(() => expect(find('[data-unsay="answer.strip"]')?.textContent).toContain("It now says “It takes 5 days”"));
    await screen.getByRole("button", { name: "Revision r1, show earlier wording" }).click();
    expect(find("del")?.textContent).toContain("It takes 3 days.");
  });

  test("tells of one that came above the view, too", async () => {
    const lead: Span = { id: "lead", text: "First of all.\n\n", state: "settled" };
    const tail: Span = { id: "tail", text: `\n\n${"A line of its own.\n\n".repeat(30)}`, state: "settled" };
    const { find, show } = await mount(endedMessage("complete", { parts: [textPart([lead, CLAIM, tail])] }));
    (find('[data-unsay="transcript"]') as HTMLElement).scrollTop = 600;
    await show(after([lead, ...REVISED, tail]));
    await held.revisions.arrive();
    await vi.waitFor(() => expect(find('[data-unsay="answer.strip"]')?.textContent).toContain("It now says “It takes 5 days”"));
  });

  test("has the versions of an answer when it comes", async () => {
    const { screen } = await mount(endedMessage("complete", { parts: [textPart([CLAIM])] }), { versions: 2 });
    expect(held.revisions.asked()).toBe(1);
    await held.revisions.arrive();
    await expect.element(screen.getByRole("group", { name: "Versions of this answer" })).toBeVisible();
  });
});

describe("Copy before it can be done", () => {
  const clipboard = () => vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();

  test("answers the press at once, copies what stood there then, keeps the focus and remembers the use", async () => {
    const written = clipboard();
    const { screen, show, uses } = await mount(before());
    const button = screen.getByRole("button", { name: "Copy" });
    await button.click();
    await expect.element(button).toHaveAttribute("aria-busy", "true");
    await show(after());
    await held.revisions.arrive();
    await expect.element(screen.getByRole("button", { name: "Copied" })).toHaveFocus();
    expect(written.mock.calls[0]?.[0]).toMatch(/^It takes 3 days\.\n\[Copied before the answer was finished/);
    expect(uses.getState().uses["m"]).toMatchObject([{ kind: "copied", spans: [["claim", 0, 16]], revision: 0 }]);
  });

  test("that can't be fetched copies nothing, later either, and can be pressed again", async () => {
    const written = clipboard();
    const { screen } = await mount(before());
    const button = screen.getByRole("button", { name: "Copy" });
    await button.click();
    await held.revisions.fail();
    await expect.element(button).not.toHaveAttribute("aria-busy");
    await held.revisions.arrive();
    expect(written).not.toHaveBeenCalled();
    await button.click();
    await vi.waitFor(() => expect(written).toHaveBeenCalledOnce());
  });
});

test("what was copied by the browser's own means is remembered when it can be", async () => {
  const { find, uses } = await mount(before());
  const block = find('[data-unsay="answer.block"]') as HTMLElement;
  document.getSelection()?.selectAllChildren(block);
  block.dispatchEvent(new ClipboardEvent("copy", { bubbles: true, clipboardData: new DataTransfer() }));
  document.getSelection()?.removeAllRanges();
  expect(uses.getState().uses["m"]).toBeUndefined();
  await held.revisions.arrive();
  await vi.waitFor(() => expect(uses.getState().uses["m"]).toMatchObject([{ kind: "copied", spans: [["claim", 0, 15]] }]));
});
