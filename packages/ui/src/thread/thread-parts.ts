/** What a chat does besides showing, in one file that is fetched on demand: the stored thread is read, events are announced. */
export { News } from "../announcer/news.js";
export { StoredThread } from "./stored-thread.js";
