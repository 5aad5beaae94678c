/**
 * What a page needs before anything runs: a session that shows and writes, a transport, and the questions asked of
 * messages. The main entry has all of it and the rest; `./runs` is what `openSession` fetches when the first run begins.
 */
export type * from "./index.js";
export { isPastExpiry, isRefusedForGood } from "./approval/answerable.js";
export { createPendingMessage } from "./message/create.js";
export {
  countWords,
  hiddenWordCount,
  isAnswerPart,
  isLive,
  isReadyCall,
  isRefused,
  isSettled,
  selectCall,
  selectOpenApprovals,
  selectSuperseded,
  shownParts,
  shownTextOfSpan,
  textOf,
  textOfPart,
} from "./message/selectors.js";
export { doubtAbout, settledRanges } from "./pacing/settlement.js";
export { needsPacer, viewWithoutPacer } from "./pacing/without-pacer.js";
export { unresolvedCalls } from "./pacing/unresolved-calls.js";
export { wholeView } from "./pacing/whole-view.js";
export { systemClock } from "./session/clock.js";
export { openSession } from "./session/thread-session.js";
export { changesBetween } from "./thread/message-pages.js";
export { findLive } from "./thread/thread.js";
export { createLateUnsayTransport } from "./transport/late-unsay-transport.js";
