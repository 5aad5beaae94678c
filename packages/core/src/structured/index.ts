export { createStructuredStream } from "./structured-stream.js";
export type { JsonSchema, StructuredPath, StructuredStream, StructuredStreamOptions } from "./structured.types.js";
