import type { Message as AnyMessage } from "@unsay/core";
import { createUnsayTransport } from "@unsay/core";
import { useThread } from "@unsay/react";
import type { ReactNode } from "react";
import { Message } from "../src/message/message.js";
import { Chat } from "../src/thread/chat.js";

/** What a server renders and a browser takes over: a thread whose last answer goes on meanwhile. */
export interface LiveThreadProps {
  /** `chat`: the drop-in, which reads the thread itself. `messages`: the app's own page, drawn from what was stored at the time. */
  readonly kind: "chat" | "messages";
  readonly url: string;
  readonly threadId: string;
  readonly stored: readonly AnyMessage[];
}

export function createLiveThread({ kind, url, threadId, stored }: LiveThreadProps): () => ReactNode {
  const transport = createUnsayTransport({ url });
  function OwnPage(): ReactNode {
    const { messages } = useThread({ id: threadId, transport });
    return (messages.length === 0 ? stored : messages).map((message) => <Message key={message.id} message={message} />);
  }
  return kind === "messages" ? OwnPage : () => <Chat transport={transport} threadId={threadId} />;
}
