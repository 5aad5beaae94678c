export { decodeAgUi } from "./decode.js";
