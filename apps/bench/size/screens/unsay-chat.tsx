import { Chat, createUnsayTransport } from "@unsay/ui/chat";

/** Markdown, approval gates, correction marks, Stop, receipts: all that is on the screen before anything is asked for. */
export const name = "unsay <Chat>";
const transport = createUnsayTransport({ url: "/api/unsay" });

export function Screen() {
  return <Chat transport={transport} />;
}
