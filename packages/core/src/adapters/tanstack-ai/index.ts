export { decodeTanStackAi } from "./decode.js";
