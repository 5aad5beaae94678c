import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { preload } from "../src/on-demand/pieces.js";
import { createLiveThread, type LiveThreadProps } from "./live-thread-app.js";

/** The page that `scripts/server-render.test.ts` has rendered by a server: here a browser takes it over. */
const props = JSON.parse(document.querySelector("#props")?.textContent ?? "") as LiveThreadProps;
const root = document.querySelector("#root");

await preload();
const LiveThread = createLiveThread(props);
if (root !== null) {
  const onRecoverableError = (error: unknown): void => console.error("The browser drew it anew:", error);
  hydrateRoot(
    root,
    <StrictMode>
      <LiveThread />
    </StrictMode>,
    { onRecoverableError },
  );
}
