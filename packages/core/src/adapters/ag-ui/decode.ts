import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { AgUiReader } from "./reader.js";

/**
 * Reads an AG-UI event stream (protocol 1.0, https://docs.ag-ui.com/concepts/events) over server-sent events.
 *
 * Terminal: `RUN_FINISHED` of every run that was started, and `RUN_ERROR`. The answer is complete only after the outcome
 * `success` (or none) with no tool call left unanswered; `cancelled` and the error code `abort` end it stopped,
 * `interrupt` leaves it waiting for approval. A body may hold several runs, so a success comes true when the body ends.
 * Not terminal: the end of the body, `TEXT_MESSAGE_END`, `STEP_FINISHED`, a `RUN_FINISHED` while another run is open.
 *
 * The wire has no finish reasons. One that a vendor adds (`finishReason`, at the event or in its `metadata`) counts only
 * where it says that the answer was cut short.
 *
 * Unsay's own events (`CUSTOM` of the name `unsay`) are applied alone when the first of them comes before any content;
 * then only their `run.end` completes the answer. Without them `RUN_ERROR` of the code `truncated.<cause>` ends it so.
 */
export const decodeAgUi: Decode = (context = {}) => createWireDecoder("ag-ui", context, (output) => new AgUiReader(output));
