import { expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import type { Upload } from "@unsay/react";
import { Composer, type ComposerProps } from "./composer.js";

const PDF = new File(["%PDF"], "plan.pdf", { type: "application/pdf" });
const PNG = new File(["x".repeat(3_000)], "pool.png", { type: "image/png" });

async function mount(props: Partial<ComposerProps> = {}) {
  const onSubmit = vi.fn();
  const onUpload = vi.fn<Upload>(async (file) => ({ url: `https://files.example/${file.name}` }));
  const screen = await render(<Composer status="ready" onUpload={onUpload} onSubmit={onSubmit} {...props} />);
  const form = screen.container.querySelector("form") as HTMLFormElement;
  const give = (type: "drop" | "paste", files: readonly File[]) => {
    const data = new DataTransfer();
    files.forEach((file) => data.items.add(file));
    const event =
      type === "drop"
        ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    form.querySelector("textarea")?.dispatchEvent(event);
    return event;
  };
  const states = () => Array.from(form.querySelectorAll('[data-unsay="attachments.file"]'), (file) => file.textContent);
  const statuses = () => Array.from(form.querySelectorAll('[data-unsay="attachments.file"]'), (file) => file.getAttribute("data-status"));
  return { screen, onSubmit, onUpload, give, states, statuses, input: screen.getByRole("textbox", { name: "Message" }) };
}

test.each(["drop", "paste"] as const)("a file that comes by %s is uploaded and goes with the message", async (type) => {
  const { give, onUpload, onSubmit, statuses, input } = await mount();
  expect(give(type, [PDF]).defaultPrevented).toBe(true);
  await vi.waitFor(() => expect(statuses()).toEqual(["ready"]));
  expect(onUpload).toHaveBeenCalledOnce();
  await input.click();
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).toHaveBeenCalledWith("", "send", {
    attachments: [
      expect.objectContaining({ name: "plan.pdf", mediaType: "application/pdf", size: 4, url: "https://files.example/plan.pdf" }),
    ],
    quote: undefined,
  });
  await vi.waitFor(() => expect(statuses()).toEqual([]));
});

test("a chosen file is taken as well", async () => {
  const { screen, statuses } = await mount();
  await expect.element(screen.getByRole("button", { name: "Add files" })).toBeVisible();
  await userEvent.upload(screen.container.querySelector('input[type="file"]') as HTMLInputElement, [PDF]);
  await vi.waitFor(() => expect(statuses()).toEqual(["ready"]));
});

test("what is wrong with a file is said at it, and it is not sent in silence", async () => {
  const { give, states, onUpload, onSubmit, input, screen } = await mount({ accept: "image/*,.txt", maxBytes: 2_000, maxFiles: 2 });
  give("drop", [PDF, PNG, new File(["a"], "a.txt"), new File(["b"], "b.txt")]);
  await vi.waitFor(() =>
    expect(states()).toEqual([
      "plan.pdfThis kind of file is not taken.×",
      "pool.pngThis file is larger than 2 kB.×",
      "a.txtNot more than 2 files at once.×",
      "b.txtNot more than 2 files at once.×",
    ]),
  );
  expect(onUpload).not.toHaveBeenCalled();
  await input.fill("Look");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).not.toHaveBeenCalled();
  await expect.element(screen.getByText("A file could not be added. Remove it or try it again, then send.")).toBeVisible();
});

test("how far a file has come is said; Enter waits for it; a failure keeps the host's words and can be tried again", async () => {
  let settle: (error?: Error) => void = () => {};
  const onUpload: Upload = (_file, { onProgress }) => {
    onProgress(0.4);
    return new Promise((resolve, reject) => (settle = (error) => (error === undefined ? resolve({}) : reject(error))));
  };
  const { give, states, statuses, input, onSubmit, screen } = await mount({ onUpload });
  give("paste", [PDF]);
  await vi.waitFor(() => expect(states()).toEqual(["plan.pdf40% sent×"]));
  await input.fill("Look");
  await userEvent.keyboard("{Enter}");
  expect(onSubmit).not.toHaveBeenCalled();
  await expect.element(screen.getByText("Files are still on their way. Send when they are there.")).toBeVisible();
  settle(new Error("The disk is full."));
  await vi.waitFor(() => expect(states()[0]).toContain("This file did not arrive. The disk is full."));
  await screen.getByRole("button", { name: "Retry: plan.pdf" }).click();
  settle();
  await vi.waitFor(() => expect(statuses()).toEqual(["ready"]));
});

test("removing a file ends its upload", async () => {
  const signals: AbortSignal[] = [];
  const onUpload: Upload = (_file, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const { give, statuses, screen } = await mount({ onUpload });
  give("drop", [PDF]);
  await screen.getByRole("button", { name: "Remove plan.pdf" }).click();
  expect(signals[0]?.aborted).toBe(true);
  expect(statuses()).toEqual([]);
});

test("text that is pasted or dropped is left to the field, and so are files where nobody takes them", async () => {
  const { give } = await mount({ onUpload: undefined });
  expect(give("drop", [PDF]).defaultPrevented).toBe(false);
});
