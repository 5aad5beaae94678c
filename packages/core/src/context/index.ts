export { toContext } from "./to-context.js";
export type * from "./context-message.js";
export { toTextMessages, type TextMessage } from "./text-messages.js";
export {
  toAiSdkMessages,
  type AiSdkAssistantPart,
  type AiSdkMessage,
  type AiSdkToolOutput,
  type AiSdkToolResultPart,
} from "./ai-sdk-messages.js";
export {
  toAnthropicMessages,
  type AnthropicMessage,
  type AnthropicTextBlock,
  type AnthropicToolResultBlock,
  type AnthropicToolUseBlock,
} from "./anthropic-messages.js";
export { toOpenAiInput, toOpenAiMessages, type OpenAiInputItem, type OpenAiMessage, type OpenAiToolCall } from "./openai-messages.js";
