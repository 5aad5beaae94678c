/** All that is drawn of tools, in one file that is fetched on demand: gates, lines, receipts. */
export { ReceiptList } from "./receipt.js";
export { StopLedger } from "./stop-ledger.js";
export { ToolCall } from "./tool-call.js";
