import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { TanStackReader } from "./reader.js";

/**
 * Reads the event stream of TanStack AI (`@tanstack/ai` 0.58): events of AG-UI, with the model's own finish reason on
 * each `RUN_FINISHED`. Its wire: https://tanstack.com/ai/latest/docs/protocol/metadata
 *
 * Terminal: the last `RUN_FINISHED` once the body ends (each turn of a tool loop has its own), and `RUN_ERROR`. The
 * answer is complete only after the raw reason `stop`; an `interrupt` leaves it waiting for approval. Without a reason,
 * as plain AG-UI allows, nothing says that the answer is whole.
 * Not terminal: the end of the body, `[DONE]`, `TEXT_MESSAGE_END`, `STEP_FINISHED`, a `RUN_FINISHED` that the next turn
 * overtakes, and the `RUN_FINISHED` of the model `connect-wrapper`, which TanStack's client makes up when a body ends.
 */
export const decodeTanStackAi: Decode = (context = {}) => createWireDecoder("tanstack-ai", context, (output) => new TanStackReader(output));
