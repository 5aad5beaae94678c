import { StrictMode, type ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { complete, createTestSession, say } from "@unsay/core/testing";
import { SessionProvider, useThread, type Upload } from "@unsay/react";
import { PiecesContext } from "../on-demand/pieces.js";
import { holdPieces, type HeldPieces } from "../testing/held-pieces.js";
import { Message } from "../message/message.js";
import { ThreadComposer } from "./thread-composer.js";
import { ThreadEditsProvider } from "./thread-edits.js";
import "../styles/index.css";

let held: HeldPieces;
let threads = 0;

beforeEach(async () => {
  held = holdPieces();
  await Promise.all([held.markdown, held.revisions, held.tools, held.thread].map((piece) => piece.arrive()));
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

async function mount(onUpload?: Upload) {
  const test = createTestSession([say("First drain the pool. Second, flip the flag.", { everyMs: 200 }), complete()], {
    act: (work) => work().then(() => new Promise<void>((resolve) => setTimeout(resolve))),
  });
  const id = `writing-slots-${(threads += 1)}`;
  const Page = (): ReactElement => {
    const thread = useThread({ id, transport: test.transport, clock: test.clock });
    return (
      <SessionProvider session={thread.session} clock={test.clock}>
        <ThreadEditsProvider thread={thread}>
          {thread.messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ThreadEditsProvider>
        <ThreadComposer thread={thread} onUpload={onUpload} />
      </SessionProvider>
    );
  };
  const screen = await render(
    <StrictMode>
      <PiecesContext.Provider value={held.pieces}>
        <div className="unsay-root">
          <Page />
        </div>
      </PiecesContext.Provider>
    </StrictMode>,
  );
  const input = screen.getByRole("textbox", { name: "Message" });
  const send = async (text: string): Promise<void> => {
    await input.fill(text);
    await userEvent.keyboard("{Enter}");
  };
  const files = (): readonly (string | null)[] =>
    Array.from(screen.container.querySelectorAll('[data-unsay="attachments.file"]'), (file) => file.textContent);
  return { ...test, screen, input, send, files };
}

function drop(element: Element, ...names: readonly string[]): DragEvent {
  const dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File(["%PDF"], name, { type: "application/pdf" }));
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  element.dispatchEvent(event);
  return event;
}

test("as long as nothing but words is written and no answer runs, nothing else is asked for", async () => {
  const { input } = await mount();
  await input.fill("How?");
  expect(held.writing.asked()).toBe(0);
});

describe("a file that comes before what keeps files", () => {
  const upload = (): Upload => vi.fn<Upload>(async (file) => ({ url: `https://files.example/${file.name}` }));

  test("is kept, holds the message back, and goes with it once, in order", async () => {
    const onUpload = upload();
    const { screen, input, files, send, backend, advance } = await mount(onUpload);
    expect(drop(input.element(), "a.pdf", "b.pdf").defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(files()).toEqual(["a.pdf×", "b.pdf×"]));
    await send("Look");
    await expect.element(screen.getByText("Files are still on their way. Send when they are there.")).toBeVisible();
    expect(backend.sent).toEqual([]);
    await held.writing.arrive();
    await vi.waitFor(() => expect(files()).toEqual(["a.pdf4 byte×", "b.pdf4 byte×"]));
    expect(onUpload).toHaveBeenCalledTimes(2);
    expect((input.element() as HTMLTextAreaElement).value).toBe("Look");
    await input.click();
    await userEvent.keyboard("{Enter}");
    await advance(500);
    expect(backend.sent[0]).toMatchObject({ message: { text: "Look", attachments: [{ name: "a.pdf" }, { name: "b.pdf" }] } });
  });

  test("can be taken out again where it can't be kept, and the message goes without it", async () => {
    const { screen, input, files, send, backend, advance } = await mount(upload());
    await held.writing.fail();
    drop(input.element(), "a.pdf");
    await vi.waitFor(() => expect(files()).toEqual(["a.pdf×"]));
    await screen.getByRole("button", { name: "Remove a.pdf" }).click();
    await send("Look");
    await advance(500);
    expect(backend.sent[0]).toMatchObject({ message: { text: "Look" } });
  });

  test("is nobody's business where the app takes none", async () => {
    const { input, files } = await mount();
    expect(drop(input.element(), "a.pdf").defaultPrevented).toBe(false);
    expect(files()).toEqual([]);
    expect(held.writing.asked()).toBe(0);
  });
});

test("a message that waits can be read at once, and moved, changed or removed when that is there", async () => {
  const { screen, input, send, advance } = await mount();
  await send("How?");
  await advance(500);
  await input.fill("And then?");
  await screen.getByRole("button", { name: "Queue" }).click();
  const tray = screen.getByRole("group", { name: "Waiting messages" });
  await expect.element(tray).toHaveTextContent("1 waiting.And then?");
  expect(tray.getByRole("button").elements()).toHaveLength(0);
  await held.writing.arrive();
  await expect.element(tray.getByRole("button", { name: "Remove: And then?" })).toBeVisible();
});

test("Edit answers the press at once, leaves the message there, and gives the focus to the editor when it comes", async () => {
  const { screen, send, advance } = await mount();
  await send("How?");
  await advance(10_000);
  const edit = screen.getByRole("button", { name: "Edit" });
  await edit.click();
  await expect.element(edit).toHaveAttribute("aria-busy", "true");
  expect(document.activeElement).toBe(edit.element());
  await expect.element(screen.getByText("How?")).toBeVisible();
  await held.writing.arrive();
  await expect.element(screen.getByRole("textbox", { name: "Edit your message" })).toHaveFocus();
});

describe("the menu of other ways to send", () => {
  test("opens when it comes, if it was pressed before, and takes no other place then", async () => {
    const { screen, send, advance } = await mount();
    await send("How?");
    await advance(500);
    const button = screen.getByRole("button", { name: "Other ways to send" });
    const place = button.element().getBoundingClientRect();
    await button.click();
    await expect.element(button).toHaveAttribute("aria-busy", "true");
    await held.writing.arrive();
    await expect.element(screen.getByRole("menuitem").first()).toHaveFocus();
    expect(button.element().getBoundingClientRect()).toEqual(place);
  });

  test("leaves the focus where it is, on the button too", async () => {
    const { screen, send, advance } = await mount();
    await send("How?");
    await advance(500);
    const button = screen.getByRole("button", { name: "Other ways to send" });
    (button.element() as HTMLElement).focus();
    await held.writing.arrive();
    await vi.waitFor(() => expect(button.element().getAttribute("data-unsay")).toBe("follow-up-menu.button"));
    expect(document.activeElement).toBe(button.element());
    expect(screen.getByRole("menu").query()).toBeNull();
  });
});
