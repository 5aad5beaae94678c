export { decodeLangGraph, type LangGraphOptions } from "./decode.js";
export type { MessageSource } from "./message-dicts.js";
