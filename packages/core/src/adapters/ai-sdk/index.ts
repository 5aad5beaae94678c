export { decodeUIMessageStream } from "./decode.js";
export { createAiSdkEncoder, type AiSdkEncoder, type AiSdkEncoderOptions } from "./encode.js";
export type { UIToolChunk, UnsayStatusRecord, UnsayUIChunk } from "./chunks.js";
export { fromUIMessage, statedEndingOf, type FromUIMessageOptions, type UIMessageEnding } from "./bridge/from-ui-message.js";
export { createHonestChatTransport } from "./bridge/chat-transport.js";
export type * from "./bridge/chat-transport.types.js";
export type { UIMessageLike } from "./ui-message.js";
export type { Answers } from "../shared/bridge/answers.js";
