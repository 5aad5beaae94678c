/** What reads a run, folds it, watches it and decides in it. A page that opens its session with `openSession` fetches it when the first run begins. */
export { MessagePacer } from "./pacing/message-pacer.js";
export { Runs } from "./session/runs.js";
