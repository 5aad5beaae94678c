export * from "./events.js";
export * from "./commands.js";
export * from "./decoder.js";
export * from "./diagnostics.js";
export { UnsayError, errorData, parseErrorData } from "./errors.js";
export { bindArgs, createArgsHash, MAX_ARGS_LENGTH, MAX_JSON_DEPTH, parseArgs, type ParsedArgs } from "./args.js";
export { encodeEvent, parseEvent, type ParsedEvent } from "./codec.js";
export { encodeSse, MAX_FRAME_LENGTH, SseFramer, type SseFrame } from "./sse.js";
export { createEventFactory, type EventFactory } from "./event-factory.js";
