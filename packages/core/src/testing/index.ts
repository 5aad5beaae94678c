export { createTestSession, type TestSession, type TestSessionOptions } from "./test-session.js";
export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { createRandom } from "./random.js";
export { foldStream } from "./fold-stream.js";

export { createScript, findScriptProblems, parseScript, type CreateScriptOptions } from "./create-script.js";
export {
  askApproval,
  callTool,
  complete,
  disconnect,
  emit,
  pause,
  phase,
  receipt,
  retract,
  revise,
  runTool,
  say,
  think,
  truncate,
  type AskOptions,
  type CallOptions,
  type Moment,
  type RunToolOptions,
  type SayOptions,
} from "./moments.js";
export {
  askStep,
  completeStep,
  createScriptFactory,
  endOf,
  eventsOf,
  openStep,
  playAnswer,
  playScript,
  readyCall,
  SCRIPT_CAPS,
  streamWords,
  type Script,
  type ScriptStep,
} from "./script.js";
export { scripts, type ScriptName } from "./scripts.js";
export { createScriptedTransport, type ScriptedTransport, type ScriptedTransportOptions } from "./scripted-transport.js";
export { createScriptedFetch, type ScriptedFetch } from "./scripted-fetch.js";
export type { TestFetch } from "./byte-stream.js";

export {
  always,
  everything,
  fromConnection,
  onConnection,
  type AnswerFault,
  type ByteFault,
  type EventFault,
  type Fault,
  type UnitFault,
} from "./fault.js";
export {
  burst,
  corrupt,
  cutAfter,
  cutAtByte,
  drop,
  duplicate,
  htmlErrorPage,
  http,
  inPieces,
  offline,
  reorder,
  stall,
  type CutOptions,
  type Which,
} from "./faults.js";
export { faultyFetch, withFaults, type FaultOptions, type FaultyFetchOptions } from "./with-faults.js";

export { record, recordFetch, type Recorder, type RecordFetchOptions, type RecordTransportOptions } from "./record.js";
export { play, playFetch, type PlayOptions } from "./play.js";
export { maskText } from "./mask-text.js";

export {
  createProblemBackend,
  performActs,
  problems,
  problemsElsewhere,
  type Beside,
  type Problem,
  type ProblemBackend,
  type ProblemElsewhere,
  type ProblemEnd,
  type ReaderAct,
} from "./problems/index.js";

export { unsayMatchers, type MatcherResult, type UnsayMatchers } from "./matchers.js";
export { watchStatuses, type StatusEntry, type StatusHistory } from "./history.js";
export type { AnswerSource } from "./describe-answer.js";
