import type { Message as AnyMessage } from "@unsay/core";
import { createUnsayTransport } from "@unsay/core";
import { useThread } from "@unsay/react";
import type { ReactNode } from "react";
import { Message } from "../src/message/message.js";
import { Chat } from "../src/thread/chat.js";

/** What a server renders and a browser takes over: a thread whose last answer goes on meanwhile. */
export interface LiveThreadProps {
  /** `chat`: the drop-in, which reads the thread itself. `seeded`: the same, given what was stored at the time. `messages`: the app's own page, drawn from that. */
  readonly kind: "chat" | "seeded" | "messages";
  readonly url: string;
  readonly threadId: string;
  readonly stored: readonly AnyMessage[];
}

export function createLiveThread({ kind, url, threadId, stored }: LiveThreadProps): () => ReactNode {
  const transport = createUnsayTransport({ url });
  function OwnMessages(): ReactNode {
    const { messages } = useThread({ id: threadId, transport });
    return (messages.length === 0 ? stored : messages).map((message) => <Message key={message.id} message={message} />);
  }
  /** A second place of the page that asks for the same thread: one session and one connection all the same. */
  function OwnStatus(): ReactNode {
    return <p>{useThread({ id: threadId, transport }).status}</p>;
  }
  function OwnPage(): ReactNode {
    return (
      <>
        <OwnStatus />
        <OwnMessages />
      </>
    );
  }
  if (kind === "messages") return OwnPage;
  const initialMessages = kind === "seeded" ? stored : undefined;
  return () => <Chat transport={transport} threadId={threadId} initialMessages={initialMessages} />;
}
