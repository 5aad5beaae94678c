// @vitest-environment node
import { createUserMessage, type Message, type Transport } from "@unsay/core";
import { renderToString } from "react-dom/server";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { useThread } from "./use-thread.js";

const transport: Transport = { wire: "none", start: () => Promise.reject(new Error("Nothing is asked on a server.")) };
const secret = createUserMessage({ id: "u", thread: "t", text: "Ana's words", delivery: "sent" });

function Page({ given }: { readonly given?: readonly Message[] }): ReactNode {
  const { messages } = useThread({ id: "t", transport, initialMessages: given });
  return messages.map((message) => (message.role === "user" ? <p key={message.id}>{message.text}</p> : null));
}

describe("a thread on a server", () => {
  it("shows what it was given for this request, and nothing that it was given for another", () => {
    expect(renderToString(<Page given={[secret]} />)).toContain("Ana&#x27;s words");
    expect(renderToString(<Page />)).toBe("");
    expect(renderToString(<Page given={[secret]} />)).toContain("Ana&#x27;s words");
  });
});
