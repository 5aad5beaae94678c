export { decodeAnthropic } from "./decode.js";
