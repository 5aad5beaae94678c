export { decodeAgUi } from "./decode.js";
export { createAgUiEncoder, type AgUiEncoder, type AgUiEncoderOptions } from "./encode.js";
export type { AgUiInterrupt, AgUiMessage, AgUiOutcome, UnsayAgUiEvent } from "./events.js";
export { bridgeAgent, type AgentBridge, type AgentBridgeOptions, type AgentLike, type AgentSubscriberLike } from "./bridge/bridge-agent.js";
export type { Answers } from "../shared/bridge/answers.js";
