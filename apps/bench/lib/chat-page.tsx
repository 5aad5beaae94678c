import type { Transport } from "@unsay/core";
import { Chat } from "@unsay/ui/chat";
import styles from "@unsay/ui/styles.css";
import { createRoot } from "react-dom/client";

/** The page of the playground without its menus: `<Chat>` with its stylesheet. Gives the way to ask something there. */
export function mountChatOver(transport: Transport, element: HTMLElement): () => Promise<void> {
  document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
  createRoot(element).render(
    <div style={{ height: 700 }}>
      <Chat style={{ height: "100%" }} transport={transport} />
    </div>,
  );
  return () => askInPage(element);
}

/** As a person asks: words into the field, and Enter. */
async function askInPage(element: HTMLElement): Promise<void> {
  const field = await appears(() => element.querySelector("textarea"));
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(field, "go");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const form = field.closest("form");
  await new Promise((resolve) => setTimeout(resolve, 100));
  form?.requestSubmit();
  await new Promise((resolve) => setTimeout(resolve, 100));
}

async function appears<T>(find: () => T | null): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
