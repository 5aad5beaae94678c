export { decodeText, type TextOptions } from "./decode.js";
