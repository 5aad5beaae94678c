import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { renderToPipeableStream } from "react-dom/server";
import { preload } from "../src/on-demand/pieces.js";
import { createLiveThread, type LiveThreadProps } from "./live-thread-app.js";

/** What a server sends of the page before any of its scripts has run. */
export async function renderLiveThread(props: LiveThreadProps): Promise<string> {
  await preload();
  const LiveThread = createLiveThread(props);
  const sent = new PassThrough();
  const stream = renderToPipeableStream(<LiveThread />, {
    onAllReady: () => stream.pipe(sent),
    onError: (error) => void sent.destroy(error as Error),
  });
  return text(sent);
}
