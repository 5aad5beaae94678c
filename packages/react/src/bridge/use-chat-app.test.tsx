import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { useChat } from "@ai-sdk/react";
import { act, cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import { DefaultChatTransport, type UIMessage } from "ai";
import { StrictMode } from "react";
import { textOf, type Message } from "@unsay/core";
import { createHonestChatTransport, statedEndingOf, type UIMessageEnding } from "@unsay/core/ai-sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useUnsayMessages } from "./use-unsay-messages.js";

configure({ asyncUtilTimeout: 30_000 });
const transport = createHonestChatTransport(new DefaultChatTransport({ api: "/api/chat" }));

export function ChatPage({ stored }: { readonly stored: UIMessage[] }) {
  const chat = useChat({ messages: stored, transport });
  const messages = useUnsayMessages({ messages: chat.messages, transport, statusOf });
  return (
    <main>
      {messages.map((message) => (
        <article key={message.id} data-status={message.status} data-cause={causeOf(message)}>
          {textOf(message)}
        </article>
      ))}
      <button onClick={() => void chat.sendMessage({ text: "How do I deploy this?" })}>Ask</button>
    </main>
  );
}

/** What your record says of a stored answer. Unsay's own server states it in the message; other servers store a column. */
function statusOf(message: UIMessage): UIMessageEnding {
  return statedEndingOf(message) ?? { status: "truncated", cause: "orphaned" };
}

function causeOf(message: Message) {
  return message.status === "truncated" ? message.cause : undefined;
}

const CHUNKS = [
  { type: "start" },
  { type: "start-step" },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "Drain the pool. " },
  { type: "text-delta", id: "0", delta: "Then flip the flag." },
  { type: "text-end", id: "0" },
  { type: "finish-step" },
  { type: "finish", finishReason: "stop" },
].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);

let stop = () => {};
let url = "";
const { fetch } = globalThis;
vi.stubGlobal("fetch", (path: string, init?: RequestInit) => fetch(`${url}${path}`, init));

async function serve(body: string): Promise<void> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop = () => void server.close();
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  cleanup();
  stop();
});

const articles = () =>
  screen.queryAllByRole("article").map(({ dataset, textContent }) => [dataset["status"], dataset["cause"], textContent]);

async function ask(stored: UIMessage[] = []): Promise<void> {
  render(
    <StrictMode>
      <ChatPage stored={stored} />
    </StrictMode>,
  );
  await act(async () => screen.getByRole("button").click());
}

describe("an app that keeps useChat", () => {
  it("shows a whole answer as complete", async () => {
    await serve(CHUNKS.join(""));
    await ask();
    await waitFor(() =>
      expect(articles()).toEqual([
        ["complete", undefined, "How do I deploy this?"],
        ["complete", undefined, "Drain the pool. Then flip the flag."],
      ]),
    );
  });

  it("shows an answer as cut wherever its body ended", async () => {
    for (let length = 1; length < CHUNKS.length; length += 1) {
      await serve(CHUNKS.slice(0, length).join(""));
      await ask();
      await waitFor(() => expect(articles().at(-1)?.slice(0, 2), `after ${length} chunks`).toEqual(["truncated", "disconnected"]));
      cleanup();
      stop();
    }
  });

  it("shows stored answers as their record has them", () => {
    const answer = (id: string, data?: object): UIMessage => ({
      id,
      role: "assistant",
      parts: [...(data === undefined ? [] : [{ type: "data-unsay-status" as const, id, data }]), { type: "text", text: id, state: "done" }],
    });
    const system: UIMessage = { id: "s", role: "system", parts: [{ type: "text", text: "Be kind." }] };
    render(
      <ChatPage
        stored={[
          system,
          answer("whole", { status: "complete" }),
          answer("cut", { status: "truncated", cause: "length" }),
          answer("unknown"),
        ]}
      />,
    );
    expect(articles()).toEqual([
      ["complete", undefined, "whole"],
      ["truncated", "length", "cut"],
      ["truncated", "orphaned", "unknown"],
    ]);
  });

  it("is what the guide shows", () => {
    const file = fileURLToPath(import.meta.url);
    const own = readFileSync(file, "utf8");
    const guide = readFileSync(join(dirname(file), "../../../../docs/bridges.md"), "utf8");
    // The second one has the parts of @unsay/ui, which nothing here may import.
    const [block = ""] = [...guide.matchAll(/```tsx\n([\s\S]*?)```/gu)].map(([, found = ""]) => found);
    expect(block).toContain("useUnsayMessages(");
    for (const line of block.split("\n")) if (!line.startsWith("import ")) expect(own).toContain(line);
  });
});
