import { useChat } from "@ai-sdk/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { Streamdown } from "streamdown";

/** The page that most people build today: the same words through the SDK's own store and the usual renderer. */
export default {
  name: "useChat + Streamdown",
  package: "streamdown",
  mount(element: HTMLElement) {
    let chunks: ReadableStreamDefaultController<object> | undefined;
    let ask: () => void = () => {};
    const transport = {
      sendMessages: async () => new ReadableStream<object>({ start: (controller) => void (chunks = controller) }),
      reconnectToStream: async () => null,
    };
    function App() {
      const { messages, sendMessage, status } = useChat({ transport: transport as never });
      const [input, setInput] = useState("");
      ask = () => void sendMessage({ text: "go" });
      return (
        <main style={{ height: 700, overflowY: "auto" }}>
          {messages.map((message) => (
            <article key={message.id}>
              {message.parts.map((part, index) =>
                part.type === "text" ? (
                  <Streamdown isAnimating={status === "streaming"} key={index}>
                    {part.text}
                  </Streamdown>
                ) : null,
              )}
            </article>
          ))}
          <textarea onChange={(event) => setInput(event.target.value)} value={input} />
        </main>
      );
    }
    createRoot(element).render(<App />);
    return {
      async ask() {
        await new Promise((resolve) => setTimeout(resolve, 100));
        ask();
        await new Promise((resolve) => setTimeout(resolve, 100));
        chunks?.enqueue({ type: "start", messageId: "live" });
        chunks?.enqueue({ type: "text-start", id: "0" });
      },
      push: (delta: string) => chunks?.enqueue({ type: "text-delta", id: "0", delta }),
      end() {
        chunks?.enqueue({ type: "text-end", id: "0" });
        chunks?.enqueue({ type: "finish" });
        chunks?.close();
      },
    };
  },
};
