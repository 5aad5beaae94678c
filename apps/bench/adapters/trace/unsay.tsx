import { mountChatOver } from "../../lib/chat-page.tsx";
import { createPushedRun } from "../../lib/pushed-run.ts";

/** Events come as objects, as the chunks of the page beside it do: neither pays for a wire. */
export default {
  name: "unsay <Chat>",
  mount(element: HTMLElement) {
    const { transport, push, end } = createPushedRun([]);
    return { ask: mountChatOver(transport, element), push, end };
  },
};
