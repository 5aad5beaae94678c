export * from "./message/index.js";
export type * from "./protocol/index.js";
export { errorData, parseErrorData, UnsayError } from "./protocol/index.js";
export type * from "./session/session.types.js";
export type * from "./transport/transport.js";
