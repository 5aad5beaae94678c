import { createUnsayTransport, type Message } from "@unsay/core";
import { useThread } from "@unsay/react";
import { useState } from "react";

/** The hooks alone, text as it is: what an app with components of its own takes. */
export const name = "unsay useThread, plain text";
const transport = createUnsayTransport({ url: "/api/unsay" });

export function Screen() {
  const { messages, sendMessage, stop, status } = useThread({ id: "main", transport });
  const [input, setInput] = useState("");
  return (
    <main>
      {messages.map((message) => (
        <article key={message.id} data-role={message.role} data-status={message.status}>
          {textOf(message)}
        </article>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          sendMessage(input);
          setInput("");
        }}
      >
        <textarea onChange={(event) => setInput(event.target.value)} value={input} />
        {status === "streaming" ? (
          <button onClick={() => stop()} type="button">
            Stop
          </button>
        ) : (
          <button>Send</button>
        )}
      </form>
    </main>
  );
}

function textOf(message: Message): string {
  if (message.role === "user") return message.text;
  return message.parts.map((part) => (part.type === "text" ? part.spans.map(({ text }) => text).join("") : "")).join("");
}
