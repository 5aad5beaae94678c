import { createIterableTransport, type EventPayload, type UnsayEvent } from "@unsay/core";
import { mountChatOver } from "../../lib/chat-page.tsx";
import { queue } from "../../lib/row.jsx";
import { RUN_COMPLETE, RUN_OPEN } from "../../lib/stored-thread.ts";

/** Over an iterable of events, which are framed and decoded as the wire would have them. */
export default {
  name: "unsay <Chat>",
  mount(element: HTMLElement) {
    const source = queue();
    let number: (payload: EventPayload) => UnsayEvent = notAsked;
    const transport = createIterableTransport({
      open({ thread, answer, startKey }) {
        let seq = 0;
        number = (payload) => ({ ...payload, v: 1, thread, run: startKey, message: answer, seq: (seq += 1), t: null });
        source.push(number(RUN_OPEN));
        source.push(number({ type: "part.open", part: "p", kind: "answer" }));
        return source;
      },
    });
    return {
      ask: mountChatOver(transport, element),
      push: (text: string) => source.push(number({ type: "span.append", part: "p", span: "s", text })),
      end() {
        source.push(number({ type: "part.close", part: "p" }));
        source.push(number(RUN_COMPLETE));
        source.end();
      },
    };
  },
};

function notAsked(): never {
  throw new Error("nobody has asked anything yet");
}
