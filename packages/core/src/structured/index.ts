export { createStructuredStream } from "./structured-stream.js";
export { createStructuredReader, type StructuredReader, type StructuredReading } from "./structured-reader.js";
export type {
  JsonSchema,
  StandardIssue,
  StandardResult,
  StandardSchema,
  StructuredPath,
  StructuredSchema,
  StructuredStream,
  StructuredStreamOptions,
} from "./structured.types.js";
