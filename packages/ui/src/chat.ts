/**
 * The drop-in alone. The main entry names every piece, and a bundler that looks at names before it looks at use (esbuild)
 * then loads with the first screen what would otherwise come on demand.
 */
export { MarkdownProvider, type MarkdownProviderProps } from "./markdown/markdown-options.js";
export { preload, type PieceName } from "./on-demand/pieces.js";
export { createUnsayTransport } from "./on-demand/unsay-transport.js";
export { StringsProvider, type StringsProviderProps } from "./strings/strings.js";
export { Chat, type ChatProps } from "./thread/chat.js";
