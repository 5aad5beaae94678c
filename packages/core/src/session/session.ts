import { Runs } from "./runs.js";
import type { RunsSource } from "./runs-access.js";
import type { Session, SessionOptions } from "./session.types.js";
import { openSession } from "./thread-session.js";

const HERE: RunsSource = { current: () => ({ Runs }), load: () => Promise.resolve(), subscribe: () => () => {} };

/** Opens the session of one thread. It makes no request before `load`, `send` or another verb is called. */
export function createSession(options: SessionOptions): Session {
  return openSession(options, HERE);
}
