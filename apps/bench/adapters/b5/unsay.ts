import { SseFramer } from "../../../../packages/core/src/protocol/sse.ts";

/** The framing in front of every decoder of server-sent events, with its limits and its check for foreign bodies. */
export default {
  name: "unsay, framing of a transport",
  async run(chunks: readonly Uint8Array[], onEvent: (data: string) => void): Promise<void> {
    const framer = new SseFramer();
    for (const chunk of chunks) for (const { data } of framer.push(chunk)) onEvent(data);
  },
};
