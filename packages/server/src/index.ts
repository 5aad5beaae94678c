export {
  allowAllUnsafe,
  createUnsayServer,
  type Action,
  type Authorize,
  type AuthorizeContext,
  type UnsayServer,
  type UnsayServerOptions,
} from "./server.js";
export { type Agent, type AgentEnd, type AgentEvent, type AgentRun } from "./agents/agent.js";
export {
  defineTool,
  ToolFailure,
  type ToolContext,
  type ToolDefinition,
  type ToolFailureOptions,
  type ToolOutcome,
  type ToolReceipt,
  type ToolSet,
} from "./tool-call/tool.js";
export { createMemoryStore } from "./stores/memory.js";
export { type NewRun, type Store, type StoredRun, type StoredStop } from "./stores/store.js";
export { consoleLog, type Log, type LogEntry } from "./log.js";
