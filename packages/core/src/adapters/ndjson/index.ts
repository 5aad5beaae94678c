export { decodeNdjson, type NdjsonOptions } from "./decode.js";
export type { LineStatement, MapLine } from "./statements.js";
