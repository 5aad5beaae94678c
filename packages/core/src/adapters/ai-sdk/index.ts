export { decodeUIMessageStream } from "./decode.js";
