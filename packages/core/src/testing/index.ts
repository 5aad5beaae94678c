export { createFakeClock, type FakeClock } from "./fake-clock.js";
export { foldStream } from "./fold-stream.js";
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
export { createScriptedTransport, type ScriptedTransport, type ScriptedTransportOptions } from "./scripted-transport.js";
export { scripts, type ScriptName } from "./scripts.js";
