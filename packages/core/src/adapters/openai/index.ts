export { decodeChatCompletions } from "./chat-decode.js";
export { decodeResponses } from "./responses-decode.js";
