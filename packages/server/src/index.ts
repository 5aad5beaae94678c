export { allowAllUnsafe, type Action, type Authorize, type AuthorizeContext } from "./access/authorize.js";
export { createUnsayServer, type UnsayServer } from "./server.js";
export { type RateLimits } from "./access/limits.js";
export { type UnsayServerOptions } from "./settings.js";
export {
  steerable,
  type Agent,
  type AgentEnd,
  type AgentEvent,
  type AgentRun,
  type ToolRequest,
  type UsageReport,
} from "./agents/agent.js";
export { createAgUiAgent, type AgUiAgentOptions, type AgUiInput } from "./agents/ag-ui.js";
export { createAnthropicAgent, type AnthropicAgentOptions, type AnthropicRequest } from "./agents/anthropic.js";
export { createOpenAiAgent, type OpenAiAgentOptions, type OpenAiRequest } from "./agents/openai.js";
export { PROVIDER_STOPS, type ProviderStops } from "./agents/provider-stops.js";
export { type StoredGrant } from "./approval/grants.js";
export { type Policy, type PolicyContext, type PolicyVerdict } from "./approval/policy.js";
export {
  holdback,
  type GuardCheck,
  type GuardInput,
  type GuardSettings,
  type GuardVerdict,
  type HoldbackOptions,
} from "./guard/holdback.js";
export { type SteerInbox, type SteerMessage } from "./run/steering.js";
export { type Wire } from "./run/wires.js";
export { type PollUsage } from "./usage/usage-ledger.js";
export { listUsage, toUsageCsv, toUsageJson, usageRowOf, type UsageRow } from "./usage/usage-rows.js";
export {
  defineTool,
  ToolFailure,
  type DoneCall,
  type ToolContext,
  type ToolDefinition,
  type ToolFailureOptions,
  type ToolOutcome,
  type ToolReceipt,
  type ToolSet,
  type ToolUndo,
} from "./tool-call/tool.js";
export { createMemoryStore } from "./stores/memory.js";
export { type NewRun, type PostedCommand, type Store, type StoredRun, type StoredStop } from "./stores/store.js";
export { consoleLog, type Log, type LogEntry } from "./log.js";
